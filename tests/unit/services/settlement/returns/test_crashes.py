"""A hub that falls at any commit of a return's life, before it is durable or just behind that."""

from collections.abc import Callable
from typing import Any

import pytest

from corridor.domain.money import Money
from corridor.services.instant.commands import StatusReport
from corridor.services.messaging.commands import Command, FundAccount
from corridor.services.messaging.records import MAILBOX
from corridor.services.settlement.returns.commands import ReturnPayment
from tests.unit.services.settlement.pvp.test_crashes import Falling
from tests.unit.services.settlement.returns.giving_back import GivingBack
from tests.world import CBRR, PAMR, SEVR

Act = Callable[["FallingReturns"], Command | None]


class FallingReturns(GivingBack, Falling):
    """Whoever gets no answer sends the same again."""

    @property
    def outcome(self) -> Any:
        """What must be the same whatever happened."""
        mailboxes = {who: self.store.rows[MAILBOX][who].last_number for who in (SEVR, PAMR)}
        return self.balance(SEVR, "RUB"), self.balance(PAMR, "RUB"), mailboxes, self.returned(1) is not None


def has_money(world: FallingReturns) -> Command:
    origin = world.origin(CBRR, definition="json/funding")
    return FundAccount(origin, participant=SEVR, currency="RUB", amount=1_000)


def pays(world: FallingReturns) -> Command:
    return world.credit_transfer(world.order(1, interbank_settlement_amount=Money(400, "RUB")))


def promises(world: FallingReturns) -> StatusReport:
    return world.status_report(world.order(1).uetr, "ACCP")


def gives_back(amount: int, message_id: str) -> Act:
    def give_back(world: FallingReturns) -> ReturnPayment:
        origin = world.origin(PAMR, definition="pacs.004.001.09")
        return ReturnPayment(origin, world.returning(1, amount, message_id=message_id))

    return give_back


LIVES: dict[str, tuple[tuple[Act, ...], int, bool]] = {
    "given back": ((has_money, pays, promises, gives_back(400, "r")), 1_000, True),
    "too much": ((has_money, pays, promises, gives_back(401, "r")), 600, False),
    "too early, then in time": (
        (has_money, pays, gives_back(400, "a"), promises, gives_back(400, "b")),
        1_000,
        True,
    ),
    "twice": ((has_money, pays, promises, gives_back(400, "a"), gives_back(400, "b")), 1_000, True),
}


@pytest.mark.parametrize("behind", [False, True], ids=["before", "behind"])
@pytest.mark.parametrize("life", LIVES)
def test_it_ends_the_same_wherever_the_hub_falls(life: str, behind: bool) -> None:
    acts, left, returned = LIVES[life]
    undisturbed = FallingReturns().found()
    before = len(undisturbed.batches)
    for act in acts:
        undisturbed.act(act)
    assert undisturbed.outcome[0::3] == (left, returned)
    for commit in range(1, len(undisturbed.batches) - before + 1):
        world = FallingReturns().found()
        world.fall(commit, behind=behind)
        epoch = world.store.epoch
        for act in acts:
            world.act(act)
        assert world.store.epoch == epoch + 1
        assert world.outcome == undisturbed.outcome
        world.watch()
