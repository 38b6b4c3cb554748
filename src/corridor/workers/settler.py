"""The settler: finds what of the queues, or of the trades, can settle now, and proposes it; the hub decides."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from hashlib import sha256
from itertools import islice
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
"""So many proposals are made together: each holds on top of those before it, and the hub checks each anew."""
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
        self._waited_s = 0.0

    async def run(self) -> None:
        """Work for ever."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self.work()
                worked_s = loop.time() - began - self._waited_s
                await asyncio.sleep(max(POLL_S, REST * worked_s))
            except (JournalAway, HubAway) as away:
                _log.warning("%r", away)
                await asyncio.sleep(BACK_OFF_S)

    async def work(self) -> int:
        """Propose what may settle now; return how many have settled. Raises: JournalAway, HubAway."""
        self._waited_s = 0.0
        queues = await self._read(self._seen)
        if queues is None:
            return 0
        settled, refused, found = 0, False, iter(self._find(queues))
        while not refused and (some := tuple(islice(found, UNDER_WAY))):
            for selection, told in zip(some, await self._ask(queues.batch, some), strict=True):
                if told.status == ACCEPTED:
                    settled += len(selection.numbers)
                else:
                    refused = True
                    _log.info("%s of %d: %s", selection.method, len(selection.numbers), told.body)
        if not refused:
            self._seen = queues.batch
        return settled

    async def _ask(self, batch: int, some: Sequence[Selection]) -> Sequence[Told]:
        """Propose these; return the hub's answers. To wait for them is no work."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        told = await asyncio.gather(*(self._link.submit(self._proposal(batch, each)) for each in some))
        self._waited_s += loop.time() - began
        return told

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
