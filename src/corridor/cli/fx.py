"""`corridor fx`: what FX providers hold and may hold, what they are asked, and how good their quotes are."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import typer

from corridor.adapters.postgres.quality import qualities, query
from corridor.cli import period, request
from corridor.cli.counter import Asking
from corridor.cli.home import Home
from corridor.cli.order import As, order
from corridor.cli.output import (
    HERE,
    AsJson,
    Column,
    Directory,
    moment,
    money,
    next_step,
    say,
    show,
    show_json,
)
from corridor.cli.person import Refusal
from corridor.cli.reading import NoSuchParticipant, reading, require
from corridor.client import Inquiry
from corridor.domain.identifiers import parse_bic
from corridor.domain.money import Money, decimal_text, minor_units
from corridor.reports.quality import FIRST_DAY, LAST_DAY, Quality, Question
from corridor.services.fx.commands import SetFxLimit
from corridor.services.fx.records import SOURCE

app = typer.Typer(no_args_is_help=True)
limit = typer.Typer(no_args_is_help=True)
app.add_typer(limit, name="limit", help="How far a provider may go: its position, and one quote.")

_POSITIONS = """
SELECT s.participant AS provider, s.currency,
       coalesce(e.sold, 0) AS sold, coalesce(e.bought, 0) AS bought,
       coalesce(e.sold, 0) - coalesce(e.bought, 0) AS position,
       coalesce(e.selling + e.amount, 0) AS may_sell, coalesce(e.buying + e.receives, 0) AS may_buy,
       position_limit.most AS position_limit, quote_limit.most AS quote_limit
  FROM participant p JOIN settlement_account s ON s.participant = p.bic
  LEFT JOIN fx_exposure e ON (e.provider, e.currency) = (s.participant, s.currency)
 CROSS JOIN LATERAL (SELECT max(CASE WHEN next_on <> '' AND next_on <= $1 THEN next_amount ELSE amount END) AS most
                       FROM fx_limit l WHERE (l.provider, l.currency, kind) = (s.participant, s.currency, 'position')
                    ) position_limit
 CROSS JOIN LATERAL (SELECT max(CASE WHEN next_on <> '' AND next_on <= $1 THEN next_amount ELSE amount END) AS most
                       FROM fx_limit l WHERE (l.provider, l.currency, kind) = (s.participant, s.currency, 'quote')
                    ) quote_limit
 WHERE p.role = 'fx_provider' AND $2 IN ('', p.bic)
 ORDER BY s.participant, s.currency
"""
_POSITION_NOW = "SELECT sold - bought AS position FROM fx_exposure WHERE provider = $1 AND currency = $2"
_INQUIRIES = """
SELECT i.number, i.debtor_agent AS bank, i.creditor_agent, i.source_currency, i.destination_currency, i.fixed, i.amount,
       i.state, i.reason, i.asked_at, i.answers_until, i.ended_at, i.providers, i.replies, i.quote_id,
       q.provider, q.rate, q.source_amount, q.destination_amount, q.status AS quote_state
  FROM inquiry i LEFT JOIN quote q ON q.quote_id = i.quote_id
 WHERE $1 IN ('', i.debtor_agent) ORDER BY i.number DESC LIMIT $2
"""
_REPLIES = "SELECT * FROM reply WHERE inquiry = ANY ($1) ORDER BY number"
_TODAY = "SELECT to_char(to_timestamp(at / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day FROM hub"
_COLUMNS = (
    Column("provider", "provider"),
    Column("currency", "currency"),
    Column("sold", "sold", figures=True, spare=3),
    Column("bought", "bought", figures=True, spare=3),
    Column("position", "position", figures=True),
    Column("may_sell", "may still sell", figures=True, spare=2),
    Column("may_buy", "may still buy", figures=True, spare=2),
    Column("position_limit", "limit", figures=True),
    Column("left_to_sell", "left to sell", figures=True),
    Column("left_to_buy", "left to buy", figures=True),
    Column("quote_limit", "limit of a quote", figures=True, spare=1),
)
_QUALITY = (
    Column("day", "day"),
    Column("pair", "pair"),
    Column("provider", "provider"),
    Column("given", "quotes", figures=True),
    Column("used", "used", figures=True, spare=3),
    Column("fill", "used %", figures=True),
    Column("spread_to_mid", "to middle, bps", figures=True),
    Column("spread_to_fixing", "to official rate, bps", figures=True),
    Column("age_s", "age when used, s", figures=True, spare=1),
    Column("asked", "asked", figures=True, spare=2),
    Column("replied", "replied", figures=True, spare=2),
    Column("taken", "taken", figures=True, spare=2),
)
_ASKED = (
    Column("inquiry", "inquiry", figures=True),
    Column("bank", "bank"),
    Column("wanted", "wanted", figures=True),
    Column("for", "for"),
    Column("asked_at", "asked", spare=3),
    Column("replied", "replies", figures=True, spare=2),
    Column("state", "state"),
    Column("provider", "provider", spare=1),
    Column("rate", "rate", figures=True),
    Column("quote", "quote", spare=1),
    Column("quote_id", "id", spare=4),
)
Provider = Annotated[str, typer.Option("--provider", help="Only this provider, by its BIC.")]
Amount = Annotated[str, typer.Argument(help="1500.00, or none")]
On = Annotated[str, typer.Option("--on", help="From this day on, in UTC: 2026-11-24; else at once.")]


@app.command()
def positions(provider: Provider = "", directory: Directory = HERE, as_json: AsJson = False) -> None:
    """What each provider has sold and bought in each currency, what its quotes and payments may add, and its limits.

    The position is what was sold less what was bought: above zero the provider is short of the currency. What is left
    counts all open quotes and reserved payments on the side that they add to.
    """
    found = asyncio.run(_positions(Home(directory), provider))
    if provider and not found:
        raise NoSuchParticipant(
            f"{provider} is no FX provider; `corridor participant list` shows all", field="--provider"
        )
    show([_position(each) for each in found], _COLUMNS, as_json=as_json)


@limit.command("position")
def limit_position(
    bic: str,
    currency: str,
    amount: Amount,
    on: On = "",
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Limit how much more of a currency a provider may have sold than bought, or bought than sold.

    It takes two treasurers. No quote and no payment passes it; a trade of its own, which closes a position, may.
    """
    _order_limit("position", bic, currency, amount, on, by, directory, as_json=as_json)


@limit.command("quote")
def limit_quote(
    bic: str,
    currency: str,
    amount: Amount,
    on: On = "",
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Limit how much of a currency a provider may promise, or be promised, in a single quote.

    It takes two treasurers.
    """
    _order_limit("quote", bic, currency, amount, on, by, directory, as_json=as_json)


@app.command()
def quality(
    since: Annotated[str, typer.Option("--from", help="The first day, 2026-01-01.")] = FIRST_DAY,
    until: Annotated[str, typer.Option("--to", help="The last day.")] = LAST_DAY,
    provider: Provider = "",
    sql: Annotated[bool, typer.Option("--query", "--sql", help="Print the query of these figures.")] = False,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """How good quotes were, by day, pair and provider: how many were used, how far from the market, how fresh.

    Spreads are in basis points of the middle of the market, and of the day's official rate; above zero they cost the
    bank that asked. The age is the rate's, when a payment used the quote. Beside it: how many inquiries the provider
    was asked, how many it replied to, and how many of its replies were taken.
    """
    period.check(since, until)
    question = Question(since, until, provider and parse_bic(provider, field="--provider"))
    if sql:
        typer.echo(query(question), nl=False)
        return
    found = asyncio.run(_qualities(Home(directory), question))
    if as_json:
        lines = [{name: _text(getattr(each, name)) for name in Quality.__struct_fields__} for each in found]
        show_json({"question": msgspec.to_builtins(question), "lines": lines})
    elif found:
        show([msgspec.structs.asdict(each) for each in found], _QUALITY, as_json=False)
    else:
        typer.echo("no quote was given in these days")


@app.command()
def ask(
    amount: Annotated[str, typer.Argument(help="1500.00")],
    currency: Annotated[str, typer.Argument(help="The currency of the amount, which is paid.")],
    other: Annotated[str, typer.Argument(help="The currency that it is converted into.")],
    arrives: Annotated[
        bool, typer.Option("--arrives", help="The amount is what arrives, and the other currency is paid.")
    ] = False,
    bank: Annotated[str, typer.Option("--from", help="The bank that asks.")] = "SEVRRUM0",
    to: Annotated[str, typer.Option(help="The creditor's bank.")] = "PAMRTJ20",
    within: Annotated[int, typer.Option(min=1, max=60, help="So many seconds providers may reply.")] = 10,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let a simulated bank ask all providers of a pair for a firm quote; `corridor up` must be running.

    The best reply becomes the quote: the best price, and of equal ones the first.
    """
    fixed = Money.parse(amount, currency, field="amount")
    sides = (other, currency) if arrives else (currency, other)
    asking = Asking(bank, to, *sides, fixed, within)
    told = request.ask(Home(directory), asking, Inquiry, {"--from": bank, "--to": to})
    quote = told.quote
    if quote is None:
        raise Refusal(f"inquiry {told.number} has ended without a quote: {told.reason}")
    facts = {
        "inquiry": told.number,
        "quote_id": quote.quote_id,
        "provider": quote.provider,
        "source": str(quote.source),
        "destination": str(quote.destination),
        "fee": str(quote.fee),
        "rate": quote.rate.text(),
        "expires_at": moment(quote.expires_at),
    }
    sentence = (
        f"{quote.provider} pays {quote.destination} for {quote.source} at {quote.rate.text()}; fee {quote.fee}\n"
        f"quote {quote.quote_id}, firm until {facts['expires_at']}\n"
        f"{next_step(directory, 'pay', '--quote', quote.quote_id, who=bank)}"
    )
    say(facts, sentence, as_json=as_json)


@app.command("inquiries")
def inquiries_(
    bank: Annotated[str, typer.Option("--bank", help="Only those of this bank, by its BIC.")] = "",
    limit_: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the latest.")] = 50,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """What banks have asked providers, the latest first: who has replied what, and which quote came of it."""
    rows = asyncio.run(_inquiries(Home(directory), bank, limit_))
    if rows or as_json:
        show(rows, _ASKED, as_json=as_json)
    else:
        typer.echo("no bank has asked")


def _order_limit(
    kind: str, bic: str, currency: str, amount: str, on: str, by: str, directory: Directory, *, as_json: bool
) -> None:
    minor = None if amount == "none" else minor_units(amount, currency, field="amount")
    facts = {"provider": bic, "currency": currency, "kind": kind, "amount": minor, "on": on}
    what = "its position" if kind == "position" else "a single quote of it"
    sentence = f"{bic}: {what} in {currency} may come to {amount}" + (f" from {on} on" if on else "")
    passed = {} if minor is None or kind == "quote" else _passed(Home(directory), bic, currency, minor)
    order(directory, by, SetFxLimit, facts, {**facts, **passed}, sentence, as_json=as_json)
    if passed and not as_json:
        typer.echo(f"note: {passed['note']}")


def _passed(home: Home, bic: str, currency: str, limit: int) -> dict[str, str]:
    """Return what it means that the position is beyond the limit already; nothing if it is not."""
    position = asyncio.run(_position_now(home, bic, currency))
    if abs(position) <= limit:
        return {}
    side, adds, brings = ("short", "sells", "buying") if position > 0 else ("long", "buys", "selling")
    return {
        "position": decimal_text(position, currency),
        "note": f"{bic} is {side} of {money(abs(position), currency)} now, more than {money(limit, currency)}:"
        f" under this limit no quote and no payment in which it {adds} {currency} passes until {brings} has brought"
        " it back; what is promised already stands",
    }


async def _position_now(home: Home, bic: str, currency: str) -> int:
    async with reading(home) as reads:
        found = await reads.fetch(_POSITION_NOW, bic, currency)
    return found[0]["position"] if found else 0


async def _positions(home: Home, provider: str) -> Sequence[Any]:
    async with reading(home) as reads:
        await require(reads, provider, "--provider")
        (today,) = await reads.fetch(_TODAY)
        return await reads.fetch(_POSITIONS, today["day"], provider)


async def _qualities(home: Home, question: Question) -> list[Quality]:
    async with reading(home) as reads:
        await require(reads, question.provider, "--provider")
        return await qualities(reads, question)


async def _inquiries(home: Home, bank: str, most: int) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        await require(reads, bank)
        found = await reads.fetch(_INQUIRIES, bank, most)
        replies = await reads.fetch(_REPLIES, [each["number"] for each in found])
    by_number: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for reply in replies:
        by_number[reply["inquiry"]].append(
            {
                "provider": reply["provider"],
                "state": reply["state"],
                "rate": f"{reply['rate']:f}",
                "replied_at": moment(reply["replied_at"]),
            }
        )
    return [_inquiry(each, by_number[each["number"]]) for each in found]


def _inquiry(found: Any, replies: list[dict[str, Any]]) -> dict[str, Any]:
    source, destination = found["source_currency"], found["destination_currency"]
    fixed, other = (source, destination) if found["fixed"] == SOURCE else (destination, source)
    return {
        "inquiry": found["number"],
        "bank": found["bank"],
        "creditor_agent": found["creditor_agent"],
        "wanted": money(found["amount"], fixed),
        "for": f"to be paid in {other}" if fixed == destination else f"into {other}",
        "asked_at": moment(found["asked_at"]),
        "answers_until": moment(found["answers_until"]),
        "ended_at": moment(found["ended_at"]),
        "state": f"{found['state']} {found['reason']}".strip(),
        "asked": found["providers"].split(),
        "replied": f"{found['replies']} of {len(found['providers'].split())}",
        "replies": replies,
        "provider": found["provider"],
        "rate": None if found["rate"] is None else f"{found['rate']:f}",
        "quote": found["quote_state"],
        "quote_id": found["quote_id"] or None,
    }


def _position(found: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict(found)
    most, position = row["position_limit"], row["position"]
    row["left_to_sell"] = None if most is None else most - position - row["may_sell"]
    row["left_to_buy"] = None if most is None else most + position - row["may_buy"]
    return {
        name: decimal_text(value, row["currency"]) if type(value) is int else value
        for name, value in row.items()
    }


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)
