"""`corridor freeze`: nothing new begins on a settlement account until it is thawed."""

import asyncio
from typing import Annotated

import typer

from corridor.cli.home import Home
from corridor.cli.operator import Operator
from corridor.cli.output import HERE, AsJson, Directory, say
from corridor.services.messaging.commands import SetFrozen

app = typer.Typer()


@app.command()
def freeze(
    bic: str,
    currency: str,
    thaw: Annotated[bool, typer.Option("--thaw", help="Let payments begin again.")] = False,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Freeze a participant's account: what is reserved may still end, nothing new begins (AC06)."""
    asyncio.run(_give(Home(directory), bic, currency, frozen=not thaw))
    state = "open" if thaw else "frozen"
    say(
        {"participant": bic, "currency": currency, "state": state},
        f"the {currency} account of {bic} is {state}",
        as_json=as_json,
    )


async def _give(home: Home, bic: str, currency: str, *, frozen: bool) -> None:
    async with Operator(home) as operator:
        await operator.give(SetFrozen, participant=bic, currency=currency, frozen=frozen)
