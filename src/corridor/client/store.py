"""A participant's own store: one transaction for its own books and its correspondence with the hub."""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from corridor.client.events import Changes, Letter, Place, Voucher

Effect = Callable[[sqlite3.Connection], object]
"""A change of the participant's own tables. It neither commits nor rolls back; it raises for bugs only."""


class Store(Protocol):
    """What a bank implements to keep its place in the database that its own books are in.

    One process at a time may use a store: two would sign with the same numbers.
    """

    def load(self) -> tuple[Place, Sequence[Letter]]:
        """What the last transaction left; a new place and no letters in a new store."""
        ...

    def commit(self, changes: Changes) -> None:
        """Write all in one durable transaction, the effects in their order, or raise and write nothing."""
        ...

    def close(self) -> None: ...


_SCHEMA = """
CREATE TABLE IF NOT EXISTS corridor_place (
    id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL, identified_at INTEGER NOT NULL,
    mailbox INTEGER NOT NULL, batch INTEGER NOT NULL, head TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS corridor_voucher (
    id INTEGER PRIMARY KEY CHECK (id = 1), reach INTEGER NOT NULL, signature TEXT NOT NULL, payload BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS corridor_outbox (
    number INTEGER PRIMARY KEY, signature TEXT NOT NULL, target TEXT NOT NULL, message_id TEXT NOT NULL,
    body BLOB NOT NULL, digest TEXT NOT NULL
) STRICT;
"""


def peek(path: Path) -> Place | None:
    """The place in a store that nobody has open; None if somebody has, or there is none."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        ) as db:
            return _place(db)
    except sqlite3.OperationalError:
        return None


def _place(database: sqlite3.Connection) -> Place | None:
    row = database.execute(
        "SELECT number, identified_at, mailbox, batch, head FROM corridor_place"
    ).fetchone()
    held = database.execute("SELECT reach, signature, payload FROM corridor_voucher").fetchone()
    if row is None:
        return None
    number, identified_at, mailbox, batch, head = row
    return Place(number, identified_at, mailbox, batch, head, Voucher(*held) if held else None)


class SqliteStore:
    """A store in one SQLite file. Effects get its connection and write tables of their own there.

    A second process that opens the same file is refused. With `power_cut_safe` a transaction survives
    a power cut; without it, only the end of the process, and costs a fraction.
    """

    def __init__(self, path: Path | str, *, power_cut_safe: bool = True) -> None:
        """`:memory:` is a path, too. Raises: sqlite3.OperationalError, if another process uses the file."""
        self.connection = sqlite3.connect(path, timeout=0.0, isolation_level=None)
        self.connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute(f"PRAGMA synchronous = {'FULL' if power_cut_safe else 'NORMAL'}")
        self.connection.executescript(f"BEGIN EXCLUSIVE; {_SCHEMA} COMMIT;")
        self._voucher: Voucher | None = None

    def load(self) -> tuple[Place, Sequence[Letter]]:
        place = _place(self.connection) or Place()
        self._voucher = place.voucher
        letters = self.connection.execute(
            "SELECT number, signature, target, message_id, body, digest, TRUE FROM corridor_outbox"
            " ORDER BY number"
        )
        return place, [Letter(*each) for each in letters]

    def commit(self, changes: Changes) -> None:
        database = self.connection
        database.execute("BEGIN IMMEDIATE")
        try:
            place = changes.place
            database.execute(
                "INSERT OR REPLACE INTO corridor_place VALUES (1, ?, ?, ?, ?, ?)",
                (place.number, place.identified_at, place.mailbox, place.batch, place.head),
            )
            if place.voucher is not None and place.voucher is not self._voucher:
                database.execute(
                    "INSERT OR REPLACE INTO corridor_voucher VALUES (1, ?, ?, ?)",
                    (place.voucher.reach, place.voucher.signature, place.voucher.payload),
                )
                self._voucher = place.voucher
            if changes.dropped:
                database.executemany(
                    "DELETE FROM corridor_outbox WHERE number = ?", [(number,) for number in changes.dropped]
                )
            if changes.put:
                database.executemany(
                    "INSERT INTO corridor_outbox VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (each.number, each.signature, each.target, each.message_id, each.body, each.digest)
                        for each in changes.put
                    ],
                )
            for effect in changes.effects:
                effect(database)
        except BaseException:
            database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")

    def close(self) -> None:
        self.connection.close()
