"""`corridor verify`: every balance and every invariant, recomputed from the journal."""

import asyncio
from typing import Annotated, Any

import typer
from rich.console import Console

from corridor.adapters.postgres import verify as verification
from corridor.cli import database
from corridor.cli.home import ENVIRONMENT, Home
from corridor.cli.output import HERE, WRONG, AsJson, Column, Directory, show, show_json
from corridor.cli.reading import running
from corridor.hub.batch import chain

app = typer.Typer()

_COLUMNS = (
    Column("name", "invariant"),
    Column("checked", "checked", figures=True),
    Column("violations", "violations", figures=True),
    Column("promise", "promise"),
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

    Ends with exit code 1 if anything is violated, were it one minor unit.
    """
    home = Home(directory)
    with running(home), Console(stderr=True).status("reading the journal") as status:
        report = asyncio.run(
            verification.verify(
                database.reader_dsn(home),
                chain=chain,
                environment=ENVIRONMENT,
                sample=1 if every else verification.SAMPLE,
                tell=lambda found: status.update(f"{found.name}: {found.checked:,} checked"),
            )
        )
    _show(report, as_json=as_json)
    if not report.ok:
        raise typer.Exit(WRONG)


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
