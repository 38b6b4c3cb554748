"""What people and programs are shown, and what they are told when something goes wrong."""

import json
import sqlite3

import asyncpg
import pytest
from rich.console import Console

from corridor.cli import output
from corridor.cli.main import AWAY, NOT_UNDERSTOOD, WRONG
from corridor.cli.output import HERE, Column, after, explain, moment, money, next_step, say, show
from corridor.cli.person import Refusal
from corridor.cli.reading import DatabaseAway, NothingHere
from corridor.cli.stack import NotReady
from corridor.client import Lost
from corridor.domain.money import WrongDecimals
from corridor.ports import HubAway

COLUMNS = (Column("name", "name"), Column("amount", "amount", figures=True))
ROWS = [{"name": "Сиёвуш", "amount": "1.00", "more": 7}, {"name": "[b]x[/b]", "amount": None, "more": 8}]


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(150_000, "RUB", "1500.00 RUB"), (-5, "TJS", "-0.05 TJS"), (7, "JPY", "7 JPY")],
)
def test_money_is_shown_in_the_decimals_of_its_currency(minor, currency, text):
    assert money(minor, currency) == text


@pytest.mark.parametrize(
    ("then", "text"),
    [(0, "+0.000 s"), (1_234_567, "+1.234 s"), (61_000_000, "+61.000 s"), (-1_000, "-0.001 s")],
)
def test_times_are_relative_to_the_start(then, text):
    assert after(1_795_000_000_000_000, 1_795_000_000_000_000 + then) == text


def test_an_instant_is_shown_in_utc():
    assert moment(1_795_486_525_123_456) == "2026-11-24T02:15:25.123456Z"
    assert moment(None) is None
    assert moment(2**62) == "never"


def test_a_table_shows_the_columns_and_takes_nothing_for_markup(capsys):
    show(ROWS, COLUMNS, as_json=False)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [["name", "amount"], ["Сиёвуш", "1.00"], ["[b]x[/b]"]]


WIDE = (
    Column("uetr", "UETR"),
    Column("since", "since", spare=2),
    Column("amount", "amount of the payment", figures=True),
    Column("why", "waits for", prose=True),
    Column("name", "name", spare=1),
)
WIDE_ROW = {
    "uetr": "00000000-0000-4000-8000-000000000001",
    "since": "2026-11-24T02:15:25.123456Z",
    "amount": "1500.00 RUB",
    "why": "money, and what stands before it in the queue of its bank",
    "name": "Severny Bank of the North",
}


@pytest.fixture
def terminal(monkeypatch):
    """Make the terminal so wide."""

    def make(width):
        screen = Console(width=width, force_terminal=True, color_system=None, highlight=False)
        monkeypatch.setattr(output, "console", lambda: screen)

    return make


@pytest.mark.parametrize(
    ("width", "left_out"),
    [(200, ""), (140, ""), (120, "since"), (100, "name"), (80, "since, name")],
)
def test_a_table_fits_the_terminal_and_says_what_it_leaves_out(terminal, capsys, width, left_out):
    terminal(width)
    show([WIDE_ROW], WIDE, as_json=False)
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= width
    assert WIDE_ROW["uetr"] in said
    assert (
        f"no room for: {left_out}; a wider terminal or --json shows them" in " ".join(said.split())
    ) == bool(left_out)
    assert [
        name for name in ("since", "name") if WIDE_ROW[name].removesuffix(".123456Z") not in said
    ] == left_out.split(", ") * bool(left_out)
    for word in WIDE_ROW["why"].split():
        assert word in said


def test_headings_are_folded_before_a_column_is_left_out(terminal, capsys):
    terminal(20)
    show(ROWS, (Column("name", "whose it is"), Column("amount", "what it comes to", spare=1)), as_json=False)
    said = capsys.readouterr().out
    assert "no room" not in said
    words = said.partition("[b]")[0].split()
    assert sorted(words) == sorted(["whose", "it", "is", "what", "it", "comes", "to", "Сиёвуш", "1.00"])


def test_a_column_that_must_stay_is_folded_in_the_end_and_loses_nothing(terminal, capsys):
    terminal(20)
    show([WIDE_ROW], WIDE[:1], as_json=False)
    assert "".join(capsys.readouterr().out.split())[4:] == WIDE_ROW["uetr"]


def test_where_nobody_looks_at_a_terminal_no_line_is_folded(capsys):
    show(
        [{"text": "x" * 300, "more": "y"}], (Column("text", "a"), Column("more", "b", spare=1)), as_json=False
    )
    assert capsys.readouterr().out.splitlines()[1].split() == ["x" * 300, "y"]


def test_the_next_step_is_typed_as_it_stands(tmp_path):
    assert next_step(HERE, "pay", "--quote", "Q 1") == "next: corridor pay --quote 'Q 1'"
    told = next_step(tmp_path, "approve", "7", "--as", "vera", who="vera")
    assert told == f"next: vera: corridor approve 7 --as vera -d {tmp_path}"


def test_json_holds_everything(capsys):
    show(ROWS, COLUMNS, as_json=True)
    assert json.loads(capsys.readouterr().out) == ROWS


@pytest.mark.parametrize(("as_json", "said"), [(False, "it is done\n"), (True, '{\n  "done": true\n}\n')])
def test_what_was_done_is_said(capsys, as_json, said):
    say({"done": True}, "it is done", as_json=as_json)
    assert capsys.readouterr().out == said


@pytest.mark.parametrize(
    ("error", "words", "code"),
    [
        (HubAway(), "is `corridor up` running", AWAY),
        (Refusal("AM14: 500 of it is in use (limit)"), "refused: AM14: 500 of it is in use (limit)", WRONG),
        (NotReady("hub did not start"), "hub did not start", AWAY),
        (WrongDecimals(field="amount"), "amount: The amount has more decimals", NOT_UNDERSTOOD),
        (NothingHere("nothing is set up in x; run `corridor up` for it first"), "corridor up", WRONG),
        (DatabaseAway(), "PostgreSQL does not answer", AWAY),
        (Lost("No answer in time."), "No answer in time.", AWAY),
        (asyncpg.UndefinedTableError("x"), "run `corridor up` first", WRONG),
        (asyncpg.CannotConnectNowError("starting up"), "try again", AWAY),
        (asyncpg.InsufficientPrivilegeError("no"), "the database refuses: no", WRONG),
        (ConnectionResetError("gone"), "the connection was lost", AWAY),
        (sqlite3.OperationalError("database is locked"), "is the sandbox running?", AWAY),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_what_went_wrong_is_told_in_one_line(error, words, code):
    told = explain(error)
    assert told is not None
    assert words in told.text
    assert "\n" not in told.text
    assert told.code == code


def test_a_bug_keeps_its_traceback():
    assert explain(KeyError("x")) is None
    assert explain(AssertionError()) is None


def test_only_a_terminal_is_narrow():
    assert output.console().width >= 200
