"""`corridor freeze`: nothing new begins on a settlement account until it is thawed."""

from typing import Annotated

import typer

from corridor.cli.order import As, order
from corridor.cli.output import HERE, AsJson, Directory
from corridor.services.messaging.commands import SetFrozen

app = typer.Typer()


@app.command()
def freeze(
    bic: str,
    currency: str,
    thaw: Annotated[bool, typer.Option("--thaw", help="Let payments begin again.")] = False,
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Freeze a participant's account: what is reserved may still end, nothing new begins (AC06).

    One treasurer is enough; to thaw it takes two.
    """
    state = "open" if thaw else "frozen"
    facts = {"participant": bic, "currency": currency, "frozen": not thaw}
    done = {"participant": bic, "currency": currency, "state": state}
    sentence = f"the {currency} account of {bic} is {state}"
    order(directory, by, SetFrozen, facts, done, sentence, as_json=as_json)
