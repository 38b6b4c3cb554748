"""Who sees to it that a day comes to its end: covers a closed cycle or declares a default, funds what waits."""

from random import Random
from typing import TYPE_CHECKING, Final

from corridor.decision import ACCOUNT
from corridor.domain.instants import SECOND, Instant
from corridor.ledger.accounts import AccountFlag
from corridor.sandbox.world import BOTH
from corridor.services.messaging.commands import SetFrozen, SetParticipantState
from corridor.services.messaging.records import ACTIVE, PARTICIPANT, SUSPENDED
from corridor.services.settlement.commands import DeclareDefault, SetSettlementLimit
from corridor.services.settlement.losses import Uncovered
from corridor.services.settlement.ordering import selections
from corridor.services.settlement.proof import Closed, prove
from corridor.services.settlement.pvp.choice import settleable
from corridor.services.settlement.records import OBLIGATION, QUEUED, SETTLEMENT_LIMIT
from corridor.simulation.town.snapshots import read_cycles, read_queues, read_trades

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

TENDED_EVERY: Instant = SECOND
PATIENCE: Final = 3
"""So often it looks at a cycle that lacks money before it does something."""


class Treasury:
    """Treasurers and central banks, who look at the day every second."""

    def __init__(self, town: "Town") -> None:
        self._town = town
        self._dice = Random(f"{town.seed}/treasury")
        self._looked: dict[int, int] = {}
        self._tend()

    def relieve(self) -> None:
        """Take every obstacle away: now all that waits can settle, and what waits for another day is taken back."""
        town, order = self._town, self._town.staff.order
        for account in list(town.disk.rows[ACCOUNT].values()):
            if account.flags & AccountFlag.FROZEN:
                facts = {"participant": account.participant, "currency": account.currency}
                town.operate(order(SetFrozen, **facts, frozen=False))
        for bic, participant in list(town.disk.rows[PARTICIPANT].items()):
            if participant.state == SUSPENDED:
                town.operate(order(SetParticipantState, bic=bic, state=ACTIVE))
        for each in list(town.disk.rows[OBLIGATION].values()):
            if each.state == QUEUED and each.from_at is not None and town.banks[each.debtor].up:
                town.banks[each.debtor].ask_hub("queue/cancel", {"uetr": each.uetr})
        self._bring_money()

    def _bring_money(self) -> None:
        """Bring what all queues need, and lift the limits in their way."""
        town = self._town
        queues = read_queues(town.disk)
        if queues is None:
            return
        needed: dict[tuple[str, str], int] = {}
        for each in queues.waiting:
            place = (each.debtor, each.currency)
            needed[place] = needed.get(place, 0) + each.amount
        for (bank, currency), amount in needed.items():
            kept = queues.kept.get((bank, currency), 0)
            lacks = amount + kept - queues.room.available.get((bank, currency), 0)
            if lacks > 0:
                self._fund(bank, currency, lacks)
        for limit in list(town.disk.rows[SETTLEMENT_LIMIT].values()):
            if limit.amount is not None or limit.next_on:
                account, other = (
                    town.disk.rows[ACCOUNT].get(number)
                    for number in (limit.account_id, limit.counterparty_id)
                )
                assert account is not None
                order = town.staff.order(
                    SetSettlementLimit,
                    participant=account.participant,
                    creditor=other.participant if other is not None else "",
                    currency=account.currency,
                    amount=None,
                )
                town.operate(order)

    def _tend(self) -> None:
        town = self._town
        news = read_cycles(town.disk)
        if news is not None and news.closed is not None:
            self._see_to(news.closed)
        town.timeline.after(TENDED_EVERY, self._tend)

    def _see_to(self, closed: Closed) -> None:
        """Cover who is short of money, or declare its default; for good if that takes long."""
        self._looked[closed.number] = looked = self._looked.get(closed.number, 0) + 1
        if looked < PATIENCE:
            return
        try:
            short = prove(closed).short
        except Uncovered:
            short = {place: 50_000_000_00 for place in closed.available if place[0] in BOTH}
        for (currency, member), lacks in sorted(short.items()):
            if looked > 2 * PATIENCE or self._dice.randrange(2):
                self._fund(member, currency, lacks)
            elif member not in closed.defaulted:
                self._town.tell(
                    f"{member} is declared in default of {lacks} {currency} (cycle {closed.number})"
                )
                order = self._town.staff.order(DeclareDefault, cycle=closed.number, participant=member)
                self._town.operate(order)

    def _fund(self, participant: str, currency: str, amount: int) -> None:
        self._town.issuers[BOTH.index(currency)].fund(participant, currency, amount)


def settleable_now(town: "Town") -> set[tuple[str, int]]:
    """Name what waits although it could settle: what the settler has left lying."""
    queues, trades = read_queues(town.disk), read_trades(town.disk)
    found = [("payment", each) for each in (selections(queues) if queues else ())]
    found += [("trade", each) for each in (settleable(trades) if trades else ())]
    return {(kind, number) for kind, selection in found for number in selection.numbers}


def waiting(town: "Town") -> list[str]:
    """Name the payments that still wait to be settled."""
    return [
        f"{town.story.name(each.uetr)} waits for {each.amount} {each.currency} of {each.debtor}"
        for each in town.disk.rows[OBLIGATION].values()
        if each.state == QUEUED
    ]
