"""What two central banks may owe each other is their swing, and what is netted is what was owed: else it is noticed."""

import msgspec
import pytest

from corridor.decision import ACCOUNT
from corridor.hub.batch import chain
from corridor.ledger.accounts import Account
from corridor.reports.arrangements import swings
from corridor.reports.watch import Watch
from corridor.services.fx.arrangements.records import ARRANGEMENT, ARRANGEMENT_NETTING
from tests.unit.services.fx.arranging import SWING, Arranged
from tests.world import CBRR, CBTJ, SEVR


@pytest.fixture(scope="module")
def world():
    """A day that was netted, and an arrangement that has ended; a second one begins on the same accounts."""
    world = Arranged().found()
    world.fix()
    world.arrange()
    world.send(85_00, "RUB")
    world.send(6_00, "TJS")
    world.midnight()
    world.stop()
    world.midnight()
    world.arrange(swing=7, other_swing=8)
    return world


def said(batches):
    watch = Watch(chain)
    return {(broken.name, broken.sentence) for writes in batches for broken in watch.commit(writes)}


def bent(world, table, which, **changes):
    """Return the batches with the first record of a table that fits, in each batch that has it, changed."""
    batches, found = [], False
    for batch in world.batches:
        records = list(batch.writes.rows.get(table, ()))
        for place, record in enumerate(records):
            if which(record) and not found:
                records[place], found = msgspec.structs.replace(record, **changes), True
        rows = {**batch.writes.rows, table: records}
        batches.append(msgspec.structs.replace(batch.writes, rows=rows))
    assert found
    return batches


def foreign(bic, limit):
    return lambda account: (account.participant, account.code, account.credit_limit) == (bic, 1, limit)


def test_days_as_they_were(world):
    assert said([batch.writes for batch in world.batches]) == set()


@pytest.mark.parametrize(
    ("which", "changes"),
    [
        (foreign(CBRR, SWING), {"credit_limit": SWING + 1}),
        (foreign(CBTJ, SWING), {"credit_limit": SWING - 1}),
        (foreign(CBTJ, SWING), {"flags": 0}),
        (foreign(CBTJ, 0), {"credit_limit": SWING}),
        (foreign(CBTJ, 7), {"credit_limit": 8}),
    ],
)
def test_a_limit_that_is_not_the_swing_is_noticed(world, which, changes):
    assert "swings" in {name for name, _ in said(bent(world, ACCOUNT, which, **changes))}


def test_an_arrangement_whose_account_is_anothers_is_noticed(world):
    accounts = world.store.rows[ACCOUNT]
    arrangement = world.arrangement
    banks = {CBRR, CBTJ}
    assert list(swings([arrangement], accounts, banks, accounts)) == []
    gone = {key: each for key, each in accounts.items() if key != arrangement.base_account_id}
    assert "is not there" in next(swings([arrangement], gone, banks, {arrangement.base_account_id}))
    of = accounts[arrangement.base_account_id]
    other = {**accounts, of.id: Account(of.id, SEVR, of.currency, of.code, of.flags, of.credit_limit)}
    assert SEVR in next(swings([arrangement], other, banks, {of.id}))


@pytest.mark.parametrize("field", ["base_owed", "quote_owed"])
def test_a_netting_of_less_than_was_owed_is_noticed(world, field):
    """Though it follows from what it says was owed, and moved that."""
    (netting,) = world.nettings
    names = said(bent(world, ARRANGEMENT_NETTING, lambda _: True, **{field: getattr(netting, field) - 1}))
    assert any("owed" in sentence for name, sentence in names if name == "arrangements")


def test_an_offer_lets_nobody_owe_anything():
    world = Arranged().found()
    world.offer()
    watch = Watch(chain)
    for batch in world.batches:
        assert list(watch.commit(batch.writes)) == []
    assert watch.checked["swings"]
    assert world.store.rows[ARRANGEMENT][world.number].base_account_id == 0
