"""A payment's story: its record and the log, told event by event. Pure: what was read comes in as values."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from lxml import etree

from corridor.cli.output import after
from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.admi002 import MessageReject
from corridor.codecs.iso20022.camt054 import Notification
from corridor.codecs.iso20022.messages import MESSAGES
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs004 import PaymentReturn
from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.codecs.iso20022.pacs028 import StatusRequest
from corridor.domain.errors import CorridorError
from corridor.domain.instants import Instant, iso
from corridor.domain.money import Money
from corridor.domain.reasons import reason
from corridor.reports.returns import is_told
from corridor.services.messaging.records import ACCEPTED, OUT, TIMER, Message
from corridor.services.settlement.payments import CREDITED, HELD, REJECTED, RESERVED, SETTLED, Payment

MEANINGS = {
    HELD: "held by screening until persons decide",
    RESERVED: "reserved; the creditor agent has not promised yet",
    SETTLED: "settled, and final",
    CREDITED: "settled, and final; the creditor has the money",
    REJECTED: "rejected, and final; nothing was moved",
}
WAITS = "waits to be settled: `corridor queue` says for what"
_SAID = {"ACCP": "promises to credit on ACSC", "RJCT": "refuses", "ACCC": "has credited its customer"}
_OPERATORS = {
    "ReleasePayment": "wants it released",
    "Approve": "wants it released, too",
    "RefusePayment": "refuses it",
}


class Line(msgspec.Struct, frozen=True):
    """A line of the log with the bytes that it names."""

    message: Message
    evidence: bytes


class Leg(msgspec.Struct, frozen=True):
    """One movement of a payment."""

    debtor: str
    creditor: str
    amount: Money


class Event(msgspec.Struct, frozen=True):
    """Something that happened to a payment. `sender` or `receiver` is empty where the hub acts by itself."""

    at: Instant
    after: str
    sender: str
    receiver: str
    message: str
    what: str
    batch: int
    number: int


def tell(payment: Payment, hub: str, lines: Sequence[Line], legs: Sequence[Leg]) -> Iterator[Event]:
    """Yield what happened, in the order in which it was decided."""
    moved = "; ".join(f"{leg.amount} from {leg.debtor} to {leg.creditor}" for leg in legs)
    ended = False
    for line in lines:
        logged = line.message
        document = read_document(line)
        if logged.direction == OUT and isinstance(document, CreditTransfer) and not document.clearing_channel:
            yield _by_hub(payment, logged, f"reserves {moved}")
        final = isinstance(document, StatusReport) and document.transaction_status in (SETTLED, REJECTED)
        if logged.direction == OUT and isinstance(document, PaymentReturn):
            yield _by_hub(
                payment, logged, f"moves {document.returned_amount} back; from now on the return is final"
            )
        if logged.direction == OUT and final and legs and not ended:
            ended = True
            verb = "releases" if payment.status == REJECTED else "moves"
            yield _by_hub(payment, logged, f"{verb} {moved}; from now on the payment is final")
        yield Event(
            logged.at,
            after(payment.received_at, logged.at),
            hub if logged.direction == OUT else "" if logged.direction == TIMER else logged.participant,
            logged.participant if logged.direction == OUT else "" if logged.direction == TIMER else hub,
            logged.definition,
            _words(line, document),
            logged.batch,
            logged.number,
        )


def in_words(code: str) -> str:
    """Return a reason code with its official meaning."""
    try:
        return f"{code}, {reason(code).definition}"
    except CorridorError:
        return code


def _by_hub(payment: Payment, logged: Message, what: str) -> Event:
    return Event(logged.at, after(payment.received_at, logged.at), "", "", "", what, logged.batch, 0)


def read_document(line: Line) -> Any:
    """Return the message that the line's bytes are, None for what is none."""
    codec = MESSAGES.get(line.message.definition)
    if codec is None:
        return None
    try:
        return codec.decode(etree.fromstring(line.evidence.partition(b"\n")[2])[1])
    except (etree.XMLSyntaxError, DecodeError, IndexError):
        return None


def _words(line: Line, document: Any) -> str:
    logged = line.message
    incoming = logged.direction != OUT
    match document:
        case CreditTransfer() if incoming:
            said = _ordered(document)
        case CreditTransfer():
            charges = ", ".join(f"{charge.amount} charged by {charge.agent}" for charge in document.charges)
            asks = "passes on" if document.clearing_channel else "asks for a promise to credit"
            said = f"{asks} {document.interbank_settlement_amount}"
            said += f" ({charges})" if charges else ""
        case StatusReport() if incoming:
            said = _SAID.get(document.transaction_status, document.transaction_status)
            said += f": {in_words(document.reason)}" if document.reason else ""
        case StatusReport():
            said = "says of the return " if is_told(document) else "says "
            said += document.transaction_status
            said += f": {in_words(document.reason)}" if document.reason else ""
            if document.effective_settlement_at is not None:
                said += f", settled at {iso(document.effective_settlement_at)}"
            said += "".join(f"; {words}" for words in document.additional_information)
        case PaymentReturn():
            said = f"{'gives' if incoming else 'passes on that it gives'} back {document.returned_amount}"
            said += f": {in_words(document.reason)}"
            said += "".join(f"; {words}" for words in document.additional_information)
        case StatusRequest():
            said = "asks where the payment stands"
        case Notification():
            entries = (f"{'+' if e.credit_debit == 'CRDT' else '-'}{e.amount}" for e in document.entries)
            said = f"notifies of {', '.join(entries)}"
        case MessageReject():
            said = f"rejects the message: {in_words(document.reason)}"
        case _ if logged.direction == TIMER:
            said = "time is up"
        case _:
            said = _OPERATORS.get(_command(line.evidence), "acts")
    if incoming and logged.outcome != ACCEPTED:
        said += f"; {logged.outcome}: {in_words(logged.reason)}" if logged.reason else f"; {logged.outcome}"
    return said


def _ordered(order: CreditTransfer) -> str:
    said = f"orders {order.interbank_settlement_amount} to {order.creditor_agent}"
    if order.clearing_channel:
        said += f" by {order.clearing_channel}"
        said += f", {order.settlement_priority}" if order.settlement_priority else ""
    agreed = order.agreed_rate
    if agreed is not None:
        rate = f"1 {agreed.unit_currency} for {agreed.rate:f} {agreed.quoted_currency}"
        said += f" on quote {agreed.quote_id}: {rate}"
    return said


def _command(evidence: bytes) -> str:
    """Return the name of an operator's command."""
    try:
        return str(json.loads(evidence.partition(b"\n")[2])["operation"]["type"])
    except (ValueError, LookupError, TypeError):
        return ""
