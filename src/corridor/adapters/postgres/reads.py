"""Durable state for look-ups, read with the read-only role: what gateways, the signer and the CLI ask."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
import msgspec

from corridor.adapters.postgres import blobs, schema
from corridor.adapters.postgres.sealing import Sealing
from corridor.decision import Key, Table
from corridor.ports import Seal

R = TypeVar("R", bound=msgspec.Struct)
Fetch = Callable[..., Awaitable[Sequence[Any]]]

LAST = 2**63 - 1
_MAILBOX = """
SELECT m.number, m.batch, m.month, m.start, m.size FROM message m
 WHERE m.participant = $1 AND m.direction = 'out' AND m.number > $2 AND m.batch <= $4
 ORDER BY m.number LIMIT $3
"""


class PostgresReads:
    """A small pool of read-only connections."""

    def __init__(self, pool: asyncpg.Pool, seal: Seal) -> None:
        self._pool = pool
        self.sealing = Sealing(seal)

    @classmethod
    async def connect(cls, dsn: str, seal: Seal, size: int = 4) -> "PostgresReads":
        """Open the pool; connections come as they are needed."""
        return cls(await asyncpg.create_pool(dsn, min_size=1, max_size=size, reset=_leave), seal)

    async def all(self, table: Table[R]) -> list[R]:
        """Return every record of a whole table, every open one of another."""
        query = schema.select_resident(table)
        assert query is not None, f"{table.name} grows with customers or history"
        record = self.sealing.to_record(table)
        return [record(row) for row in await self._pool.fetch(query)]

    async def one(self, table: Table[R], key: Key) -> R | None:
        """Return one record by its key."""
        stored = self.sealing.to_key(table)(key)
        parts = stored if isinstance(stored, tuple) else (stored,)
        row = await self._pool.fetchrow(schema.select_by_key(table), *([part] for part in parts))
        return None if row is None else self.sealing.to_record(table)(row)

    async def mailbox(
        self, participant: str, after: int, limit: int, through: int = LAST
    ) -> Sequence[tuple[int, bytes, bytes]]:
        """Return messages of a mailbox by number, of batches up to one: number, header in base64url, payload."""
        lines = await self._pool.fetch(_MAILBOX, participant, after, limit, through)
        contents = await self.contents({(line["month"], line["batch"]) for line in lines})
        found = []
        for line in lines:
            content = contents[line["batch"]][line["start"] : line["start"] + line["size"]]
            header, _, payload = content.partition(b"\n")
            found.append((line["number"], header, payload))
        return found

    async def contents(self, places: Collection[tuple[int, int]]) -> dict[int, bytes]:
        """Return the bytes of batches at these places (month, batch), by batch. Raises: SealBroken."""
        return await blobs.contents(self._pool.fetch, self.sealing, places)

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """Run a query of a report."""
        return list(await self._pool.fetch(query, *arguments))

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Fetch]:
        """Yield a way to run queries that all see one moment."""
        async with (
            self._pool.acquire() as db,
            db.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield db.fetch

    async def close(self) -> None:
        await self._pool.close()


async def _leave(_connection: asyncpg.Connection) -> None:
    """Nothing is left behind by single queries that only read, so nothing is reset: that is a round trip each."""
