"""`corridor backup`: a copy of the running database."""

from pathlib import Path

import typer

from corridor.adapters.postgres import backup as copies
from corridor.cli import database
from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Directory, say
from corridor.cli.reading import running
from corridor.domain.errors import CorridorError

app = typer.Typer()


class NotEmbedded(CorridorError):
    """The PostgreSQL in use is your own: copy it with its own tools, such as pg_basebackup."""

    reason = "AB10"


@app.command()
def backup(target: Path, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Copy the database into the new directory TARGET while it runs, and check every file of the copy.

    Keys are not in it: keep them apart, as secrets are kept.
    """
    require_embedded()
    home = Home(directory)
    with running(home):
        copies.backup(database.cluster(home), target)
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    say(
        {"backup": str(target), "size_bytes": size},
        f"{target} holds the database ({size / 1e6:.0f} MB); the keys in {home.keys} are not in it",
        as_json=as_json,
    )


def require_embedded() -> None:
    """Raises: NotEmbedded."""
    if database.foreign() is not None:
        raise NotEmbedded
