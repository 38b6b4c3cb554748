"""`corridor limit`: how far a settlement account may go below zero."""

import asyncio

import typer

from corridor.cli.home import Home
from corridor.cli.operator import Operator
from corridor.cli.output import HERE, AsJson, Directory, money, say
from corridor.domain.money import minor_units
from corridor.services.messaging.commands import SetLimit

app = typer.Typer(no_args_is_help=True)


@app.command("set")
def set_limit(
    bic: str, currency: str, amount: str, directory: Directory = HERE, as_json: AsJson = False
) -> None:
    """Set the credit limit of a participant's account: 1500.00, in the currency's own decimals.

    A limit below what is in use is refused.
    """
    limit = minor_units(amount, currency, field="amount")
    asyncio.run(_give(Home(directory), bic, currency, limit))
    say(
        {"participant": bic, "currency": currency, "limit": amount},
        f"{bic} may now go {money(limit, currency)} below zero",
        as_json=as_json,
    )


async def _give(home: Home, bic: str, currency: str, limit: int) -> None:
    async with Operator(home) as operator:
        await operator.give(SetLimit, participant=bic, currency=currency, limit=limit)
