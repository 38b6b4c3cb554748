"""Durable state for look-ups, read with the read-only role: what gateways, the signer and the CLI ask."""

import zlib
from collections.abc import Sequence
from typing import Any, TypeVar

import asyncpg
import msgspec

from corridor.adapters.postgres import schema
from corridor.decision import Key, Table

R = TypeVar("R", bound=msgspec.Struct)

LAST = 2**63 - 1
_MAILBOX = """
SELECT m.number, m.batch, m.month, m.start, m.size FROM message m
 WHERE m.participant = $1 AND m.direction = 'out' AND m.number > $2 AND m.batch <= $4
 ORDER BY m.number LIMIT $3
"""
_BLOBS = "SELECT batch, content FROM blob WHERE month = ANY($1) AND batch = ANY($2)"


class PostgresReads:
    """A small pool of read-only connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    async def connect(cls, dsn: str, size: int = 4) -> "PostgresReads":
        """Open the pool; connections come as they are needed."""
        return cls(await asyncpg.create_pool(dsn, min_size=1, max_size=size, reset=_leave))

    async def all(self, table: Table[R]) -> list[R]:
        """Return every record of a whole table."""
        query = schema.select_resident(table)
        assert table.whole, f"{table.name} grows with customers or history"
        assert query is not None
        return [table.record(*row) for row in await self._pool.fetch(query)]

    async def one(self, table: Table[R], key: Key) -> R | None:
        """Return one record by its key."""
        parts = key if isinstance(key, tuple) else (key,)
        row = await self._pool.fetchrow(schema.select_by_key(table), *([part] for part in parts))
        return None if row is None else table.record(*row)

    async def mailbox(
        self, participant: str, after: int, limit: int, through: int = LAST
    ) -> Sequence[tuple[int, bytes, bytes]]:
        """Return messages of a mailbox by number, of batches up to one: number, header in base64url, payload."""
        lines = await self._pool.fetch(_MAILBOX, participant, after, limit, through)
        batches, months = [line["batch"] for line in lines], [line["month"] for line in lines]
        rows = await self._pool.fetch(_BLOBS, months, batches)
        blobs = {row["batch"]: zlib.decompress(row["content"]) for row in rows}
        found = []
        for line in lines:
            content = blobs[line["batch"]][line["start"] : line["start"] + line["size"]]
            header, _, payload = content.partition(b"\n")
            found.append((line["number"], header, payload))
        return found

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """Run a query of a report."""
        return list(await self._pool.fetch(query, *arguments))

    async def close(self) -> None:
        await self._pool.close()


async def _leave(_connection: asyncpg.Connection) -> None:
    """Nothing is left behind by single queries that only read, so nothing is reset: that is a round trip each."""
