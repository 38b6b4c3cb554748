"""`corridor share`: in which currencies the corridor settles, as PostgreSQL has it."""

import asyncio
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated, Any, cast

import msgspec
import typer

from corridor.adapters.postgres.shares import query, sums
from corridor.cli import period as days
from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Column, Directory, show, show_json
from corridor.cli.reading import reading
from corridor.domain.errors import InvalidValue
from corridor.domain.money import UnknownCurrency, currency, decimal_text
from corridor.reports.shares import FIRST_DAY, LAST_DAY, Key, Of, Period, Question, Turnover, turnovers

app = typer.Typer()

Since = Annotated[str, typer.Option("--from", help="The first day, 2025-01-01.")]
Until = Annotated[str, typer.Option("--to", help="The last day.")]


@app.command()
def share(
    since: Since = FIRST_DAY,
    until: Until = LAST_DAY,
    period: Annotated[str, typer.Option(help="month, quarter or year.")] = "year",
    by: Annotated[str, typer.Option(help="currency, product or direction.")] = "currency",
    of: Annotated[
        str, typer.Option(help="all; trade: without wages and salaries; returned: what was given back.")
    ] = "all",
    unit: Annotated[str, typer.Option(help="The currency that all are valued in.")] = "USD",
    sql: Annotated[bool, typer.Option("--sql", help="Print the query of these figures.")] = False,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Turnover and the currencies' shares of it, by value at official rates and by number.

    A payment is valued at the official rate of the day on which it settled; a rate that was not posted is an error.
    """
    question = ask(since, until, period, by, of, unit)
    if sql:
        typer.echo(query(question), nl=False)
        return
    found = asyncio.run(_read(Home(directory), question))
    if as_json:
        periods = [_plain(each, question.unit) for each in found]
        show_json({"question": msgspec.to_builtins(question), "periods": periods})
        return
    if found:
        print_report(question, found)
    else:
        typer.echo("nothing has settled in these days")


def ask(since: str, until: str, period: str, by: str, of: str, unit: str) -> Question:
    """Return the question, if it is one. Raises: InvalidValue, InvalidDate, UnknownCurrency, naming the option."""
    days.check(since, until)
    for option, value, values in (
        ("--period", period, ("month", "quarter", "year")),
        ("--by", by, ("currency", "product", "direction")),
        ("--of", of, ("all", "trade", "returned")),
    ):
        if value not in values:
            raise InvalidValue(f"it is {', '.join(values)}", field=option)
    try:
        currency(unit)
    except UnknownCurrency:
        raise UnknownCurrency(field="--unit") from None
    return Question(since, until, cast("Period", period), cast("Key", by), unit, cast("Of", of))


def print_report(question: Question, found: Iterable[Turnover]) -> None:
    """Print the report for people: a total a period, then its lines."""
    columns = (
        Column("period", "period"),
        Column("key", question.by),
        Column("number", "payments", figures=True),
        Column("number_share", "%", figures=True, spare=2),
        Column("value", f"value, {question.unit}", figures=True),
        Column("value_share", "%", figures=True),
        Column("growth", "growth %", figures=True, spare=1),
        *(
            ()
            if question.by == "currency"
            else (Column("currencies", "of it, by value", spare=3, prose=True),)
        ),
    )
    show(list(_rows(question, found)), columns, as_json=False)


async def _read(home: Home, question: Question) -> tuple[Turnover, ...]:
    async with reading(home) as reads:
        return turnovers(await sums(reads, question))


def _rows(question: Question, found: Iterable[Turnover]) -> Iterator[dict[str, Any]]:
    for turnover in found:
        yield {
            "period": turnover.period,
            "key": "total",
            "number": turnover.number,
            "value": decimal_text(turnover.value, question.unit),
            "growth": turnover.growth,
        }
        for line in turnover.lines:
            yield {
                "period": turnover.period,
                "key": line.key,
                "number": line.number,
                "number_share": line.number_share,
                "value": decimal_text(line.value, question.unit),
                "value_share": line.value_share,
                "currencies": ", ".join(f"{part.currency} {part.value_share}" for part in line.currencies),
            }


def _plain(facts: Any, unit: str) -> Any:
    """Return a part of the report as JSON: amounts and shares are decimals in text."""
    if isinstance(facts, tuple):
        return [_plain(each, unit) for each in facts]
    if not isinstance(facts, msgspec.Struct):
        return str(facts) if isinstance(facts, Decimal) else facts
    plain = {name: _plain(getattr(facts, name), unit) for name in facts.__struct_fields__}
    if "value" in plain:
        plain["value"] = decimal_text(plain["value"], unit)
    if "amount" in plain:
        plain["amount"] = decimal_text(plain["amount"], plain["currency"])
    return plain
