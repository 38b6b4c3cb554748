"""docs/rulebook.md, section 17: what a bank's own book says of a day, and what the ledger says to that."""

from typing import Any

import pytest

from corridor.services.messaging.records import CASE
from corridor.services.settlement.correspondents import commands
from corridor.services.settlement.correspondents.commands import MirrorEntry
from corridor.services.settlement.correspondents.reconciliation import ENTRIES_MAX
from tests.unit.services.settlement.correspondents.corresponding import Corresponding
from tests.unit.services.settlement.settling import ZARA
from tests.world import PAMR, SEVR

DAY_S = 86_400


@pytest.fixture
def world() -> Corresponding:
    """A day on which 1,000 came, 100 were paid and 50 received."""
    world = Corresponding().found()
    world.opened(1_000)
    world.book(1, 100)
    world.book(2, 50, PAMR, SEVR)
    return world


def of(world: Corresponding) -> list[tuple[int, int]]:
    return [(entry.number, entry.amount) for entry in world.entries]


def cases(world: Corresponding) -> list[str]:
    return [each.text for each in world.store.rows.get(CASE, {}).values() if each.kind == "unreconciled"]


@pytest.mark.parametrize("bank", [SEVR, PAMR])
def test_a_mirror_that_says_the_same_agrees(world: Corresponding, bank: str) -> None:
    told = world.reconcile(950, *of(world), signer=bank)
    assert told == {
        "account": world.number,
        "day": world.today,
        "agrees": True,
        "closing": "950",
        "entries": 3,
        "debits": "100",
        "credits": "1050",
        "lacking": 0,
        "differences": [],
    }
    assert world.mirror(bank).agrees
    assert cases(world) == []


def test_totals_alone_are_compared_too(world: Corresponding) -> None:
    assert world.reconcile(950, count=3)["agrees"]
    told = world.reconcile(950, count=2)
    assert (told["agrees"], told["entries"], told["lacking"]) == (False, 3, 0)


def differences(world: Corresponding, *stated: tuple[int, int]) -> tuple[int, list[dict[str, Any]]]:
    told = world.reconcile(950, *stated)
    assert not told["agrees"]
    return told["lacking"], told["differences"]


def test_what_differs_is_named(world: Corresponding) -> None:
    first, second, third = of(world)
    assert differences(world, first, second) == (1, [])
    wrong = {"number": second[0], "stated": "-101", "booked": "-100"}
    assert differences(world, first, (second[0], -101), third) == (0, [wrong])
    unknown = {"number": 7, "stated": "1", "booked": None}
    assert differences(world, first, second, third, (7, 1)) == (0, [unknown])
    assert differences(world, (7, 1)) == (3, [unknown])
    assert not world.reconcile(951, first, second, third)["agrees"]


def test_a_case_is_opened_once_until_the_mirror_agrees_again(world: Corresponding) -> None:
    world.reconcile(1, count=1)
    world.reconcile(2, count=1)
    (text,) = cases(world)
    assert f"the book of {SEVR} closes {world.today} with 0.01 RUB, the ledger with 9.50 RUB" in text
    world.reconcile(950, count=3)
    world.reconcile(3, count=3)
    assert len(cases(world)) == 2
    assert (world.mirror(SEVR).closing, world.mirror(SEVR).agrees) == (3, False)


def test_days_that_have_passed_are_compared_as_they_closed(world: Corresponding) -> None:
    first, entries = world.today, of(world)
    world.advance(DAY_S)
    quiet = world.today
    assert world.reconcile(950, count=0)["agrees"], "a day of which nothing was booked yet"
    world.advance(DAY_S)
    world.book(3, 10)
    world.restart()
    assert world.reconcile(940, *of(world)[3:])["agrees"]
    assert world.reconcile(950, *entries, day=first)["agrees"]
    told = world.reconcile(950, *of(world)[3:], day=first)
    assert (told["lacking"], len(told["differences"])) == (3, 1), "booked, but on another day"
    facts = {"account": world.number, "currency": "RUB", "closing": 0, "count": 0}
    for day, reason in ((quiet, "NOOR"), ("2026-01-01", "NOOR"), ("2099-01-01", "DT01")):
        assert world.told(commands.ReconcileCorrespondent, SEVR, **facts, day=day) == reason


def test_an_account_without_entries_agrees_at_zero() -> None:
    world = Corresponding().found()
    world.offered()
    facts = {"account": world.number, "currency": "RUB", "closing": 0, "count": 0, "day": world.today}
    assert world.told(commands.ReconcileCorrespondent, SEVR, **facts) == "CH20"
    world.accept()
    assert world.reconcile(0)["agrees"]
    assert not world.reconcile(0, (7, 1))["agrees"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"signer": ZARA}, "NOOR"),
        ({"currency": "TJS"}, "CURR"),
        ({"count": 2}, "CH16"),
        ({"entries": (MirrorEntry(1, 1), MirrorEntry(1, 1)), "count": 2}, "CH16"),
        ({"entries": tuple(MirrorEntry(n, 1) for n in range(ENTRIES_MAX + 1)), "count": 501}, "CH16"),
    ],
)
def test_a_wrong_statement_is_refused(world: Corresponding, facts: dict, reason: str) -> None:  # type: ignore[type-arg]
    told = world.reconcile(950, (1, 1), **facts)
    assert told["reason"] == reason
