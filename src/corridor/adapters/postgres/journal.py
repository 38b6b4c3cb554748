"""The journal in PostgreSQL: one writer, one transaction a batch, recovery from balances and open records."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from corridor.adapters.postgres import schema
from corridor.adapters.postgres.sealing import Sealing
from corridor.decision import Key, Table
from corridor.domain.instants import Instant, iso
from corridor.ports import Fenced, Records, Seal, Snapshot, Writes

COPY_ROWS = 400
"""More new rows of a table than this go by COPY in the same transaction: its own round trips pay then."""

GENERIC_PLANS = {"plan_cache_mode": "force_generic_plan"}
"""Statements differ in nothing but their rows: planning one anew finds nothing better."""
BY_INDEX = GENERIC_PLANS | {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off"}
"""A look-up goes by its index, whatever is known about sizes yet: no cost may grow with history."""


class PostgresJournal:
    """The system of record, as its one writer sees it.

    Two connections: one commits, one loads, so that loading never waits for a commit. Nothing here has a time-out:
    the outcome of a COMMIT that is cut short is unknown, and the process must end.
    """

    def __init__(self, dsn: str, seal: Seal) -> None:
        self._dsn = dsn
        self._sealing = Sealing(seal)
        self._epoch = 0
        self._months: set[int] = set()

    async def open(self, tables: Sequence[Table[Any]], hub: str, now: Instant) -> Snapshot:
        self._writer = await asyncpg.connect(self._dsn, server_settings=GENERIC_PLANS)
        self._reader = await asyncpg.connect(self._dsn, server_settings=BY_INDEX)
        self._tables = tuple(tables)
        self._to_row = {table: self._sealing.to_row(table) for table in tables}
        self._to_record = {table: self._sealing.to_record(table) for table in tables}
        self._to_key = {table: self._sealing.to_key(table) for table in tables}
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
        await self._open_month(now)
        resident = {}
        for table in self._tables:
            query = schema.select_resident(table)
            if query is not None:
                resident[table] = list(map(self._to_record[table], await self._writer.fetch(query)))
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
        rows, bulk = dict(writes.rows), dict[Table[Any], Sequence[Any]]()
        for table, records in writes.rows.items():
            if len(records) > COPY_ROWS:
                bulk[table], rows[table] = divide(table, writes.rows)
        fence = (self._epoch, writes.number, writes.at, writes.last_number, writes.head)
        arrays = [list(map(to_row, rows.get(table, ()))) or None for table, to_row in self._to_row.items()]
        try:
            if not bulk:
                await self._commit.fetch(*fence, *arrays)
                return
            async with self._writer.transaction():
                await self._commit.fetch(*fence, *arrays)
                for table, records in bulk.items():
                    await self._writer.copy_records_to_table(
                        table.name, records=map(self._to_row[table], records)
                    )
        except asyncpg.PostgresError as error:
            if error.sqlstate == "CF001":
                raise Fenced(str(error)) from error
            raise

    async def load(self, keys: Sequence[tuple[Table[Any], Key]]) -> Records:
        wanted: dict[Table[Any], list[Any]] = defaultdict(list)
        for table, key in keys:
            wanted[table].append(self._to_key[table](key))
        arrays: list[Sequence[Any]] = []
        for table, table_keys in wanted.items():
            arrays += zip(*table_keys, strict=True) if len(table.key_fields) > 1 else [table_keys]
        row = await self._reader.fetchrow(schema.select_by_keys(tuple(wanted)), *arrays)
        assert row is not None
        found: dict[tuple[Table[Any], Key], Any] = dict.fromkeys(keys)
        for table, lines in zip(wanted, row, strict=True):
            for line in lines:
                record = self._to_record[table](line)
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


def divide(
    table: Table[Any], rows: Mapping[Table[Any], Sequence[Any]]
) -> tuple[Sequence[Any], Sequence[Any]]:
    """Part a table's records into those that surely begin in this batch, which can go by COPY, and the others."""
    records = rows[table]
    if table.appended:
        return records, ()
    if table.begins_with is None:
        return (), records
    begun = set(map(table.begins_with.key, rows.get(table.begins_with, ())))
    new = [record for record in records if table.key(record) in begun]
    return new, [record for record in records if table.key(record) not in begun]
