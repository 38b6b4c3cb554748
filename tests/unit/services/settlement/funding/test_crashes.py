"""A hub that falls at any commit of a liquidity transfer's life, before it is durable or just behind that."""

from collections.abc import Callable
from typing import Any

import pytest

from corridor.services.instant.commands import StatusReport
from corridor.services.messaging.commands import Command, FundAccount
from corridor.services.messaging.records import MAILBOX
from corridor.services.settlement.funding.commands import CreditParticipant, TransferLiquidity
from tests.unit.services.settlement.funding.liquidity import Liquidity, uetr
from tests.unit.services.settlement.pvp.test_crashes import Falling, a_day_passes
from tests.world import CBRR, SEVR

Act = Callable[["FallingLiquidity"], Command | None]


class FallingLiquidity(Liquidity, Falling):
    """Whoever gets no answer sends the same again."""

    @property
    def outcome(self) -> Any:
        """What must be the same whatever happened."""
        mailboxes = {who: self.store.rows[MAILBOX][who].last_number for who in (SEVR, CBRR)}
        return self.state(1), self.purse(), self.issued(), mailboxes, len(self.cases())


def has_money(world: FallingLiquidity) -> Command:
    origin = world.origin(CBRR, definition="json/funding")
    return FundAccount(origin, participant=SEVR, currency="RUB", amount=1_000)


def sends_home(world: FallingLiquidity) -> Command:
    return TransferLiquidity(world.origin(SEVR, definition="camt.050.001.07"), world.wish(1, 400))


def asks(world: FallingLiquidity) -> Command:
    wish = world.wish(1, 400, inward=True)
    return TransferLiquidity(world.origin(SEVR, definition="camt.050.001.07"), wish)


def gives(world: FallingLiquidity) -> Command:
    return CreditParticipant(world.origin(CBRR, definition="pacs.009.001.08"), world.crediting(1, 400))


def says(status: str) -> Act:
    def say(world: FallingLiquidity) -> StatusReport:
        return world.status_report(uetr(1), status, CBRR, "AM04" if status == "RJCT" else None)

    return say


LIVES: dict[str, tuple[tuple[Act, ...], str, tuple[int, int]]] = {
    "sent home": ((has_money, sends_home, says("ACSC")), "defunding ACSC", (600, 0)),
    "not taken": ((has_money, sends_home, says("RJCT")), "defunding RJCT AM04", (1_000, 0)),
    "never answered": ((has_money, sends_home, a_day_passes), "defunding ACSP", (1_000, 400)),
    "asked for and given": ((asks, gives), "funding ACSC", (400, 0)),
    "asked for and refused": ((asks, says("RJCT")), "funding RJCT AM04", (0, 0)),
    "given unasked": ((gives,), "funding ACSC", (400, 0)),
}


@pytest.mark.parametrize("behind", [False, True], ids=["before", "behind"])
@pytest.mark.parametrize("life", LIVES)
def test_it_ends_the_same_wherever_the_hub_falls(life: str, behind: bool) -> None:
    acts, state, purse = LIVES[life]
    undisturbed = FallingLiquidity().found()
    before = len(undisturbed.batches)
    for act in acts:
        undisturbed.act(act)
    assert (undisturbed.state(1), undisturbed.purse()) == (state, purse)
    for commit in range(1, len(undisturbed.batches) - before + 1):
        world = FallingLiquidity().found()
        world.fall(commit, behind=behind)
        epoch = world.store.epoch
        for act in acts:
            world.act(act)
        assert world.store.epoch == epoch + 1
        assert world.outcome == undisturbed.outcome
        world.watch()
