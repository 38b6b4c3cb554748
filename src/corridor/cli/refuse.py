"""`corridor refuse`: a proposal ends without effect."""

import asyncio
from typing import Annotated

import typer

from corridor.cli.home import Home
from corridor.cli.order import As, order
from corridor.cli.output import HERE, AsJson, Directory
from corridor.cli.person import who
from corridor.cli.proposals import named
from corridor.services.governance.commands import RefuseProposal

app = typer.Typer()


@app.command()
def refuse(
    number: int,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the proposal.")],
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Refuse a proposal of somebody else, or take back one's own."""
    (row,) = asyncio.run(named(Home(directory), [number]))
    facts = {"proposal": number, "text": reason}
    done = {"refused": number}
    became = "taken back" if row["maker"] == who(by) else f"refused by {who(by)}"
    sentence = f"proposal {number} is {became}; nothing was done of it: {row['what']}"
    order(directory, by, RefuseProposal, facts, done, sentence, as_json=as_json)
