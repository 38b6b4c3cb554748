"""The netter on PostgreSQL: what it recomputes by the read-only role is settled by the very hub, and verified."""

import asyncio
from collections.abc import Iterator
from random import Random
from typing import Any

import asyncpg
import pytest
from tests.contract.signed_world import SEAL, AtTheHub, PostgresWorld
from tests.unit.services.settlement.netting_world import PAMR, SEVR, ZARA, Netting

from corridor.adapters.postgres.cycles import read_cycles
from corridor.adapters.postgres.roles import READER, WRITER
from corridor.adapters.postgres.snapshots import SnapshotReads
from corridor.adapters.postgres.verify import verify
from corridor.hub.batch import chain
from corridor.ports import JournalAway, Told
from corridor.reports.findings import Report
from corridor.services.messaging.commands import Command
from corridor.services.settlement.commands import CloseCycle, DeclareDefault
from corridor.workers.netter import Netter
from corridor.workers.rounds import Rounds

BANKS = (SEVR, PAMR, ZARA)


class Netted(PostgresWorld, Netting):
    """Banks that net, on PostgreSQL, with a netter beside the hub."""

    def __init__(self, writer: str) -> None:
        super().__init__(writer)
        self.writer, self.reader = writer, writer.replace(WRITER, READER)

    def work(self) -> int:
        """Let the netter propose until it finds nothing more; return how often the hub has accepted."""

        async def work() -> int:
            reads, accepted = SnapshotReads(self.reader, read_cycles), 0
            netter = Rounds(Netter(), reads.read, self.link, self.link)
            while some := await netter.work():
                accepted += some
            await reads.close()
            return accepted

        return asyncio.run(work())

    @property
    def link(self) -> AtTheHub:
        """The netter's link and its clock."""
        return AtTheHub(self, self.bring_forward)

    def bring_forward(self, command: Command) -> Told:
        answer = self.submit(command)
        return Told(0, answer.status, 1, "", answer.body)

    def close_cycle(self, cycle: int) -> str:
        return self.submit(self.operation(CloseCycle, cycle=cycle)).status

    def ask(self, sql: str, dsn: str = "") -> list[Any]:
        async def ask() -> list[Any]:
            db = await asyncpg.connect(dsn or self.reader)
            rows = await db.fetch(sql)
            await db.close()
            return rows

        return asyncio.run(ask())

    def verified(self) -> Report:
        facts: Any = {"chain": chain, "environment": "sandbox", "seal": SEAL, "sample": 1}
        return asyncio.run(verify(self.reader, **facts))

    @property
    def states(self) -> list[str]:
        return [row["state"] for row in self.ask("SELECT state FROM cycle ORDER BY number")]

    @property
    def money(self) -> dict[str, int]:
        rows = self.ask(
            "SELECT participant, credits_posted - debits_posted AS has FROM balance JOIN account ON id = account_id"
            " WHERE code = 1 AND currency = 'RUB'"
        )
        return {row["participant"]: row["has"] for row in rows}


@pytest.fixture
def world(database: str) -> Iterator[Netted]:
    world = Netted(database).found()
    yield world
    world.close()


def test_a_cycle_from_orders_to_finality(world: Netted) -> None:
    world.netted(1, 300, SEVR, PAMR, category_purpose="SUPP")
    world.netted(2, 250, PAMR, SEVR, category_purpose="SALA")
    world.netted(3, 20, PAMR, ZARA)
    world.bring(SEVR, 50)
    assert world.work() == 0
    assert world.verified().violations == []
    assert world.close_cycle(1) == "accepted"
    world.netted(4, 7, ZARA, PAMR)
    assert world.work() == 2
    assert world.states == ["settled", "open"]
    assert world.money == {SEVR: 0, PAMR: 30, ZARA: 20}
    statuses = world.ask("SELECT status FROM payment ORDER BY number")
    assert [row["status"] for row in statuses] == ["ACSC", "ACSC", "ACSC", "ACPD"]
    assert world.verified().violations == []


def test_a_member_in_default_is_settled_by_the_rule(world: Netted) -> None:
    world.netted(1, 300, SEVR, PAMR)
    world.netted(2, 100, SEVR, ZARA)
    world.bring(SEVR, 101)
    world.close_cycle(1)
    assert world.work() == 0
    world.operate(DeclareDefault, cycle=1, participant=SEVR)
    assert world.work() == 2
    assert world.money == {SEVR: 0, PAMR: 76, ZARA: 25}
    assert world.verified().violations == []
    world.ask("UPDATE transfer SET amount = amount + 1 - 2 * (amount % 2) WHERE code = 22", world.writer)
    assert any(
        f"{PAMR} has paid 225 RUB for {SEVR}, by the rule 224" in each for each in world.verified().violations
    )


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE cycle_position SET paid = paid + 1 WHERE participant = 'SEVRRUM0'",
        "UPDATE cycle_position SET open = true WHERE cycle = 1",
        "UPDATE cycle SET items = items + 1 WHERE number = 1",
        "UPDATE cycle SET digest = '\\x00' WHERE number = 1",
        "UPDATE cycle_item SET sequence = sequence + 1",
        "UPDATE cycle_item SET product = 'taxes'",
        "DELETE FROM cycle_item",
        "UPDATE transfer SET amount = amount + 1 WHERE id = (SELECT first_transfer FROM cycle WHERE number = 1)",
        "UPDATE balance SET debits_posted = debits_posted + 1 FROM account WHERE id = account_id AND code = 4",
        "UPDATE payment SET status = 'ACPD', final_at = NULL",
    ],
)
def test_one_minor_unit_is_found(world: Netted, harm: str) -> None:
    world.netted(1, 300)
    world.bring(SEVR, 300)
    world.close_cycle(1)
    world.work()
    world.ask(harm, world.writer)
    assert any(found.name == "cycles" and found.broken for found in world.verified().findings)


@pytest.mark.parametrize("seed", range(2))
def test_in_any_day_nothing_is_lost_at_a_cut_off(world: Netted, seed: int) -> None:
    dice = Random(seed)
    for bank in BANKS:
        world.bring(bank, 5_000)
    cycle = 1
    for n in range(1, 81):
        debtor, creditor = dice.sample(BANKS, 2)
        world.netted(
            n, dice.randint(1, 400), debtor, creditor, category_purpose=dice.choice((None, "SALA", "SUPP"))
        )
        if dice.random() < 0.2:
            cycle += world.close_cycle(cycle) == "accepted"
        if dice.random() < 0.3:
            world.work()
        if dice.random() < 0.05:
            world.restart()
    world.work()
    assert cycle > 5
    assert world.verified().violations == []
    assert sum(world.money.values()) == 15_000


def test_a_database_that_is_away_is_said_to_be() -> None:
    with pytest.raises(JournalAway):
        asyncio.run(SnapshotReads("postgresql://nobody@127.0.0.1:1/nothing", read_cycles).read(0))
