"""`corridor verify`: every balance and every invariant, recomputed from the journal."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import typer
from rich.console import Console

from corridor.adapters.keys import seals
from corridor.adapters.postgres import verify as verification
from corridor.adapters.system.shelf import FileShelf
from corridor.adapters.system.witness import FileWitness
from corridor.cli import database
from corridor.cli.home import ENVIRONMENT, Home
from corridor.cli.main import WRONG
from corridor.cli.output import HERE, AsJson, Column, Directory, show, show_json
from corridor.cli.reading import running
from corridor.client.store import peek
from corridor.hub.batch import chain
from corridor.ports import Unreadable

app = typer.Typer()

_COLUMNS = (
    Column("name", "invariant"),
    Column("checked", "checked", figures=True),
    Column("violations", "violations", figures=True),
    Column("promise", "promise", prose=True),
)


@app.command()
def verify(
    every: Annotated[
        bool, typer.Option("--all", help="Check every message by its schema, not one in twenty.")
    ] = False,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Recompute every balance and every invariant from the journal; the hub may be running.

    What is known of the log outside of the database must be in it: the witness's mark, the checker's place, and what
    the simulated banks hold, if they are not at work.

    Ends with exit code 1 if anything is violated, were it one minor unit.
    """
    home = Home(directory)
    with running(home), Console(stderr=True).status("reading the journal") as status:
        report = asyncio.run(_verify(home, 1 if every else verification.SAMPLE, status.update))
    _show(report, as_json=as_json)
    if not report.ok:
        raise typer.Exit(WRONG)


async def _verify(home: Home, sample: int, tell: Callable[[str], None]) -> verification.Report:
    return await verification.verify(
        database.reader_dsn(home),
        chain=chain,
        environment=ENVIRONMENT,
        seal=seals.read(home.personal),
        sample=sample,
        held=[anchor async for anchor in _held(home)],
        tell=lambda found: tell(f"{found.name}: {found.checked:,} checked"),
    )


async def _held(home: Home) -> AsyncIterator[verification.Anchor]:
    """Yield what is held outside of the database; an unreadable witness holds nothing."""
    with contextlib.suppress(Unreadable):
        mark = await FileWitness(home.witness).read()
        if mark is not None:
            yield verification.Anchor(f"the witness {home.witness}", mark.batch, mark.head, mark.batch)
    kept = FileShelf(home.checker).kept()
    if kept is not None:
        yield verification.Anchor("the checker", kept.line.batch, kept.line.head, kept.line.batch)
    for path in sorted(home.sandbox.glob("*.db")):
        place = peek(path)
        if place is not None and place.voucher is not None:
            yield verification.Anchor(path.stem, place.batch, bytes.fromhex(place.head), place.voucher.reach)


def _show(report: verification.Report, *, as_json: bool) -> None:
    if as_json:
        show_json({"ok": report.ok, "checked": report.checked, "violations": report.violations})
        return
    rows: list[dict[str, Any]] = [
        {
            "name": each.name,
            "checked": f"{each.checked:,}",
            "violations": each.broken or "-",
            "promise": each.promise,
        }
        for each in report.findings
    ]
    show(rows, _COLUMNS, as_json=False)
    typer.echo()
    for violation in report.violations:
        typer.echo(violation)
    typer.echo("all is well" if report.ok else "the journal is not what it should be")
