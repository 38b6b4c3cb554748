"""A payment from receipt to finality, whatever channel it takes."""

from decimal import Decimal

import msgspec

from corridor.decision import Table, While
from corridor.domain.instants import Instant

HELD, RESERVED, SETTLED, CREDITED, REJECTED = "PDNG", "ACSP", "ACSC", "ACCC", "RJCT"
CLEARED = "ACPD"
"""The states of a payment are the ISO status codes that its agents are told."""


class Payment(msgspec.Struct, frozen=True):
    """One payment under its UETR, for ever.

    `number` is the hub's, and stands in every status. `first_transfer` is the first of `legs` pending
    transfers with ascending ids. `open` while the hub still waits for something, until
    `due_at`.
    """

    uetr: str
    number: int
    status: str
    open: bool
    due_at: Instant | None
    reason: str
    debtor_agent: str
    creditor_agent: str
    provider: str
    quote_id: str
    source_currency: str
    source_amount: int
    destination_currency: str
    destination_amount: int
    fee_amount: int
    unit_currency: str
    rate: Decimal | None
    message_id: str
    forwarded_id: str
    instruction_id: str
    end_to_end_id: str
    transaction_id: str
    content: bytes
    first_transfer: int
    legs: int
    received_at: Instant
    forwarded_at: Instant | None
    final_at: Instant | None
    credited_at: Instant | None


PAYMENT = Table("payment", Payment, "uetr", resident=While("open", True))
