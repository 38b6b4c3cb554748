"""Personal data in PostgreSQL: sealed wherever it lies, readable at its own place only."""

import asyncio
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from tests.contract.busy_day import HELD, live
from tests.contract.signed_world import SEAL, PostgresWorld

from corridor.adapters.keys.seals import AesSivSeal
from corridor.adapters.postgres import roles
from corridor.adapters.postgres.reads import PostgresReads
from corridor.hub.lists import TABLES
from corridor.ports import SealBroken
from corridor.services.directory.commands import RegisterAlias
from corridor.services.directory.records import ALIAS, Alias
from corridor.services.instant.records import HELD_PAYMENT

pytestmark = pytest.mark.anyio
PHONES = ("+992900000001", "+992900000002")
ACCOUNT, NAME = "20206972000000004711", "Хуршед Мирзоев"


def contents(directory):
    return {str(file): file.read_bytes() for file in directory.rglob("*") if file.is_file()}


@pytest.fixture
def day(database):
    world = PostgresWorld(database)
    live(world)
    for phone in PHONES:
        origin = world.origin("PAMRTJ20", definition="json/v1/aliases")
        answer = world.submit(RegisterAlias(origin, phone=phone, currency="TJS", account=ACCOUNT, name=NAME))
        assert answer.status == "accepted", answer.body
    world.close()
    return database


async def test_rules_see_what_was_written(day):
    reads = await PostgresReads.connect(day, SEAL)
    alias = await reads.one(ALIAS, PHONES[0])
    held = await reads.one(HELD_PAYMENT, str(UUID(int=HELD, version=4)))
    await reads.close()
    assert isinstance(alias, Alias)
    assert (alias.phone, alias.account, alias.name) == (PHONES[0], ACCOUNT, NAME)
    assert held is not None


async def test_no_name_phone_or_account_can_be_read_in_any_table_or_file(day, cluster):
    db = await asyncpg.connect(day)
    stored = {table.name: repr(await db.fetch(f"SELECT * FROM {table.name}")).encode() for table in TABLES}
    await db.close()
    admin = await asyncpg.connect(cluster.dsn())
    await admin.execute("CHECKPOINT")
    await admin.close()
    files = await asyncio.to_thread(contents, Path(cluster.data))
    for secret in (*PHONES, ACCOUNT, NAME, "Петров", "Каримов"):
        texts = secret.encode(), secret.encode("unicode_escape"), repr(secret.encode())[2:-1].encode()
        found = [name for name, content in (stored | files).items() if any(text in content for text in texts)]
        assert not found, (secret, found)


async def test_a_row_moved_to_another_place_cannot_be_read(day):
    db = await asyncpg.connect(day)
    await db.execute("""UPDATE alias SET name = (SELECT name FROM alias ORDER BY phone LIMIT 1)
                         WHERE phone = (SELECT phone FROM alias ORDER BY phone DESC LIMIT 1)""")
    await db.close()
    reads = await PostgresReads.connect(day, SEAL)
    with pytest.raises(SealBroken):
        await asyncio.gather(*(reads.one(ALIAS, phone) for phone in PHONES))
    await reads.close()


async def test_without_its_key_nothing_is_found_or_read(day):
    reads = await PostgresReads.connect(day, AesSivSeal({1: bytes(64)}))
    assert await reads.one(ALIAS, PHONES[0]) is None
    with pytest.raises(SealBroken):
        await reads.one(HELD_PAYMENT, str(UUID(int=HELD, version=4)))
    await reads.close()


async def test_the_signer_reads_what_it_signs_and_nothing_else(day, cluster):
    """Messages, and of the ledger what statements are made of: of payments their UETR, not who pays whom."""
    signed = ("message", "blob", "account", "settlement_account", "cut_off", "balance", "transfer")
    db = await asyncpg.connect(day)
    name = await db.fetchval("SELECT current_database()")
    await db.close()
    signer = await PostgresReads.connect(cluster.dsn(roles.SIGNER, name), SEAL)
    assert await signer.mailbox("SEVRRUM0", 0, 10)
    for table in TABLES:
        if table.name not in signed:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await signer.fetch(f"SELECT * FROM {table.name}")
    await signer.close()
