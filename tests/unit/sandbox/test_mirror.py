"""A bank's mirror: what a day of it adds up to."""

import sqlite3

from corridor.client.correspondents import BookEntry
from corridor.sandbox.mirror import SCHEMA, SHOWN_MAX, book_day


def test_a_day_of_the_mirror():
    database = sqlite3.connect(":memory:")
    database.executescript(SCHEMA)
    rows = [(1, 37, "2026-11-23", 500), (2, 37, "2026-11-24", -200), (3, 38, "2026-11-24", 7)]
    rows += [(4, 37, "2026-11-24", -400), (5, 37, "2026-11-25", 1)]
    database.executemany("INSERT INTO mirror VALUES (?, ?, ?, ?)", rows)
    day = book_day(database, 37, "RUB", "2026-11-24")
    assert (day.closing, day.currency, day.count) == (-100, "RUB", 2)
    assert day.entries == [BookEntry(2, -200), BookEntry(4, -400)]
    quiet = book_day(database, 39, "RUB", "2026-11-24")
    assert (quiet.closing, quiet.count, quiet.entries) == (0, 0, [])
    many = [(10 + n, 40, "2026-11-24", 1) for n in range(SHOWN_MAX + 1)]
    database.executemany("INSERT INTO mirror VALUES (?, ?, ?, ?)", many)
    day = book_day(database, 40, "RUB", "2026-11-24")
    assert (day.closing, day.count, day.entries) == (SHOWN_MAX + 1, SHOWN_MAX + 1, [])
