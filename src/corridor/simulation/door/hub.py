"""A hub in this event loop: the real one on any journal, its key at hand."""

import asyncio
import time

from corridor.adapters.keys.software import PrivateKey, verifier
from corridor.adapters.memory.reads import MemorySigner
from corridor.codecs.jws import HubHeader, audience
from corridor.domain.instants import Instant
from corridor.hub.lists import RULES, TABLES
from corridor.hub.machine import Hub
from corridor.hub.process import HubProcess
from corridor.hub.proof import Proof
from corridor.ports import Clock, Journal


class SkippingClock:
    """Real time, but from the first day of this world on; it can be put forward."""

    def __init__(self, start: Instant) -> None:
        self._start = start
        self._began = time.monotonic_ns()

    def now(self) -> Instant:
        """Return the time."""
        return self._start + (time.monotonic_ns() - self._began) // 1_000

    def skip(self, by: Instant) -> None:
        """Let time pass at once."""
        self._start += by


class RunningHub:
    """A hub at work; it ends by falling, or when it is closed. `running` ends with it."""

    def __init__(self, process: HubProcess, journal: Journal) -> None:
        self.process = process
        self.running = asyncio.create_task(process.run())
        self._journal = journal

    async def close(self) -> None:
        """End it; nothing is put in order, as a crash would not either."""
        tasks = (self.running, *self.process._tasks)  # noqa: SLF001  a hub ends only by falling
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._journal.close()


async def start_hub(
    bic: str, environment: str, key: PrivateKey, journal: Journal, clock: Clock
) -> RunningHub:
    """Open the books and set a hub to work."""
    snapshot = await journal.open(TABLES, bic, clock.now())
    proof = Proof(audience(bic, environment), verifier)
    hub = Hub(bic, HubHeader(bic, environment, f"{bic}-1"), RULES, snapshot, clock.now(), proof)
    return RunningHub(HubProcess(hub, journal, MemorySigner(key), clock), journal)
