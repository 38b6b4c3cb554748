"""Between records and rows: what is private is sealed on its way to the database and opened on its way back."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec
from msgspec.structs import astuple

from corridor.decision import Key, Table
from corridor.ports import Seal

R = TypeVar("R", bound=msgspec.Struct)


class Sealing:
    """Makes rows of records and records of rows. Ask for a table's function once, then use it."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def to_row(self, table: Table[R]) -> Callable[[R], tuple[Any, ...]]:
        """Return what makes a table's records rows."""
        if not table.private:
            return astuple
        fields = table.record.__struct_fields__
        private = [index for index, name in enumerate(fields) if name in table.private]

        def row(record: R) -> tuple[Any, ...]:
            values = list(astuple(record))
            key = table.key(record)
            for index in private:
                values[index] = self._sealed(table, fields[index], key, values[index])
            return tuple(values)

        return row

    def to_record(self, table: Table[R]) -> Callable[[Iterable[Any]], R]:
        """Return what makes a table's rows records. That raises: SealBroken."""
        if not table.private:
            return lambda row: table.record(*row)
        fields = table.record.__struct_fields__
        # A private key field must be opened first: it is part of the place of all others.
        private = sorted(
            (index for index, name in enumerate(fields) if name in table.private),
            key=lambda index: fields[index] not in table.key_fields,
        )
        texts = {index for index in private if table.record.__annotations__[fields[index]] is str}
        keys = [fields.index(name) for name in table.key_fields]

        def record(row: Iterable[Any]) -> R:
            values = list(row)
            for index in private:
                key = tuple(values[each] for each in keys)
                place = _place(table, fields[index], key[0] if len(key) == 1 else key)
                opened = self._seal.open(place, values[index])
                values[index] = opened.decode() if index in texts else opened
            return table.record(*values)

        return record

    def to_key(self, table: Table[Any]) -> Callable[[Key], Key]:
        """Return what makes a key as rules know it the key of the row."""
        if not set(table.private) & set(table.key_fields):
            return lambda key: key
        assert len(table.key_fields) == 1, f"{table.name}: a private key of several fields"
        (field,) = table.key_fields
        return lambda key: self._sealed(table, field, key, key)

    def open_text(self, table: Table[Any], field: str, key: Key, sealed: bytes) -> str:
        """Return one private text of a row that a report has read. Raises: SealBroken."""
        return self._seal.open(_place(table, field, key), sealed).decode()

    def _sealed(self, table: Table[Any], field: str, key: Key, value: Any) -> bytes:
        plain = value.encode() if isinstance(value, str) else value
        return self._seal.seal(_place(table, field, key), plain)


def _place(table: Table[Any], field: str, key: Key) -> bytes:
    """Name the one row and field where a value may stand; a key field is looked up, so it has no row."""
    where = "" if field in table.key_fields else repr(key)
    return f"{table.name}.{field} {where}".encode()
