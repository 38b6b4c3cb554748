"""A simulated central bank: it issues its currency into settlement accounts, each sum once."""

import sqlite3
from collections.abc import Iterable

from corridor.client.participant import Participant
from corridor.client.store import Effect
from corridor.domain.money import Money

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


def _issued(key: str, participant: str, amount: Money) -> Effect:
    def write(database: sqlite3.Connection) -> None:
        database.execute(
            "INSERT INTO issue VALUES (?, ?, ?, ?)", (key, participant, amount.currency, amount.minor)
        )

    return write
