"""`corridor trade`: what two sides have agreed to exchange: stated, undone, how it stands, what was said of it."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import msgspec
import typer

from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.postgres.trades import read_trades
from corridor.adapters.system.clock import SystemClock
from corridor.cli import request
from corridor.cli.counter import TradeDeed, TradeTold
from corridor.cli.home import HUB, Home
from corridor.cli.output import (
    HERE,
    AsJson,
    Column,
    Directory,
    after,
    moment,
    money,
    next_step,
    say,
    show,
    show_json,
)
from corridor.cli.reading import reading, require
from corridor.cli.story import Line, in_words, read_document
from corridor.client.requests import Trade as Stated
from corridor.codecs.iso20022.camt054 import Notification
from corridor.domain.dates import parse_date
from corridor.domain.errors import CorridorError
from corridor.domain.instants import MILLISECOND, iso_date
from corridor.domain.money import Money
from corridor.services.messaging.records import ACCEPTED, OUT, TIMER, Message
from corridor.services.settlement.pvp.choice import what_each_lacks
from corridor.services.settlement.pvp.records import MATCHED, TRADE, UNMATCHED, Trade

app = typer.Typer(no_args_is_help=True)

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
    Column("reference", "reference", spare=2),
    Column("first", "side"),
    Column("first_sells", "sells", figures=True),
    Column("second", "side"),
    Column("second_sells", "sells", figures=True),
    Column("settlement_date", "settles on", spare=1),
    Column("state", "state"),
    Column("waits_for", "waits for", prose=True),
)
_STORY = (
    Column("after", "after", figures=True),
    Column("from", "from"),
    Column("to", "to"),
    Column("batch", "batch", figures=True, spare=1),
    Column("what", "what", prose=True),
)
Number = Annotated[
    int, typer.Argument(help="The hub's number of the trade: `corridor trade list` shows them.")
]


class UnknownTrade(CorridorError):
    """No trade has this number here; `corridor trade list --all` shows them."""

    reason = "NOOR"


class NotASide(CorridorError):
    """The trade is of others."""

    reason = "NOOR"


@app.command("list")
def list_(
    bank: Annotated[str, typer.Option("--bank", help="Only those of this side, by its BIC.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest.")] = 50,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Trades that are open, the latest first: who sells what to whom, when, and for what each waits."""
    rows = asyncio.run(_list(Home(directory), bank, limit, every=every))
    if rows or as_json:
        show(rows, _COLUMNS, as_json=as_json)
    else:
        typer.echo(
            "no trade has been stated" if every else "no trade is open; --all shows those that have ended"
        )


@app.command("state")
def state(
    bank: Annotated[str, typer.Option("--bank", help="The simulated bank or provider that states it.")],
    other: Annotated[str, typer.Option("--with", help="The other side, which states the same, mirrored.")],
    sell: Annotated[
        tuple[str, str],
        typer.Option("--sell", metavar="AMOUNT CURRENCY", help="What the bank sells: 850.00 RUB"),
    ],
    buy: Annotated[
        tuple[str, str], typer.Option("--buy", metavar="AMOUNT CURRENCY", help="What it buys: 100.00 TJS")
    ],
    reference: Annotated[
        str,
        typer.Option("--reference", help="The same for both sides, and new between them; else one is made."),
    ] = "",
    trade_date: Annotated[str, typer.Option(help="The day of the deal: 2026-11-24; else today.")] = "",
    settlement_date: Annotated[
        str, typer.Option(help="The day on which both sums move, or neither; else today.")
    ] = "",
    reject_time: Annotated[
        str,
        typer.Option(help="What has not settled by then is rejected: 18:00:00+05:00; else at the day's end."),
    ] = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let a simulated institution state a trade with another; `corridor up` must be running.

    Once both have stated the same it settles, as soon as both have what they sell. Until then nothing is reserved.
    """
    now = SystemClock().now()
    stated = Stated(
        counterparty=other,
        reference=reference or f"{bank[:4]}-{now // MILLISECOND}",
        trade_date=parse_date(trade_date or iso_date(now), field="--trade-date"),
        settlement_date=parse_date(settlement_date or iso_date(now), field="--settlement-date"),
        sold=Money.parse(*sell, field="--sell"),
        bought=Money.parse(*buy, field="--buy"),
        reject_time=reject_time,
    )
    deed = TradeDeed(bank, stated)
    told = request.ask(Home(directory), deed, TradeTold, {"--bank": bank, "--with": other})
    done = {**msgspec.to_builtins(told), "reference": stated.reference}
    said = f"trade {told.trade} is {told.state}: {bank} sells {stated.sold} to {other} for {stated.bought}"
    said += f", reference {stated.reference}, on {stated.settlement_date}"
    if told.state == UNMATCHED:
        step = next_step(directory, "trade", "state", *_mirrored(bank, stated), who=other)
    else:
        step = next_step(directory, "trade", "show", str(told.trade))
    say(done, f"{said}\n{step}", as_json=as_json)


@app.command("cancel")
def cancel(
    number: Number,
    bank: Annotated[str, typer.Option("--bank", help="The side that wants it undone.")],
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Undo a trade that nobody has matched; ask the other side to undo a matched one, or agree to that."""
    home = Home(directory)
    trade = asyncio.run(_of(home, number, bank))
    other = trade.second if bank == trade.first else trade.first
    deed = TradeDeed(bank, counterparty=other, reference=trade.reference)
    told = request.ask(home, deed, TradeTold, {"--bank": bank})
    said = f"trade {number} is {told.state}"
    if told.state == MATCHED:
        step = next_step(directory, "trade", "cancel", str(number), "--bank", other, who=other)
        said += f", until {other} wants it undone, too\n{step}"
    say(msgspec.to_builtins(told), said, as_json=as_json)


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


def _mirrored(bank: str, stated: Stated) -> tuple[str, ...]:
    """Return what the other side types to state the same."""
    options = {
        "--reference": stated.reference,
        "--trade-date": stated.trade_date,
        "--settlement-date": stated.settlement_date,
        "--reject-time": stated.reject_time,
    }
    sums = ("--sell", *str(stated.bought).split(), "--buy", *str(stated.sold).split())
    more = (word for pair in options.items() if pair[1] for word in pair)
    return ("--bank", stated.counterparty, "--with", bank, *sums, *more)


async def _of(home: Home, number: int, bank: str) -> Trade:
    """Return a trade of this side. Raises: NoSuchParticipant, UnknownTrade, NotASide."""
    async with reading(home) as reads:
        await require(reads, bank)
        trade = await _trade(reads, number)
    if bank not in (trade.first, trade.second):
        raise NotASide(f"trade {number} is between {trade.first} and {trade.second}", field="--bank")
    return trade


async def _list(home: Home, bank: str, limit: int, *, every: bool) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        await require(reads, bank)
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
