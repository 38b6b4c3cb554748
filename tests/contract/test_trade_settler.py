"""The settler finds trades that settle together in PostgreSQL; the very hub decides."""

import asyncio
from collections.abc import Iterator
from random import Random

import pytest
from tests.contract.signed_world import SEAL
from tests.contract.test_settler import Settled
from tests.unit.services.settlement.pvp.trading import Trading
from tests.unit.services.settlement.settling import ZARA
from tests.world import ALFX, PAMR, SEVR

from corridor.adapters.postgres.snapshots import SnapshotReads
from corridor.adapters.postgres.trades import read_trades
from corridor.adapters.postgres.verify import verify
from corridor.hub.batch import chain
from corridor.services.messaging.commands import SetFrozen, SetParticipantState
from corridor.services.settlement.commands import SetSettlementLimit, SetUrgentReserve
from corridor.workers.rounds import Rounds
from corridor.workers.settler import of_trades

BANKS = (SEVR, PAMR, ZARA)
DAY = 24 * 3600


class Traded(Settled, Trading):
    """Banks that trade, on PostgreSQL, with a settler beside the hub."""

    def match(self) -> int:
        """Let the settler propose until it finds nothing more; return how many trades have settled."""

        async def match() -> int:
            reads, settled = SnapshotReads(self.reader, read_trades), 0
            settler = Rounds(of_trades(), reads.read, self.link, self.link)
            while some := await settler.work():
                settled += some
            await reads.close()
            return settled

        return asyncio.run(match())

    @property
    def stand(self) -> list[str]:
        """How each trade stands, in their order."""
        rows = self.ask("SELECT state, method FROM trade ORDER BY number")
        return [row["method"] or row["state"] for row in rows]


@pytest.fixture
def world(database: str) -> Iterator[Traded]:
    world = Traded(database).found()
    yield world
    report = asyncio.run(verify(world.reader, chain=chain, environment="sandbox", seal=SEAL, sample=1))
    assert report.violations == []
    assert all(status == "accepted" for *_, status in world.proposals)
    world.close()


def test_what_both_sides_can_pay_settles_alone(world: Traded) -> None:
    world.trade(1)
    world.trade(2)
    assert world.match() == 0
    world.bring_money(SEVR, 1_000, "RUB")
    assert world.match() == 0
    world.bring_money(PAMR, 100, "TJS")
    assert world.match() == 1
    assert world.stand == ["alone", "matched"]


@pytest.mark.parametrize(
    "trades",
    [
        [(SEVR, PAMR, 850, 100), (PAMR, SEVR, 850, 100)],
        [(SEVR, PAMR, 850, 100), (PAMR, ZARA, 850, 100), (ZARA, SEVR, 850, 100)],
        [(SEVR, PAMR, 400, 50), (SEVR, PAMR, 450, 50), (PAMR, SEVR, 850, 100)],
    ],
    ids=["opposite", "ring", "two against one"],
)
def test_banks_without_money_trade_against_each_other(
    world: Traded, trades: list[tuple[str, str, int, int]]
) -> None:
    for n, trade in enumerate(trades, 1):
        world.trade(n, *trade)
    assert world.match() == len(trades)
    assert set(world.stand) == {"together"}


def test_a_pair_settles_where_all_do_not(world: Traded) -> None:
    world.trade(1, SEVR, PAMR, 10, 1)
    world.trade(2, PAMR, SEVR, 10, 1)
    world.trade(3, ZARA, SEVR, 900, 100)
    assert world.match() == 2
    assert world.stand == ["together", "together", "matched"]


def test_what_the_hub_would_refuse_is_not_proposed(world: Traded) -> None:
    for bank in BANKS:
        for currency in ("RUB", "TJS"):
            world.bring_money(bank, 10_000, currency)
    world.operate(SetSettlementLimit, participant=SEVR, creditor=PAMR, currency="RUB", amount=849)
    world.operate(SetUrgentReserve, participant=ZARA, currency="TJS", amount=9_950)
    world.advance(DAY)
    world.trade(1, SEVR, PAMR)  # beyond a limit
    world.trade(2, PAMR, ZARA)  # kept for urgent payments
    world.gross(1, 20_000, ZARA, SEVR, settlement_priority="HIGH")
    world.trade(3, ZARA, SEVR, 850, 1)  # behind a high payment
    world.trade(4, PAMR, SEVR)
    assert world.stand == ["matched", "matched", "matched", "at once"]
    assert world.match() == 1  # what the limit counts has come back by then
    assert world.stand == ["alone", "matched", "matched", "at once"]


def test_what_open_quotes_promise_waits_for_their_end(world: Traded) -> None:
    world.bring_money(SEVR, 850, "RUB")
    world.bring_money(ALFX, 1_000, "TJS")
    world.quote(901, fixed="destination")
    world.trade(1, SEVR, ALFX)
    assert world.match() == 0
    world.advance(61)
    assert world.match() == 1


def test_who_is_frozen_or_suspended_waits(world: Traded) -> None:
    world.trade(1, SEVR, PAMR)
    world.trade(2, SEVR, ZARA)
    world.bring_money(SEVR, 1_700, "RUB")
    for bank in (PAMR, ZARA):
        world.bring_money(bank, 100, "TJS")
    world.operate(SetFrozen, participant=PAMR, currency="RUB", frozen=True)
    world.operate(SetParticipantState, bic=ZARA, state="suspended")
    assert world.match() == 0
    world.operate(SetFrozen, participant=PAMR, currency="RUB", frozen=False)
    world.operate(SetParticipantState, bic=ZARA, state="active")
    assert world.match() == 2


@pytest.mark.parametrize("seed", range(2))
def test_in_any_day_no_trade_that_could_settle_is_left(world: Traded, seed: int) -> None:
    dice = Random(seed)
    for n in range(1, 25):
        seller, buyer = dice.sample(BANKS, 2)
        world.trade(n, seller, buyer, dice.randint(1, 90), dice.randint(1, 10))
        if dice.random() < 0.4:
            world.bring_money(dice.choice(BANKS), dice.randint(1, 60), dice.choice(("RUB", "TJS")))
        if dice.random() < 0.3:
            world.match()
    world.match()
    assert world.match() == 0
    least = world.ask(
        "SELECT min(credits_posted - debits_posted) AS least"
        " FROM balance JOIN account ON id = account_id WHERE code = 1"
    )[0]
    assert least["least"] >= 0
    world.advance(DAY)
    assert "matched" not in world.stand
