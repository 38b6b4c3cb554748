"""The watch has nothing to say of correspondent accounts as they were, and notices each thing that was not so."""

import msgspec
import pytest

from corridor.decision import ACCOUNT, BALANCE, TRANSFER
from corridor.hub.batch import chain
from corridor.ledger.chart import AccountCode
from corridor.reports.watch import Watch
from corridor.services.settlement.correspondents.records import (
    BOOKED,
    CORRESPONDENT,
    CORRESPONDENT_DAY,
    CORRESPONDENT_ENTRY,
    CORRESPONDENT_POSITION,
    CORRESPONDENT_RELATION,
    FUNDED,
    WITHDRAWN,
)
from tests.unit.reports.test_watch import last, watched
from tests.unit.services.settlement.correspondents.corresponding import Corresponding
from tests.world import PAMR, SEVR


@pytest.fixture(scope="module")
def batches():
    """Everything that is booked, over two days."""
    world = Corresponding().found()
    world.opened(1_000, ceiling=2_000)
    world.book(1, 1_200)
    world.book(2, 700, PAMR, SEVR)
    world.advance(86_400)
    world.take(100)
    return [batch.writes for batch in world.batches]


def test_two_days_as_they_were(batches):
    watch, said = watched(batches)
    assert said == []
    assert watch.checked["correspondents"] > 0


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("accounts", last(ACCOUNT, lambda a: a.code == AccountCode.CORRESPONDENT, participant="ZARATJ20")),
        ("correspondents", last(CORRESPONDENT, overdraft_amount=100)),
        ("correspondents", last(CORRESPONDENT, ceiling_amount=300)),
        ("correspondents", last(CORRESPONDENT, state="closed", live=False, ended_at=1)),
        ("correspondents", last(CORRESPONDENT, live=False)),
        ("correspondents", last(CORRESPONDENT, due_at=1)),
        ("correspondents", last(CORRESPONDENT, nostro_account_id=0)),
        ("correspondents", last(CORRESPONDENT, number=4711)),
        ("correspondents", last(CORRESPONDENT_RELATION, number=4711)),
        ("correspondents", last(CORRESPONDENT_ENTRY, place=9)),
        ("correspondents", last(CORRESPONDENT_ENTRY, balance=9)),
        ("correspondents", last(CORRESPONDENT_ENTRY, amount=-101)),
        ("correspondents", last(CORRESPONDENT_ENTRY, amount=100)),
        ("correspondents", last(CORRESPONDENT_ENTRY, day="2026-01-01")),
        ("correspondents", last(CORRESPONDENT_ENTRY, account=4711)),
        ("correspondents", last(CORRESPONDENT_ENTRY, transfer_id=1)),
        ("correspondents", last(CORRESPONDENT_POSITION, place=9)),
        ("correspondents", last(CORRESPONDENT_POSITION, debits=9)),
        ("correspondents", last(CORRESPONDENT_DAY, closing=9)),
        ("correspondents", last(TRANSFER, lambda t: t.code == BOOKED, amount=9)),
        ("correspondents", last(TRANSFER, lambda t: t.code == BOOKED, code=FUNDED)),
        ("correspondents", last(TRANSFER, lambda t: t.code == WITHDRAWN, amount=9)),
        ("correspondents", last(TRANSFER, lambda t: t.code == WITHDRAWN, reference=0)),
        ("correspondents", last(BALANCE, debits_posted=9)),
        ("legs", last(TRANSFER, lambda t: t.code == BOOKED, amount=9)),
        ("evidence", last(CORRESPONDENT_ENTRY, lambda e: e.place == 3, number=4711)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_not_so_is_noticed(batches, name, change):
    _, said = watched(change(batches))
    assert name in {broken.name for broken in said}


def test_settlement_money_alone_is_noticed(batches):
    """The transfer between both sides is gone, with the entry that names it."""
    bent = []
    for writes in batches:
        rows = dict(writes.rows)
        entries = list(rows.get(CORRESPONDENT_ENTRY, ()))
        if entries and entries[0].place == 1:
            rows[CORRESPONDENT_ENTRY] = []
        bent.append(msgspec.structs.replace(writes, rows=rows))
    watch = Watch(chain)
    said = {broken.name for writes in bent for broken in watch.commit(writes)}
    assert "correspondents" in said
