"""What the checker reads behind a running hub: each look is one snapshot, in which all is found by key."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
import msgspec

from corridor.adapters.postgres import schema, verify_anchors
from corridor.adapters.postgres.away import AWAY
from corridor.adapters.postgres.journal import BY_INDEX
from corridor.adapters.postgres.log_batches import after
from corridor.adapters.postgres.sealing import Sealing
from corridor.decision import Table
from corridor.domain.instants import Instant, iso
from corridor.ports import JournalAway, Seal
from corridor.reports.findings import Findings
from corridor.reports.log import Anchor, Logged
from corridor.reports.seen import Line
from corridor.services.messaging.records import CHAIN_HEAD, MESSAGE, ChainHead, Message

R = TypeVar("R", bound=msgspec.Struct)

_LINE = "SELECT bic, batch, at, last_number, head FROM hub"
_MONTHS = "SELECT DISTINCT month FROM blob ORDER BY month"
_STORED = "SELECT count(*) FROM transfer WHERE id > $1 AND id <= $2"

_LINES_OF = f"""
SELECT {", ".join(name for name, _, _ in schema.columns(MESSAGE))} FROM message
 WHERE payment = ANY($1) AND payment <> 0 AND month = ANY($2) ORDER BY batch, position
"""  # noqa: S608  our own


class Look:
    """One snapshot of the database."""

    def __init__(self, db: asyncpg.Connection, sealing: Sealing) -> None:
        self._db = db
        self._sealing = sealing

    async def line(self) -> Line | None:
        """Return the hub's own line; None if no hub was ever here."""
        row = await self._db.fetchrow(_LINE)
        return None if row is None else Line(*row)

    async def batches(self, batch: int, since: Instant, line: Line, limit: int) -> Sequence[Logged]:
        """Return at most so many batches after one, which is of the time `since`, up to the hub's own line."""
        found: list[Logged] = []
        for month in _months(since, line.at) if batch else await self._all_months():
            found += await after(self._db, self._sealing, month, (batch, line.batch), limit - len(found))
            if len(found) >= limit:
                break
        return found

    async def heads(self, batches: Collection[int]) -> dict[int, bytes]:
        """Return the heads that are found by number."""
        rows: list[ChainHead] = await self.some(CHAIN_HEAD, list(batches))
        return {each.batch: each.head for each in rows}

    async def some(self, table: Table[R], keys: Sequence[Any]) -> list[R]:
        """Return records by key; what is sealed in them stays so."""
        if not keys:
            return []
        arrays: Any = zip(*keys, strict=True) if len(table.key_fields) > 1 else [keys]
        rows = await self._db.fetch(schema.select_by_key(table), *map(list, arrays))
        return [table.record(*row) for row in rows]

    async def resident(self, table: Table[R]) -> list[R]:
        """Return what a hub would hold of a table, all of it or what is open; what is sealed stays so."""
        query = schema.select_resident(table)
        assert query is not None, f"{table.name} grows with history"
        return [table.record(*row) for row in await self._db.fetch(query)]

    async def lines_of(self, payments: Sequence[int], since: Instant, until: Instant) -> list[Message]:
        """Return the lines of payments that came in not before `since`."""
        months = _months(since, until)
        return [Message(*row) for row in await self._db.fetch(_LINES_OF, payments, months)]

    async def transfers(self, first: int, last: int) -> int:
        """Return how many transfers are stored under numbers above one, up to another."""
        return int(await self._db.fetchval(_STORED, first, last))

    async def anchors(self, held: Sequence[Anchor]) -> Findings:
        """Say whether what is held outside is in the log."""
        return await verify_anchors.anchors(self._db, held)

    async def _all_months(self) -> list[int]:
        return [row["month"] for row in await self._db.fetch(_MONTHS)]


class Looks:
    """One connection of the read-only role, made anew when it is lost."""

    def __init__(self, dsn: str, seal: Seal) -> None:
        self._dsn = dsn
        self._sealing = Sealing(seal)
        self._db: asyncpg.Connection | None = None

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Look]:
        """One snapshot, in which nothing moves. Raises: JournalAway."""
        try:
            if self._db is None or self._db.is_closed():
                # Look-ups go by their indexes, whatever is known about sizes: no cost may grow with history.
                self._db = await asyncpg.connect(self._dsn, server_settings=BY_INDEX)
            async with self._db.transaction(isolation="repeatable_read", readonly=True):
                yield Look(self._db, self._sealing)
        except AWAY as error:
            await self.close()
            raise JournalAway(f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        if self._db is not None:
            self._db.terminate()
            self._db = None


def _months(since: Instant, until: Instant) -> list[int]:
    """Return the months from one instant to another, as yyyymm."""
    year, month = (int(part) for part in iso(since)[:7].split("-"))
    last = int(iso(until)[:7].replace("-", ""))
    months = []
    while year * 100 + month <= last:
        months.append(year * 100 + month)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return months
