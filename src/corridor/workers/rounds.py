"""The rounds of a worker: it reads, proposes, rests, and reads again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Generic, Protocol, TypeVar

from corridor.domain.instants import Instant
from corridor.ports import Clock, HubAway, JournalAway, Link
from corridor.workers.proposals import Proposals

POLL_S: Final = 0.05
BACK_OFF_S: Final = 1.0
REST: Final = 1
"""It rests so many times as long as it has worked: a long queue does not take the machine."""
LONG_REST: Final = 64
"""So many at the most where nothing comes of it, round after round: what cannot settle does not take it either."""
_log = logging.getLogger(__name__)

S_contra = TypeVar("S_contra", contravariant=True)
S = TypeVar("S")


class Worker(Protocol[S_contra]):
    """What proposes from what was read. `seen` is the last batch of which it has nothing more to say."""

    seen: int

    def propose(self, found: S_contra, now: Instant) -> Proposals: ...


class Rounds(Generic[S]):
    """One worker on one link. It holds nothing durable: what is forgotten by falling is found anew."""

    def __init__(
        self, worker: Worker[S], read: Callable[[int], Awaitable[S | None]], link: Link, clock: Clock
    ) -> None:
        """`read` returns None if nothing is to do, or nothing was committed but a batch. Raises: JournalAway."""
        self._worker = worker
        self._read = read
        self._link = link
        self._clock = clock
        self._waited_s = 0.0
        self._rest = REST

    async def run(self) -> None:
        """Work for ever."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self.work()
                worked_s = loop.time() - began - self._waited_s
                await asyncio.sleep(max(POLL_S, self._rest * worked_s))
            except (JournalAway, HubAway) as away:
                _log.warning("%r", away)
                await asyncio.sleep(BACK_OFF_S)

    async def work(self) -> int:
        """Propose what is to be done now; return how much the hub accepted. Raises: JournalAway, HubAway."""
        self._waited_s = 0.0
        found = await self._read(self._worker.seen)
        if found is None:
            self._rest = REST
            return 0
        loop = asyncio.get_running_loop()
        proposals = self._worker.propose(found, self._clock.now())
        try:
            commands = next(proposals)
            while True:
                began = loop.time()
                told = await asyncio.gather(*map(self._link.submit, commands))
                self._waited_s += loop.time() - began  # to wait for answers is no work
                commands = proposals.send(told)
        except StopIteration as done:
            accepted: int = done.value
            self._rest = REST if accepted else min(2 * self._rest, LONG_REST)
            return accepted
