"""The settler reads PostgreSQL and proposes; the very hub decides."""

import asyncio
from collections.abc import Iterator
from random import Random
from typing import Any

import asyncpg
import pytest
from tests.contract.signed_world import SEAL, AtTheHub, PostgresWorld
from tests.unit.services.settlement.settling import ZARA, Settling
from tests.world import PAMR, SEVR

from corridor.adapters.postgres.queues import read_considered, read_first, read_queues
from corridor.adapters.postgres.roles import READER, WRITER
from corridor.adapters.postgres.snapshots import SnapshotReads
from corridor.adapters.postgres.verify import verify
from corridor.hub.batch import chain
from corridor.ports import JournalAway, Told
from corridor.services.messaging.commands import SetFrozen
from corridor.services.settlement.commands import SetSettlementLimit, SettleObligations, SetUrgentReserve
from corridor.workers.rounds import Rounds
from corridor.workers.settler import in_all_ways, in_order

BANKS = (SEVR, PAMR, ZARA)
DAY = 24 * 3600


class Settled(PostgresWorld, Settling):
    """Banks without money, on PostgreSQL, with a settler beside the hub."""

    def __init__(self, writer: str) -> None:
        super().__init__(writer)
        self.reader = writer.replace(WRITER, READER)
        self.proposals: list[tuple[str, int, str]] = []

    def work(self, *, first: bool = False) -> int:
        """Let the settler propose until it finds nothing more; return how many payments have settled."""
        workers = (
            [(in_order(), read_first)]
            if first
            else [(in_order(), read_queues), (in_all_ways(), read_considered)]
        )

        async def work() -> int:
            reads, settled = [SnapshotReads(self.reader, what) for _, what in workers], 0
            rounds = [
                Rounds(who, each.read, self.link, self.link)
                for (who, _), each in zip(workers, reads, strict=True)
            ]
            while some := sum([await each.work() for each in rounds]):
                settled += some
            for each in reads:
                await each.close()
            return settled

        return asyncio.run(work())

    @property
    def link(self) -> AtTheHub:
        """The settler's link and its clock."""
        return AtTheHub(self, self.bring_forward)

    def bring_forward(self, command: SettleObligations) -> Told:
        answer = self.submit(command)
        self.proposals.append((command.method, len(command.numbers), answer.status))
        return Told(0, answer.status, 1, "", answer.body)

    def ask(self, sql: str) -> list[Any]:
        async def ask() -> list[Any]:
            db = await asyncpg.connect(self.reader)
            rows = await db.fetch(sql)
            await db.close()
            return rows

        return asyncio.run(ask())

    @property
    def states(self) -> list[str]:
        """How each obligation stands, in their order."""
        rows = self.ask("SELECT state, method FROM obligation ORDER BY number")
        return [row["method"] or row["state"] for row in rows]


@pytest.fixture
def world(database: str) -> Iterator[Settled]:
    world = Settled(database).found()
    yield world
    report = asyncio.run(verify(world.reader, chain=chain, environment="sandbox", seal=SEAL, sample=1))
    assert report.violations == []
    world.close()


def test_what_has_come_pays_for_the_first_of_each_queue(world: Settled) -> None:
    world.gross(1, 100)
    world.gross(2, 20)
    world.gross(3, 70, PAMR, ZARA)
    world.gross(4, 31, PAMR, ZARA)
    assert world.work() == 0
    world.bring(SEVR, 110)
    assert world.work() == 2
    assert world.states == ["in order", "queued", "in order", "queued"]
    assert world.work() == 0


@pytest.mark.parametrize(
    ("orders", "method"),
    [
        ([(100, SEVR, PAMR), (100, PAMR, SEVR)], "bilateral offset"),
        ([(7, SEVR, PAMR), (7, PAMR, ZARA), (7, ZARA, SEVR)], "cycle"),
        ([(5, SEVR, PAMR), (3, SEVR, ZARA), (5, PAMR, ZARA), (8, ZARA, SEVR)], "optimisation"),
    ],
    ids=str,
)
def test_banks_without_money_settle_against_each_other(
    world: Settled, orders: list[tuple[int, str, str]], method: str
) -> None:
    for n, (amount, debtor, creditor) in enumerate(orders, 1):
        world.gross(n, amount, debtor, creditor)
    assert world.work() == len(orders)
    assert set(world.states) == {method}


def test_limits_and_what_is_kept_are_known_to_it(world: Settled) -> None:
    facts = {"participant": SEVR, "currency": "RUB"}
    world.operate(SetSettlementLimit, **facts, creditor=PAMR, amount=50)
    world.operate(SetSettlementLimit, **facts, creditor="", amount=80)
    world.operate(SetUrgentReserve, **facts, amount=30)
    world.advance(DAY)
    for n, amount in enumerate((51, 81), 1):
        world.gross(n, amount, SEVR, PAMR if n == 1 else ZARA)
    world.gross(3, 60, SEVR, ZARA, settlement_priority="HIGH")
    world.bring(SEVR, 200)
    assert world.work() == 1
    world.gross(4, 80, PAMR, SEVR)
    world.bring(PAMR, 80)
    assert world.work() == 2
    assert world.states == ["in order", "queued", "in order", "in order"]
    assert all(status == "accepted" for *_, status in world.proposals)


@pytest.mark.parametrize("blocked", [SEVR, PAMR])
def test_a_blocked_account_holds_up_its_own_queue_and_no_other(world: Settled, blocked: str) -> None:
    world.gross(1, 100, SEVR, PAMR)
    world.gross(2, 50, SEVR, ZARA)
    world.gross(3, 30, ZARA, SEVR if blocked == PAMR else PAMR)
    world.gross(4, 70, PAMR, SEVR)
    for bank in (SEVR, ZARA):
        world.bring(bank, 200)
    facts = {"participant": blocked, "currency": "RUB"}
    world.operate(SetFrozen, **facts, frozen=True)
    assert world.work() == 1
    assert [status for *_, status in world.proposals] == ["accepted"]
    assert world.states[2] == "in order"
    world.operate(SetFrozen, **facts, frozen=False)
    assert world.work() == 3


def test_what_was_read_too_early_is_refused_and_found_anew(world: Settled) -> None:
    world.gross(1, 100)
    world.bring(SEVR, 100)
    submit, spent = world.bring_forward, []

    def hurry(command: SettleObligations) -> Told:
        if not spent:
            spent.append(world.gross(2, 60, settlement_priority="URGT"))
        return submit(command)

    world.bring_forward = hurry  # type: ignore[method-assign]
    assert world.work() == 0
    assert world.states == ["queued", "at once"]
    world.bring(SEVR, 60)
    assert world.work() == 1


@pytest.mark.parametrize("seed", range(3))
def test_in_any_day_nothing_is_lost_doubled_or_passed(world: Settled, seed: int) -> None:
    dice = Random(seed)
    brought = 0
    for n in range(1, 41):
        debtor, creditor = dice.sample(BANKS, 2)
        priority = dice.choice((None, None, "HIGH", "URGT"))
        world.gross(n, dice.randint(1, 100), debtor, creditor, settlement_priority=priority)
        if dice.random() < 0.3:
            brought += (amount := dice.randint(1, 60))
            world.bring(dice.choice(BANKS), amount)
        if dice.random() < 0.3:
            world.work()
    world.work()
    have = world.ask(
        "SELECT sum(credits_posted - debits_posted) AS all, min(credits_posted - debits_posted) AS least"
        " FROM balance JOIN account ON id = account_id WHERE code = 1"
    )[0]
    assert (have["all"], have["least"] >= 0) == (brought, True)
    passed = world.ask("""
        SELECT late.number FROM obligation late JOIN obligation early USING (debit_account_id)
         WHERE late.method IN ('in order', 'at once') AND early.number < late.number
           AND early.priority <= late.priority
           AND (early.ended_at IS NULL OR early.ended_at > late.ended_at)""")
    assert passed == []
    assert len(world.ask("SELECT FROM obligation")) == 40


def test_of_a_long_queue_the_first_settle_in_order_and_no_more_is_read(world: Settled) -> None:
    for n in range(1, 151):
        world.gross(n, 1 + n % 3)
    world.gross(151, 7, PAMR, SEVR)
    first = sum(1 + n % 3 for n in range(1, 121))
    world.bring(SEVR, first)
    assert world.work(first=True) == 124, "120, the other bank's 7, and for 6 of them what comes next"
    assert [(method, count) for method, count, _ in world.proposals] == [
        ("in order", 100),  # of all that is read, 101
        ("in order", 1),
        ("in order", 23),
    ]
    assert world.states == ["in order"] * 123 + ["queued"] * 27 + ["in order"]


def test_a_database_that_is_away_is_said_to_be() -> None:
    with pytest.raises(JournalAway):
        asyncio.run(SnapshotReads("postgresql://nobody@127.0.0.1:1/nothing", read_queues).read(0))
