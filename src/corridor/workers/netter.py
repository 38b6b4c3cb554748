"""The netter: recomputes every closed cycle from its transfers and proposes to settle it; then lets all be told."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, Final

import msgspec

from corridor.ports import Clock, HubAway, JournalAway, Link
from corridor.services.messaging.admission import WORKER
from corridor.services.messaging.commands import Command, Origin
from corridor.services.messaging.records import ACCEPTED
from corridor.services.settlement.commands import SettleCycle, TellCycle
from corridor.services.settlement.losses import Uncovered
from corridor.services.settlement.proof import Closed, CycleNews, prove

POLL_S: Final = 0.05
BACK_OFF_S: Final = 1.0
DEFINITION: Final = "json/cycles"
_log = logging.getLogger(__name__)


class Netter:
    """Reads, proposes, and reads again. It holds nothing: what it forgets by falling it finds anew."""

    def __init__(self, read: Callable[[], Awaitable[CycleNews]], link: Link, clock: Clock) -> None:
        """`read` raises JournalAway."""
        self._read = read
        self._link = link
        self._clock = clock
        self._refused: Closed | None = None

    async def run(self) -> None:
        """Work for ever."""
        while True:
            try:
                if not await self.work():
                    await asyncio.sleep(POLL_S if self._refused is None else BACK_OFF_S)
            except (JournalAway, HubAway) as away:
                _log.warning("%r", away)
                await asyncio.sleep(BACK_OFF_S)

    async def work(self) -> int:
        """Propose what is due; return how many proposals the hub has accepted. Raises: JournalAway, HubAway."""
        news = await self._read()
        accepted = 0
        # What was refused is refused again as long as nothing has changed.
        if news.closed is not None and (self._refused is None or _differs(news.closed, self._refused)):
            settled = await self._settle(news.closed)
            self._refused = None if settled else news.closed
            accepted += settled
        for untold in news.untold:
            facts = {"cycle": untold.number, "payments": untold.payments}
            accepted += await self._propose(TellCycle, facts)
        return accepted

    async def _settle(self, closed: Closed) -> int:
        try:
            proof = prove(closed)
        except Uncovered as uncovered:
            _log.error("cycle %d: all members together lack %s", closed.number, uncovered)
            return 0
        facts = {
            "cycle": closed.number,
            "items": closed.count,
            "digest": proof.digest,
            "shares": proof.shares,
            "read_at": closed.batch,
        }
        return await self._propose(SettleCycle, facts)

    async def _propose(self, command: type[Command], facts: dict[str, Any]) -> int:
        body, now = msgspec.json.encode(facts), self._clock.now()
        digest = sha256(body).digest()
        origin = Origin(WORKER, digest.hex()[:35], DEFINITION, digest, now, issued_at=now, body=body)
        facts.pop("read_at", None)
        told = await self._link.submit(command(origin, **facts))
        if told.status == ACCEPTED:
            return 1
        _log.warning("%s of cycle %d: %r", command.__name__, facts["cycle"], told.body)
        return 0


def _differs(one: Closed, other: Closed) -> bool:
    return (one.number, one.available, one.defaulted) != (other.number, other.available, other.defaulted)
