"""`corridor proposals`: what one person has ordered and another must want."""

import asyncio
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any

import typer

from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Column, Directory, moment, show
from corridor.cli.reading import reading
from corridor.domain.errors import CorridorError
from corridor.domain.money import decimal_text

app = typer.Typer()

_PROPOSALS = """
SELECT number, state, substr(maker, 10) AS maker, command, proposed_at, expires_at,
       substr(checker, 10) AS checker, decided_at, text
  FROM proposal
"""
_COLUMNS = (
    Column("number", "proposal", figures=True),
    Column("state", "state"),
    Column("what", "what"),
    Column("maker", "by"),
    Column("proposed_at", "since"),
    Column("expires_at", "until"),
    Column("checker", "decided by"),
    Column("text", ""),
)
_AMOUNTS = frozenset({"amount", "cap", "from_amount", "limit", "line", "minimum_amount"})
"""What commands call an amount in minor units of their `currency`."""


class NoSuchProposal(CorridorError):
    """There is no such proposal; `corridor proposals` shows those that wait."""

    reason = "NOOR"


@app.command()
def proposals(
    everything: Annotated[bool, typer.Option("--all", help="Show those that ended, too.")] = False,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """What waits for a second person: `corridor approve N`, or `corridor refuse N`."""
    rows = asyncio.run(read(Home(directory), ("TRUE" if everything else "state = 'open'")))
    if rows or as_json:
        show(rows, _COLUMNS, as_json=as_json)
    else:
        typer.echo("nothing waits for a second person")


async def read(home: Home, where: str, *arguments: Any) -> list[dict[str, Any]]:
    """Return proposals as rows; `digest` is made anew of the very bytes that `what` is read from."""
    async with reading(home) as reads:
        found = await reads.fetch(f"{_PROPOSALS} WHERE {where} ORDER BY number", *arguments)
    return [
        {
            **{name: each[name] or None for name in ("number", "state", "maker", "checker", "text")},
            **{name: moment(each[name]) for name in ("proposed_at", "expires_at", "decided_at")},
            "what": words(each["command"]),
            "digest": sha256(each["command"]).hexdigest(),
        }
        for each in found
    ]


async def named(home: Home, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Return the proposals with these numbers, in order. Raises: NoSuchProposal."""
    rows = await read(home, "number = ANY($1)", numbers)
    missing = set(numbers) - {row["number"] for row in rows}
    if missing:
        raise NoSuchProposal(
            f"there is no proposal {min(missing)}; `corridor proposals` shows those that wait"
        )
    return rows


def words(command: bytes) -> str:
    """Return a command as a line: its type and what it says; amounts as people write them, never in minor units."""
    operation = json.loads(command)["operation"]
    kind = operation.pop("type")
    code = operation.get("currency", "")
    said = (f"{name}={_value(name, value, code)}" for name, value in operation.items() if value != "")
    return " ".join([kind, *said])


def _value(name: str, value: Any, code: str) -> str:
    if value is None:
        return "none"
    if code and name in _AMOUNTS:
        return decimal_text(int(value), code)  # what is signed holds integers as text
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
