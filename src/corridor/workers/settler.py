"""The settler: finds what of the queues, or of the trades, can settle now, and proposes it; the hub decides."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from hashlib import sha256
from time import process_time
from typing import Final, Generic, Protocol, TypeVar

import msgspec

from corridor.ports import Clock, HubAway, JournalAway, Link, Told
from corridor.services.messaging.admission import WORKER
from corridor.services.messaging.commands import Command, Origin
from corridor.services.messaging.records import ACCEPTED
from corridor.services.settlement.commands import SettleObligations
from corridor.services.settlement.ordering import Queues, selections
from corridor.services.settlement.pvp.choice import Trades, settleable
from corridor.services.settlement.pvp.commands import SettleTrades
from corridor.services.settlement.waiting import Selection

POLL_S: Final = 0.05
BACK_OFF_S: Final = 1.0
REST: Final = 3
"""It rests so many times as long as it has worked: a long queue does not take the machine."""
UNDER_WAY: Final = 8
"""So many proposals are not answered yet: each holds on top of those before it, and the hub checks each anew."""
DEFINITION: Final = "json/settlements"
_log = logging.getLogger(__name__)


class Snapshot(Protocol):
    """What waits, as of a batch."""

    @property
    def batch(self) -> int: ...


S = TypeVar("S", bound=Snapshot)


class Settler(Generic[S]):
    """Reads, proposes, and reads again. It holds nothing: what it forgets by falling it finds anew."""

    def __init__(
        self,
        read: Callable[[int], Awaitable[S | None]],
        find: Callable[[S], Iterable[Selection]],
        propose: Callable[[Origin, tuple[int, ...], int, str, str], Command],
        link: Link,
        clock: Clock,
    ) -> None:
        """`read` returns None if nothing waits, or nothing was committed since a batch. Raises: JournalAway."""
        self._read = read
        self._find = find
        self._propose = propose
        self._link = link
        self._clock = clock
        self._seen = 0
        self._found_s = 0.0

    async def run(self) -> None:
        """Work for ever."""
        while True:
            self._found_s = 0.0
            try:
                await self.work()
                await asyncio.sleep(max(POLL_S, REST * self._found_s))
            except (JournalAway, HubAway) as away:
                _log.warning("%r", away)
                await asyncio.sleep(BACK_OFF_S)

    async def work(self) -> int:
        """Propose what may settle now; return how many have settled. Raises: JournalAway, HubAway."""
        queues = await self._read(self._seen)
        if queues is None:
            return 0
        settled, all_of_them = 0, True
        proposed: deque[tuple[Selection, Awaitable[Told]]] = deque()

        async def hear() -> None:
            nonlocal settled, all_of_them
            selection, answer = proposed.popleft()
            told = await answer
            if told.status == ACCEPTED:
                settled += len(selection.numbers)
            else:
                all_of_them = False
                _log.info("%s of %d: %s", selection.method, len(selection.numbers), told.body)

        for selection in self._timed(iter(self._find(queues))):
            proposed.append((selection, self._link.submit(self._proposal(queues.batch, selection))))
            if len(proposed) == UNDER_WAY:
                await hear()
            if not all_of_them:
                break
        while proposed:
            await hear()
        if all_of_them:
            self._seen = queues.batch
        return settled

    def _timed(self, selections: Iterator[Selection]) -> Iterator[Selection]:
        """Count the time that finding takes; waiting for the hub is no work."""
        while True:
            began = process_time()
            selection = next(selections, None)
            self._found_s += process_time() - began
            if selection is None:
                return
            yield selection

    def _proposal(self, batch: int, selection: Selection) -> Command:
        facts = {
            "read_at": batch,
            "numbers": selection.numbers,
            "method": selection.method,
            "explanation": selection.explanation,
        }
        body, now = msgspec.json.encode(facts), self._clock.now()
        digest = sha256(body).digest()
        origin = Origin(WORKER, digest.hex()[:35], DEFINITION, digest, now, issued_at=now, body=body)
        return self._propose(origin, selection.numbers, batch, selection.method, selection.explanation)


def of_queues(read: Callable[[int], Awaitable[Queues | None]], link: Link, clock: Clock) -> Settler[Queues]:
    """Return what settles payments that wait."""
    return Settler(read, selections, SettleObligations, link, clock)


def of_trades(read: Callable[[int], Awaitable[Trades | None]], link: Link, clock: Clock) -> Settler[Trades]:
    """Return what settles trades that wait."""
    return Settler(read, settleable, SettleTrades, link, clock)
