"""What is read again and again: one thing, each time in one snapshot of the journal."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

import asyncpg

from corridor.adapters.postgres.away import AWAY
from corridor.ports import JournalAway

Fetch = Callable[..., Awaitable[Sequence[Any]]]
R = TypeVar("R")


class SnapshotReads(Generic[R]):
    """One read-only connection to the journal. `what` is given the last batch of which its reader has seen enough."""

    def __init__(self, dsn: str, what: Callable[[Fetch, int], Awaitable[R | None]]) -> None:
        self._dsn = dsn
        self._what = what
        self._db: asyncpg.Connection | None = None

    async def read(self, seen: int) -> R | None:
        """Return what is there, if anything is and that batch is not the last. Raises: JournalAway."""
        try:
            if self._db is None or self._db.is_closed():
                self._db = await asyncpg.connect(self._dsn)
            async with self._db.transaction(isolation="repeatable_read", readonly=True):
                return await self._what(self._db.fetch, seen)
        except AWAY as error:
            await self.close()
            raise JournalAway(str(error)) from error

    async def close(self) -> None:
        if self._db is not None:
            self._db.terminate()
            self._db = None
