"""`corridor screening`: which lists names are screened against."""

from pathlib import Path
from typing import Annotated

import typer

from corridor.cli import watchlist
from corridor.cli.home import Home
from corridor.cli.order import As, order
from corridor.cli.output import HERE, AsJson, Directory
from corridor.services.compliance.commands import ActivateList
from corridor.services.compliance.list_formats import read_list

app = typer.Typer(no_args_is_help=True)


@app.command("import")
def take_in(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    publisher: Annotated[str, typer.Option("--format", help="Whose format it is: UN, OFAC, EU or UK.")],
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Replace the list of a publisher by FILE, and put the whole in force for every payment from now on."""
    home = Home(directory)
    content = file.read_bytes()
    read_list(publisher, content)  # what cannot be read must not replace what can
    home.screening.mkdir(parents=True, exist_ok=True)
    (home.screening / f"{publisher}.list").write_bytes(content)
    prepared = watchlist.take_in(home)
    facts = {"version": prepared.version, "entries": prepared.entries}
    sentence = f"{prepared.entries:,} entries are in force, version {prepared.version[:23]}"
    order(directory, by, ActivateList, facts, facts, sentence, as_json=as_json)
