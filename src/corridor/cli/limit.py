"""`corridor limit`: how far an account may go below zero, what it may send in a day, what is kept, when a day ends."""

from typing import Annotated

import typer

from corridor.cli.order import As, order
from corridor.cli.output import HERE, AsJson, Directory, money
from corridor.domain.errors import InvalidValue
from corridor.domain.instants import InvalidDateTime, at
from corridor.domain.money import minor_units
from corridor.services.messaging.commands import SetLimit
from corridor.services.settlement.commands import SetCutOff, SetSettlementLimit, SetUrgentReserve

app = typer.Typer(no_args_is_help=True)


@app.command("set")
def set_limit(
    bic: str,
    currency: str,
    amount: str,
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Set the credit limit of a participant's account: 1500.00, in the currency's own decimals.

    It takes two treasurers. A limit below what is in use is refused.
    """
    limit = minor_units(amount, currency, field="amount")
    facts = {"participant": bic, "currency": currency, "limit": limit}
    done = {"participant": bic, "currency": currency, "limit": amount}
    sentence = f"{bic} may now go {money(limit, currency)} below zero"
    order(directory, by, SetLimit, facts, done, sentence, as_json=as_json)


On = Annotated[
    str, typer.Option("--on", help="From this business day on, 2026-11-24; else as soon as it may.")
]


@app.command("day")
def set_day_limit(
    bic: str,
    currency: str,
    amount: Annotated[str, typer.Argument(help="1500.00, or none")],
    to: Annotated[str, typer.Option(help="Towards this bank only.")] = "",
    on: On = "",
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Limit what a participant sends in a business day, net of what it receives: to all, or to one bank.

    It takes two treasurers. Where none stands yet it holds from the next business day on.
    """
    minor = None if amount == "none" else minor_units(amount, currency, field="amount")
    facts = {"participant": bic, "creditor": to, "currency": currency, "amount": minor, "on": on}
    sentence = f"{bic} may send {to or 'all'} {amount} {currency} a day"
    order(directory, by, SetSettlementLimit, facts, facts, sentence, as_json=as_json)


@app.command("keep")
def set_reserve(
    bic: str,
    currency: str,
    amount: str,
    on: On = "",
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Keep some of a participant's money for urgent payments. It takes two treasurers."""
    facts = {
        "participant": bic,
        "currency": currency,
        "amount": minor_units(amount, currency, field="amount"),
        "on": on,
    }
    sentence = f"{amount} {currency} of {bic} are for urgent payments only"
    order(directory, by, SetUrgentReserve, facts, facts, sentence, as_json=as_json)


@app.command("cut-off")
def set_cut_off(
    currency: str,
    time: Annotated[str, typer.Argument(help="With its offset from UTC: 21:00:00+03:00")],
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Set when the business day of a currency ends. It takes two of operations."""
    try:
        at("2026-11-24", time)
    except InvalidDateTime:
        raise InvalidValue("a time reads like 21:00:00+03:00", field="TIME") from None
    facts = {"currency": currency, "time": time}
    order(directory, by, SetCutOff, facts, facts, f"days of {currency} end at {time}", as_json=as_json)
