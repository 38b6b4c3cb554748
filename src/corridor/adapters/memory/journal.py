"""A journal in memory that obeys the contract of the real one, fence included."""

from collections.abc import Sequence
from typing import Any

import msgspec

from corridor.decision import TRANSFER, Key, Table
from corridor.domain.instants import Instant
from corridor.ports import Fenced, Records, Snapshot, Writes


class MemoryStore:
    """What is durable: it outlives the journals that write to it."""

    def __init__(self) -> None:
        self.epoch = 0
        self.batch = 0
        self.at: Instant = 0
        self.last_number = 0
        self.head = bytes(32)
        self.rows: dict[Table[Any], dict[Key, Any]] = {}


class MemoryJournal:
    """One writer's view of a store."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._epoch = 0

    async def open(self, tables: Sequence[Table[Any]], _hub: str, _now: Instant) -> Snapshot:
        store = self._store
        store.epoch += 1
        self._epoch = store.epoch
        for table in tables:
            store.rows.setdefault(table, {})
        resident = {
            table: [record for record in store.rows[table].values() if table.resident(record)]
            for table in tables
        }
        last_transfer = max((t.id for t in store.rows[TRANSFER].values()), default=0)
        return Snapshot(
            store.epoch, store.batch, store.at, store.last_number, last_transfer, store.head, resident
        )

    async def commit(self, writes: Writes) -> None:
        store = self._store
        if store.epoch != self._epoch or store.batch + 1 != writes.number:
            raise Fenced
        for table, records in writes.rows.items():
            held = store.rows[table]
            for record in records:
                key = table.key(record)
                assert not (table.appended and key in held), f"{table.name} {key} is written twice"
                held[key] = record
        store.batch, store.at, store.head = writes.number, writes.at, writes.head
        store.last_number = writes.last_number

    async def load(self, keys: Sequence[tuple[Table[Any], Key]]) -> Records:
        found: dict[tuple[Table[Any], Key], msgspec.Struct | None] = {}
        for table, key in keys:
            found[table, key] = self._store.rows[table].get(key)
        return found

    async def close(self) -> None:
        """Nothing to let go of."""
