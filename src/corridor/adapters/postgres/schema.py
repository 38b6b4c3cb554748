"""From tables to SQL: the migrations, the one commit function, and the reading of records."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib import resources
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from asyncpg import Connection

from corridor.decision import Table, While

SQL_TYPES: dict[type, str] = {int: "bigint", str: "text", bytes: "bytea", bool: "boolean", Decimal: "numeric"}
_MIGRATION_LOCK = 0x636F7272


class SchemaChanged(Exception):
    """A migration that was applied has been edited since: restore the file, and add a new one instead."""


def columns(table: Table[Any]) -> list[tuple[str, str, bool]]:
    """Return name, SQL type and nullability of each field, in order. What is private is sealed: bytes."""
    hints = get_type_hints(table.record) | dict.fromkeys(table.private, bytes)
    return [(name, *_sql_type(hints[name])) for name in table.record.__struct_fields__]


def _sql_type(hint: Any) -> tuple[str, bool]:
    if get_origin(hint) is UnionType:
        (inner,) = (arg for arg in get_args(hint) if arg is not type(None))
        return SQL_TYPES[inner], True
    return SQL_TYPES[hint], False


async def migrate(connection: Connection) -> list[str]:
    """Apply the migrations not yet applied, all in one transaction; return their names.

    Raises: SchemaChanged.
    """
    applied: list[str] = []
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _MIGRATION_LOCK)
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, checksum bytea NOT NULL)"
        )
        known = {row["name"]: row["checksum"] for row in await connection.fetch("SELECT * FROM migration")}
        for name, sql in migrations():
            checksum = sha256(sql.encode()).digest()
            if name in known:
                if known[name] != checksum:
                    raise SchemaChanged(name)
                continue
            await connection.execute(sql)
            await connection.execute("INSERT INTO migration VALUES ($1, $2)", name, checksum)
            applied.append(name)
    return applied


def migrations() -> list[tuple[str, str]]:
    """Return the migrations in their order: name and SQL."""
    files = resources.files("corridor.adapters.postgres.migrations").iterdir()
    return sorted((file.name, file.read_text()) for file in files if file.name.endswith(".sql"))


def commit_function(tables: Sequence[Table[Any]]) -> str:
    """Return the SQL of `commit_batch`: the fence first, then one statement a table.

    The fence: a writer whose epoch has passed, or whose batch is not the next, changes nothing. A new writer raises
    the epoch first, so it waits here for a commit in flight.
    """
    parameters = ", ".join(f"p_{table.name} {table.name}[]" for table in tables)
    statements = "\n".join(
        f"    IF p_{table.name} IS NOT NULL THEN\n        {_write(table)};\n    END IF;" for table in tables
    )
    return f"""
CREATE OR REPLACE FUNCTION commit_batch(
    p_epoch bigint, p_batch bigint, p_at bigint, p_last_number bigint, p_head bytea, {parameters}
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    UPDATE hub SET batch = batch + 1, at = p_at, last_number = p_last_number, head = p_head
     WHERE epoch = p_epoch RETURNING batch INTO n;
    IF n IS DISTINCT FROM p_batch THEN
        RAISE EXCEPTION 'fenced: this writer has epoch % and batch %, the journal is at batch %', p_epoch, p_batch, n
            USING ERRCODE = 'CF001';
    END IF;
{statements}
END $$"""  # noqa: S608  our own names


def _write(table: Table[Any]) -> str:
    insert = f"INSERT INTO {table.name} SELECT * FROM unnest(p_{table.name})"  # noqa: S608  our own names
    if table.appended:
        return insert
    keys = ", ".join(f'"{field}"' for field in table.key_fields)
    changes = ", ".join(
        f'"{name}" = excluded."{name}"' for name, _, _ in columns(table) if name not in table.key_fields
    )
    return f"{insert} ON CONFLICT ({keys}) DO UPDATE SET {changes}"


def select_resident(table: Table[Any]) -> str | None:
    """Return the query for the records that a hub starts from, None if none of the table's are."""
    fields = ", ".join(f'"{name}"' for name, _, _ in columns(table))
    query = f"SELECT {fields} FROM {table.name}"  # noqa: S608  our own names
    if table.stays is True:
        return query
    if not isinstance(table.stays, While):
        return None
    value = table.stays.value
    if value is None:
        return f"{query} WHERE {table.stays.field} IS NULL"
    if value is True:
        return f"{query} WHERE {table.stays.field}"
    literal = f"'{value}'" if isinstance(value, str) else str(int(value))
    return f"{query} WHERE {table.stays.field} = {literal}"


def select_by_key(table: Table[Any]) -> str:
    """Return the query for records by their keys, one array parameter a key field."""
    fields = ", ".join(f't."{name}"' for name, _, _ in columns(table))
    return f"SELECT {fields} FROM {_by_key(table, 1)}"  # noqa: S608  our own names


@cache
def select_by_keys(tables: tuple[Table[Any], ...]) -> str:
    """Return the query for records of several tables at once: one row, with an array of records for each table."""
    arrays = []
    first = 1
    for table in tables:
        arrays.append(f"ARRAY(SELECT t FROM {_by_key(table, first)})")  # noqa: S608  our own names
        first += len(table.key_fields)
    return f"SELECT {', '.join(arrays)}"


def _by_key(table: Table[Any], first: int) -> str:
    types = {name: sql_type for name, sql_type, _ in columns(table)}
    arrays = ", ".join(f"${i}::{types[field]}[]" for i, field in enumerate(table.key_fields, first))
    names = ", ".join(f'"{field}"' for field in table.key_fields)
    return f"unnest({arrays}) AS k({names}) JOIN {table.name} t USING ({names})"
