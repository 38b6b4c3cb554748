"""An arrangement on PostgreSQL: what is netted is verified, and one minor unit of difference is found."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from tests.contract.signed_world import SEAL, PostgresWorld
from tests.unit.services.fx.arranging import Arranged

from corridor.adapters.postgres.roles import READER, WRITER
from corridor.adapters.postgres.verify import verify
from corridor.hub.batch import chain
from corridor.reports.findings import Report


class Netting(PostgresWorld, Arranged):
    """Two central banks that have netted a day, on PostgreSQL."""

    def __init__(self, writer: str) -> None:
        super().__init__(writer)
        self.writer = writer

    def verified(self) -> Report:
        reader = self.writer.replace(WRITER, READER)
        return asyncio.run(verify(reader, chain=chain, environment="sandbox", seal=SEAL, sample=1))

    def harm(self, sql: str) -> None:
        async def harm() -> None:
            db = await asyncpg.connect(self.writer)
            await db.execute(sql)
            await db.close()

        asyncio.run(harm())


@pytest.fixture
def world(database: str) -> Iterator[Netting]:
    world = Netting(database)
    world.found()
    world.fix()
    world.arrange()
    world.send(850_00, "RUB")
    world.send(60_00, "TJS")
    world.midnight()
    yield world
    world.close()


def test_a_day_is_netted_and_a_restart_knows_it(world: Netting) -> None:
    assert world.verified().violations == []
    world.restart()
    world.fix("9")
    assert world.send(9_00, "RUB") == "ACSC"
    world.midnight()
    assert world.verified().violations == []


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE arrangement_netting SET base_owed = base_owed + 1",
        "UPDATE arrangement_netting SET rate = rate + 0.01",
        "UPDATE arrangement_netting SET net_debtor = 'CBTJTJ20'",
        "UPDATE arrangement_netting SET first_transfer = first_transfer + 1",
        "DELETE FROM arrangement_netting",
        "UPDATE arrangement SET due_at = NULL",
        "UPDATE arrangement SET base_account_id = 0",
        "UPDATE transfer SET amount = amount + 1 WHERE code = 70",
        "UPDATE transfer SET code = 69 WHERE code = 70",
        "UPDATE account SET credit_limit = credit_limit + 1 WHERE code = 1 AND participant = 'CBRRRUM0'",
        "UPDATE account SET flags = 0 WHERE code = 1 AND participant = 'CBTJTJ20'",
    ],
)
def test_what_was_bent_is_found(world: Netting, harm: str) -> None:
    world.harm(harm)
    named = {found.name for found in world.verified().findings if found.broken}
    assert named & {"arrangements", "arrangement states", "issue", "swings"}


def test_a_netting_of_less_than_was_owed_is_found(world: Netting) -> None:
    """Though what it says was owed, its rate and what it moved agree."""
    last = "id = (SELECT max(id) FROM transfer WHERE code <> 70 AND {} = (SELECT {}_account_id FROM arrangement))"
    harm = "UPDATE transfer SET amount = amount + 1 WHERE " + last
    world.harm(harm.format("debit_account_id", "base"))
    said = [
        v for found in world.verified().findings if found.name == "arrangements" for v in found.violations
    ]
    assert any("was owed" in sentence for sentence in said), said
