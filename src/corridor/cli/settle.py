"""`corridor settle`: what the settlement of a day costs in money, and what waiting for each other saves."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from corridor.cli.output import AsJson, Column, money, show, show_json
from corridor.domain.errors import InvalidValue
from corridor.domain.money import UnknownCurrency, currency
from corridor.services.settlement.liquidity import SHARES, DayPayment, Line, Rules, Saving, compare
from corridor.services.settlement.waiting import HIGH, NORMAL, URGENT

app = typer.Typer(help="Settlement between banks: what it needs, and what it saves.", no_args_is_help=True)

LEVELS = (0, 1, 2, 4, 8, 16)
"""Shares, in sixteenths, of the money between the least and all at once."""
PRIORITIES = (URGENT, HIGH, NORMAL)


@app.command("simulate")
def settle_simulate(
    day: Annotated[Path, typer.Argument(help="A payment a line, as JSON; `settle day` makes an example.")],
    every: Annotated[int, typer.Option(min=1, help="Optimise the queue every so many arrivals.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Replay a day of payments with less and less money; say what is saved, and how long payments wait.

    A line is {"time": seconds, "debtor": BIC, "creditor": BIC, "currency": "RUB", "amount": minor units,
    "priority": 0 urgent, 1 high, 2 normal (may be absent)}.
    """
    saving = compare(read_day(day), Rules(every), LEVELS)
    if as_json:
        show_json(msgspec.to_builtins(_document(saving)))
        return
    value = ", ".join(money(amount, code) for code, amount in sorted(saving.value.items()))
    typer.echo(f"{saving.payments:,} payments, {value}.")
    for code in sorted(saving.gross):
        typer.echo(
            f"At once, banks need {money(saving.gross[code], code)}; "
            f"whatever is done, {money(saving.least[code], code)}."
        )
    rows = [_row(saving, code, line) for code in sorted(saving.gross) for line in saving.lines]
    show(
        rows,
        (
            Column("held", "Money held"), Column("need", "Money used", figures=True),
            Column("saved", "Saved", figures=True), Column("average", "Wait on average", figures=True),
            Column("longest", "Longest wait", figures=True),
            Column("together", "Settled together", figures=True, spare=1),
            Column("unsettled", "Left at the end", figures=True),
        ),
        as_json=False,
    )  # fmt: skip
    typer.echo(
        "Held is the least and a share of what lies between it and all at once. What is not covered waits, in "
        f"order; every {every} arrivals, and at the end, whatever can settle together does. Waits are of all "
        "currencies."
    )


@app.command("day")
def settle_day(
    wages_to_goods: Annotated[
        float, typer.Option(min=0.01, help="The value of wages, in that of the goods paid the other way.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed, the same day.")] = 1,
) -> None:
    """Print a day of the reference corridor for `settle simulate`: goods one way, wages the other."""
    from corridor.bench.corridor_day import make_day  # noqa: PLC0415  only this needs it

    encode = msgspec.json.Encoder().encode
    for payment in make_day(wages_to_goods, seed):
        typer.echo(encode(payment).decode())


def read_day(path: Path) -> list[DayPayment]:
    """The payments of a file, a line each; blank lines are passed over.

    Raises: InvalidValue (CH16), naming the line; UnknownCurrency (AM03).
    """
    decode = msgspec.json.Decoder(DayPayment).decode
    payments = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InvalidValue(error.strerror or "cannot be read", field=str(path)) from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        field = f"{path}, line {number}"
        try:
            payment = decode(line)
        except msgspec.DecodeError as error:
            raise InvalidValue(str(error), field=field) from None
        try:
            currency(payment.currency)
        except UnknownCurrency:
            raise UnknownCurrency(field=field) from None
        if payment.amount <= 0 or payment.time < 0:
            raise InvalidValue("the amount must be above zero and the time not below", field=field)
        if payment.debtor == payment.creditor:
            raise InvalidValue("debtor and creditor are the same", field=field)
        if payment.priority not in PRIORITIES:
            raise InvalidValue("the priority is 0, 1 or 2", field=field)
        payments.append(payment)
    if not payments:
        raise InvalidValue("holds no payment", field=str(path))
    return payments


def _row(saving: Saving, code: str, line: Line) -> dict[str, str]:
    need, gross = line.need.get(code, 0), saving.gross[code]
    share = line.sixteenths * 100 / SHARES
    return {
        "held": f"{code}, least + {share:g} %",
        "need": money(need, code),
        "saved": f"{100 - need * 100 / max(1, gross):.1f} %",
        "average": _minutes(line.replay.delay_average),
        "longest": _minutes(line.replay.delay_max),
        "together": f"{line.replay.together:,}",
        "unsettled": f"{line.replay.unsettled:,}",
    }


def _minutes(seconds: int) -> str:
    return f"{seconds / 60:.1f} min"


def _document(saving: Saving) -> dict[str, Any]:
    return {
        "payments": saving.payments,
        "value": saving.value,
        "gross_need": saving.gross,
        "least_need": saving.least,
        "lines": [
            {
                "held_sixteenths": line.sixteenths,
                "need": line.need,
                "liquidity_ratio": {
                    code: round(line.need.get(code, 0) / max(1, gross), 4)
                    for code, gross in saving.gross.items()
                },
                "delay_average_s": line.replay.delay_average,
                "delay_max_s": line.replay.delay_max,
                "settled": line.replay.settled,
                "settled_together": line.replay.together,
                "unsettled": line.replay.unsettled,
            }
            for line in saving.lines
        ],
    }
