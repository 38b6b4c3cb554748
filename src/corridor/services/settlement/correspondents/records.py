"""Correspondent accounts, what was booked on them, and what both banks' own books said of it."""

from typing import Any, Final

import msgspec

from corridor.decision import Table, While
from corridor.domain.instants import Instant

OFFERED, OPEN, CLOSED, CANCELLED = "offered", "open", "closed", "cancelled"
"""The states of a correspondent account; the first two are live."""

FUNDED: Final = 60
"""Transfer code: settlement money that the owner brought, and what the servicer owes for it."""
WITHDRAWN: Final = 61
"""Transfer code: settlement money that the owner took back."""
BOOKED: Final = 62
"""Transfer code: a payment settled on the account."""
GIVEN_BACK: Final = 63
"""Transfer code: a payment settled on the account that was returned there."""


class Correspondent(msgspec.Struct, frozen=True):
    """An account that the servicer keeps for the owner: for the one a vostro, for the other a nostro.

    It is two accounts of the ledger that mirror each other: `nostro_account_id`, the owner's, is in credit by what it
    has, and its limit is the overdraft; `vostro_account_id`, the servicer's, is in debit by what it owes, and its
    limit is the ceiling, if there is one. `live` while it is offered or open.
    """

    number: int
    account_servicer: str
    account_owner: str
    currency: str
    overdraft_amount: int
    ceiling_amount: int
    state: str
    live: bool
    due_at: Instant | None
    offered_by: str
    offered_at: Instant
    accepted_at: Instant | None = None
    ended_at: Instant | None = None
    nostro_account_id: int = 0
    vostro_account_id: int = 0
    close_asked_by: str = ""

    @property
    def sides(self) -> tuple[str, str]:
        """The servicer, then the owner."""
        return (self.account_servicer, self.account_owner)


class CorrespondentRelation(msgspec.Struct, frozen=True):
    """Which account of the owner's the servicer keeps, or offers to keep, in a currency; 0 if none any more."""

    account_servicer: str
    account_owner: str
    currency: str
    number: int


class CorrespondentPosition(msgspec.Struct, frozen=True):
    """How many entries an account has had, and what the last business day with any has come to.

    Units: minor. `debits` is what the owner paid or took back on that day, `credits` what it got or brought.
    """

    number: int
    place: int
    day: str
    day_entries: int
    debits: int
    credits: int


class CorrespondentDay(msgspec.Struct, frozen=True):
    """A business day of an account after which others have had entries: how many, their sums, and how it closed."""

    number: int
    day: str
    entries: int
    debits: int
    credits: int
    closing: int


class CorrespondentEntry(msgspec.Struct, frozen=True):
    """A booking: `place` counts those of an account from 1 without a gap, `balance` is what it led to.

    Its number is the payment's, or its return's, and the payment's UETR then stands here, too; or one of its own.
    Units: minor; `amount` is negative if the owner has less by it.
    """

    number: int
    account: int
    place: int
    day: str
    transfer_id: int
    amount: int
    balance: int
    uetr: str = ""


class CorrespondentMirror(msgspec.Struct, frozen=True):
    """What one bank's own book said last of an account, and if the ledger says the same."""

    account: int
    bank: str
    day: str
    closing: int
    entries: int
    agrees: bool
    told_at: Instant


CORRESPONDENT = Table("correspondent", Correspondent, "number", resident=While("live", True))
CORRESPONDENT_RELATION = Table(
    "correspondent_relation", CorrespondentRelation, "account_servicer", "account_owner", "currency"
)
CORRESPONDENT_POSITION = Table("correspondent_position", CorrespondentPosition, "number", resident=False)
"""Loaded by key, as the mirrors are: accounts that are closed have one, too."""
CORRESPONDENT_DAY = Table(
    "correspondent_day", CorrespondentDay, "number", "day", resident=False, appended=True
)
CORRESPONDENT_ENTRY = Table(
    "correspondent_entry", CorrespondentEntry, "number", resident=False, appended=True
)
CORRESPONDENT_MIRROR = Table("correspondent_mirror", CorrespondentMirror, "account", "bank", resident=False)
TABLES: tuple[Table[Any], ...] = (
    CORRESPONDENT,
    CORRESPONDENT_RELATION,
    CORRESPONDENT_POSITION,
    CORRESPONDENT_DAY,
    CORRESPONDENT_ENTRY,
    CORRESPONDENT_MIRROR,
)
