"""What is kept of a payment that is held."""

from typing import Any

import msgspec

from corridor.decision import Table, While


class HeldPayment(msgspec.Struct, frozen=True):
    """A payment stopped by screening: the order as it came."""

    uetr: str
    open: bool
    case: int
    order: bytes


HELD_PAYMENT = Table("held_payment", HeldPayment, "uetr", resident=While("open", True), private=("order",))
TABLES: tuple[Table[Any], ...] = (HELD_PAYMENT,)
