"""What a verb shows: tables for people, JSON for programs, and one line for what went wrong.

The exit codes stand in `main.EXIT_CODES`, which `corridor --help` shows.
"""

import json
import re
import shlex
import sqlite3
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import asyncpg
import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from corridor.cli.home import DEFAULT, Home
from corridor.cli.main import AWAY, NOT_UNDERSTOOD, WRONG
from corridor.cli.person import Refusal
from corridor.cli.stack import TAIL_LOST, Halted, NotReady
from corridor.domain.errors import CorridorError
from corridor.domain.instants import MILLISECOND, Instant, iso
from corridor.domain.money import amount_text
from corridor.hub.fence import TailLost
from corridor.ports import HubAway

Directory = Annotated[Path, typer.Option("--directory", "-d", help="The state directory.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
HERE = DEFAULT
REMEDY = (
    "The hub serves nobody. With a copy of the database that is complete: corridor recover --from DSN. "
    "What else can be done: docs/recovery.md"
)

_DOMAIN = "corridor.domain."
"""What lives there is a value: what it cannot read was not understood."""
_WIDE = 200
"""Where nobody looks at a terminal nothing is left out, and lines are at least so long."""
_FACT = 20
"""So wide is the name of a fact."""
_PROSE = 24
"""A sentence may be folded, but not into less than this."""
_GAP = 2
_NARROW = 10
"""Where all that must stay is too wide, figures stay on one line if so much is left for each of the others."""
_FRACTION = re.compile(r"(T[0-9]{2}:[0-9]{2}:[0-9]{2})\.[0-9]{6}Z")


class Column(NamedTuple):
    """A column of a table: the key of its values, its heading, and if it holds figures.

    `prose` may be folded. Where the terminal is too narrow, what has no `spare` stays, and the others come in that
    order for as long as there is room.
    """

    key: str
    heading: str
    figures: bool = False
    spare: int = 0
    prose: bool = False


def show(
    rows: Sequence[Mapping[str, Any]], columns: Iterable[Column], *, as_json: bool, title: str = ""
) -> None:
    """Print rows as JSON, whole, or as a table of these columns that fits the terminal; None is an empty cell.

    A column that nobody has room for is named below the table. Times are shown to the second; JSON has all of them.
    """
    if as_json:
        show_json(rows)
        return
    screen, chosen = console(), tuple(columns)
    cells = {each.key: [_text(row.get(each.key)) for row in rows] for each in chosen}
    widths = {each.key: max(map(_width, cells[each.key]), default=0) for each in chosen}
    room = screen.width if screen.is_terminal else sys.maxsize
    kept, folded = _fit(chosen, widths, room)
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    fits = _needed(kept, widths, folded=folded) <= room
    figures = sum(widths[each.key] + _GAP if each.figures else _NARROW for each in kept)
    for each in kept:
        heading = _fold(each, widths[each.key]) if folded else each.heading
        table.add_column(
            heading,
            justify="right" if each.figures else "left",
            no_wrap=(fits and not (folded and each.prose)) or (each.figures and figures <= room),
            overflow="fold",
        )
    for number in range(len(rows)):
        table.add_row(*(Text(cells[each.key][number]) for each in kept))
    if not screen.is_terminal:
        screen.width = max(_WIDE, _needed(kept, widths, folded=False))
    screen.print(table)
    left_out = [each.heading or each.key for each in chosen if each not in kept]
    if left_out:
        screen.print(
            f"no room for: {', '.join(left_out)}; a wider terminal or --json shows them", markup=False
        )


def _fit(columns: Sequence[Column], widths: Mapping[str, int], room: int) -> tuple[tuple[Column, ...], bool]:
    """Return the columns for which there is room, and whether headings and sentences are folded for it."""
    kept = tuple(columns)
    if _needed(kept, widths, folded=False) <= room:
        return kept, False
    chosen = [each for each in columns if not each.spare]
    for each in sorted((each for each in columns if each.spare), key=lambda each: each.spare):
        if _needed([*chosen, each], widths, folded=True) <= room:
            chosen.append(each)
    kept = tuple(each for each in columns if each in chosen)
    return kept, _needed(kept, widths, folded=False) > room


def _needed(columns: Sequence[Column], widths: Mapping[str, int], *, folded: bool) -> int:
    """Return how wide a table of these columns is."""
    needed = (len(columns) - 1) * _GAP
    for each in columns:
        heading = _fold(each, widths[each.key]) if folded else each.heading
        value = widths[each.key]
        needed += max(_width(heading), min(value, _PROSE) if folded and each.prose else value)
    return needed


def _fold(column: Column, width: int) -> str:
    """Return the heading on as many lines as keep it no wider than what stands below it, words left whole."""
    longest = max(map(len, column.heading.split()), default=0)
    return "\n".join(textwrap.wrap(column.heading, max(width, longest, 1), break_on_hyphens=False))


def _width(text: str) -> int:
    return max(map(cell_len, text.splitlines()), default=0)


def show_facts(facts: Mapping[str, Any]) -> None:
    """Print what there is to say of one thing, fact by fact, folded where the terminal is too narrow."""
    screen = console()
    room = screen.width if screen.is_terminal else sys.maxsize
    for name, fact in facts.items():
        if fact is not None:
            lines = textwrap.wrap(str(fact), room - _FACT - 2, break_on_hyphens=False) or [""]
            for label, line in zip_longest([name.replace("_", " ")], lines, fillvalue=""):
                typer.echo(f"{label:>{_FACT}}  {line}")


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
    """Return a time in ISO 8601, UTC; what no calendar reaches never comes."""
    try:
        return None if instant is None else iso(instant)
    except OverflowError:
        return "never"


def next_step(directory: Path, *words: str, who: str = "") -> str:
    """Return the line that says what comes next: the command as it is typed, and who must give it."""
    command = shlex.join(("corridor", *words, *_elsewhere(directory)))
    return f"next: {who}{': ' if who else ''}{command}"


def _elsewhere(directory: Path) -> tuple[str, ...]:
    return () if Home(directory).directory == Home(HERE).directory else ("-d", str(directory))


def _text(value: Any) -> str:
    return "" if value is None else _FRACTION.sub(r"\1Z", str(value))


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
        case asyncpg.PostgresConnectionError() | asyncpg.InternalClientError() | ConnectionError():
            return Told(f"the connection was lost: {error}; try again", AWAY)
        case sqlite3.OperationalError():
            return Told(f"{error}; is the sandbox running?", AWAY)
        case CorridorError() if type(error).__module__.startswith(_DOMAIN):
            return Told(str(error), NOT_UNDERSTOOD)
        case CorridorError():
            return Told(str(error), AWAY if error.transient else WRONG)
    return None
