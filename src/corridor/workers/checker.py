"""The checker: looks at the database again and again, and says loudly what does not hold."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol

from corridor.decision import PENDING, TRANSFER, Table
from corridor.domain.instants import SECOND, Instant
from corridor.ports import Clock, JournalAway, Mark
from corridor.reports.alarms import Alarm, Standing, raised
from corridor.reports.findings import Findings
from corridor.reports.follow import Follower
from corridor.reports.invariants import Broken
from corridor.reports.log import Anchor, Logged
from corridor.reports.seen import KNOWN_BEFORE, OPEN, WHOLE, Kept, Line, Seen
from corridor.reports.trails import REGISTRY
from corridor.services.credit.records import FACILITY, FACILITY_DAY
from corridor.services.fx.records import QUOTE
from corridor.services.messaging.records import AUDIT, Message
from corridor.services.settlement.payments import PAYMENT

POLL_S: Final = 0.5
WHOLE_LOOK: Final = 15 * SECOND
"""So often everything that does not grow with history is read whole, whatever was written."""
KEEP: Final = 5 * SECOND
"""At least so often the place is kept anew: whoever reads it sees that the checker lives."""
BATCHES: Final = 256
"""So many batches of a backlog are judged at a time."""
BACK_OFF_S: Final = 1.0
ITSELF: Final = "the checker"
_log = logging.getLogger(__name__)


class Look(Protocol):
    """One snapshot of the database."""

    async def line(self) -> Line | None: ...
    async def batches(self, batch: int, since: Instant, line: Line, limit: int) -> Sequence[Logged]: ...
    async def heads(self, batches: Sequence[int]) -> dict[int, bytes]: ...
    async def some(self, table: Table[Any], keys: Sequence[Any]) -> list[Any]: ...
    async def resident(self, table: Table[Any]) -> list[Any]: ...
    async def lines_of(self, payments: Sequence[int], since: Instant, until: Instant) -> list[Message]: ...
    async def transfers(self, first: int, last: int) -> int: ...
    async def anchors(self, held: Sequence[Anchor]) -> Findings: ...


class Shelf(Protocol):
    """Where place and alarms outlive the process."""

    def kept(self) -> Kept | None: ...
    def keep(self, kept: Kept) -> None: ...
    def standing(self) -> Standing: ...
    def sound(self, alarms: Sequence[Alarm]) -> None: ...


class Checker:
    """Follows the log from where it was, each batch once, and looks at the whole of what is open now and then."""

    def __init__(
        self,
        *,
        follower: Follower,
        look: Callable[[], AbstractAsyncContextManager[Look]],
        shelf: Shelf,
        witness: Callable[[], Awaitable[Mark | None]],
        clock: Clock,
    ) -> None:
        """`look` raises JournalAway."""
        self._look = look
        self._shelf = shelf
        self._witness = witness
        self._clock = clock
        self._whole_at: Instant = 0
        self._kept_at: Instant = 0
        self._begun = False
        self._anew = False
        self._owing = False
        """Batches were followed, and the records that they wrote not yet seen: the database went away."""
        self._away = False
        self.looked_at: Instant = 0
        """When the database was read last."""
        self.behind = 0
        """How many committed batches have not been judged yet."""
        self.standing = shelf.standing()
        self.follower = follower

    async def run(self) -> None:
        """Look for ever. What is wrong with the checker itself is an alarm, too, and ends it."""
        while True:
            try:
                caught_up = await self.look()
                self._away = False
                await asyncio.sleep(POLL_S if caught_up else 0)
            except JournalAway as away:
                if not self._away:
                    _log.warning("the database is away: %s", away)
                self._away = True
                await asyncio.sleep(BACK_OFF_S)
            except Exception as error:
                self._sound([Broken("process", f"the checker has failed: {error!r}")])
                raise

    async def look(self) -> bool:
        """Judge what was committed since the last look; say whether that was all. Raises: JournalAway."""
        self._heed(self._shelf.standing())
        now = self._clock.now()
        mark = await self._witness()  # before the snapshot, so that it cannot be ahead of it
        async with self._look() as look:
            line = await look.line()
            if line is not None:
                await self._judge(look, line, mark, now)
                self.behind = line.batch - self.follower.batch
        self.looked_at = now
        said = self.follower.said()
        self._sound(said)
        if said or now >= self._kept_at + KEEP:
            self._shelf.keep(self.follower.keep())
            self._kept_at = now
        return not self.behind

    async def _judge(self, look: Look, line: Line, mark: Mark | None, now: Instant) -> None:
        lost = line.batch < self.follower.batch
        whole = lost or not self._begun or now >= self._whole_at + WHOLE_LOOK
        if whole:
            await self._stand(look, line, mark)
        follower = self.follower
        if line.batch == follower.batch and not whole and not self._owing:
            return
        batches = await look.batches(follower.batch, follower.at, line, BATCHES)
        heads = await look.heads([each.blob.batch for each in batches])
        if whole or any(each.direction == AUDIT for batch in batches for each in batch.lines):
            follower.know({table: await look.resident(table) for table in KNOWN_BEFORE})
        self._owing = True
        for batch in batches:
            follower.follow(batch, heads.get(batch.blob.batch))
            await asyncio.sleep(0)
        if not batches and line.batch != follower.batch:
            follower.lose(line)
        whole = whole and line.batch == follower.batch
        follower.compare(await self._see(look, line, whole=whole))
        self._owing = False
        if whole:
            self._whole_at = now

    async def _stand(self, look: Look, line: Line, mark: Mark | None) -> None:
        """Find the place in the log again, or begin where the log is; what is held outside must be in it."""
        follower, kept = self.follower, None if self._begun else self._shelf.kept()
        if kept is not None:
            follower.resume(kept)
        held = [Anchor("the witness", mark.batch, mark.head, mark.batch)] if mark is not None else []
        if self._begun or kept is not None:
            held.append(Anchor(ITSELF, follower.batch, follower.head, follower.batch))
        else:
            self._anew = True
        found = await look.anchors(held)
        if self._anew or any(each.startswith(ITSELF) for each in found.violations):
            seen = await self._see(look, line, whole=True)
            opened = [each.id for each in await look.resident(PENDING)]
            follower.begin(seen, await look.some(TRANSFER, opened))
            _log.warning("the checker begins with batch %d", line.batch)
        follower.hear(found)
        self._begun, self._anew = True, False

    async def _see(self, look: Look, line: Line, *, whole: bool) -> Seen:
        follower = self.follower
        wanted = follower.wanted(line)
        read_whole = {*WHOLE, *OPEN} if whole else {*REGISTRY} if follower.audited else set[Table[Any]]()
        rows: dict[Table[Any], list[Any]] = {}
        for table in {*wanted, *read_whole}:
            found = await look.resident(table) if table in read_whole else []
            if table not in read_whole or not table.whole:
                found += await look.some(table, wanted.get(table, ()))
            rows[table] = _once(table, found)
        quotes = await look.some(QUOTE, follower.wanted_of(rows[PAYMENT]))
        rows[QUOTE] = _once(QUOTE, [*rows.get(QUOTE, ()), *quotes])
        if whole:
            rows[FACILITY_DAY] = await look.some(FACILITY_DAY, follower.dates_of(rows[FACILITY]))
        since = min((each.received_at for each in rows[PAYMENT]), default=line.at)
        lines = await look.lines_of(follower.payments, since, line.at)
        return Seen(line, rows, lines, await look.transfers(*follower.uncounted), whole)

    def _heed(self, standing: Standing) -> None:
        """Take in what was acknowledged since the last look."""
        before = {each.number for each in self.standing.acknowledged}
        for each in standing.acknowledged:
            if each.number not in before:
                _log.warning("alarm %d is acknowledged by %s: %s", each.number, each.by, each.reason)
                self._anew |= each.anew
        if self._anew:
            self._whole_at = 0
        self.standing = standing

    def _sound(self, broken: Sequence[Broken]) -> None:
        for each in broken:
            _log.error("BROKEN %s, by batch %d: %s", each.name, self.follower.batch, each.sentence)
        alarms = raised(self.standing, broken, self.follower.batch, self._clock.now())
        for alarm in alarms:
            _log.critical("ALARM %d: %s: %s", alarm.number, alarm.invariant, alarm.sentence)
        if alarms:
            self._shelf.sound(alarms)
            self.standing = self._shelf.standing()


def _once(table: Table[Any], records: Iterable[Any]) -> list[Any]:
    return list({table.key(each): each for each in records}.values())
