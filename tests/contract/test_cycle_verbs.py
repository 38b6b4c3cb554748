"""`corridor cycle` on a database with cycles in it: what it shows, and that one minor unit is an exit code."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.contract.test_netter import Netted
from tests.unit.services.settlement.netting_world import PAMR, SEVR, ZARA

from corridor.adapters.keys import seals
from corridor.adapters.postgres.roles import WRITER
from corridor.adapters.postgres.supervisor import SUPERUSER
from corridor.cli import main
from corridor.cli.database import VARIABLE
from corridor.cli.home import Home

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def world(database: str) -> Iterator[Netted]:
    world = Netted(database).found()
    for bank in (SEVR, PAMR):
        world.set_cap(bank, 1_000_00)
    world.netted(1, 300_00, SEVR, PAMR, category_purpose="SUPP")
    world.netted(2, 200_00, PAMR, SEVR, category_purpose="SALA")
    yield world
    world.close()


@pytest.fixture
def run(
    world: Netted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    seals.generate(Home(tmp_path).personal)
    monkeypatch.setenv(VARIABLE, world.writer.replace(WRITER, SUPERUSER))

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["corridor", *arguments, "-d", str(tmp_path)])
        with pytest.raises(SystemExit) as ended:
            main.main()
        return (int(ended.value.code or 0), *capsys.readouterr())

    return call


def test_a_cycle_is_shown_and_proven(world: Netted, run: Run) -> None:
    code, out, err = run("cycle", "--json")
    assert not err
    assert (code, [(each["number"], each["state"], each["items"]) for each in json.loads(out)]) == (
        0,
        [(1, "open", 2)],
    )
    shown = json.loads(run("cycle", "show", "--json")[1])
    assert [
        (each["participant"], each["net"], each["goods"], each["wages"]) for each in shown["positions"]
    ] == [
        (PAMR, "100.00", "300.00", "-200.00"),
        (SEVR, "-100.00", "-300.00", "200.00"),
    ]
    assert [(each["first"], each["second"], each["net"]) for each in shown["bilateral"]] == [
        (PAMR, SEVR, "100.00")
    ]
    assert "recomputed from 2 transfers: equal" in run("cycle", "show", "1")[1]
    assert run("cycle", "verify") == (0, "cycles: 1, payments: 2, difference: 0\n", "")
    code, _, err = run("cycle", "show", "7")
    assert (code, "there is no cycle 7" in err) == (1, True)


def test_one_minor_unit_is_an_exit_code(world: Netted, run: Run) -> None:
    world.bring(SEVR, 100_00)
    world.close_cycle(1)
    assert world.work() == 2
    assert run("cycle", "verify", "1")[0] == 0
    world.ask("UPDATE transfer SET amount = amount + 1 WHERE code = 20 AND amount = 30000", world.writer)
    code, out, _ = run("cycle", "verify", "--json")
    found = json.loads(out)
    assert (code, found["difference_units"]) == (1, 4)
    assert {(each["what"], each["participant"]) for each in found["differences"]} == {
        ("paid", SEVR),
        ("received", PAMR),
        ("settled", SEVR),
        ("settled", PAMR),
    }
    assert "SEVRRUM0 RUB goods: paid is 30000, its transfers say 30001" in run("cycle", "verify")[1]


def test_what_cannot_be_settled_is_shown_as_closed(world: Netted, run: Run) -> None:
    world.netted(3, 1, SEVR, ZARA)
    world.close_cycle(1)
    assert world.work() == 0
    (open_cycle, closed) = json.loads(run("cycle", "--json")[1])
    assert (open_cycle["state"], closed["state"], closed["items"]) == ("open", "closing", 3)
