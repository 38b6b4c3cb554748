"""What waits to be settled, what may not be passed, and when a day ends; and their tables."""

from typing import Any

import msgspec

from corridor.decision import Table, While
from corridor.domain.instants import Instant
from corridor.services.settlement.payments import PAYMENT

URGENT, HIGH, NORMAL = 0, 1, 2
"""Priorities: what is less settles first."""
PRIORITIES = {"URGT": URGENT, "HIGH": HIGH, "NORM": NORMAL}
"""By the codes of `SttlmPrty`; without one a payment is normal."""

QUEUED, SETTLED, CANCELLED, REJECTED = "queued", "settled", "cancelled", "rejected"
"""The states of an obligation."""

ALL = 0
"""As a counterparty: everybody together."""


class Obligation(msgspec.Struct, frozen=True):
    """A payment to be settled gross, under the payment's number: at once, or when money, limits and time allow.

    While `from_at` stands it has not begun to wait: nothing is behind it. Then its order among those of one account
    is priority, then `place`. `till_at` warns, `reject_at` ends it; `due_at` is the next of the three.
    """

    number: int
    uetr: str
    state: str
    due_at: Instant | None
    debtor: str
    creditor: str
    debit_account_id: int
    credit_account_id: int
    currency: str
    amount: int
    priority: int
    place: int
    entered_at: Instant
    from_at: Instant | None
    till_at: Instant | None
    reject_at: Instant
    ended_at: Instant | None = None
    method: str = ""  # how it was settled


class QueuedOrder(msgspec.Struct, frozen=True):
    """The order of an obligation as it came, to be passed on once it is settled; empty from then on."""

    number: int
    order: bytes


class Queue(msgspec.Struct, frozen=True):
    """How many obligations wait for an account's money, and how much they are, by priority."""

    account_id: int
    urgent: int = 0
    urgent_amount: int = 0
    high: int = 0
    high_amount: int = 0
    normal: int = 0
    normal_amount: int = 0

    def waiting(self, priority: int) -> int:
        """Return how many of this priority or a higher one wait."""
        return sum((self.urgent, self.high, self.normal)[: priority + 1])

    def changed(self, priority: int, count: int, amount: int) -> "Queue":
        """Return it with so many more of a priority."""
        counts, amounts = [self.urgent, self.high, self.normal], self.amounts()
        counts[priority] += count
        amounts[priority] += amount
        sides = (each for pair in zip(counts, amounts, strict=True) for each in pair)
        return Queue(self.account_id, *sides)

    def amounts(self) -> list[int]:
        """Return what waits by priority."""
        return [self.urgent_amount, self.high_amount, self.normal_amount]


class SettlementLimit(msgspec.Struct, frozen=True):
    """How much an account may send another one, or ALL, in a business day, net of what it receives from there.

    `amount` until the business day `next_on` ("": for good), `next_amount` from then on; None is no limit.
    """

    account_id: int
    counterparty_id: int
    amount: int | None
    next_amount: int | None
    next_on: str

    def on(self, day: str) -> int | None:
        """Return the limit of a business day."""
        return self.next_amount if self.next_on and self.next_on <= day else self.amount


class UrgentReserve(msgspec.Struct, frozen=True):
    """How much of an account is for urgent payments only; `next_amount` from the business day `next_on` on."""

    account_id: int
    amount: int
    next_amount: int
    next_on: str

    def on(self, day: str) -> int:
        """Return the reserve of a business day."""
        return self.next_amount if self.next_on and self.next_on <= day else self.amount


class DayUse(msgspec.Struct, frozen=True):
    """What an account has sent to, and received from, a counterparty or ALL in a business day.

    It is counted where a limit or reserve stands, and for ALL wherever the account has any.
    """

    account_id: int
    counterparty_id: int
    day: str = ""
    sent: int = 0
    received: int = 0


class CutOff(msgspec.Struct, frozen=True):
    """When the business day of a currency ends: seconds from midnight UTC. Without one it ends at midnight."""

    currency: str
    second: int


OBLIGATION = Table("obligation", Obligation, "number", resident=While("state", QUEUED))
QUEUED_ORDER = Table("queued_order", QueuedOrder, "number", resident=False, private=("order",))
QUEUE = Table("queue", Queue, "account_id")
SETTLEMENT_LIMIT = Table("settlement_limit", SettlementLimit, "account_id", "counterparty_id")
URGENT_RESERVE = Table("urgent_reserve", UrgentReserve, "account_id")
DAY_USE = Table("day_use", DayUse, "account_id", "counterparty_id")
CUT_OFF = Table("cut_off", CutOff, "currency")
TABLES: tuple[Table[Any], ...] = (
    PAYMENT,
    OBLIGATION,
    QUEUED_ORDER,
    QUEUE,
    SETTLEMENT_LIMIT,
    URGENT_RESERVE,
    DAY_USE,
    CUT_OFF,
)
