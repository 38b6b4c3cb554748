"""`corridor restore`: the database of a new state directory from a backup."""

from pathlib import Path

import typer

from corridor.adapters.postgres import backup as copies
from corridor.cli.backup import require_embedded, watched
from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Directory, say

app = typer.Typer()


@app.command()
def restore(source: Path, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Make the database of a new state directory from the backup SOURCE, once every file of it is checked.

    The keys must be put there, too: a hub without its key signs nothing.
    """
    require_embedded()
    home = Home(directory)
    watched("checking and copying", lambda: copies.restore(source, home.cluster), home.cluster)
    say(
        {"database": str(home.cluster)},
        f"{home.cluster} is restored; put the keys back into {home.keys}, then run "
        f"`corridor verify -d {directory}`",
        as_json=as_json,
    )
