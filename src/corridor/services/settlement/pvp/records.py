"""Trades between two sides, and where they are found by their reference."""

from typing import Any, NamedTuple

import msgspec

from corridor.decision import Table, While
from corridor.domain.instants import Instant
from corridor.domain.money import Money

UNMATCHED, MATCHED, SETTLED, CANCELLED, REJECTED = "unmatched", "matched", "settled", "cancelled", "rejected"
"""The states of a trade; the first two are open."""


class Leg(NamedTuple):
    """What one side of a trade pays the other."""

    debit_account_id: int
    credit_account_id: int
    currency: str
    amount: int


class Trade(msgspec.Struct, frozen=True):
    """A trade between two sides, the first of which comes first by its BIC; what each pays the other one buys.

    It may settle from `from_at` until `until_at`, when it ends with nothing moved. `due_at` is the next time at which
    something is to be done. A settled one moved in two transfers, from `first_transfer` on: the first side's, then the
    second's.
    """

    number: int
    first: str
    second: str
    reference: str
    state: str
    open: bool
    due_at: Instant | None
    trade_date: str
    settlement_date: str
    first_currency: str
    first_amount: int
    second_currency: str
    second_amount: int
    first_debit_id: int
    first_credit_id: int
    second_debit_id: int
    second_credit_id: int
    first_captured_at: Instant | None
    second_captured_at: Instant | None
    from_at: Instant
    until_at: Instant
    cancel_asked_by: str = ""
    matched_at: Instant | None = None
    ended_at: Instant | None = None
    first_transfer: int = 0
    method: str = ""  # how it was settled
    reason: str = ""

    @property
    def sides(self) -> tuple[str, str]:
        """Both, in their order."""
        return (self.first, self.second)

    @property
    def legs(self) -> tuple[Leg, Leg]:
        """What moves: the first side's payment, then the second's."""
        return (
            Leg(self.first_debit_id, self.first_credit_id, self.first_currency, self.first_amount),
            Leg(self.second_debit_id, self.second_credit_id, self.second_currency, self.second_amount),
        )

    def other(self, side: str) -> str:
        """Return who trades with a side."""
        return self.second if side == self.first else self.first

    def paid_by(self, side: str) -> Money:
        """Return what a side sells."""
        if side == self.first:
            return Money(self.first_amount, self.first_currency)
        return Money(self.second_amount, self.second_currency)

    def captured_by(self, side: str) -> bool:
        """Say whether a side has stated it."""
        return (self.first_captured_at if side == self.first else self.second_captured_at) is not None


class TradeReference(msgspec.Struct, frozen=True):
    """Which trade two sides, in the order of their BICs, have called so: one, for ever."""

    first: str
    second: str
    reference: str
    number: int


TRADE = Table("trade", Trade, "number", resident=While("open", True))
TRADE_REFERENCE = Table("trade_reference", TradeReference, "first", "second", "reference", resident=False)
TABLES: tuple[Table[Any], ...] = (TRADE, TRADE_REFERENCE)
