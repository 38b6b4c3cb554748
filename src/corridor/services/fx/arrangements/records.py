"""Arrangements, which pair of currencies has one, and every netting."""

from decimal import Decimal
from typing import Any, Final

import msgspec

from corridor.decision import Table, While
from corridor.domain.instants import Instant

OFFERED, OPEN, ENDING, ENDED, CANCELLED = "offered", "open", "ending", "ended", "cancelled"
"""The states of an arrangement; the first three are live."""

NETTED: Final = 70
"""Transfer code: what two central banks owe each other, netted."""


class Arrangement(msgspec.Struct, frozen=True):
    """Two central banks, each of which has an account in the other's currency, and may owe on it up to its swing.

    `base_` is what belongs to the base currency of the pair: `base_bank` issues it, and `base_account_id` is in it; the
    owner of that account is the quote bank, and the other way round. `nets_on` is the day, in UTC, that is netted
    next. `live` while it is offered, open or ending.
    """

    number: int
    base_bank: str
    quote_bank: str
    base_currency: str
    quote_currency: str
    base_swing_amount: int
    quote_swing_amount: int
    state: str
    live: bool
    due_at: Instant | None
    offered_by: str
    offered_at: Instant
    accepted_at: Instant | None = None
    ended_at: Instant | None = None
    nets_on: str = ""
    base_account_id: int = 0
    quote_account_id: int = 0

    @property
    def sides(self) -> tuple[str, str]:
        """The bank of the base currency, then that of the quote currency."""
        return (self.base_bank, self.quote_bank)

    @property
    def accounts(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Each central bank, and the other's currency, in which it may owe."""
        return ((self.base_bank, self.quote_currency), (self.quote_bank, self.base_currency))


class ArrangementPair(msgspec.Struct, frozen=True):
    """Which arrangement a traded pair of currencies has; 0 if none any more."""

    base_currency: str
    quote_currency: str
    number: int


class ArrangementNetting(msgspec.Struct, frozen=True):
    """What two central banks owed each other when a day was netted, and what has moved for it.

    Units: minor. `base_owed` is what the quote bank owed in the base currency, `quote_owed` what the base bank owed in
    the quote currency; `base_paid` and `quote_paid` what each bank has put into the other's account in its own
    currency. What `net_debtor` paid for is the other's claim at `rate`, rounded down; `remainder` is what that left,
    in minor units of the rate's quote currency.
    """

    number: int
    arrangement: int
    day: str
    base_bank: str
    quote_bank: str
    base_currency: str
    quote_currency: str
    rate: Decimal
    base_owed: int
    quote_owed: int
    base_paid: int
    quote_paid: int
    net_debtor: str
    remainder: Decimal
    first_transfer: int
    transfers: int
    netted_at: Instant


ARRANGEMENT = Table("arrangement", Arrangement, "number", resident=While("live", True))
ARRANGEMENT_PAIR = Table("arrangement_pair", ArrangementPair, "base_currency", "quote_currency")
ARRANGEMENT_NETTING = Table(
    "arrangement_netting", ArrangementNetting, "number", resident=False, appended=True
)
TABLES: tuple[Table[Any], ...] = (ARRANGEMENT, ARRANGEMENT_PAIR, ARRANGEMENT_NETTING)
