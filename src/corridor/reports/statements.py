"""The statement of a settlement account for one business day: opening balance, entries, closing balance.

Read from the ledger's transfers; it is no statement unless it adds up to the minor unit.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Self

import msgspec

from corridor.domain.errors import CorridorError
from corridor.domain.instants import DAY, SECOND, Instant, at, iso_date
from corridor.services.credit.records import CREDIT_FEE, DRAWDOWN, INTEREST, REPAYMENT
from corridor.services.fx.arrangements.records import NETTED
from corridor.services.messaging.rules import FUNDING
from corridor.services.settlement.correspondents.records import FUNDED, WITHDRAWN
from corridor.services.settlement.cycles import LOSS, NET
from corridor.services.settlement.funding.orders import OUT
from corridor.services.settlement.legs import FEE, PRINCIPAL
from corridor.services.settlement.pvp.settling import PVP
from corridor.services.settlement.returns.records import RETURN

KINDS: Final[Mapping[int, str]] = {
    FUNDING: "funding",
    OUT: "defunding",
    PRINCIPAL: "payment",
    FEE: "fee",
    RETURN: "return",
    NET: "netting cycle",
    LOSS: "share of a loss",
    PVP: "trade",
    DRAWDOWN: "credit drawn",
    REPAYMENT: "credit repaid",
    INTEREST: "interest",
    CREDIT_FEE: "credit fee",
    NETTED: "netted by central banks",
    FUNDED: "correspondent account funded",
    WITHDRAWN: "correspondent account withdrawn",
}
"""By the code of the transfer."""


class NoSuchAccount(CorridorError):
    """There is no such settlement account here."""

    reason = "AC01"


class NotBegun(CorridorError):
    """That business day has not begun."""

    reason = "DT01"


class Unbalanced(CorridorError):
    """The ledger does not add up to the balance that it states: run `corridor verify`."""

    reason = "AM09"


class Day(msgspec.Struct, frozen=True):
    """A business day of a currency: its date, and from when on until when."""

    date: str
    begins: Instant
    ends: Instant

    @classmethod
    def of(cls, date: str, now: Instant, cut_off: int) -> Self:
        """Return the day of a date, or the one that runs; `cut_off` is its second, 0 if there is none.

        Raises: InvalidDateTime.
        """
        length = cut_off * SECOND or DAY
        chosen = date or iso_date(now + DAY - length)
        ends = at(chosen, "00:00:00Z") + length
        return cls(chosen, ends - DAY, ends)


class Entry(msgspec.Struct, frozen=True):
    """A line of a statement: positive is a credit, in minor units. `balance` is what there was after it."""

    at: Instant
    transfer: int
    kind: str
    counterparty: str
    reference: str
    amount: int
    balance: int


class Moved(msgspec.Struct, frozen=True):
    """A transfer as its account sees it; `reference` is a UETR, or the hub's number of what it was for.

    `provider` is who converted the payment, if anybody did.
    """

    transfer: int
    at: Instant
    code: int
    counterparty: str
    reference: str
    amount: int
    provider: str = ""


class Statement(msgspec.Struct, frozen=True):
    """A business day of an account, in minor units; `reserved` is what is reserved of it now."""

    participant: str
    currency: str
    day: str
    opening: int
    entries: Sequence[Entry]
    closing: int
    reserved: int

    @property
    def credits(self) -> int:
        """What came in."""
        return sum(each.amount for each in self.entries if each.amount > 0)

    @property
    def debits(self) -> int:
        """What went out."""
        return -sum(each.amount for each in self.entries if each.amount < 0)


class Balances(msgspec.Struct, frozen=True):
    """What transfers add up to before a day and at its end, what all of them add up to, and what the hub has stored."""

    opening: int
    closing: int
    all: int
    stored: int
    reserved: int


def statement(
    participant: str, currency: str, day: str, balances: Balances, moved: Sequence[Moved]
) -> Statement:
    """Return the statement of what moved on a day, in its order.

    Raises: Unbalanced, if entries do not lead from opening to closing, or transfers not to the stored balance.
    """
    if balances.all != balances.stored:
        raise Unbalanced(
            f"its transfers add up to {balances.all}, but {balances.stored} is stored", field=participant
        )
    balance, entries = balances.opening, []
    for each in moved:
        balance += each.amount
        kind = KINDS.get(each.code, f"code {each.code}")
        entries.append(
            Entry(each.at, each.transfer, kind, each.counterparty, each.reference, each.amount, balance)
        )
    if balance != balances.closing:
        raise Unbalanced(f"its entries lead to {balance}, not to {balances.closing}", field=participant)
    return Statement(
        participant, currency, day, balances.opening, entries, balances.closing, balances.reserved
    )
