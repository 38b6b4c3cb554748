"""Records of facilities, of the days they have run, of lines and of collateral, and their tables."""

from decimal import Decimal
from typing import Any, Final

import msgspec

from corridor.decision import Table, While
from corridor.domain.instants import Instant

OFFERED, ACTIVE, OVERDUE, ENDED, CANCELLED = "offered", "active", "overdue", "ended", "cancelled"
OWING: Final = (ACTIVE, OVERDUE)
"""The states in which something may be owed under a facility."""
HELD, RELEASED, EXPIRED = "held", "released", "expired"

DRAWDOWN: Final = 40
"""Transfer code: what a borrower draws."""
REPAYMENT: Final = 41
"""Transfer code: what it pays back of it."""
INTEREST: Final = 42
"""Transfer code: interest, when it falls due and when it is paid."""
CREDIT_FEE: Final = 43
"""Transfer code: the fee on what is not drawn, when it falls due and when it is paid."""


class Facility(msgspec.Struct, frozen=True):
    """What one bank may borrow of another, and how far it is reckoned.

    Two pairs of CREDIT accounts say what is owed, the borrower's in debit, the lender's in credit: `debt` and `claim`
    what is drawn, `charges` and `income` the interest and fees that are due. `open_day` is the first date not
    reckoned yet. `open` while it is offered or something can be owed under it.
    `interest_left` and `fee_left` are what the rounding of all days up to then has left, as `money.interest` counts
    it. `drawn_sum` adds up what was drawn at the end of each of `days` dates.
    Units: amounts in minor units of `currency`, rates in percent a year.
    """

    number: int
    lender: str
    borrower: str
    currency: str
    limit_amount: int
    rate: Decimal
    fee_rate: Decimal
    day_count: str
    starts_on: str
    ends_on: str
    automatic: bool
    secured: bool
    utilisation_max_bps: int
    average_max_bps: int
    state: str
    open: bool
    due_at: Instant | None
    offered_at: Instant
    accepted_at: Instant | None = None
    ended_at: Instant | None = None
    debt_account_id: int = 0
    claim_account_id: int = 0
    charges_account_id: int = 0
    income_account_id: int = 0
    open_day: str = ""
    interest_due: int = 0
    interest_left: int = 0
    fee_due: int = 0
    fee_left: int = 0
    days: int = 0
    drawn_sum: int = 0
    breached: bool = False


class FacilityDay(msgspec.Struct, frozen=True):
    """A date of a facility, reckoned when it had ended: what was drawn then, and what fell due for it.

    `counted` is the number of days that the convention counts for it. `last_transfer`: transfers up to this number
    had been made by then.
    """

    facility: int
    day: str
    drawn_amount: int
    counted: int
    interest_amount: int
    interest_left: int
    fee_amount: int
    fee_left: int
    last_transfer: int


class CreditSource(msgspec.Struct, frozen=True):
    """The facilities that pay by themselves what a bank's payments lack: numbers, separated by spaces."""

    borrower: str
    currency: str
    facilities: str


class CreditLine(msgspec.Struct, frozen=True):
    """How far a central bank lets a settlement account go below zero, if there is collateral for it.

    `due_at` is set while more is in use than collateral covers: then the limit follows what is in use.
    """

    participant: str
    currency: str
    line_amount: int
    due_at: Instant | None = None


class Pledge(msgspec.Struct, frozen=True):
    """Collateral that `taker` holds of `pledger`: for a facility, or, where that is 0, for its credit line."""

    taker: str
    pledge_id: str
    pledger: str
    facility: int
    currency: str
    value_amount: int
    haircut_bps: int
    valid_until: Instant
    state: str
    due_at: Instant | None
    taken_at: Instant
    ended_at: Instant | None = None


FACILITY = Table("facility", Facility, "number", resident=While("open", True))
FACILITY_DAY = Table("facility_day", FacilityDay, "facility", "day", resident=False, appended=True)
CREDIT_SOURCE = Table("credit_source", CreditSource, "borrower", "currency")
CREDIT_LINE = Table("credit_line", CreditLine, "participant", "currency")
PLEDGE = Table("pledge", Pledge, "taker", "pledge_id", resident=While("state", HELD))
TABLES: tuple[Table[Any], ...] = (FACILITY, FACILITY_DAY, CREDIT_SOURCE, CREDIT_LINE, PLEDGE)
