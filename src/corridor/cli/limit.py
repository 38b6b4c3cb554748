"""`corridor limit`: how far a settlement account may go below zero."""

import typer

from corridor.cli.order import As, order
from corridor.cli.output import HERE, AsJson, Directory, money
from corridor.domain.money import minor_units
from corridor.services.messaging.commands import SetLimit

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
