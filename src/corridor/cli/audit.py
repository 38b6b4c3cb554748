"""`corridor audit`: who changed what, and from what to what, as the chained log holds it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Annotated, Any, Final, NamedTuple

import typer

from corridor.adapters.postgres.reads import PostgresReads
from corridor.cli.changes import Owner, Owners, difference, key_of, named, shown
from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Column, Directory, moment, show
from corridor.cli.reading import reading
from corridor.domain.dates import midnight, parse_date
from corridor.domain.instants import Instant, parse
from corridor.ledger.transfers import INT64_MAX
from corridor.services.messaging.admission import OPERATOR

app = typer.Typer()

REGISTRATIONS: Final = frozenset({"RegisterAlias", "RemoveAlias"})
"""What banks do by the thousand for their customers."""
_LINES = """
SELECT at, month, batch, position, start, size FROM message
 WHERE direction = 'audit' AND (batch, position) < ($1, $2) AND at >= $3 ORDER BY batch DESC, position DESC LIMIT 200
"""
_OWNERS = "SELECT id, participant, currency FROM account"
_COLUMNS = (
    Column("at", "time", spare=1),
    Column("by", "who"),
    Column("what", "what"),
    Column("object", "object", prose=True),
    Column("change", "before -> after", prose=True),
)


class Wanted(NamedTuple):
    """Which changes are asked for; "" is every one, and `every` those of registrations, too."""

    who: str = ""
    what: str = ""
    of: str = ""
    since: Instant = 0
    every: bool = False


@app.command()
def audit(
    who: Annotated[str, typer.Option("--who", help="Only what this operator or participant did.")] = "",
    what: Annotated[str, typer.Option("--what", help="Only this command: SetLimit, RegisterAlias...")] = "",
    of: Annotated[str, typer.Option("--of", help="Only what was done to this: a BIC, a name, a key...")] = "",
    since: Annotated[
        str, typer.Option("--since", help="Only from then on: 2026-11-24, or 2026-11-24T09:00:00Z.")
    ] = "",
    every: Annotated[
        bool, typer.Option("--all", help="Customers' phone numbers that banks register, too; masked.")
    ] = False,
    last: Annotated[int, typer.Option(min=1, help="So many changes at most, the newest.")] = 50,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Every change that a person or bank made, newest first: time, who (maker and checker), what, before -> after.

    It is part of the chained log: `corridor verify` finds what was edited, deleted or put in another order.
    """
    wanted = Wanted(who, what, of, _instant(since), every)
    rows = asyncio.run(_read(Home(directory), wanted, last))
    if rows or as_json:
        show(rows, _COLUMNS, as_json=as_json)
    else:
        typer.echo(
            "nothing was changed" if every or what else "nothing was changed; --all counts registrations"
        )


def _instant(since: str) -> Instant:
    """Return from when on. Raises: InvalidDate, InvalidDateTime."""
    if not since:
        return 0
    if "T" in since:
        return parse(since, field="--since")
    return midnight(parse_date(since, field="--since"))


async def _read(home: Home, wanted: Wanted, last: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    async with reading(home) as reads:
        found = await reads.fetch(_OWNERS)
        owners = {row["id"]: Owner(row["participant"], row["currency"]) for row in found}
        async for at, batch, trail in _newest_first(reads, wanted.since):
            for row in rows_of(trail, wanted, owners):
                rows.append({"at": moment(at), "batch": batch, **row})
                if len(rows) == last:
                    return rows
    return rows


async def _newest_first(
    reads: PostgresReads, since: Instant
) -> AsyncIterator[tuple[Instant, int, Mapping[str, Any]]]:
    """Yield time, batch and content of each line of the audit, reading as few as are asked for."""
    before = (INT64_MAX, 0)
    while lines := await reads.fetch(_LINES, *before, since):
        contents = await reads.contents({(line["month"], line["batch"]) for line in lines})
        for line in lines:
            content = contents[line["batch"]][line["start"] : line["start"] + line["size"]]
            yield line["at"], line["batch"], json.loads(content.partition(b"\n")[2])
        before = (lines[-1]["batch"], lines[-1]["position"])


def rows_of(trail: Mapping[str, Any], wanted: Wanted, owners: Owners) -> Iterator[dict[str, Any]]:
    """Yield a row for each record that a command changed, if it is asked for."""
    names = [name.removeprefix(OPERATOR) for name in trail["by"]]
    if wanted.who and wanted.who not in names:
        return
    if wanted.what and wanted.what != trail["what"]:
        return
    if trail["what"] in REGISTRATIONS and not (wanted.every or wanted.what):
        return
    for change in trail["changes"]:
        table, after = change["table"], change["after"]
        if table == "proposal" and after["state"] == "executed":
            continue  # what it did stands beside it
        key = key_of(table, change["key"])
        if wanted.of and wanted.of not in _touched(change, key, owners):
            continue
        before_shown, after_shown = shown(table, change["before"], owners), shown(table, after, owners) or {}
        yield {
            "by": " and ".join(names),
            "what": trail["what"],
            "proposal": trail["proposal"] or None,
            "object": named(table, key, owners),
            "change": difference(before_shown, after_shown, key),
            "before": before_shown,
            "after": after_shown,
        }


def _touched(change: Mapping[str, Any], key: Mapping[str, Any], owners: Owners) -> set[str]:
    """Return the names by which one may ask for a change: parts of the key, and whose the record or account is."""
    accounts = [owners.get(change["after"].get(name)) for name in ("id", "account_id", "counterparty_id")]
    parts = (
        *key.values(),
        change["after"].get("participant"),
        *(each and each.participant for each in accounts),
    )
    return {str(part).removeprefix(OPERATOR) for part in parts if part is not None}
