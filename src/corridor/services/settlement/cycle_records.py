"""What a netting cycle is made of: clearing accounts, cycles, their items and positions; and their tables."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from corridor.decision import Table, While
from corridor.domain.instants import Instant

CYCLE_OPEN, CYCLE_CLOSING, CYCLE_SETTLED = "open", "closing", "settled"
"""The states of a cycle: it takes items, it waits for its proof and settlement, its payments are final."""

OTHER: Final = "other"
PRODUCTS: Final = ("goods", "wages", "fees", "taxes", OTHER)
"""What crosses a border, in one position and shown apart."""
_CODES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("SUPP", "TRAD", "GDDS", "GDSV", "ELEC"), "goods"),
    **dict.fromkeys(("SALA", "PAYR", "BONU", "PENS", "DEPD"), "wages"),
    **dict.fromkeys(("FCOL", "FCIN"), "fees"),
    **dict.fromkeys(("TAXS", "VATX", "WHLD"), "taxes"),
}
"""Of ExternalCategoryPurpose1Code and of ExternalPurpose1Code; no code means one thing here and another there."""


def product_of(category_purpose: str | None, purpose: str | None = None, *, goods: bool = False) -> str:
    """Return what a payment is for: by its category purpose, else its purpose, else by the goods that it pays.

    >>> product_of(None, "DEPD"), product_of("CASH", None, goods=True), product_of(None)
    ('wages', 'goods', 'other')
    """
    return _CODES.get(category_purpose or "") or _CODES.get(purpose or "") or ("goods" if goods else OTHER)


class ClearingAccount(msgspec.Struct, frozen=True):
    """Which account holds a participant's position in a currency; its credit limit is the net debit cap."""

    participant: str
    currency: str
    account_id: int


class Cycle(msgspec.Struct, frozen=True):
    """Items are numbered 1 to `items` in it; what comes after the cut-off is in the next.

    Of a settled one, `first_transfer` is the first of `transfers` with ascending ids, and its payments are told so
    far up to item `told`. `due_at` closes an open one, and warns of a closing one. `every_s` is handed on to the next.
    """

    number: int
    state: str
    due_at: Instant | None
    opened_at: Instant
    every_s: int = 0  # it closes by itself so often, from midnight UTC; 0: by hand only
    items: int = 0
    told: int = 0
    closed_at: Instant | None = None
    settled_at: Instant | None = None
    ended_at: Instant | None = None  # all are told
    digest: bytes = b""  # of the positions that were settled
    first_transfer: int = 0
    transfers: int = 0
    defaulted: str = ""  # who has been declared in default, by BIC, separated by spaces


class CycleItem(msgspec.Struct, frozen=True):
    """A payment's place in a cycle, and the transfer that is its money; under the payment's number."""

    number: int
    cycle: int
    sequence: int
    product: str
    transfer_id: int
    uetr: str


class CyclePosition(msgspec.Struct, frozen=True):
    """What a participant has paid and received in a cycle, in minor units; `open` until that is settled."""

    cycle: int
    participant: str
    currency: str
    product: str
    open: bool = True
    paid: int = 0
    received: int = 0
    items: int = 0

    @property
    def net(self) -> int:
        """Positive if the participant is owed."""
        return self.received - self.paid


CLEARING_ACCOUNT = Table("clearing_account", ClearingAccount, "participant", "currency")
CYCLE = Table("cycle", Cycle, "number", resident=While("ended_at", None))
CYCLE_ITEM = Table("cycle_item", CycleItem, "number", resident=False, appended=True)
CYCLE_POSITION = Table(
    "cycle_position",
    CyclePosition,
    "cycle",
    "participant",
    "currency",
    "product",
    resident=While("open", True),
)
TABLES: tuple[Table[Any], ...] = (CLEARING_ACCOUNT, CYCLE, CYCLE_ITEM, CYCLE_POSITION)
