"""A simulated FX provider: posts rates that walk at random round a middle, books what was exchanged."""

import random
import sqlite3
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

import msgspec

from corridor.client.mailbox import Delivery
from corridor.client.requests import Tier
from corridor.client.store import Effect
from corridor.codecs.iso20022.camt054 import Notification

BASIS_POINT: Final = Decimal("0.0001")
TICK: Final = Decimal("0.0001")
STEP_BPS: Final = 8
"""How far a rate moves at most from one posting to the next; the pair's band is much wider."""
PULL: Final = Decimal("0.05")
"""The share of the way back to the middle that it goes each time, so that it does not wander off."""
LEVELS: Final = ((0, 35), (100_000_00, 25), (1_000_000_00, 18))
"""From which amount of the base currency, in minor units, which half of the spread, in basis points."""

HALF_BPS: Final = 12
"""Half of the spread of a rate that is asked for: narrower than what stands for everybody."""
ASKED: Final = "QUOTE ASKED"
"""With this begins what the hub says of an inquiry to whom it asks."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS position (
    currency TEXT PRIMARY KEY, credits INTEGER NOT NULL, debits INTEGER NOT NULL, entries INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""


class Movement(msgspec.Struct, frozen=True):
    """An entry on one of the provider's accounts, in minor units; a debit is negative."""

    currency: str
    amount: int


class Provider:
    """One provider of one pair."""

    def __init__(self, mid: Decimal, dice: random.Random) -> None:
        self._middle = self._mid = mid
        self._dice = dice

    def next_rates(self) -> Sequence[Tier]:
        """The next step of the walk, as tiers: the larger the amount, the narrower the spread."""
        drawn = Decimal(self._dice.randrange(-STEP_BPS * 100, STEP_BPS * 100 + 1)) / 100
        moved = self._mid * (1 + drawn * BASIS_POINT)
        self._mid = moved + (self._middle - moved) * PULL
        return [Tier(start, self._quoted(-half), self._quoted(half)) for start, half in LEVELS]

    def firm_rate(self, *, sells_base: bool) -> Decimal:
        """The rate for one payment: what it asks for a unit of base, or pays for one."""
        return self._quoted(HALF_BPS if sells_base else -HALF_BPS)

    def _quoted(self, bps: int) -> Decimal:
        return (self._mid * (1 + bps * BASIS_POINT)).quantize(TICK, ROUND_HALF_EVEN)


def movements(deliveries: Iterable[Delivery]) -> list[Movement]:
    """What the notifications of a frame say was booked on the provider's accounts."""
    return [
        Movement(entry.amount.currency, entry.amount.minor * (1 if entry.credit_debit == "CRDT" else -1))
        for delivery in deliveries
        if delivery.opened is not None and isinstance(delivery.opened.message, Notification)
        for entry in delivery.opened.message.entries
        if entry.status == "BOOK"
    ]


def asked(deliveries: Iterable[Delivery]) -> list[int]:
    """The numbers of the inquiries that a frame asks to reply to."""
    return [
        int(entry.reference or 0)
        for delivery in deliveries
        if delivery.opened is not None and isinstance(delivery.opened.message, Notification)
        for entry in delivery.opened.message.entries
        if entry.status == "INFO" and (entry.additional_information or "").startswith(f"{ASKED},")
    ]


def prepare(database: sqlite3.Connection) -> None:
    """Make the table of positions."""
    database.executescript(f"BEGIN; {_SCHEMA} COMMIT;")


def effect(booked: Sequence[Movement]) -> Effect:
    """What adds the movements to the positions."""
    rows = [(each.currency, max(each.amount, 0), max(-each.amount, 0)) for each in booked]

    def write(database: sqlite3.Connection) -> None:
        database.executemany(
            "INSERT INTO position VALUES (?, ?, ?, 1) ON CONFLICT (currency) DO UPDATE SET"
            " credits = credits + excluded.credits, debits = debits + excluded.debits, entries = entries + 1",
            rows,
        )

    return write


def positions(database: sqlite3.Connection) -> dict[str, tuple[int, int, int]]:
    """By currency: credits and debits in minor units, and how many entries."""
    rows = database.execute("SELECT currency, credits, debits, entries FROM position")
    return {currency: (credits_, debits, entries) for currency, credits_, debits, entries in rows}
