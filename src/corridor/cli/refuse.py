"""`corridor refuse`: a proposal ends without effect."""

from typing import Annotated

import typer

from corridor.cli.order import As, order
from corridor.cli.output import HERE, AsJson, Directory
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
    facts = {"proposal": number, "text": reason}
    done = {"refused": number}
    order(directory, by, RefuseProposal, facts, done, f"proposal {number} is ended", as_json=as_json)
