"""`corridor fx`: what FX providers hold and may hold, and how good their quotes are."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import typer

from corridor.adapters.postgres.quality import qualities, query
from corridor.cli.home import Home
from corridor.cli.order import As, order
from corridor.cli.output import HERE, AsJson, Column, Directory, show, show_json
from corridor.cli.reading import reading
from corridor.domain.errors import CorridorError
from corridor.domain.identifiers import parse_bic
from corridor.domain.instants import parse
from corridor.domain.money import decimal_text, minor_units
from corridor.reports.quality import FIRST_DAY, LAST_DAY, Quality, Question
from corridor.services.fx.commands import SetFxLimit

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
_TODAY = "SELECT to_char(to_timestamp(at / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day FROM hub"
_COLUMNS = (
    Column("provider", "provider"),
    Column("currency", "currency"),
    Column("sold", "sold", figures=True),
    Column("bought", "bought", figures=True),
    Column("position", "position", figures=True),
    Column("may_sell", "may still sell", figures=True),
    Column("may_buy", "may still buy", figures=True),
    Column("position_limit", "limit", figures=True),
    Column("left_to_sell", "left to sell", figures=True),
    Column("left_to_buy", "left to buy", figures=True),
    Column("quote_limit", "limit of a quote", figures=True),
)
_QUALITY = (
    Column("day", "day"),
    Column("pair", "pair"),
    Column("provider", "provider"),
    Column("given", "quotes", figures=True),
    Column("used", "used", figures=True),
    Column("fill", "used %", figures=True),
    Column("spread_to_mid", "to middle, bps", figures=True),
    Column("spread_to_fixing", "to official rate, bps", figures=True),
    Column("age_s", "age when used, s", figures=True),
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
    if not found:
        raise typer.BadParameter("no such FX provider; `corridor participant list` shows all")
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
    bank that asked. The age is the rate's, when a payment used the quote.
    """
    question = _ask(since, until, provider)
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


def _order_limit(
    kind: str, bic: str, currency: str, amount: str, on: str, by: str, directory: Directory, *, as_json: bool
) -> None:
    minor = None if amount == "none" else minor_units(amount, currency, field="amount")
    facts = {"provider": bic, "currency": currency, "kind": kind, "amount": minor, "on": on}
    what = "its position" if kind == "position" else "a single quote of it"
    sentence = f"{bic}: {what} in {currency} may come to {amount}" + (f" from {on} on" if on else "")
    order(directory, by, SetFxLimit, facts, facts, sentence, as_json=as_json)


def _ask(since: str, until: str, provider: str) -> Question:
    for option, day in (("--from", since), ("--to", until)):
        try:
            parse(f"{day}T00:00:00Z")
        except CorridorError:
            raise typer.BadParameter(f"{option}: a day reads like 2026-01-01") from None
    try:
        return Question(since, until, parse_bic(provider) if provider else "")
    except CorridorError as error:
        raise typer.BadParameter(f"--provider: {error.message}") from None


async def _positions(home: Home, provider: str) -> Sequence[Any]:
    async with reading(home) as reads:
        (today,) = await reads.fetch(_TODAY)
        return await reads.fetch(_POSITIONS, today["day"], provider)


async def _qualities(home: Home, question: Question) -> list[Quality]:
    async with reading(home) as reads:
        return await qualities(reads, question)


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
