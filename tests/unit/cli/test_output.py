"""What people and programs are shown, and what they are told when something goes wrong."""

import json
import sqlite3

import asyncpg
import pytest

from corridor.cli import output
from corridor.cli.output import AWAY, WRONG, Column, after, explain, moment, money, say, show
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


def test_a_table_shows_the_columns_and_takes_nothing_for_markup(capsys):
    show(ROWS, COLUMNS, as_json=False)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [["name", "amount"], ["Сиёвуш", "1.00"], ["[b]x[/b]"]]


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
        (WrongDecimals(field="amount"), "amount: The amount has more decimals", WRONG),
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
