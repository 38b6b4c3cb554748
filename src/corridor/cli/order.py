"""What a verb of an operator does: give the command, and say that it is done or who must approve it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from corridor.cli.home import Home
from corridor.cli.output import next_step, say
from corridor.cli.person import VARIABLE, Operator, who
from corridor.services.messaging.commands import Command

As = Annotated[
    str, typer.Option("--as", envvar=VARIABLE, help="Who orders it; a key of theirs is needed here.")
]


def order(
    directory: Path,
    name: str,
    command: type[Command],
    facts: Mapping[str, Any],
    done: Mapping[str, Any],
    sentence: str,
    *,
    as_json: bool,
) -> None:
    """Give one command, and print `done` or `sentence`; or, if it takes two persons, what to do next."""
    home = Home(directory)
    answer = asyncio.run(_give(home, name, command, facts))
    if "proposal" in answer:
        say({**done, "state": "proposed", **answer}, waits(home, who(name), answer), as_json=as_json)
    else:
        say({**done, **answer}, sentence, as_json=as_json)


def waits(home: Home, maker: str, proposal: Mapping[str, Any]) -> str:
    """Say what is to be done about a proposal."""
    number = proposal["proposal"]
    step = next_step(home.directory, "approve", str(number), "--as", second(home, maker))
    return f"proposal {number} waits for a second person, until {proposal['expires_at']}\n{step}"


def second(home: Home, maker: str) -> str:
    """Return somebody else whose key is here, NAME if nobody's is."""
    others = sorted(path.stem for path in home.operators.glob("*.pem") if path.stem != maker)
    return others[0] if others else "NAME"


async def _give(home: Home, name: str, command: type[Command], facts: Mapping[str, Any]) -> dict[str, Any]:
    async with Operator(home, name) as operator:
        return await operator.give(command, **facts)
