"""`corridor arrangement`: two central banks whose payers pay in their own currency, and what they have netted."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from corridor.cli import request
from corridor.cli.counter import ArrangementDeed
from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Column, Directory, money, next_step, say, show
from corridor.cli.reading import reading
from corridor.client import Arrangement
from corridor.domain.money import Money, decimal_text
from corridor.services.fx.arrangements.records import OFFERED

app = typer.Typer(no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="The arrangement's number, as `arrangement list` shows it.")]
_ARRANGEMENTS = """
SELECT a.number AS arrangement, base_bank, quote_bank, base_currency, quote_currency, base_swing_amount,
       quote_swing_amount, state, offered_by, nets_on,
       coalesce(b.credits_posted - b.debits_posted, 0) AS base_stands,
       coalesce(q.credits_posted - q.debits_posted, 0) AS quote_stands
  FROM arrangement a LEFT JOIN balance b ON b.account_id = base_account_id
  LEFT JOIN balance q ON q.account_id = quote_account_id ORDER BY a.number
"""
_NETTINGS = """
SELECT number, arrangement, day, rate, base_owed, quote_owed, base_paid, quote_paid, net_debtor, remainder,
       base_currency, quote_currency
  FROM arrangement_netting WHERE $1::bigint IN (0, arrangement) ORDER BY number
"""
_COLUMNS = (
    Column("arrangement", "arrangement", figures=True),
    Column("central_bank", "central bank"),
    Column("with", "with"),
    Column("stands", "has there, or owes", figures=True),
    Column("swing", "may owe", figures=True),
    Column("state", "state"),
    Column("nets_on", "nets on", spare=1),
)
_NETTING_COLUMNS = (
    Column("arrangement", "arrangement", figures=True, spare=1),
    Column("day", "day"),
    Column("rate", "rate", figures=True),
    Column("base_owed", "owed", figures=True),
    Column("quote_owed", "owed", figures=True),
    Column("net_debtor", "owed more"),
    Column("base_paid", "paid", figures=True),
    Column("quote_paid", "paid", figures=True),
)


@app.command("list")
def list_arrangements(directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Every arrangement that was ever offered, a line for each side: what it has with the other, or owes it."""
    rows = asyncio.run(_list(Home(directory)))
    if not rows and not as_json:
        typer.echo("no central banks have an arrangement; `corridor arrangement offer` begins one")
        return
    show(rows, _COLUMNS, as_json=as_json)


@app.command("nettings")
def list_nettings(
    number: Annotated[int, typer.Argument(help="Only those of this arrangement.")] = 0,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """What was owed each day that was netted, at which official rate, and what was paid for it."""
    rows = asyncio.run(_nettings(Home(directory), number))
    if not rows and not as_json:
        typer.echo(
            "nothing was netted yet: that is done at the end of a day, in UTC, on which something was owed"
        )
        return
    show(rows, _NETTING_COLUMNS, as_json=as_json)


@app.command("offer")
def offer(
    central_bank: Annotated[str, typer.Argument(help="Who offers.")],
    other: Annotated[str, typer.Argument(help="The other central bank.")],
    swing: Annotated[
        tuple[str, str],
        typer.Option(help="How far the other may owe: 1000000.00 RUB, in one's own currency."),
    ],
    other_swing: Annotated[
        tuple[str, str], typer.Option(help="How far one may owe the other: 100000.00 TJS, in its currency.")
    ],
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let one simulated central bank offer another that payers of both pay in their own currency."""
    ours, theirs = Money.parse(*swing, field="--swing"), Money.parse(*other_swing, field="--other-swing")
    deed = ArrangementDeed(central_bank, "offer", other=other, swing=ours, other_swing=theirs)
    _do(directory, deed, {"CENTRAL_BANK": central_bank, "OTHER": other}, as_json=as_json)


@app.command("accept")
def accept(central_bank: str, number: Number, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Let the other central bank take the offer."""
    deed = ArrangementDeed(central_bank, "accept", number)
    _do(directory, deed, {"CENTRAL_BANK": central_bank}, as_json=as_json)


@app.command("end")
def end(central_bank: str, number: Number, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """End an offer; or let an arrangement end with its next netting."""
    deed = ArrangementDeed(central_bank, "end", number)
    _do(directory, deed, {"CENTRAL_BANK": central_bank}, as_json=as_json)


def _do(directory: Path, deed: ArrangementDeed, named: Mapping[str, str], *, as_json: bool) -> None:
    told = request.ask(Home(directory), deed, Arrangement, named)
    said = f"arrangement {told.arrangement} of {told.base_bank} and {told.quote_bank} is {told.state}"
    if told.state == OFFERED:
        other = told.quote_bank if deed.bank == told.base_bank else told.base_bank
        step = next_step(directory, "arrangement", "accept", other, str(told.arrangement), who=other)
        said += f"\n{step}"
    say(msgspec.to_builtins(told), said, as_json=as_json)


async def _list(home: Home) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        found = await reads.fetch(_ARRANGEMENTS)
    return [row for each in found for row in _rows(each)]


def _rows(found: Any) -> list[dict[str, Any]]:
    base, quote = found["base_currency"], found["quote_currency"]
    return [
        {
            "arrangement": found["arrangement"],
            "central_bank": bank,
            "with": other,
            "stands": f"{decimal_text(stands, code)} {code}",
            "swing": money(swing, code),
            "state": found["state"],
            "nets_on": found["nets_on"] or None,
        }
        for bank, other, stands, swing, code in (
            (
                found["base_bank"],
                found["quote_bank"],
                found["quote_stands"],
                found["quote_swing_amount"],
                quote,
            ),
            (found["quote_bank"], found["base_bank"], found["base_stands"], found["base_swing_amount"], base),
        )
    ]


async def _nettings(home: Home, number: int) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        found = await reads.fetch(_NETTINGS, number)
    return [
        {
            **{name: each[name] for name in ("arrangement", "day", "net_debtor", "number")},
            "rate": f"{each['rate']:f}",
            "remainder": f"{each['remainder']:f}",
            **{
                f"{side}_{what}": money(each[f"{side}_{what}"], each[f"{side}_currency"])
                for side in ("base", "quote")
                for what in ("owed", "paid")
            },
        }
        for each in found
    ]
