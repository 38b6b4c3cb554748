"""What a verb shows: tables for people, JSON for programs, and one line for what went wrong.

Exit codes: 0 done; 1 refused, or something is wrong; 2 not understood; 3 somebody is away, try again later;
4 the hub's log has lost its tail, and a person must decide.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import asyncpg
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from corridor.cli.home import DEFAULT
from corridor.cli.person import Refusal
from corridor.cli.stack import TAIL_LOST, Halted, NotReady
from corridor.domain.errors import CorridorError
from corridor.domain.instants import MILLISECOND, Instant, iso
from corridor.domain.money import amount_text
from corridor.hub.fence import TailLost
from corridor.ports import HubAway

WRONG, AWAY = 1, 3

Directory = Annotated[Path, typer.Option("--directory", "-d", help="The state directory.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
HERE = DEFAULT
REMEDY = (
    "The hub serves nobody. With a copy of the database that is complete: corridor recover --from DSN. "
    "What else can be done: docs/recovery.md"
)

_FIGURES = frozenset("0123456789.-+ ")
_TOO_NARROW = 60
_WIDE = 200
"""Where nobody looks at a terminal, nothing is cut off."""


class Column(NamedTuple):
    """A column of a table: the key of its values, its heading, and if it holds figures."""

    key: str
    heading: str
    figures: bool = False


def show(
    rows: Sequence[Mapping[str, Any]], columns: Iterable[Column], *, as_json: bool, title: str = ""
) -> None:
    """Print rows as JSON, whole, or as a table of these columns; None is an empty cell."""
    if as_json:
        show_json(rows)
        return
    chosen = tuple(columns)
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in chosen:
        table.add_column(
            column.heading, justify="right" if column.figures else "left", no_wrap=column.figures
        )
    for row in rows:
        table.add_row(*(_cell(row.get(column.key)) for column in chosen))
    console().print(table)


def show_json(document: Any) -> None:
    """Print a document as JSON."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def say(done: Mapping[str, Any], sentence: str, *, as_json: bool) -> None:
    """Print what was done."""
    if as_json:
        show_json(done)
    else:
        typer.echo(sentence)


def console() -> Console:
    """Return the terminal, or a wide page where there is none."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=_WIDE)


def money(minor: int, currency: str) -> str:
    """Return an amount as people write it: '1500.00 RUB'."""
    return amount_text(minor, currency)


def after(start: Instant, then: Instant) -> str:
    """Return how long after the start something was: '+0.123 s'."""
    milliseconds = (then - start) // MILLISECOND
    return f"{'-' if milliseconds < 0 else '+'}{abs(milliseconds) // 1000}.{abs(milliseconds) % 1000:03d} s"


def moment(instant: Instant | None) -> str | None:
    """Return a time in ISO 8601, UTC."""
    return None if instant is None else iso(instant)


def _cell(value: Any) -> Text:
    return Text("" if value is None else str(value))


class Told(NamedTuple):
    """What the person at the terminal is told of an error."""

    text: str
    code: int


def explain(error: Exception) -> Told | None:
    """Say in one line what went wrong and what to do about it; None for a bug, which keeps its traceback."""
    match error:
        case HubAway():
            return Told("the hub does not answer; is `corridor up` running for this directory?", AWAY)
        case Refusal():
            return Told(f"refused: {error}", WRONG)
        case Halted():
            return Told(str(error), TAIL_LOST)
        case TailLost():
            return Told(f"{error}. {REMEDY}", TAIL_LOST)
        case NotReady():
            return Told(str(error), AWAY)
        case asyncpg.UndefinedTableError() | asyncpg.InvalidCatalogNameError():
            return Told("this database holds no corridor yet; run `corridor up` first", WRONG)
        case asyncpg.InvalidAuthorizationSpecificationError() | asyncpg.InsufficientPrivilegeError():
            return Told(f"the database refuses: {error}", WRONG)
        case asyncpg.CannotConnectNowError() | asyncpg.TooManyConnectionsError():
            return Told(f"the database is busy: {error}; try again", AWAY)
        case asyncpg.PostgresConnectionError() | ConnectionError():
            return Told(f"the connection was lost: {error}; try again", AWAY)
        case sqlite3.OperationalError():
            return Told(f"{error}; is the sandbox running?", AWAY)
        case CorridorError():
            return Told(str(error), AWAY if error.transient else WRONG)
    return None
