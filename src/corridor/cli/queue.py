"""`corridor queue`: what waits to be settled, since when and for what; and what may be done about it."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import typer

from corridor.adapters.postgres.queues import read_queues
from corridor.cli import request
from corridor.cli.counter import PRIORITIES, Change
from corridor.cli.home import Home
from corridor.cli.order import As, order
from corridor.cli.output import HERE, AsJson, Column, Directory, moment, say, show
from corridor.cli.person import Refusal
from corridor.cli.reading import reading, require
from corridor.domain.errors import InvalidValue
from corridor.domain.identifiers import parse_uetr
from corridor.domain.money import decimal_text
from corridor.services.settlement.commands import RejectObligation
from corridor.services.settlement.ordering import Queues, what_it_lacks

app = typer.Typer()

_WAITING = """
SELECT number, uetr, debtor, creditor, currency, amount, priority, place, entered_at, from_at, till_at, reject_at
  FROM obligation WHERE state = 'queued' AND $1 IN ('', debtor)
 ORDER BY debtor, currency, from_at NULLS FIRST, priority, place, number
"""
_WORDS = tuple(PRIORITIES)
_COLUMNS = (
    Column("debtor", "from"),
    Column("creditor", "to"),
    Column("amount", "amount", figures=True),
    Column("currency", ""),
    Column("priority", "priority", spare=1),
    Column("since", "since", spare=3),
    Column("until", "until", spare=2),
    Column("waits_for", "waits for", prose=True),
    Column("uetr", "UETR"),
)
Bank = Annotated[str, typer.Option("--bank", help="The debtor's bank, by its BIC.")]


@app.callback(invoke_without_command=True)
def queue(
    context: typer.Context,
    bank: Bank = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """What waits to be settled, in the order in which it will be, since when, until when, and for what."""
    if context.invoked_subcommand is not None:
        return
    rows = asyncio.run(_read(Home(directory), bank))
    if rows or as_json:
        show(rows, _COLUMNS, as_json=as_json)
    else:
        typer.echo("nothing waits")


@app.command()
def move(
    uetr: str,
    to: Annotated[str, typer.Argument(help="first or last")],
    bank: Bank,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Put a payment before or behind the others of its priority."""
    if to not in ("first", "last"):
        raise InvalidValue("say first or last", field="TO")
    place: Literal["first", "last"] = "first" if to == "first" else "last"
    _change(directory, bank, uetr, place, f"it is {to} of its priority now", as_json=as_json)


@app.command()
def prioritise(
    uetr: str,
    priority: Annotated[str, typer.Argument(help="urgent, high or normal")],
    bank: Bank,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Give a payment another priority; it goes behind the others of that."""
    if priority not in PRIORITIES:
        raise InvalidValue(f"a priority is {', '.join(_WORDS)}", field="PRIORITY")
    _change(directory, bank, uetr, PRIORITIES[priority], f"it is {priority} now", as_json=as_json)


@app.command()
def cancel(
    uetr: str,
    bank: Annotated[str, typer.Option("--bank", help="Its owner; without, two operators end it.")] = "",
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Take a payment back, as its owner; or end it as an operator, which takes two persons."""
    if bank:
        _change(directory, bank, uetr, "cancel", "it is rejected (DS02); nothing has moved", as_json=as_json)
        return
    facts = {"uetr": parse_uetr(uetr, field="UETR")}
    order(
        directory,
        by,
        RejectObligation,
        facts,
        facts,
        "it is rejected (DS02); nothing has moved",
        as_json=as_json,
    )


def _change(directory: Any, bank: str, uetr: str, to: Any, sentence: str, *, as_json: bool) -> None:
    change = Change(bank, parse_uetr(uetr, field="UETR"), to)
    try:
        request.ask(Home(directory), change, bool, {"--bank": bank})
    except Refusal as refused:
        raise Refusal(f"{refused}; `corridor queue --bank {bank}` shows what waits") from None
    say({"uetr": change.uetr, "bank": bank, "to": to}, sentence, as_json=as_json)


async def _read(home: Home, bank: str) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        await require(reads, bank)
        found = await reads.fetch(_WAITING, bank)
        queues = await read_queues(reads.fetch)
    return _rows(found, queues)


def _rows(found: Sequence[Any], queues: Queues | None) -> list[dict[str, Any]]:
    waits_for = {} if queues is None else what_it_lacks(queues)
    return [
        {
            **{name: each[name] for name in ("uetr", "debtor", "creditor", "currency", "number")},
            "amount": decimal_text(each["amount"], each["currency"]),
            "priority": _WORDS[each["priority"]],
            "since": moment(each["entered_at"]),
            "until": moment(each["reject_at"]),
            "warns_at": moment(each["till_at"]),
            "waits_for": f"its time, {moment(each['from_at'])}"
            if each["from_at"] is not None
            else waits_for.get(each["number"], "its end"),
        }
        for each in found
    ]
