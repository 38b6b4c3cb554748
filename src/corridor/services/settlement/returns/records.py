"""Payments that were returned. What was refused leaves nothing here, so that another return may follow it."""

from typing import Any, Final

import msgspec

from corridor.codecs.iso20022 import pacs004
from corridor.decision import Table
from corridor.domain.instants import Instant

RETURN: Final = 12
"""Transfer code: settlement money of a payment that was returned."""
PACS_004: Final = pacs004.CODEC.definition


class ReturnedPayment(msgspec.Struct, frozen=True):
    """The return of the payment with this UETR: written once, final with it, for ever.

    `number` is the hub's, another than the payment's, and stands in every status of the return. What went back is
    what the creditor agent of the payment had received, from it to its debtor agent, by one transfer. `content` is the
    digest of the pacs.004, `message_id` its id, `forwarded_id` that of the hub's.
    """

    uetr: str
    number: int
    payment: int
    reason: str
    debtor_agent: str
    creditor_agent: str
    currency: str
    amount: int
    transfer_id: int
    message_id: str
    forwarded_id: str
    return_id: str
    end_to_end_id: str
    content: bytes
    received_at: Instant
    final_at: Instant


RETURNED_PAYMENT = Table("returned_payment", ReturnedPayment, "uetr", resident=False, appended=True)
TABLES: tuple[Table[Any], ...] = (RETURNED_PAYMENT,)
