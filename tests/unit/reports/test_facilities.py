"""The statement of a facility runs to what its accounts say, and its days tell how it was used."""

import pytest

from corridor.decision import TRANSFER
from corridor.reports.facilities import statement, utilisation
from tests.unit.services.credit.lending import LIMIT, Lending

DAY_S = 86_400


@pytest.fixture(scope="module")
def world():
    """Drawn on the first date, more on the second, part of it paid back on the third."""
    world = Lending().found()
    world.lent()
    world.draw(100_000_00)
    world.advance(DAY_S)
    world.draw(150_000_00)
    world.advance(DAY_S)
    world.repay(20_000_00)
    return world


def transfers(world):
    found = (t for t in world.store.rows[TRANSFER].values() if t.reference == world.number)
    return sorted(found, key=lambda t: t.id)


def test_every_entry_stands_under_its_date_and_the_last_one_at_what_is_owed(world):
    entries = list(statement(world.facility, world.days, transfers(world), world.today))
    assert [(entry.day, entry.kind) for entry in entries] == [
        ("2026-11-18", "drawn"),
        ("2026-11-18", "interest due"),
        ("2026-11-18", "fee due"),
        ("2026-11-19", "drawn"),
        ("2026-11-19", "interest due"),
        ("2026-11-19", "fee due"),
        ("2026-11-20", "fee paid"),
        ("2026-11-20", "interest paid"),
        ("2026-11-20", "repaid"),
    ]
    assert (entries[-1].drawn, entries[-1].due) == (world.drawn, 0)
    assert (
        entries[5].due == 4520 + 547 + 11301 + 343
    )  # the second fee has what the rounding of the first had left


def test_use_is_told_by_the_day_and_on_average(world):
    uses = list(utilisation(world.facility, world.days))
    assert [(use.day, use.drawn) for use in uses] == [("2026-11-18", 100_000_00), ("2026-11-19", 250_000_00)]
    assert [(use.utilisation_bps, use.average_bps) for use in uses] == [(2_000, 2_000), (5_000, 3_500)]
    assert LIMIT == 500_000_00
