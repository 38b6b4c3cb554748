"""One contract for every journal: what a hub may believe of its system of record."""

from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from hashlib import sha256
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.busy_day import live
from tests.contract.signed_world import SEAL, PostgresWorld, SignedWorld

from corridor.adapters.memory.journal import MemoryJournal, MemoryStore
from corridor.adapters.postgres.journal import COPY_ROWS, PostgresJournal
from corridor.adapters.postgres.schema import columns
from corridor.decision import ACCOUNT, BALANCE, PENDING, TRANSFER, Table, While
from corridor.domain.instants import DAY, SECOND, Instant
from corridor.hub.lists import TABLES
from corridor.ledger.accounts import Account, Balance
from corridor.ledger.transfers import Pending, PendingStatus, Transfer
from corridor.ports import Fenced, Journal, Writes
from corridor.services.fx.records import FX_RATE, QUOTE, FxRate, Quote
from corridor.services.messaging.records import (
    BLOB,
    CASE,
    IDENTITY,
    MESSAGE,
    SETTLEMENT_ACCOUNT,
    Blob,
    Case,
    Identity,
    Message,
    SettlementAccount,
)
from corridor.services.settlement.payments import PAYMENT

HUB = "CORRXXM0"
START: Instant = 1_795_000_000 * SECOND
NOVEMBER, DECEMBER = 202611, 202612

Open = Callable[[], Journal]


@pytest.fixture(params=["memory", "postgres"])
def make(request: pytest.FixtureRequest) -> Open:
    """Return what makes a writer on one new store."""
    if request.param == "memory":
        store = MemoryStore()
        return lambda: MemoryJournal(store)
    dsn = request.getfixturevalue("database")
    return lambda: PostgresJournal(dsn, SEAL)


@pytest.fixture
async def journals(make: Open) -> AsyncIterator[Open]:
    """Makes writers, and closes them in the end."""
    made: list[Journal] = []

    def remember() -> Journal:
        made.append(make())
        return made[-1]

    yield remember
    for journal in made:
        await journal.close()


def writes(number: int, rows: dict[Table[Any], list[Any]], at: Instant = START) -> Writes:
    return Writes(number, at, 100 + number, sha256(str(number).encode()).digest(), rows)


def transfer(number: int) -> Transfer:
    return Transfer(number, 1, 2, 10 + number, "RUB", 2, 0, 30, 10, 7)


def line(batch: int, position: int = 0, month: int = NOVEMBER) -> Message:
    return Message(
        month,
        batch,
        position,
        "in",
        "SEVRRUM0",
        1,
        "d",
        f"m{batch}",
        0,
        "",
        "",
        START,
        b"\x00",
        b"\xff",
        0,
        9,
    )


def quote(n: int, status: str) -> Quote:
    return Quote(
        f"q{n}",
        "SEVRRUM0",
        "PAMRTJ20",
        "ALFXRUM0",
        "source",
        1_000,
        "RUB",
        117,
        "TJS",
        0,
        "TJS",
        "RUB",
        Decimal("8.5500000001"),
        Decimal("8.55"),
        Decimal("0.3500000000"),
        -1,
        START,
        START + 60 * SECOND,
        status,
        START + 60 * SECOND if status == "open" else None,
    )


pytestmark = pytest.mark.anyio


async def test_a_new_store_begins_with_nothing(journals):
    snapshot = await journals().open(TABLES, HUB, START)
    assert (snapshot.epoch, snapshot.batch, snapshot.at, snapshot.last_number) == (1, 0, 0, 0)
    assert (snapshot.last_transfer, snapshot.head) == (0, bytes(32))
    assert not any(snapshot.records.values())


async def test_what_is_committed_is_loaded_by_key(journals):
    journal = journals()
    await journal.open(TABLES, HUB, START)
    account = SettlementAccount("SEVRRUM0", "RUB", 1)
    rate = FxRate("TJS", "RUB", "ALFXRUM0", 0, 1, 0, Decimal("8.50"), Decimal("8.60"), Decimal("8.55"), START)
    held = Case(5, "held", "SEVRRUM0", 4, 'a "quoted" text, with ’ and \\', START)
    rows = {TRANSFER: [transfer(3)], SETTLEMENT_ACCOUNT: [account], FX_RATE: [rate], CASE: [held]}
    await journal.commit(writes(1, rows))
    keys = [
        (TRANSFER, 3),
        (TRANSFER, 4),
        (SETTLEMENT_ACCOUNT, ("SEVRRUM0", "RUB")),
        (SETTLEMENT_ACCOUNT, ("SEVRRUM0", "TJS")),
        (FX_RATE, ("TJS", "RUB", "ALFXRUM0", 0)),
        (CASE, 5),
    ]
    found = await journal.load(keys)
    assert list(found.values()) == [transfer(3), None, account, None, rate, held]
    assert list(found) == keys


async def test_what_is_open_or_whole_comes_back_and_what_has_ended_does_not(journals):
    first = journals()
    await first.open(TABLES, HUB, START)
    account, balance = Account(1, "SEVRRUM0", "RUB", 1, 1, 50), Balance(1, 1, 2, 3, 4)
    pendings = [Pending(n, 1, 2, 10, "RUB", status) for n, status in enumerate(PendingStatus, 1)]
    quotes = [quote(1, "open"), quote(2, "spent"), quote(3, "expired")]
    cases = [Case(8, "k", "p", 0, "open", START), Case(9, "k", "p", 0, "closed", START, START)]
    rows = {ACCOUNT: [account], BALANCE: [balance], PENDING: pendings, QUOTE: quotes, CASE: cases}
    await first.commit(writes(1, {TRANSFER: [transfer(7)]}))
    await first.commit(writes(2, rows, START + 5))
    second = await journals().open(TABLES, HUB, START + DAY)
    assert (second.epoch, second.batch, second.at) == (2, 2, START + 5)
    assert (second.last_number, second.last_transfer) == (102, 7)
    assert second.head == sha256(b"2").digest()
    kept = {table: list(records) for table, records in second.records.items() if records}
    assert kept == {
        ACCOUNT: [account],
        BALANCE: [balance],
        PENDING: [pendings[0]],
        QUOTE: [quotes[0]],
        CASE: [cases[0]],
    }


async def test_a_later_batch_replaces_a_record(journals):
    journal = journals()
    await journal.open(TABLES, HUB, START)
    await journal.commit(writes(1, {QUOTE: [quote(1, "open")], BALANCE: [Balance(1, 0, 1), Balance(2)]}))
    await journal.commit(writes(2, {QUOTE: [quote(1, "spent")], BALANCE: [Balance(1, 0, 2)]}))
    found = await journal.load([(QUOTE, "q1"), (BALANCE, 1), (BALANCE, 2)])
    assert list(found.values()) == [quote(1, "spent"), Balance(1, 0, 2), Balance(2)]


async def test_the_first_writer_is_fenced_out_by_the_second(journals):
    first, second = journals(), journals()
    await first.open(TABLES, HUB, START)
    await first.commit(writes(1, {TRANSFER: [transfer(1)]}))
    await second.open(TABLES, HUB, START)
    many = [transfer(n) for n in range(2, 4 + COPY_ROWS)]
    for rows in ({TRANSFER: [transfer(2)]}, {TRANSFER: many}):
        with pytest.raises(Fenced):
            await first.commit(writes(2, rows))
    assert await second.load([(TRANSFER, 2)]) == {(TRANSFER, 2): None}
    await second.commit(writes(2, {TRANSFER: [transfer(2)]}))
    assert (await second.load([(TRANSFER, 2)]))[TRANSFER, 2] == transfer(2)


@pytest.mark.parametrize("number", [0, 1, 3])
async def test_a_batch_that_is_not_the_next_is_fenced(journals, number):
    journal = journals()
    await journal.open(TABLES, HUB, START)
    await journal.commit(writes(1, {}))
    with pytest.raises(Fenced):
        await journal.commit(writes(number, {TRANSFER: [transfer(1)]}))
    await journal.commit(writes(2, {}))
    assert await journal.load([(TRANSFER, 1)]) == {(TRANSFER, 1): None}


@pytest.mark.parametrize("size", [1, COPY_ROWS, COPY_ROWS + 1, 500])
async def test_many_rows_are_written_as_few_are(journals, size):
    journal = journals()
    await journal.open(TABLES, HUB, START)
    transfers = [transfer(n) for n in range(1, size + 1)]
    lines = [line(1, n) for n in range(size)]
    identities = [Identity("s", f"m{n}", b"\x00" * 32, 1, n, START, "accepted", b"") for n in range(size)]
    balances = [Balance(n, n, n, n, n) for n in range(1, size + 1)]
    rows = {TRANSFER: transfers, MESSAGE: lines, IDENTITY: identities, BALANCE: balances}
    await journal.commit(writes(1, rows))
    for table, records in rows.items():
        found = await journal.load([(table, table.key(record)) for record in records])
        assert list(found.values()) == records


async def test_what_is_appended_is_never_changed(journals):
    journal = journals()
    await journal.open(TABLES, HUB, START)
    await journal.commit(writes(1, {TRANSFER: [transfer(1)]}))
    other = Transfer(1, 1, 2, 99, "RUB")
    with pytest.raises((AssertionError, asyncpg.UniqueViolationError)):
        await journal.commit(writes(2, {BALANCE: [Balance(5)], TRANSFER: [other]}))
    assert (await journal.load([(TRANSFER, 1)]))[TRANSFER, 1] == transfer(1)
    assert (await journals().open(TABLES, HUB, START)).batch == 1


async def test_a_new_month_needs_no_preparation(journals):
    journal = journals()
    await journal.open(TABLES, HUB, START)
    december = START + 20 * DAY
    blobs = [Blob(m, n, at, b"h", b"", b"c") for n, m, at in ((1, NOVEMBER, START), (2, DECEMBER, december))]
    await journal.commit(writes(1, {MESSAGE: [line(1)], BLOB: blobs[:1]}))
    await journal.commit(writes(2, {MESSAGE: [line(2, 0, DECEMBER)], BLOB: blobs[1:]}, december))
    found = await journal.load(
        [
            (MESSAGE, (NOVEMBER, 1, 0)),
            (MESSAGE, (DECEMBER, 2, 0)),
            (BLOB, (DECEMBER, 2)),
            (BLOB, (NOVEMBER, 2)),
        ]
    )
    assert list(found.values()) == [line(1), line(2, 0, DECEMBER), blobs[1], None]


async def test_each_month_is_a_partition_of_its_own(database):
    journal = PostgresJournal(database, SEAL)
    await journal.open(TABLES, HUB, START)
    await journal.commit(writes(1, {}, START + 20 * DAY))
    await journal.close()
    connection = await asyncpg.connect(database)
    names = await connection.fetch("SELECT inhrelid::regclass::text AS name FROM pg_inherits ORDER BY name")
    await connection.close()
    partitions = {row["name"] for row in names if not row["name"].endswith("pkey")}
    assert {"message_202611", "message_202612", "blob_202611", "blob_202612"} <= partitions


async def test_another_hubs_database_is_left_alone(database):
    first, second = PostgresJournal(database, SEAL), PostgresJournal(database, SEAL)
    await first.open(TABLES, HUB, START)
    with pytest.raises(Fenced, match=HUB):
        await second.open(TABLES, "OTHRXXM0", START)
    await first.close()
    await second.close()


TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=20)
VALUES = {
    "bigint": st.integers(0, 2**63 - 1),
    "text": TEXT,
    "bytea": st.binary(max_size=40),
    "boolean": st.booleans(),
    "numeric": st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**11), max_value=10**11, places=10
    ),
}


Rows = dict[Table[Any], list[Any]]


@st.composite
def rows(draw: st.DrawFn) -> Rows:
    """Records of every table that changes, no key twice; of those that may be open about half are."""
    drawn = {}
    for table in TABLES:
        if table.appended:
            continue
        fields = []
        texts = {name for name in table.private if table.record.__annotations__[name] is str}
        for name, kind, nullable in columns(table):
            values = VALUES["text" if name in texts else kind]
            if isinstance(table.stays, While) and name == table.stays.field:
                values = st.one_of(st.just(table.stays.value), values)
            fields.append(st.one_of(st.none(), values) if nullable else values)
        drawn[table] = draw(st.lists(st.builds(table.record, *fields), max_size=4, unique_by=table.key))
    return drawn


def few_rows(examples: int) -> list[Rows]:
    """Draw a few; Hypothesis cannot run a test inside of an event loop."""
    drawn: list[Rows] = []

    @settings(max_examples=examples, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(rows())
    def draw(some: Rows) -> None:
        drawn.append(some)

    draw()
    return drawn


async def test_residence_means_the_same_to_python_and_to_sql(database):
    store = MemoryStore()

    async def kept(make: Open, number: int, some: Rows) -> dict[str, dict[Any, Any]]:
        journal = make()
        await journal.open(TABLES, HUB, START)
        await journal.commit(writes(number, some))
        for table, records in some.items():
            loaded = await journal.load([(table, table.key(record)) for record in records])
            assert list(loaded.values()) == records, table
        await journal.close()
        journal = make()
        snapshot = await journal.open(TABLES, HUB, START)
        await journal.close()
        return {t.name: {t.key(r): r for r in records} for t, records in snapshot.records.items() if records}

    for number, some in enumerate(few_rows(12), 1):
        in_python = await kept(lambda: MemoryJournal(store), number, some)
        assert await kept(lambda: PostgresJournal(database, SEAL), number, some) == in_python


def test_the_same_day_gives_the_same_bytes_in_memory_and_in_postgres(database):
    memory, postgres = SignedWorld(), PostgresWorld(database)
    for world in (memory, postgres):
        live(world, crowd=20)
        world.restart()
        world.advance(600)
    postgres.close()
    assert postgres.mailboxes == memory.mailboxes
    assert [batch.writes.head for batch in postgres.batches] == [b.writes.head for b in memory.batches]
    assert len(postgres.batches) > 100


def test_a_payment_is_no_longer_in_memory_once_it_is_final(database):
    world = live(PostgresWorld(database), crowd=0)
    world.restart()
    assert {payment.status for payment in world.hub.memory.records(PAYMENT)} == {"ACSP", "PDNG"}
    world.close()
