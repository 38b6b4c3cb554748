"""A bank's own book of its correspondent accounts, its mirror: made of what the hub has told it, message by message."""

import re
import sqlite3
from collections.abc import Iterator
from typing import Final

import msgspec

from corridor.client.correspondents import BookDay, BookEntry
from corridor.codecs.iso20022.camt054 import Notification
from corridor.codecs.iso20022.pacs002 import StatusReport

SHOWN_MAX: Final = 500
"""Of a day with more entries the hub is told the count alone."""
_WORDS: Final = re.compile(r"account ([0-9]+), entry [0-9]+, (CRDT|DBIT), ([0-9]{4}-[0-9]{2}-[0-9]{2})")

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS mirror (
    number INTEGER PRIMARY KEY, account INTEGER NOT NULL, day TEXT NOT NULL, amount INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS mirror_day ON mirror (account, day);
"""


class Booking(msgspec.Struct, frozen=True):
    """An entry as the bank has heard of it. Units: minor; negative if the owner has less by it."""

    number: int
    account: int
    day: str
    amount: int


def reported(report: StatusReport, amount: int) -> Iterator[Booking]:
    """Yield what a status says was booked for a payment of this amount; nothing if it settled otherwise."""
    for words in report.additional_information:
        yield from _booking(words, report.clearing_system_reference, amount)


def notified(told: Notification) -> Iterator[Booking]:
    """Yield what a notification says was booked for settlement money that has moved."""
    for entry in told.entries:
        if entry.status == "BOOK":
            yield from _booking(
                entry.additional_information, entry.clearing_system_reference, entry.amount.minor
            )


def book_day(database: sqlite3.Connection, account: int, currency: str, day: str) -> BookDay:
    """Return what the mirror has of a business day."""
    closing, count = database.execute(
        "SELECT coalesce(sum(amount), 0), coalesce(sum(day = ?2), 0) FROM mirror WHERE account = ?1 AND day <= ?2",
        (account, day),
    ).fetchone()
    rows = database.execute(
        "SELECT number, amount FROM mirror WHERE account = ? AND day = ? ORDER BY number", (account, day)
    ).fetchall()
    shown = [BookEntry(*row) for row in rows] if count <= SHOWN_MAX else []
    return BookDay(account, day, currency, closing, count, shown)


def _booking(words: str | None, number: str | None, amount: int) -> Iterator[Booking]:
    said = _WORDS.fullmatch(words or "")
    if said is not None and number is not None:
        account, sign, day = said.groups()
        yield Booking(int(number), int(account), day, amount if sign == "CRDT" else -amount)
