"""`corridor checks`: what the checker has asked, and the alarms that wait for a person."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from corridor.adapters.system.clock import SystemClock
from corridor.adapters.system.shelf import FileShelf
from corridor.cli.home import Home
from corridor.cli.main import AWAY, WRONG
from corridor.cli.output import HERE, AsJson, Column, Directory, moment, say, show, show_json
from corridor.cli.person import who
from corridor.domain.errors import CorridorError
from corridor.reports.alarms import Acknowledgement, Alarm
from corridor.reports.invariants import INVARIANTS

app = typer.Typer(invoke_without_command=True)

SILENT_S = 30.0
_COLUMNS = (
    Column("name", "invariant"),
    Column("checked", "checked", figures=True),
    Column("last_batch", "last batch", figures=True, spare=1),
    Column("violations", "violations", figures=True),
    Column("promise", "promise", prose=True),
)


class NoSuchAlarm(CorridorError):
    """No alarm that is not acknowledged has this number."""

    reason = "NOOR"


class NothingChecked(CorridorError):
    """The checker has not looked here yet: run `corridor up` for this directory."""

    reason = "AB10"
    transient = True


@app.callback()
def checks(context: typer.Context, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """How often the checker has asked each invariant, when last, and what did not hold.

    Ends with exit code 1 while an alarm is not acknowledged, 3 while the checker says nothing.
    """
    if context.invoked_subcommand is not None:
        return
    shelf = FileShelf(Home(directory).checker)
    kept, standing = shelf.kept(), shelf.standing()
    if kept is None:
        raise NothingChecked
    silent_s = time.time() - shelf.kept_at()
    rows = [
        {
            "name": name,
            "checked": kept.checked.get(name, 0),
            "last_batch": kept.last.get(name),
            "violations": kept.broken.get(name, 0),
            "promise": invariant.promise,
        }
        for name, invariant in INVARIANTS.items()
        if name in kept.checked or name in kept.broken
    ]
    alarms = standing.open
    if as_json:
        facts = {"ok": not alarms, "batch": kept.line.batch, "silent_s": round(silent_s, 1)}
        show_json(facts | {"invariants": rows, "alarms": list(map(_plain, alarms))})
    else:
        show([_readable(row) for row in rows], _COLUMNS, as_json=False)
        typer.echo(f"\nchecked up to batch {kept.line.batch}, {silent_s:.0f} s ago")
        for alarm in alarms:
            typer.echo(
                f"ALARM {alarm.number}, {moment(alarm.raised_at)}, {alarm.invariant}: {alarm.sentence}"
            )
        if alarms:
            typer.echo("when it was seen: corridor checks acknowledge NUMBER --reason ...")
    if alarms:
        raise typer.Exit(WRONG)
    if silent_s > SILENT_S:
        raise typer.Exit(AWAY)


@app.command("acknowledge")
def acknowledge(
    number: Annotated[int, typer.Argument(help="The alarm's number.")],
    reason: Annotated[str, typer.Option(help="What it was and what was done.")],
    by: Annotated[str, typer.Option("--as", help="Who has seen it.")] = "",
    anew: Annotated[
        bool,
        typer.Option("--anew", help="The running checker begins its books anew from what is stored now."),
    ] = False,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Say that an alarm was seen. What still does not hold raises the next one."""
    shelf = FileShelf(_existing(Home(directory).checker))
    alarm = next((each for each in shelf.standing().open if each.number == number), None)
    if alarm is None:
        raise NoSuchAlarm(field=str(number))
    shelf.acknowledge(Acknowledgement(number, who(by), reason, SystemClock().now(), anew))
    say(_plain(alarm), f"alarm {number} ({alarm.invariant}) is acknowledged by {who(by)}", as_json=as_json)


def _existing(directory: Path) -> Path:
    if not directory.exists():
        raise NothingChecked
    return directory


def _plain(alarm: Alarm) -> dict[str, Any]:
    return {
        "number": alarm.number,
        "invariant": alarm.invariant,
        "batch": alarm.batch,
        "raised_at": moment(alarm.raised_at),
        "sentence": alarm.sentence,
    }


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"checked": f"{row['checked']:,}", "violations": row["violations"] or "-"}
