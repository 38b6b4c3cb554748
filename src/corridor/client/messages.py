"""The ISO 20022 messages that a participant writes."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec

from corridor.client.correspondents import Method
from corridor.client.events import Draft
from corridor.client.profile import Profile
from corridor.client.requests import Quote
from corridor.codecs.iso20022.camt050 import LiquidityTransfer
from corridor.codecs.iso20022.envelope import seal_envelope
from corridor.codecs.iso20022.head001 import Header
from corridor.codecs.iso20022.messages import MESSAGES, Message
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs004 import PaymentReturn
from corridor.codecs.iso20022.pacs008 import (
    AgreedRate,
    CreditTransfer,
    ReferredDocument,
    RegulatoryReport,
    TaxRemittance,
)
from corridor.codecs.iso20022.pacs009 import InstitutionTransfer
from corridor.codecs.iso20022.pacs028 import StatusRequest
from corridor.domain.instants import Instant
from corridor.domain.money import Money
from corridor.domain.parties import Party

PACS_008: Final = "pacs.008.001.13"
PACS_004: Final = "pacs.004.001.09"
PHONE: Final = "MBNO"
"""ExternalProxyAccountType1Code: a mobile phone number."""

_DEFINITIONS: Final = {codec.record: codec.definition for codec in MESSAGES.values()}


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that a customer of this bank wants made.

    `amount` is what the debtor agent pays; with a quote it is the quote's source. The creditor is known by
    the account of the party or, if there is none, by `creditor_phone` in E.164. Codes are those of ISO's
    external sets.
    """

    creditor_agent: str
    amount: Money
    debtor: Party
    creditor: Party
    creditor_phone: str | None = None
    quote: Quote | None = None
    end_to_end_id: str = "NOTPROVIDED"
    purpose: str | None = None
    category_purpose: str | None = None
    regulatory: Sequence[RegulatoryReport] = ()
    remittance: Sequence[str] = ()
    documents: Sequence[ReferredDocument] = ()
    tax: TaxRemittance | None = None
    ultimate_debtor: Party | None = None
    ultimate_creditor: Party | None = None
    gross: "Gross | None" = None
    netted: bool = False
    """It enters a netting cycle, and is final with it."""
    booked: Method | None = None
    """It settles on a correspondent account, now or not at all: what they keep for us (INDA), or we for them (INGA)."""

    @property
    def channel(self) -> str | None:
        """How it is to be settled, as ISO has it; None is instantly."""
        return "RTGS" if self.gross else "MPNS" if self.netted else "BOOK" if self.booked else None


class Gross(msgspec.Struct, frozen=True, kw_only=True):
    """How a payment is settled that need not be instant: whole, in central banks' money, as soon as it is covered.

    `priority` is URGT, HIGH or NORM; the times are of the settlement date, with their offset: 17:00:00+03:00.
    """

    priority: str | None = None
    date: str | None = None
    till_time: str | None = None
    from_time: str | None = None
    reject_time: str | None = None


def credit_transfer(
    profile: Profile, order: Order, message_id: str, uetr: str, now: Instant
) -> CreditTransfer:
    """The pacs.008 with which a debtor agent orders a payment."""
    quote, gross = order.quote, order.gross or Gross()
    return CreditTransfer(
        message_id=message_id,
        created_at=now,
        settlement_method=order.booked or "CLRG",
        instruction_id=message_id,
        end_to_end_id=order.end_to_end_id,
        transaction_id=message_id,
        uetr=uetr,
        clearing_channel=order.channel,
        local_instrument=None if order.channel else "INST",
        category_purpose=order.category_purpose,
        interbank_settlement_amount=quote.source if quote else order.amount,
        interbank_settlement_date=gross.date,
        settlement_priority=gross.priority,
        till_time=gross.till_time,
        from_time=gross.from_time,
        reject_time=gross.reject_time,
        instructed_amount=quote.destination if quote else None,
        agreed_rate=_agreed_rate(quote) if quote else None,
        charge_bearer="DEBT",
        instructing_agent=profile.bic,
        instructed_agent=profile.hub,
        ultimate_debtor=order.ultimate_debtor,
        debtor=order.debtor,
        debtor_agent=profile.bic,
        creditor_agent=order.creditor_agent,
        creditor=order.creditor,
        creditor_proxy_type=PHONE if order.creditor_phone else None,
        creditor_proxy=order.creditor_phone,
        ultimate_creditor=order.ultimate_creditor,
        purpose=order.purpose,
        regulatory=tuple(order.regulatory),
        remittance=tuple(order.remittance),
        documents=tuple(order.documents),
        tax=order.tax,
    )


def status_report(
    profile: Profile,
    uetr: str,
    status: str,
    message_id: str,
    now: Instant,
    *,
    reason: str | None = None,
    original_message_id: str | None = None,
    original_definition: str = PACS_008,
    end_to_end_id: str | None = None,
) -> StatusReport:
    """The pacs.002 with which a creditor agent answers for a payment: ACCP, RJCT with a reason, or ACCC.

    A central bank answers a camt.050 so: ACSC, or RJCT. `original_message_id` is that of the message that is answered.
    """
    return StatusReport(
        message_id=message_id,
        created_at=now,
        instructing_agent=profile.bic,
        instructed_agent=profile.hub,
        original_message_id=original_message_id,
        original_message_definition_id=original_definition if original_message_id else None,
        status_id=message_id,
        original_end_to_end_id=end_to_end_id,
        original_uetr=uetr,
        transaction_status=status,
        reason=reason,
    )


def payment_return(
    profile: Profile, uetr: str, received: Money, reason: str, message_id: str, now: Instant, text: str = ""
) -> PaymentReturn:
    """The pacs.004 with which a creditor agent gives back what it received of a payment that is final."""
    return PaymentReturn(
        message_id=message_id,
        created_at=now,
        return_id=message_id,
        original_uetr=uetr,
        original_settlement_amount=received,
        returned_amount=received,
        instructing_agent=profile.bic,
        instructed_agent=profile.hub,
        reason=reason,
        additional_information=(text,) if text else (),
    )


def status_request(profile: Profile, uetr: str, message_id: str, now: Instant) -> StatusRequest:
    """The pacs.028 that asks where a payment stands."""
    return StatusRequest(
        message_id=message_id,
        created_at=now,
        instructing_agent=profile.bic,
        instructed_agent=profile.hub,
        original_uetr=uetr,
    )


def envelope(profile: Profile, message: Message, now: Instant) -> Draft:
    """The message in its envelope. The document identifies it; the header has the same message id."""
    message_id = _message_id(message)
    definition = _DEFINITIONS[type(message)]
    header = Header(
        from_bic=profile.bic,
        to_bic=profile.hub,
        business_message_id=message_id,
        message_definition_id=definition,
        created_at=now,
    )
    body = seal_envelope(header, message)
    document = body[body.index(b"<Document") : body.rindex(b"</Envelope>")]
    return Draft("/v1/messages", message_id, body, sha256(document).hexdigest())


def _message_id(message: Message) -> str:
    sent = (
        CreditTransfer
        | StatusReport
        | StatusRequest
        | PaymentReturn
        | LiquidityTransfer
        | InstitutionTransfer
    )
    assert isinstance(message, sent), "participants send no other"
    return message.message_id


def _agreed_rate(quote: Quote) -> AgreedRate:
    return AgreedRate(
        unit_currency=quote.rate.base,
        quoted_currency=quote.rate.quote,
        rate=quote.rate.value,
        quote_id=quote.quote_id,
        fx_agent=quote.provider,
    )
