"""The journal in PostgreSQL: one writer, one transaction a batch, recovery from balances and open records."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import asyncpg
from msgspec.structs import astuple

from corridor.adapters.postgres import schema
from corridor.decision import Key, Table
from corridor.domain.instants import Instant, iso
from corridor.ports import Fenced, Records, Snapshot, Writes

COPY_ROWS = 64
"""From this many rows on, an appended table goes by COPY in the same transaction."""


class PostgresJournal:
    """The system of record, as its one writer sees it.

    Two connections: one commits, one loads, so that loading never waits for a commit. Nothing here has a time-out:
    the outcome of a COMMIT that is cut short is unknown, and the process must end.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._epoch = 0
        self._months: set[int] = set()

    async def open(self, tables: Sequence[Table[Any]], hub: str, now: Instant) -> Snapshot:
        self._writer = await asyncpg.connect(self._dsn, statement_cache_size=256)
        self._reader = await asyncpg.connect(self._dsn, statement_cache_size=256)
        self._tables = tuple(tables)
        await schema.migrate(self._writer)
        await self._writer.execute(
            "INSERT INTO hub VALUES (true, $1, 0, 0, 0, 0, $2) ON CONFLICT DO NOTHING", hub, bytes(32)
        )
        # Waits for a commit in flight of the writer before us, whose next one then fails at the fence.
        line = await self._writer.fetchrow("UPDATE hub SET epoch = epoch + 1 RETURNING *")
        assert line is not None
        if line["bic"] != hub:
            raise Fenced(f"this database belongs to hub {line['bic']}")
        self._epoch = line["epoch"]
        await self._writer.execute(schema.commit_function(self._tables))
        parameters = ", ".join(f"${i}" for i in range(1, len(self._tables) + 6))
        self._commit = await self._writer.prepare(f"SELECT commit_batch({parameters})")
        self._by_key = {table: schema.select_by_key(table) for table in self._tables}
        await self._open_month(now)
        resident = {}
        for table in self._tables:
            query = schema.select_resident(table)
            if query is not None:
                resident[table] = [table.record(*row) for row in await self._writer.fetch(query)]
        last_transfer = await self._writer.fetchval("SELECT coalesce(max(id), 0) FROM transfer")
        return Snapshot(
            self._epoch,
            line["batch"],
            line["at"],
            line["last_number"],
            last_transfer,
            line["head"],
            resident,
        )

    async def commit(self, writes: Writes) -> None:
        await self._open_month(writes.at)
        rows: dict[Table[Any], list[tuple[Any, ...]]] = {
            table: [astuple(record) for record in records] for table, records in writes.rows.items()
        }
        copied = [table for table in rows if table.appended and len(rows[table]) > COPY_ROWS]
        arrays = [rows.get(table) if table not in copied else None for table in self._tables]
        fence = (self._epoch, writes.number, writes.at, writes.last_number, writes.head)
        try:
            if not copied:
                await self._commit.fetch(*fence, *arrays)
                return
            async with self._writer.transaction():
                await self._commit.fetch(*fence, *arrays)
                for table in copied:
                    await self._writer.copy_records_to_table(table.name, records=rows[table])
        except asyncpg.PostgresError as error:
            if error.sqlstate == "CF001":
                raise Fenced(str(error)) from error
            raise

    async def load(self, keys: Sequence[tuple[Table[Any], Key]]) -> Records:
        wanted: dict[Table[Any], list[Any]] = defaultdict(list)
        for table, key in keys:
            wanted[table].append(key)
        found: dict[tuple[Table[Any], Key], Any] = dict.fromkeys(keys)
        for table, table_keys in wanted.items():
            arrays = list(zip(*table_keys, strict=True)) if len(table.key_fields) > 1 else [table_keys]
            for row in await self._reader.fetch(self._by_key[table], *arrays):
                record = table.record(*row)
                found[table, table.key(record)] = record
        return found

    async def close(self) -> None:
        await self._writer.close()
        await self._reader.close()

    async def _open_month(self, at: Instant) -> None:
        month = int(iso(at)[:7].replace("-", ""))
        if month not in self._months:
            await self._writer.execute("SELECT open_month($1)", month)
            self._months.add(month)
