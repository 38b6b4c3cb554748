"""`corridor backup`: a copy of the running database."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import Final

import typer
from rich.console import Console

from corridor.adapters.postgres import backup as copies
from corridor.cli import database
from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Directory, say
from corridor.cli.reading import running
from corridor.domain.errors import CorridorError

app = typer.Typer()
EVERY_S: Final = 0.2


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
        watched("copying the database", lambda: copies.backup(database.cluster(home), target), target)
    size = size_bytes(target)
    say(
        {"backup": str(target), "size_bytes": size},
        f"{target} holds the database ({size / 1e6:.0f} MB); the keys in {home.keys} are not in it",
        as_json=as_json,
    )


def require_embedded() -> None:
    """Raises: NotEmbedded."""
    if database.foreign() is not None:
        raise NotEmbedded


def watched(doing: str, work: Callable[[], object], target: Path) -> None:
    """Do the work; meanwhile tell how large what it makes has become. Raises what the work raises."""
    with ThreadPoolExecutor(1) as pool, Console(stderr=True).status(doing) as status:
        future = pool.submit(work)
        while not wait([future], EVERY_S).done:
            status.update(f"{doing}: {size_bytes(target) / 1e6:,.0f} MB")
    future.result()


def size_bytes(directory: Path) -> int:
    """The bytes of all files that are there now; somebody is at work there, so some go while they are counted."""
    size = 0
    for parent, _, names in os.walk(directory):  # which passes over directories that have gone
        for name in names:
            with suppress(FileNotFoundError):
                size += Path(parent, name).stat().st_size
    return size
