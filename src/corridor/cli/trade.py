"""`corridor trades`: what two sides have agreed to exchange, how it stands, and what was said of it."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.postgres.trades import read_trades
from corridor.cli.home import HUB, Home
from corridor.cli.output import HERE, AsJson, Column, Directory, after, moment, money, show, show_json
from corridor.cli.reading import reading
from corridor.cli.story import Line, in_words, read_document
from corridor.codecs.iso20022.camt054 import Notification
from corridor.domain.errors import CorridorError
from corridor.services.messaging.records import ACCEPTED, OUT, TIMER, Message
from corridor.services.settlement.pvp.choice import what_each_lacks
from corridor.services.settlement.pvp.records import MATCHED, TRADE, UNMATCHED, Trade

app = typer.Typer()

_TRADES = """
SELECT number FROM trade WHERE $1 IN ('', first, second) AND (open OR $2) ORDER BY number DESC LIMIT $3
"""
_LINES = """
SELECT month, batch, position, direction, participant, number, definition, message_id, payment, outcome,
       reason, at, content, digest, start, size
  FROM message WHERE payment = $1 ORDER BY batch, position
"""
_COLUMNS = (
    Column("number", "trade", figures=True),
    Column("reference", "reference"),
    Column("first", "side"),
    Column("first_sells", "sells", figures=True),
    Column("second", "side"),
    Column("second_sells", "sells", figures=True),
    Column("settlement_date", "settles on"),
    Column("state", "state"),
    Column("waits_for", "waits for"),
)
_STORY = (
    Column("after", "after", figures=True),
    Column("from", "from"),
    Column("to", "to"),
    Column("batch", "batch", figures=True),
    Column("what", "what"),
)
Number = Annotated[int, typer.Argument(help="The hub's number of the trade: `corridor trades` lists them.")]


class UnknownTrade(CorridorError):
    """No trade has this number here."""

    reason = "NOOR"


@app.callback(invoke_without_command=True)
def trades(
    context: typer.Context,
    bank: Annotated[str, typer.Option("--bank", help="Only those of this side, by its BIC.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest.")] = 50,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Trades that are open, the latest first: who sells what to whom, when, and for what each waits."""
    if context.invoked_subcommand is None:
        _print(directory, bank, limit, every=every, as_json=as_json)


@app.command("list")
def list_(
    bank: Annotated[str, typer.Option("--bank", help="Only those of this side, by its BIC.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest.")] = 50,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """The latest trades, those that have ended, too."""
    _print(directory, bank, limit, every=True, as_json=as_json)


@app.command("show")
def show_(number: Number, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """One trade, whole."""
    facts = asyncio.run(_one(Home(directory), number))
    if as_json:
        show_json(facts)
        return
    for name, fact in facts.items():
        if fact is not None:
            typer.echo(f"{name.replace('_', ' '):>20}  {fact}")


@app.command()
def story(number: Number, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """What was said of a trade, by both sides and by the hub, in time order."""
    show(list(asyncio.run(_story(Home(directory), number))), _STORY, as_json=as_json)


def _print(directory: Path, bank: str, limit: int, *, every: bool, as_json: bool) -> None:
    rows = asyncio.run(_list(Home(directory), bank, limit, every=every))
    if rows or as_json:
        show(rows, _COLUMNS, as_json=as_json)
    else:
        typer.echo(
            "no trade has been stated" if every else "no trade is open; --all shows those that have ended"
        )


async def _list(home: Home, bank: str, limit: int, *, every: bool) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        numbers = [row["number"] for row in await reads.fetch(_TRADES, bank, every, limit)]
        found = [await _trade(reads, number) for number in numbers]
        waits_for = await _waits_for(reads)
        return [_row(trade, waits_for) for trade in found]


async def _one(home: Home, number: int) -> dict[str, Any]:
    async with reading(home) as reads:
        trade = await _trade(reads, number)
        return _facts(trade, await _waits_for(reads))


async def _story(home: Home, number: int) -> Sequence[dict[str, Any]]:
    async with reading(home) as reads:
        trade = await _trade(reads, number)
        messages = [Message(*row) for row in await reads.fetch(_LINES, number)]
        contents = await reads.contents({(m.month, m.batch) for m in messages})
        lines = [Line(m, contents[m.batch][m.start : m.start + m.size]) for m in messages]
        return list(_tell(trade, lines))


async def _trade(reads: PostgresReads, number: int) -> Trade:
    trade = await reads.one(TRADE, number)
    if trade is None:
        raise UnknownTrade(field=str(number))
    return trade


async def _waits_for(reads: PostgresReads) -> dict[int, str]:
    found = await read_trades(reads.fetch)
    return {} if found is None else what_each_lacks(found)


def _row(trade: Trade, waits_for: dict[int, str]) -> dict[str, Any]:
    facts = _facts(trade, waits_for)
    return {column.key: facts[column.key] for column in _COLUMNS}


def _facts(trade: Trade, waits_for: dict[int, str]) -> dict[str, Any]:
    return {
        "number": trade.number,
        "reference": trade.reference,
        "state": trade.state,
        "reason": in_words(trade.reason) if trade.reason else None,
        "waits_for": _waiting(trade, waits_for),
        "first": trade.first,
        "first_sells": money(trade.first_amount, trade.first_currency),
        "second": trade.second,
        "second_sells": money(trade.second_amount, trade.second_currency),
        "trade_date": trade.trade_date,
        "settlement_date": trade.settlement_date,
        "settles_from": moment(trade.from_at),
        "settles_until": moment(trade.until_at),
        "matched_at": moment(trade.matched_at),
        "cancel_asked_by": trade.cancel_asked_by or None,
        "ended_at": moment(trade.ended_at),
        "how": trade.method or None,
        "transfers": f"{trade.first_transfer}, {trade.first_transfer + 1}" if trade.first_transfer else None,
    }


def _waiting(trade: Trade, waits_for: dict[int, str]) -> str | None:
    if trade.state == UNMATCHED:
        return f"{trade.second if trade.first_captured_at is not None else trade.first} to state it"
    if trade.state != MATCHED:
        return None
    if trade.due_at == trade.from_at:
        return f"its day, {moment(trade.from_at)}"
    return waits_for.get(trade.number, "a side that is suspended, or an account that is frozen")


def _tell(trade: Trade, lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    first = min(each for each in (trade.first_captured_at, trade.second_captured_at) if each is not None)
    for line in lines:
        logged = line.message
        outgoing, timer = logged.direction == OUT, logged.direction == TIMER
        yield {
            "after": after(first, logged.at),
            "from": HUB if outgoing else "" if timer else logged.participant,
            "to": logged.participant if outgoing else "" if timer else HUB,
            "message": logged.definition,
            "batch": logged.batch,
            "what": _words(line, read_document(line)),
        }


def _words(line: Line, told: Any) -> str:
    logged = line.message
    if isinstance(told, Notification):
        (entry,) = told.entries
        sign = "+" if entry.credit_debit == "CRDT" else "-"
        return f"{entry.additional_information}; {entry.status} {sign}{entry.amount}"
    if logged.direction == TIMER:
        return "time is up"
    said = "wants it undone" if logged.definition.endswith("cancel") else _stated(line.evidence)
    return said if logged.outcome == ACCEPTED else f"{said}; {logged.outcome}: {in_words(logged.reason)}"


def _stated(evidence: bytes) -> str:
    """Return what a side stated, from the bytes that it signed."""
    try:
        body = json.loads(evidence.partition(b"\n")[2])
        sold, bought = body["trading_side_sell_amount"], body["trading_side_buy_amount"]
        return (
            f"sells {money(int(sold['amount']), sold['currency'])}"
            f" for {money(int(bought['amount']), bought['currency'])}"
        )
    except (ValueError, LookupError, TypeError, CorridorError):
        return "states it"
