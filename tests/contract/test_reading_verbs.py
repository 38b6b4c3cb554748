"""Verbs that read, on a busy day in PostgreSQL: who is not here, what fits the terminal, what the audit shows."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import asyncpg
import pytest
import typer
from rich.console import Console
from tests.contract.busy_day import CONVERTED, live
from tests.contract.signed_world import PostgresWorld
from tests.rig import START, answer_of
from tests.world import ALFX, CBTJ, PAMR, SEVR

from corridor.adapters.postgres.roles import WRITER, provision
from corridor.adapters.postgres.supervisor import SUPERUSER, Cluster
from corridor.cli import main, output, proposals
from corridor.cli.database import VARIABLE
from corridor.cli.home import Home
from corridor.cli.main import FILES, VERBS
from corridor.domain.instants import DAY, iso_date
from corridor.services.directory.commands import RegisterAlias
from corridor.services.governance.commands import RefuseProposal
from corridor.services.messaging.commands import SetLimit

NOBODY = "NOPERUM0"
PHONE, NAME, ACCOUNT = "+992912000003", "Рустам Каримов", "TJ20123456789000"
UETR = "00000000-0000-4000-8000-000000000001"
NAMES = {"--bank": NOBODY, "--provider": NOBODY, "--from": NOBODY, "--with": NOBODY}
"""Options that name a participant."""
NEEDED = {
    "correspondent offer": [NOBODY, PAMR, "RUB"],
    "correspondent accept": [NOBODY, "1"],
    "correspondent close": [NOBODY, "1"],
    "correspondent fund": [NOBODY, "1", "1.00", "RUB"],
    "correspondent withdraw": [NOBODY, "1", "1.00", "RUB"],
    "credit offer": [NOBODY, PAMR, "1.00", "RUB", "--rate", "1", "--ends-on", "2090-01-01"],
    "credit accept": [NOBODY, "1"],
    "credit cancel": [NOBODY, "1"],
    "credit draw": [NOBODY, "1", "1.00", "RUB"],
    "credit repay": [NOBODY, "1", "1.00", "RUB"],
    "account fund": [NOBODY, "RUB", "1.00"],
    "account defund": [NOBODY, "RUB", "1.00"],
    "account statement": [NOBODY, "RUB"],
    "accounts": ["--bank", NOBODY],
    "account transfers": ["--bank", NOBODY],
    "liquidity": ["--bank", NOBODY],
    "queue": ["--bank", NOBODY],
    "queue move": [UETR, "first", "--bank", NOBODY],
    "queue prioritise": [UETR, "high", "--bank", NOBODY],
    "queue cancel": [UETR, "--bank", NOBODY],
    "correspondent list": ["--bank", NOBODY],
    "credit list": ["--bank", NOBODY],
    "fx positions": ["--provider", NOBODY],
    "fx quality": ["--provider", NOBODY],
    "fx inquiries": ["--bank", NOBODY],
    "fx ask": ["1.00", "RUB", "TJS", "--from", NOBODY],
    "pay": ["1.00", "RUB", "--from", NOBODY],
    "trade list": ["--bank", NOBODY],
    "trade state": [
        *("--bank", NOBODY, "--with", PAMR, "--sell", "1.00", "RUB", "--buy", "1.00", "TJS"),
    ],
    "trade cancel": ["1", "--bank", NOBODY],
}
"""Every verb that names a participant which it looks up itself; the hub answers for what operators order."""


class Said(NamedTuple):
    """What a verb wrote, and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture(scope="module")
def day(cluster: Cluster) -> Iterator[str]:
    """The address of a database with a busy day in it, a registration, and proposals that ended in each way."""
    name = f"verbs_{uuid4().hex}"
    dsn = asyncio.run(provision(cluster, name))
    world = PostgresWorld(dsn)
    live(world, crowd=5)
    origin = world.origin(PAMR, definition="json/aliases")
    told = world.submit(RegisterAlias(origin, phone=PHONE, currency="TJS", account=ACCOUNT, name=NAME))
    assert told.status == "accepted", told.body
    world.operate(SetLimit, participant=SEVR, currency="RUB", limit=7_00)
    limit = {"participant": SEVR, "currency": "RUB", "limit": 8_00}
    refused = answer_of(world.submit(world.operation(SetLimit, **limit)))["proposal"]
    world.submit(world.operation(RefuseProposal, by="bob", proposal=refused, text="not today"))
    taken_back = answer_of(world.submit(world.operation(SetLimit, **limit)))["proposal"]
    world.operate(RefuseProposal, proposal=taken_back, text="a mistake")
    answer_of(world.submit(world.operation(SetLimit, **limit)))  # it waits
    world.close()
    yield dsn
    asyncio.run(_drop(cluster, name))


async def _drop(cluster: Cluster, name: str) -> None:
    connection = await asyncpg.connect(cluster.dsn())
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture
def run(day: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Run:
    home = Home(tmp_path)
    home.personal.mkdir(parents=True)
    (home.personal / "1.key").write_bytes(bytes(range(64)))
    monkeypatch.setenv(VARIABLE, day.replace(WRITER, SUPERUSER))

    def call(*arguments: str, width: int = 0) -> Said:
        monkeypatch.setattr(sys, "argv", ["corridor", *arguments, "-d", str(tmp_path)])
        if width:
            screen = Console(width=width, force_terminal=True, color_system=None, highlight=False)
            monkeypatch.setattr(output, "console", lambda: screen)
        with pytest.raises(SystemExit) as ended:
            main.main()
        return Said(int(ended.value.code or 0), *capsys.readouterr())

    return call


def verbs() -> Iterator[tuple[str, Any]]:
    """Yield every command of the program with its words."""
    for verb in VERBS:
        app = import_module(f"corridor.cli.{FILES.get(verb, verb)}").app
        divided = any(command.name for command in app.registered_commands) or app.registered_groups
        command = typer.main.get_group(app) if divided else typer.main.get_command(app)
        yield from _commands(verb, command)


def _commands(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield words, command
    for name, each in getattr(command, "commands", {}).items():
        yield from _commands(f"{words} {name}", each)


def test_no_verb_that_names_a_participant_is_forgotten() -> None:
    """A new verb with such an option joins NEEDED, so that it answers like the others."""
    found = {
        words
        for words, command in verbs()
        for each in command.params
        if {"--bank", "--provider", "--with"} & set(each.opts)
    }
    assert found - set(NEEDED) == set()


@pytest.mark.parametrize("words", NEEDED)
def test_whoever_is_not_here_is_answered_in_the_same_way(run: Run, tmp_path: Path, words: str) -> None:
    Home(tmp_path).sandbox_socket.touch()
    said = run(*words.split(), *NEEDED[words])
    Home(tmp_path).sandbox_socket.unlink()
    field, _, rest = said.err.removeprefix("corridor: ").partition(": ")
    assert rest == f"there is no participant {NOBODY} here; `corridor participant list` shows all\n"
    assert field in {"--bank", "--provider", "--from", "--with", "BIC", "BANK", "SERVICER", "LENDER"}
    assert (said.code, said.out) == (1, "")


@pytest.mark.parametrize("words", [words for words in NEEDED if NEEDED[words][-2:-1] == ["--bank"]])
def test_what_is_no_bic_is_not_understood(run: Run, tmp_path: Path, words: str) -> None:
    Home(tmp_path).sandbox_socket.touch()
    said = run(*words.split(), *NEEDED[words][:-1], "nobody")
    Home(tmp_path).sandbox_socket.unlink()
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("corridor: --bank: The BIC must have 8 or 11 characters")


def test_where_no_sandbox_runs_one_is_told(run: Run) -> None:
    said = run("trade", "cancel", "1", "--bank", SEVR, "--json")
    assert said.code == 1, "the trade is looked up first"
    said = run("pay", "1.00")
    assert (said.code, "is `corridor up` running" in said.err) == (3, True)


FIRST = iso_date(START)
READING = (
    "accounts", "account transfers --all", f"account statement {SEVR} RUB --date {FIRST}", "liquidity", "queue",
    "cycle",
    "cycle show", "trade list --all", "fx positions", "fx quality", "fx inquiries", "correspondent list", "credit list",
    "arrangement list", "arrangement nettings",
    "credit lines", "participant list", "operator list", "proposals --all", "audit --all --last 500", "cases list",
    "share --of trade",
    f"status {UUID(int=CONVERTED, version=4)}",
)  # fmt: skip


@pytest.mark.parametrize("words", READING)
def test_every_table_fits_the_terminal(run: Run, words: str) -> None:
    for width in (80, 100, 200):
        said = run(*words.split(), width=width)
        assert said.code == 0, said.err
        too_long = [line for line in said.out.splitlines() if len(line.rstrip()) > width]
        assert not [line for line in too_long if not line.startswith(("proof", "no room for"))]
        assert "…" not in said.out
    whole = run(*words.split(), "--json")
    assert json.loads(whole.out)


def test_the_audit_leaves_registrations_out_and_shows_nobody(run: Run) -> None:
    rows = json.loads(run("audit", "--last", "10000", "--json").out)
    assert rows
    assert "RegisterAlias" not in {row["what"] for row in rows}
    (registered,) = json.loads(run("audit", "--what", "RegisterAlias", "--json").out)
    assert (registered["by"], registered["object"]) == (PAMR, "alias +992*******03")
    assert registered["after"]["account"] == "TJ20**********00"
    whole = (
        run("audit", "--all", "--last", "10000", "--json").out + run("audit", "--all", "--last", "10000").out
    )
    for clear in (PHONE, NAME, ACCOUNT):
        assert clear not in whole


def test_the_audit_shows_money_and_times(run: Run) -> None:
    (limited,) = json.loads(run("audit", "--what", "SetLimit", "--last", "1", "--of", SEVR, "--json").out)
    assert limited["change"].endswith("-> 7.00 RUB")
    assert limited["object"] == f"account {SEVR} RUB"
    shown = run("audit", "--all", "--last", "10000").out
    assert "microsecond" not in shown
    assert not [word for word in shown.replace("=", " ").split() if word.isdigit() and len(word) > 14]
    assert json.loads(run("audit", "--since", "2099-01-01", "--json").out) == []
    assert json.loads(run("audit", "--who", "nobody", "--json").out) == []
    assert {row["by"] for row in json.loads(run("audit", "--who", SEVR, "--json").out)} <= {SEVR}


def test_proposals_that_ended_say_what_became_of_them(
    run: Run, day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (now,) = asyncio.run(_fetch(day, "SELECT at FROM hub"))
    monkeypatch.setattr(proposals.SystemClock, "now", lambda _: now["at"])
    (waiting,) = json.loads(run("proposals", "--json").out)
    assert (waiting["state"], waiting["became"]) == ("open", None)
    assert f"next: corridor approve {waiting['number']} --as NAME" in run("proposals").out
    # A day later nobody may approve it any more, whether the hub has seen to that or not.
    monkeypatch.setattr(proposals.SystemClock, "now", lambda _: now["at"] + DAY)
    assert json.loads(run("proposals", "--json").out) == []
    every = json.loads(run("proposals", "--all", "--json").out)
    assert {row["state"] for row in every} == {"executed", "refused", "withdrawn", "expired"}
    assert all(row["became"] for row in every)
    (taken_back,) = [row["became"] for row in every if row["state"] == "withdrawn"]
    assert (taken_back[:20], taken_back[-9:]) == ("taken back by alice ", "a mistake")
    refused = next(row for row in every if row["state"] == "refused")
    assert refused["became"].startswith("refused by ")
    assert refused["became"].endswith(": not today")
    for verb in (["approve", str(refused["number"])], ["refuse", str(refused["number"]), "--reason", "x"]):
        said = run(*verb)
        assert (said.code, said.out) == (1, "")
        assert said.err == f"corridor: proposal {refused['number']} is ended already: {refused['became']}\n"
    assert "nothing waits for a second person" in run("proposals").out
    assert "no participant" not in run("proposals", "--all").out


def test_a_quote_that_is_spent_or_another_is_refused(run: Run, day: str) -> None:
    asked = asyncio.run(_fetch(day, "SELECT * FROM quote"))
    spent = next(row for row in asked if row["status"] == "spent")
    said = run("pay", "--quote", spent["quote_id"])
    assert (said.code, said.out) == (1, "")
    assert f"--quote: the quote is spent, by payment {spent['spent_by']}" in said.err
    unknown = run("pay", "--quote", "Q0")
    assert (unknown.code, "--quote: There is no such quote here" in unknown.err) == (1, True)
    still_open = next(row for row in asked if row["status"] == "open")
    for field, words in (
        ("AMOUNT", ["1.00"]),
        ("--from", ["--from", PAMR]),
        ("--to", ["--to", SEVR]),
        ("--into", ["--into", "RUB"]),
    ):
        said = run("pay", *words, "--quote", still_open["quote_id"])
        assert (said.code, said.err.startswith(f"corridor: {field}: the quote is of ")) == (2, True), said.err
    agreed = run("pay", "--quote", still_open["quote_id"])
    assert (agreed.code, "is `corridor up` running" in agreed.err) == (3, True), agreed.err


async def _fetch(day: str, sql: str) -> list[Any]:
    db = await asyncpg.connect(day)
    rows = await db.fetch(sql)
    await db.close()
    return list(rows)


def test_a_trade_is_cancelled_by_its_sides_only(run: Run) -> None:
    trades = json.loads(run("trade", "list", "--all", "--json").out)
    assert trades
    number = str(trades[0]["number"])
    stranger = next(bic for bic in (SEVR, PAMR, ALFX, CBTJ) if bic not in str(trades[0]))
    said = run("trade", "cancel", number, "--bank", stranger)
    assert (said.code, f"--bank: trade {number} is between" in said.err) == (1, True), said.err
    assert "No trade has this number here" in run("trade", "show", "1").err
