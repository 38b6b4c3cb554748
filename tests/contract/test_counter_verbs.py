"""Verbs that have simulated institutions do something: hub, gateway, sandbox and PostgreSQL, in one process."""

import asyncio
import json
import re
import shlex
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from tests.contract.signed_world import SEAL, _Waiting
from tests.e2e.test_client import a_sandbox
from tests.rig import HUB, Rig, finish
from tests.unit.sandbox import town as towns

from corridor.adapters.memory.journal import MemoryJournal, MemoryStore
from corridor.adapters.postgres.journal import PostgresJournal
from corridor.adapters.postgres.roles import WRITER, provision
from corridor.adapters.postgres.supervisor import SUPERUSER, Cluster
from corridor.cli import counter, main
from corridor.cli.database import VARIABLE
from corridor.cli.home import Home
from corridor.codecs.jws import HubHeader
from corridor.decision import Table
from corridor.domain.instants import Instant
from corridor.hub import events
from corridor.hub.lists import TABLES
from corridor.hub.machine import Hub
from corridor.ports import Journal, Snapshot, Writes

DOCS = Path(__file__).parents[2] / "docs"
SEVR, PAMR, ZARA = "SEVRRUM0", "PAMRTJ20", "ZARFTJ20"
START_S = 60


class Twin(MemoryJournal):
    """Writes to memory, which the town's gateway reads, what PostgreSQL has taken, which the verbs read."""

    def __init__(self, store: MemoryStore, postgres: Journal) -> None:
        super().__init__(store)
        self._postgres = postgres

    async def open(self, tables: Sequence[Table[Any]], hub: str, now: Instant) -> Snapshot:
        await super().open(tables, hub, now)
        return await self._postgres.open(tables, hub, now)

    async def commit(self, writes: Writes) -> None:
        await self._postgres.commit(writes)
        await super().commit(writes)

    async def close(self) -> None:
        await self._postgres.close()


class Said(NamedTuple):
    """What a verb wrote, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture(scope="module")
def home(cluster: Cluster) -> Iterator[Home]:
    """A state directory, with the sandbox's counter open."""
    dsn = asyncio.run(provision(cluster, f"counter_{uuid4().hex}"))
    with TemporaryDirectory(prefix="corridor-") as name, pytest.MonkeyPatch.context() as patch:
        home = Home(Path(name))
        home.personal.mkdir(parents=True)
        (home.personal / "1.key").write_bytes(bytes(range(64)))
        patch.setenv(VARIABLE, dsn.replace(WRITER, SUPERUSER))
        loop = asyncio.new_event_loop()
        journal = _Waiting(PostgresJournal(dsn, SEAL), loop)

        class TownsRig(Rig):
            def restart(self) -> None:
                self.journal = Twin(self.store, journal)  # type: ignore[arg-type]
                snapshot = finish(self.journal.open(TABLES, HUB, self.now))
                self.hub = Hub(HUB, HubHeader(HUB, "sandbox", f"{HUB}-1"), self.rules, snapshot, self.now)
                self.wake = None
                self._run(events.Woken())

        patch.setattr(towns, "Rig", TownsRig)
        patch.setattr(towns, "MemoryJournal", lambda store: Twin(store, PostgresJournal(dsn, SEAL)))
        town = towns.Town()
        finish(journal.close())
        loop.close()
        open_, ended = threading.Event(), threading.Event()
        serving = threading.Thread(target=lambda: asyncio.run(_serve(town, home, open_, ended)))
        serving.start()
        try:
            assert open_.wait(START_S)
            yield home
        finally:
            ended.set()
            serving.join()


async def _serve(town: Any, home: Home, open_: threading.Event, ended: threading.Event) -> None:
    directory = home.directory / "banks"
    directory.mkdir()
    await town.open()
    async with a_sandbox(town, directory) as sandbox:
        await sandbox.found()
        async with await counter.serve(home.sandbox_socket, sandbox):
            open_.set()
            await asyncio.to_thread(ended.wait)
    await town.close()


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["corridor", *arguments, "-d", str(home.directory)])
        with pytest.raises(SystemExit) as ended:
            main.main()
        return Said(int(ended.value.code or 0), *capsys.readouterr())

    return call


def next_of(said: Said, home: Home) -> list[str]:
    """Return the words of the command that a verb says is next."""
    (typed,) = re.findall(r"^next: (?:\w+: )?corridor (.*)$", said.out, re.MULTILINE)
    words = shlex.split(typed)
    assert words[-2:] == ["-d", str(home.directory)]
    return words[:-2]


def test_a_quote_is_asked_for_and_paid_on(run: Run, home: Home) -> None:
    asked = run("fx", "ask", "1000.00", "RUB", "TJS", "--to", ZARA)
    assert asked.code == 0, asked.err
    step = next_of(asked, home)
    assert step[:2] == ["pay", "--quote"]
    paid = run(*step)
    assert paid.code == 0, paid.err
    assert f"on quote   {step[2]}" in paid.out
    assert f"{SEVR} -> {ZARA}" in paid.out
    story = run(*next_of(paid, home), "--json").json["payment"]
    assert (story["quote_id"], story["status"]) == (step[2], "ACCC")
    again = run(*step)
    assert (again.code, again.err) == (
        1,
        f"corridor: --quote: the quote is spent, by payment {story['number']}; `corridor fx ask` gets another\n",
    )
    other = run("pay", "10.00", "RUB", "--into", "TJS", "--json").json
    assert other[-1]["status"] == "ACCC"
    assert other[-1]["quote_id"] not in ("", step[2])
    assert run("pay", "10.00", "RUB", "--json").json[-1]["quote_id"] == ""


def test_the_trades_of_the_documentation(run: Run, home: Home) -> None:
    example = (DOCS / "pvp.md").read_text()
    number = ""
    states = []
    for command in re.findall(r"^\./corridor (.*)$", example, re.MULTILINE):
        said = run(*shlex.split(command.replace("NUMBER", number)), "--json")
        assert said.code == 0, (command, said.err)
        if command.split()[1] in ("state", "cancel"):
            number = str(said.json["trade"])
            states.append(said.json["state"])
        elif command.split()[1] == "list":
            (listed,) = said.json
            assert (str(listed["number"]), listed["waits_for"]) == (number, f"{PAMR} to state it")
        else:
            assert [line["what"] for line in said.json if line["from"] == PAMR] == [
                "sells 100.00 TJS for 850.00 RUB"
            ]
    assert states == ["unmatched", "settled", "unmatched", "cancelled"]


def test_what_the_other_side_must_do_is_typed_as_it_stands(run: Run, home: Home) -> None:
    sums = ("--sell", "8.50", "RUB", "--buy", "1.00", "TJS")
    stated = run("trade", "state", "--bank", SEVR, "--with", PAMR, *sums, "--settlement-date", "2999-01-01")
    assert stated.code == 1, "that day is too far away"
    assert stated.err.startswith("corridor: refused: ")
    stated = run("trade", "state", "--bank", SEVR, "--with", PAMR, *sums)
    assert stated.code == 0, stated.err
    assert " is unmatched: SEVRRUM0 sells 8.50 RUB to PAMRTJ20 for 1.00 TJS, reference SEVR-" in stated.out
    settled = run(*next_of(stated, home))
    assert " is settled: PAMRTJ20 sells 1.00 TJS to SEVRRUM0 for 8.50 RUB" in settled.out
    shown = run(*next_of(settled, home))
    assert re.search(r"^ +state  settled$", shown.out, re.MULTILINE)
    assert run("trade", "list").out.startswith("no trade is open; --all shows")

    limit = ("credit", "offer", SEVR, PAMR, "5000.00", "RUB", "--rate", "1", "--ends-on", "2090-01-01")
    offered = run(*limit, "--starts-on", "2026-01-01")
    assert offered.code in (0, 1)
    if offered.code == 0:
        assert " is active" in run(*next_of(offered, home)).out

    offered = run("correspondent", "offer", PAMR, SEVR, "RUB")
    assert offered.code == 0, offered.err
    opened = run(*next_of(offered, home))
    assert " is open" in opened.out
    number = opened.out.split()[1]
    asked = run("correspondent", "close", SEVR, number)
    assert f"{SEVR} wants it closed" in asked.out
    assert " is closed" in run(*next_of(asked, home)).out


def test_what_is_refused_is_one_line(run: Run) -> None:
    for words, said in (
        (("credit", "draw", PAMR, "1", "1.00", "RUB"), "NOOR: "),
        (("correspondent", "fund", PAMR, "1", "1.00", "RUB"), "NOOR: "),
        (("queue", "cancel", "00000000-0000-4000-8000-000000000001", "--bank", SEVR), "NOOR: "),
        (("pay", "1.00", "JPY"), "WrongDecimals"),
        (("pay", "1", "JPY"), "AB08: SEVRRUM0 has no customer with an account in JPY"),
    ):
        refused = run(*words)
        assert (refused.out, refused.err.count("\n")) == ("", 1)
        if said == "WrongDecimals":
            assert (refused.code, "AMOUNT: The amount has more decimals" in refused.err) == (2, True)
        else:
            assert (refused.code, refused.err.startswith(f"corridor: refused: {said}")) == (1, True), (
                refused.err
            )


def test_two_central_banks_have_an_arrangement_and_a_payer_pays_in_its_own_currency(
    run: Run, home: Home
) -> None:
    assert run("pay", "850.00", "RUB", "--into", "TJS", "--own-currency").code == 1
    swings = ("--swing", "1000000.00", "RUB", "--other-swing", "100000.00", "TJS")
    offered = run("arrangement", "offer", "CBRRRUM0", "CBTJTJ20", *swings)
    assert offered.code == 0, offered.err
    step = next_of(offered, home)
    assert step[:3] == ["arrangement", "accept", "CBTJTJ20"]
    assert "is open" in run(*step).out
    paid = run("pay", "854.82", "RUB", "--into", "TJS", "--own-currency")
    assert (paid.code, "to credit  100.00 TJS" in paid.out) == (0, True), paid.err
    stands = {each["central_bank"]: each["stands"] for each in run("arrangement", "list", "--json").json}
    assert stands == {"CBRRRUM0": "-100.00 TJS", "CBTJTJ20": "0.00 RUB"}
    assert "nothing was netted yet" in run("arrangement", "nettings").out
    for words in (("--gross",), ("--into", "RUB")):
        said = run("pay", "1.00", "RUB", "--own-currency", *words)
        assert (said.code, "--own-currency" in said.err) == (2, True)
    assert "is ending" in run("arrangement", "end", "CBTJTJ20", step[3]).out
