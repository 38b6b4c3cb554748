"""The program as a whole: help that is instant, verbs that exist, errors that are one line."""

import subprocess
import sys
from importlib import import_module

import pytest
import typer

from corridor.cli import main
from corridor.cli.main import EXIT_CODES, FILES, HIDDEN, VERBS

HEAVY = ("asyncpg", "rich", "lxml", "corridor.hub", "corridor.adapters", "uvloop", "asyncio")
"""What takes longer to import than help may take."""


def run(monkeypatch, *arguments: str) -> int:
    """Return the exit code of a command line."""
    monkeypatch.setattr(sys, "argv", ["corridor", *arguments])
    with pytest.raises(SystemExit) as ended:
        main.main()
    return int(ended.value.code or 0)


def test_the_exit_codes_are_told(monkeypatch, capsys):
    assert run(monkeypatch, "--help") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert EXIT_CODES in told


def test_a_group_without_a_command_shows_its_help(monkeypatch, capsys):
    assert run(monkeypatch, "trade") == 2
    said = capsys.readouterr()
    assert "Usage: corridor trade" in said.out + said.err
    assert "corridor: ;" not in said.err


def test_help_names_every_verb_and_imports_none():
    script = f"""
import sys
from corridor.cli.main import main
sys.argv = ["corridor", "--help"]
try:
    main()
except SystemExit:
    pass
print([name for name in {HEAVY} if name in sys.modules])
"""
    out = subprocess.check_output([sys.executable, "-c", script], text=True)
    assert out.splitlines()[-1] == "[]"
    for name, words in VERBS.items():
        assert name in out
        assert words[:30] in out
    assert "\n  serve" not in out


@pytest.mark.parametrize("name", [*VERBS, *HIDDEN])
def test_every_verb_has_its_file_and_says_what_it_does(monkeypatch, capsys, name):
    assert isinstance(import_module(f"corridor.cli.{FILES.get(name, name)}").app, typer.Typer)
    assert run(monkeypatch, name, "--help") == 0
    assert "Usage: corridor" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["status", "accounts", "verify", "backup"])
def test_where_nothing_is_set_up_one_is_told_what_to_do(monkeypatch, capsys, tmp_path, name):
    more = {"status": ["00000000-0000-4000-8000-000000000001"], "backup": [str(tmp_path / "copy")]}
    assert run(monkeypatch, name, *more.get(name, ()), "-d", str(tmp_path / "nowhere")) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "run `corridor up` for it first" in said.err
    assert not (tmp_path / "nowhere").exists()


_STATED = ["trade", "state", "--bank", "SEVRRUM0", "--with", "PAMRTJ20"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["limit", "set", "SEVRRUM0", "RUB", "1.234"],
            "amount: The amount has more decimals than its currency.",
        ),
        (["limit", "set", "SEVRRUM0", "XXX", "1"], "The currency is not an ISO 4217 code"),
        (["account", "fund", "SEVRRUM0", "RUB", "1e3"], "amount: An amount is a plain number"),
        (
            ["account", "statement", "SEVRRUM0", "RUB", "--date", "2026-24-11"],
            "--date: The date must read like 2026-11-24",
        ),
        (
            ["credit", "offer", "SEVRRUM0", "PAMRTJ20", "1", "RUB", "--rate", "1", "--ends-on", "01.01.2030"],
            "--ends-on: The date must read like 2026-11-24",
        ),
        (["status", "1"], "UETR: The UETR must be a UUID"),
        (["participant", "add", "x", "--name", "X", "--currency", "RUB"], "bic: "),
        (["share", "--from", "yesterday"], "--from: The date must read like 2026-11-24"),
        (["share", "--by", "colour"], "--by: it is currency, product, direction"),
        (["share", "--unit", "XXX"], "--unit: The currency is not an ISO 4217 code"),
        (["share", "--from", "2026-02-01", "--to", "2026-01-31"], "--from: 2026-02-01 lies after 2026-01-31"),
        (["fx", "quality", "--from", "2027-01-01", "--to", "2026-01-01"], "--from: 2027-01-01 lies after"),
        (["fx", "quality", "--provider", "x"], "--provider: The BIC must have"),
        (["audit", "--since", "soon"], "--since: The date must read like"),
        (["audit", "--since", "2026-01-01T9:00"], "--since: The date and time must read like"),
        (["pay"], "AMOUNT: say how much"),
        (["pay", "1", "--priority", "urgent"], "--priority: only what settles gross has a priority"),
        (["pay", "1", "--priority", "low", "--gross"], "--priority: a priority is urgent, high, normal"),
        (["pay", "1", "--gross", "--netted"], "--netted: what is netted"),
        (["pay", "1", "--book", "loro"], "--book: say nostro or vostro"),
        (
            ["queue", "move", "00000000-0000-4000-8000-000000000001", "up", "--bank", "SEVRRUM0"],
            "TO: say first",
        ),
        (["queue", "move", "1", "first", "--bank", "SEVRRUM0"], "UETR: The UETR must be a UUID"),
        (["limit", "cut-off", "RUB", "23:00"], "TIME: a time reads like 21:00:00+03:00"),
        ([*_STATED, "--sell", "1.234", "RUB", "--buy", "1", "TJS"], "--sell: The amount has more decimals"),
        ([*_STATED, "--sell", "1", "RUB", "--buy", "x", "TJS"], "--buy: An amount is a plain number"),
        # what the parser of the command line finds
        (["queue", "move"], "Missing argument 'uetr'; `corridor queue move --help` says how"),
        (["queue", "move", "--sideways"], "No such option: --sideways"),
        (["trade", "show", "first"], "Invalid value for 'number'"),
        (["audit", "--last", "0"], "Invalid value for '--last'"),
    ],
)
def test_what_cannot_be_is_refused_before_anybody_is_asked(monkeypatch, capsys, arguments, words):
    assert run(monkeypatch, *arguments) == 2
    said = capsys.readouterr().err
    assert words in said
    assert (said.startswith("corridor: "), said.count("\n")) == (True, 1)


def commands(words, command):
    inner = getattr(command, "commands", {})
    return [words] + [each for name in inner for each in commands(f"{words} {name}", inner[name])]


def every_command():
    """Return every command of the program, as it is typed."""
    found = []
    for name in [*VERBS, *HIDDEN]:
        verb = import_module(f"corridor.cli.{FILES.get(name, name)}").app
        divided = any(each.name for each in verb.registered_commands) or verb.registered_groups
        found += commands(name, typer.main.get_group(verb) if divided else typer.main.get_command(verb))
    return found


@pytest.mark.parametrize("words", every_command())
def test_every_command_says_in_one_line_what_it_does_not_understand(monkeypatch, capsys, words):
    assert run(monkeypatch, *words.split(), "--xyzzy") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"corridor: No such option: --xyzzy; `corridor {words} --help` says how\n"


def test_a_database_of_ones_own_is_not_ours_to_copy(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", "postgresql://nowhere/x")
    assert run(monkeypatch, "backup", str(tmp_path / "copy")) == 1
    assert run(monkeypatch, "restore", str(tmp_path / "copy")) == 1
    assert capsys.readouterr().err.count("its own tools") == 2


def test_an_unknown_verb_is_not_understood(monkeypatch, capsys):
    assert run(monkeypatch, "dance") == 2
    assert "No such command 'dance'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["pay", "-5.00", "RUB"], ["limit", "set", "SEVRRUM0", "RUB", "-1"], ["cycle", "schedule", "-60"]],
)
def test_what_is_negative_is_no_option(monkeypatch, capsys, arguments):
    assert run(monkeypatch, *arguments) == 2
    assert "no amount or number here is negative" in capsys.readouterr().err


@pytest.mark.parametrize("time", ["25:00", "23:00", "23:00:00"])
def test_a_cut_off_has_its_offset(monkeypatch, capsys, time):
    assert run(monkeypatch, "limit", "cut-off", "RUB", time) == 2
    assert "a time reads like 21:00:00+03:00" in capsys.readouterr().err
