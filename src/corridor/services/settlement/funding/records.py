"""Liquidity transfers: from the first word on one until money has moved or not."""

from typing import Any, Final

import msgspec

from corridor.codecs.iso20022 import camt050, pacs009
from corridor.decision import Table, While
from corridor.domain.instants import Instant

FUNDING, DEFUNDING = "funding", "defunding"
"""The directions: into the settlement account, and out of it."""
ASKED, RESERVED, SETTLED, REJECTED = "PDNG", "ACSP", "ACSC", "RJCT"
"""The states are the ISO status codes that both sides are told; the first two are open."""
CAMT_050: Final = camt050.CODEC.definition
PACS_009: Final = pacs009.CODEC.definition


class LiquidityTransfer(msgspec.Struct, frozen=True):
    """Money between a participant's settlement account and its account at the central bank, under its UETR, for ever.

    `number` is the hub's, and stands in every status. `order` is the digest of the participant's camt.050, empty if
    the central bank began; `credit` that of the central bank's pacs.009, empty if there was none. What each side knows
    it by is the id of its own last message about it, or of the hub's if it has sent none. Defunding reserves in the
    transfer `first_transfer` and ends that; funding moves in it at once.
    """

    uetr: str
    number: int
    direction: str
    status: str
    open: bool
    due_at: Instant | None  # when somebody is told that it still waits
    reason: str
    participant: str
    central_bank: str
    currency: str
    amount: int
    participant_message_id: str
    central_bank_message_id: str
    instruction_id: str
    end_to_end_id: str
    transaction_id: str
    order: bytes
    credit: bytes
    first_transfer: int
    received_at: Instant
    forwarded_at: Instant | None
    final_at: Instant | None

    def known_by(self, side: str) -> tuple[str, str]:
        """Return the message by which a side knows it: id and definition."""
        if side == self.central_bank:
            return self.central_bank_message_id, PACS_009 if self.credit else CAMT_050
        return self.participant_message_id, CAMT_050 if self.order else PACS_009


LIQUIDITY_TRANSFER = Table("liquidity_transfer", LiquidityTransfer, "uetr", resident=While("open", True))
TABLES: tuple[Table[Any], ...] = (LIQUIDITY_TRANSFER,)
