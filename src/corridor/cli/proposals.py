"""`corridor proposals`: what one person has ordered and another must want."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any

import typer

from corridor.adapters.system.clock import SystemClock
from corridor.cli.home import Home
from corridor.cli.order import second
from corridor.cli.output import HERE, AsJson, Column, Directory, moment, next_step, show
from corridor.cli.reading import reading
from corridor.domain.errors import CorridorError
from corridor.domain.money import decimal_text
from corridor.services.governance.records import EXECUTED, EXPIRED, OPEN, REFUSED, WITHDRAWN

app = typer.Typer()

_PROPOSALS = """
SELECT number, state, substr(maker, 10) AS maker, command, proposed_at, expires_at,
       substr(checker, 10) AS checker, decided_at, text
  FROM proposal
"""
_COLUMNS = (
    Column("number", "proposal", figures=True),
    Column("state", "state", spare=2),
    Column("what", "what", prose=True),
    Column("maker", "by"),
    Column("proposed_at", "since", spare=3),
    Column("expires_at", "until", spare=1),
)
_ALL_COLUMNS = (
    *_COLUMNS[:4],
    Column("became", "what became of it", prose=True),
)
_AMOUNTS = frozenset({"amount", "cap", "from_amount", "limit", "line", "minimum_amount"})
"""What commands call an amount in minor units of their `currency`."""


class ProposalEnded(CorridorError):
    """The proposal waits for nobody any more."""

    reason = "NOOR"


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
    home = Home(directory)
    rows = asyncio.run(read(home, ("TRUE" if everything else "state = 'open'")))
    if not everything:  # what is too old ends as soon as the hub sees to it
        rows = [row for row in rows if row["state"] == OPEN]
    if not rows and not as_json:
        typer.echo(
            "nothing was ever proposed"
            if everything
            else "nothing waits for a second person; --all shows all"
        )
        return
    show(rows, _ALL_COLUMNS if everything else _COLUMNS, as_json=as_json)
    waiting = next((row for row in rows if row["state"] == OPEN), None)
    if waiting is not None and not as_json:
        words = ("approve", str(waiting["number"]), "--as", second(home, waiting["maker"]))
        typer.echo(f"{next_step(directory, *words)} (or refuse)")


async def read(home: Home, where: str, *arguments: Any) -> list[dict[str, Any]]:
    """Return proposals as rows; `digest` is made anew of the very bytes that `what` is read from."""
    now = SystemClock().now()
    async with reading(home) as reads:
        found = await reads.fetch(f"{_PROPOSALS} WHERE {where} ORDER BY number", *arguments)
    rows = [
        {
            **{name: each[name] or None for name in ("number", "state", "maker", "checker", "text")},
            **{name: moment(each[name]) for name in ("proposed_at", "expires_at", "decided_at")},
            **({"state": EXPIRED} if each["state"] == OPEN and each["expires_at"] <= now else {}),
            "what": words(each["command"]),
            "digest": sha256(each["command"]).hexdigest(),
        }
        for each in found
    ]
    return [{**row, "became": became(row)} for row in rows]


def became(row: Mapping[str, Any]) -> str | None:
    """Say what has become of a proposal, and when; None while it waits."""
    at, checker, maker = row["decided_at"], row["checker"], row["maker"]
    match row["state"]:
        case str(state) if state == EXECUTED:
            return f"executed at {at}: {checker} wanted it, as {maker} did"
        case str(state) if state == REFUSED:
            return f"refused by {checker} at {at}: {row['text']}"
        case str(state) if state == WITHDRAWN:
            return f"taken back by {maker} at {at}: {row['text']}"
        case str(state) if state == EXPIRED:
            return f"expired at {row['expires_at']}: nobody approved it in time"
    return None


async def named(home: Home, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Return the proposals with these numbers, in order. Raises: NoSuchProposal, ProposalEnded."""
    rows = await read(home, "number = ANY($1)", numbers)
    missing = set(numbers) - {row["number"] for row in rows}
    if missing:
        raise NoSuchProposal(
            f"there is no proposal {min(missing)}; `corridor proposals` shows those that wait"
        )
    for row in rows:
        if row["became"]:
            raise ProposalEnded(f"proposal {row['number']} is ended already: {row['became']}")
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
