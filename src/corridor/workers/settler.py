"""The settler: finds what of the queues, or of the trades, can settle now, and proposes it; the hub decides."""

import logging
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, Generic, Protocol, TypeVar

from corridor.domain.instants import Instant
from corridor.services.messaging.commands import Command, Origin
from corridor.services.messaging.records import ACCEPTED
from corridor.services.settlement.commands import SettleObligations
from corridor.services.settlement.ordering import (
    Queues,
    offset_in_all_ways,
    offset_in_pairs,
    settle_in_order,
)
from corridor.services.settlement.pvp.choice import Trades, settleable
from corridor.services.settlement.pvp.commands import SettleTrades
from corridor.services.settlement.waiting import Selection
from corridor.workers.proposals import Proposals, origin

UNDER_WAY: Final = 24
"""So many proposals are made together: each holds on top of those before it, and the hub checks each anew."""
DEFINITION: Final = "json/settlements"
_log = logging.getLogger(__name__)


class Snapshot(Protocol):
    """What waits, as of a batch."""

    @property
    def batch(self) -> int: ...


S = TypeVar("S", bound=Snapshot)


class Settler(Generic[S]):
    """Proposes all that is found, and looks again where the hub has refused something."""

    def __init__(
        self,
        find: Callable[[S], Iterable[Selection]],
        command: Callable[[Origin, tuple[int, ...], int, str, str], Command],
    ) -> None:
        self._find = find
        self._command = command
        self._refused: set[tuple[int, ...]] = set()
        self.seen = 0

    def propose(self, found: S, now: Instant) -> Proposals:
        """Propose what may settle now; return how many have settled.

        After a refusal it is time to read anew, unless the same was refused the last time: that holds up nothing.
        """
        settled, batch, selected = 0, 0, iter(self._find(found))
        refused: set[tuple[int, ...]] = set()
        while refused <= self._refused and (some := tuple(islice(selected, UNDER_WAY))):
            answers = yield [self._proposal(found.batch, each, now) for each in some]
            for selection, told in zip(some, answers, strict=True):
                if told.status == ACCEPTED:
                    settled += len(selection.numbers)
                else:
                    refused.add(selection.numbers)
                    batch = max(batch, told.batch)
                    _log.info("%s of %d: %s", selection.method, len(selection.numbers), told.body)
        if not refused:
            self.seen = found.batch
        elif refused <= self._refused:  # reading anew has not helped: wait for news
            self.seen = batch
        self._refused = refused
        return settled

    def _proposal(self, batch: int, selection: Selection, now: Instant) -> Command:
        facts = {
            "read_at": batch,
            "numbers": selection.numbers,
            "method": selection.method,
            "explanation": selection.explanation,
        }
        whence = origin(DEFINITION, facts, now)
        return self._command(whence, selection.numbers, batch, selection.method, selection.explanation)


def in_order() -> Settler[Queues]:
    """Return what settles the first payments of their queues, each with its bank's own money."""
    return Settler(settle_in_order, SettleObligations)


def in_pairs() -> Settler[Queues]:
    """Return what settles payments of two banks to each other against each other."""
    return Settler(offset_in_pairs, SettleObligations)


def in_all_ways() -> Settler[Queues]:
    """Return what settles payments against each other in pairs, in rings, or all together."""
    return Settler(offset_in_all_ways, SettleObligations)


def of_trades() -> Settler[Trades]:
    """Return what settles trades that wait."""
    return Settler(settleable, SettleTrades)
