"""A hub that falls at any commit of a trade's life, before it is durable or just behind that, and goes on the same."""

from collections.abc import Callable
from typing import Any

import pytest

from corridor.domain.instants import DAY, SECOND
from corridor.services.messaging.admission import WORKER
from corridor.services.messaging.commands import Command, FundAccount
from corridor.services.messaging.records import MAILBOX
from corridor.services.settlement.pvp.commands import CancelTrade, SettleTrades
from tests.unit.services.settlement.pvp.trading import ISSUERS, PAMR, SEVR, Trading

ROUBLES, SOMONI = (850, "RUB"), (100, "TJS")
Act = Callable[["Falling"], Command | None]


class Fell(Exception):
    """The hub is gone."""


class Falling(Trading):
    """Whoever gets no answer sends the same again."""

    def fall(self, commit: int, *, behind: bool) -> None:
        """Let the hub fall at one of the commits to come."""
        due, durable = len(self.batches) + commit, self.journal.commit

        async def falling(writes: Any) -> None:
            if len(self.batches) < due:
                await durable(writes)
                return
            if behind:
                await durable(writes)
            else:
                self.batches.pop()
            raise Fell

        self.journal.commit = falling  # type: ignore[method-assign]

    def act(self, act: Act) -> None:
        """Let somebody send something, or a day pass."""
        command, end = act(self), self.now + DAY
        for _ in range(2):
            try:
                if command is None:
                    self.advance((end - self.now) / SECOND)
                else:
                    self.submit(command)
            except Fell:
                self.restart()
                continue
            return

    @property
    def outcome(self) -> Any:
        """What must be the same whatever happened."""
        mailboxes = {bank: self.store.rows[MAILBOX][bank].last_number for bank in (SEVR, PAMR)}
        return self.states(), self.purse(SEVR), self.purse(PAMR), mailboxes


def sells(world: Falling) -> Command:
    return world.capturing(1, SEVR, PAMR, ROUBLES, SOMONI)


def buys(world: Falling) -> Command:
    return world.capturing(1, PAMR, SEVR, SOMONI, ROUBLES)


def brings(bank: str, amount: int, currency: str) -> Act:
    def bring(world: Falling) -> Command:
        origin = world.origin(ISSUERS[currency], definition="json/funding")
        return FundAccount(origin, participant=bank, currency=currency, amount=amount)

    return bring


def settles(world: Falling) -> Command:
    return SettleTrades(world.origin(WORKER), (world.traded(1).number,), 1, "test", "why")


def undoes(signer: str, other: str) -> Act:
    return lambda world: CancelTrade(world.origin(signer, definition="json/trades/cancel"), other, "T1")


def a_day_passes(_world: Falling) -> None:
    """No command: timers act."""


COVER = (brings(SEVR, *ROUBLES), brings(PAMR, *SOMONI))
LIVES: dict[str, tuple[tuple[Act, ...], str]] = {
    "settled at once": ((*COVER, sells, buys), "settled"),
    "settled when cover came": ((sells, buys, *COVER, settles), "settled"),
    "cancelled by both": ((sells, buys, undoes(SEVR, PAMR), undoes(PAMR, SEVR)), "cancelled DS02"),
    "never matched": ((COVER[0], sells, a_day_passes), "rejected NOAS"),
    "never covered": ((COVER[0], buys, sells, a_day_passes), "rejected AM04"),
}


@pytest.mark.parametrize("behind", [False, True], ids=["before", "behind"])
@pytest.mark.parametrize("life", LIVES)
def test_it_ends_the_same_wherever_the_hub_falls(life: str, behind: bool) -> None:
    acts, state = LIVES[life]
    undisturbed = Falling().found()
    before = len(undisturbed.batches)
    for act in acts:
        undisturbed.act(act)
    assert undisturbed.states() == state
    for commit in range(1, len(undisturbed.batches) - before + 1):
        world = Falling().found()
        world.fall(commit, behind=behind)
        epoch = world.store.epoch
        for act in acts:
            world.act(act)
        assert world.store.epoch == epoch + 1
        assert world.outcome == undisturbed.outcome
        world.watch()
