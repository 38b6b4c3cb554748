"""A simulated central bank: it issues its currency, each sum once, and says what others cost in it."""

import sqlite3
from collections.abc import Iterable
from typing import Final

from corridor.client.participant import Participant
from corridor.client.store import Effect
from corridor.domain.instants import DAY, Instant, iso_date
from corridor.domain.money import Money, Rate

DAYS_AHEAD: Final = 9

_SCHEMA = """
CREATE TABLE IF NOT EXISTS issue (
    name TEXT PRIMARY KEY, participant TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""


def prepare(database: sqlite3.Connection) -> None:
    """Make the table of what was issued."""
    database.executescript(f"BEGIN; {_SCHEMA} COMMIT;")


async def issue(
    issuer: Participant, database: sqlite3.Connection, name: str, sums: Iterable[tuple[str, Money]]
) -> None:
    """Fund each participant with its sum, unless that was done before under this name.

    Raises: Refused.
    """
    for participant, amount in sums:
        key = f"{name}/{participant}"
        if database.execute("SELECT 1 FROM issue WHERE name = ?", (key,)).fetchone() is None:
            await issuer.fund(participant, amount, _issued(key, participant, amount))


async def fix(issuer: Participant, rate: Rate, now: Instant) -> None:
    """Set the official rate of today and of the days to come, as many as may be set. Raises: Refused."""
    for day in range(DAYS_AHEAD + 1):
        await issuer.fix(iso_date(now + day * DAY), rate)


def _issued(key: str, participant: str, amount: Money) -> Effect:
    def write(database: sqlite3.Connection) -> None:
        database.execute(
            "INSERT INTO issue VALUES (?, ?, ?, ?)", (key, participant, amount.currency, amount.minor)
        )

    return write
