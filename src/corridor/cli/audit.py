"""`corridor audit`: who changed what, and from what to what, as the chained log holds it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Annotated, Any

import typer

from corridor.adapters.postgres.reads import PostgresReads
from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Column, Directory, moment, show
from corridor.cli.reading import reading
from corridor.domain.instants import Instant
from corridor.ledger.transfers import INT64_MAX
from corridor.services.messaging.admission import OPERATOR

app = typer.Typer()

_LINES = """
SELECT at, month, batch, position, start, size FROM message
 WHERE direction = 'audit' AND (batch, position) < ($1, $2) ORDER BY batch DESC, position DESC LIMIT 200
"""
_COLUMNS = (
    Column("at", "time"),
    Column("by", "who"),
    Column("what", "what"),
    Column("object", "object"),
    Column("change", "before -> after"),
)


@app.command()
def audit(
    by: Annotated[str, typer.Option("--by", help="Only what this operator or participant did.")] = "",
    of: Annotated[str, typer.Option("--of", help="Only what was done to this: a BIC, a name, a key...")] = "",
    last: Annotated[int, typer.Option(help="So many changes at most, the newest.")] = 50,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Every change that a person or bank made, newest first: time, who (maker and checker), what, before -> after.

    It is part of the chained log: `corridor verify` finds what was edited, deleted or put in another order.
    """
    rows = asyncio.run(_read(Home(directory), by, of, last))
    if rows or as_json:
        show(rows, _COLUMNS, as_json=as_json)
    else:
        typer.echo("nothing was changed")


async def _read(home: Home, by: str, of: str, last: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    async with reading(home) as reads:
        async for at, batch, trail in _newest_first(reads):
            for row in rows_of(trail, by, of):
                rows.append({"at": moment(at), "batch": batch, **row})
                if len(rows) == last:
                    return rows
    return rows


async def _newest_first(reads: PostgresReads) -> AsyncIterator[tuple[Instant, int, Mapping[str, Any]]]:
    """Yield time, batch and content of each line of the audit, reading as few as are asked for."""
    before = (INT64_MAX, 0)
    while lines := await reads.fetch(_LINES, *before):
        contents = await reads.contents({(line["month"], line["batch"]) for line in lines})
        for line in lines:
            content = contents[line["batch"]][line["start"] : line["start"] + line["size"]]
            yield line["at"], line["batch"], json.loads(content.partition(b"\n")[2])
        before = (lines[-1]["batch"], lines[-1]["position"])


def rows_of(trail: Mapping[str, Any], by: str, of: str) -> Iterator[dict[str, Any]]:
    """Yield a row for each record that a command changed, if it was `by` and `of` whom is asked for."""
    names = [name.removeprefix(OPERATOR) for name in trail["by"]]
    if by and by not in names:
        return
    for change in trail["changes"]:
        if change["table"] == "proposal" and change["after"]["state"] == "executed":
            continue  # what it did stands beside it
        named = {str(part) for part in (*change["key"], change["after"].get("participant"))}
        if of and not any(of in (name, name.removeprefix(OPERATOR)) for name in named):
            continue
        yield {
            "by": " and ".join(names),
            "what": trail["what"],
            "proposal": trail["proposal"] or None,
            "object": f"{change['table']} {' '.join(map(str, change['key']))}",
            "change": difference(change["before"], change["after"]),
            "before": change["before"],
            "after": change["after"],
        }


def difference(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    """Say what became of each field that changed."""
    if before is None:
        return "new: " + ", ".join(
            f"{name}={value}" for name, value in after.items() if value not in ("", None)
        )
    changed = [name for name in after if before.get(name) != after[name]]
    return ", ".join(f"{name}: {before.get(name)} -> {after[name]}" for name in changed) or "as it was"
