"""What a hub holds in memory does not grow with the history that it has kept."""

import pytest

from corridor.decision import ACCOUNT, BALANCE, Table
from corridor.hub.lists import TABLES
from corridor.services.compliance.records import CONTRACT_POLICY, LIST_IN_FORCE, SCREENING_POLICY
from corridor.services.credit.records import CREDIT_LINE, CREDIT_SOURCE
from corridor.services.fx.arrangements.records import ARRANGEMENT_PAIR
from corridor.services.fx.records import FIXING, FX_EXPOSURE, FX_FEE, FX_LIMIT, FX_PAIR, FX_RATE, OPEN_QUOTES
from corridor.services.messaging.records import (
    CASE,
    MAILBOX,
    OPERATORS,
    PARTICIPANT,
    SETTLEMENT_ACCOUNT,
    SIGNING_KEY,
)
from corridor.services.settlement.correspondents.records import (
    CORRESPONDENT,
    CORRESPONDENT_MIRROR,
    CORRESPONDENT_POSITION,
    CORRESPONDENT_RELATION,
)
from corridor.services.settlement.cycle_records import CLEARING_ACCOUNT
from corridor.services.settlement.records import CUT_OFF, DAY_USE, QUEUE, SETTLEMENT_LIMIT, URGENT_RESERVE
from tests.unit.services.settlement.correspondents.corresponding import Corresponding
from tests.world import PAMR, SEVR

BANKS = "participants and currencies"
PAIRS = "pairs of currencies"
WHOLE: dict[Table, str] = {
    PARTICIPANT: "participants",
    MAILBOX: "participants",
    OPERATORS: "operators",
    SIGNING_KEY: "keys, which registrars register one by one",
    SETTLEMENT_ACCOUNT: BANKS,
    CLEARING_ACCOUNT: BANKS,
    QUEUE: BANKS,
    URGENT_RESERVE: BANKS,
    SETTLEMENT_LIMIT: "pairs of participants, and currencies",
    DAY_USE: "pairs of participants, and currencies",
    CORRESPONDENT_RELATION: "pairs of participants, and currencies",
    CREDIT_LINE: BANKS,
    CREDIT_SOURCE: BANKS,
    FX_EXPOSURE: BANKS,
    FX_LIMIT: BANKS,
    OPEN_QUOTES: "participants",
    FX_RATE: "providers, pairs and tiers",
    FX_PAIR: PAIRS,
    FX_FEE: "currencies",
    ARRANGEMENT_PAIR: PAIRS,
    CUT_OFF: "currencies",
    CONTRACT_POLICY: "currencies",
    LIST_IN_FORCE: "one",
    SCREENING_POLICY: "one",
    FIXING: "pairs of currencies and days: a few hundred a year and pair",
    ACCOUNT: "participants and currencies, and two more for each agreement between two banks that was ever accepted",
    BALANCE: "accounts",
}
"""Tables that a hub holds whole, and what they grow with."""


def test_every_table_that_is_held_whole_says_what_it_grows_with():
    assert {table for table in TABLES if table.whole} == set(WHOLE)


def held(world, table):
    """Return what the hub of this world holds of a table once all is durable."""
    world.advance(1)
    world.told_nothing()
    return list(world.hub.memory.records(table))


class Forgetful(Corresponding):
    def told_nothing(self):
        """A command that comes after all of them: what was durable has been let go of."""
        self.ask("00000000-0000-4000-8000-000000000000")


@pytest.fixture
def world():
    return Forgetful().found()


def test_a_closed_correspondent_account_leaves_memory_and_is_found_by_key(world):
    day = world.today
    for _ in range(3):
        world.opened(1_000)
        assert world.reconcile(1_000, (world.entries[0].number, 1_000))["agrees"]
        assert world.take(1_000) == ""
        assert world.close(SEVR) == ""
        assert world.close(PAMR) == ""
    tables = (CORRESPONDENT, CORRESPONDENT_POSITION, CORRESPONDENT_MIRROR)
    assert [held(world, table) for table in tables] == [[], [], []]
    world.restart()
    world.advance(10)
    assert [held(world, table) for table in tables] == [[], [], []]
    wrong = world.reconcile(5, day=day, count=2)
    assert (wrong["closing"], wrong["entries"], wrong["agrees"]) == ("0", 2, False)
    for _ in range(2):
        assert not world.reconcile(5, day=day, count=2)["agrees"]
    assert len(world.store.rows[CASE]) == 1, "its mirror is known, and opens one case"
    assert world.reconcile(0, day=day, count=2)["agrees"]


def test_the_places_of_an_account_go_on_after_a_start(world):
    world.opened(1_000)
    world.restart()
    world.advance(10)
    assert world.put(0) == "AM01"
    assert world.book(1, 300) == "ACSC"
    assert world.take(100) == ""
    assert [entry.place for entry in world.entries] == [1, 2, 3]
