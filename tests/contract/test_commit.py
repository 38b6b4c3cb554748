"""How PostgreSQL is written to and read from: bulk by COPY, look-ups by index whatever the statistics say."""

import pytest
from tests.contract.signed_world import SEAL
from tests.contract.test_journal import HUB, START, transfer, writes

from corridor.adapters.postgres import schema
from corridor.adapters.postgres.journal import COPY_ROWS, PostgresJournal, divide
from corridor.decision import BALANCE, PENDING, TRANSFER
from corridor.hub.lists import TABLES
from corridor.ledger.accounts import Balance
from corridor.ledger.transfers import Pending, PendingStatus
from corridor.services.messaging.records import IDENTITY, Identity
from corridor.services.settlement.payments import PAYMENT

pytestmark = pytest.mark.anyio

BULK = COPY_ROWS + 1


@pytest.fixture
async def journal(database):
    journal = PostgresJournal(database, SEAL)
    await journal.open(TABLES, HUB, START)
    yield journal
    await journal.close()


def pending(number: int, status: PendingStatus = PendingStatus.PENDING) -> Pending:
    return Pending(number, 1, 2, 10, "RUB", int(status))


def test_only_what_surely_begins_in_a_batch_may_be_copied():
    rows = {
        TRANSFER: [transfer(2), transfer(3)],
        PENDING: [pending(1, PendingStatus.POSTED), pending(2)],
        BALANCE: [Balance(1)],
    }
    assert divide(TRANSFER, rows) == (rows[TRANSFER], ())
    assert divide(PENDING, rows) == ([pending(2)], [pending(1, PendingStatus.POSTED)])
    assert divide(PENDING, {PENDING: rows[PENDING]}) == ([], rows[PENDING])
    assert divide(BALANCE, rows) == ((), rows[BALANCE])


async def test_pending_transfers_begin_and_end_in_bulk(journal):
    first, second = range(1, BULK + 1), range(BULK + 1, 2 * BULK + 1)
    begun = [pending(n) for n in first]
    await journal.commit(writes(1, {TRANSFER: [transfer(n) for n in first], PENDING: begun}))
    mixed = [pending(n, PendingStatus.POSTED) for n in first] + [pending(n) for n in second]
    await journal.commit(writes(2, {TRANSFER: [transfer(n) for n in second], PENDING: mixed}))
    found = await journal.load([(PENDING, n) for n in (*first, *second)])
    assert list(found.values()) == mixed


async def test_look_ups_go_by_index_before_anything_is_known_about_sizes(journal):
    identities = [Identity("s", f"m{n}", b"", 1, n, START, "accepted", b"") for n in range(BULK)]
    await journal.commit(writes(1, {IDENTITY: identities}))
    await journal._reader.execute(
        f"PREPARE look_up AS {schema.select_by_keys((IDENTITY, PAYMENT, TRANSFER))}"
    )
    plan = await journal._reader.fetch("EXPLAIN EXECUTE look_up('{s}', '{m1}', '{u}', '{1}')")
    text = "\n".join(line[0] for line in plan)
    assert "Seq Scan" not in text
    assert text.count("Index Scan") == 3
