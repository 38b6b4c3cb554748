"""The hub's tables and PostgreSQL's catalogue are the same thing, said twice."""

import asyncpg
import pytest

from corridor.adapters.postgres import schema
from corridor.decision import Table
from corridor.hub.lists import TABLES

CATALOGUE = """
SELECT attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable
  FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
KEY = """
SELECT array_agg(attname ORDER BY ordinality) FROM pg_index i
  CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, ordinality)
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
 WHERE i.indrelid = $1::regclass AND i.indisprimary
"""


@pytest.mark.anyio
async def test_tables_and_catalogue_agree(database: str) -> None:
    connection = await asyncpg.connect(database)
    applied = await schema.migrate(connection)
    assert applied == [name for name, _ in schema.migrations()]
    for table in TABLES:
        rows = await connection.fetch(CATALOGUE, f'"{table.name}"')
        assert [(r["name"], r["type"], r["nullable"]) for r in rows] == schema.columns(table), table
        assert await connection.fetchval(KEY, f'"{table.name}"') == list(table.key_fields), table
    assert await schema.migrate(connection) == []
    await connection.close()


@pytest.mark.anyio
async def test_an_edited_migration_is_refused(database: str) -> None:
    connection = await asyncpg.connect(database)
    await schema.migrate(connection)
    await connection.execute("UPDATE migration SET checksum = '\\x00' WHERE name LIKE '0001%'")
    with pytest.raises(schema.SchemaChanged, match="0001"):
        await schema.migrate(connection)
    await connection.close()


def test_table_names_are_unique() -> None:
    assert len({table.name for table in TABLES}) == len(TABLES)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_open_condition_names_a_field(table: Table) -> None:
    if not isinstance(table.stays, bool):
        assert table.stays.field in table.record.__struct_fields__
