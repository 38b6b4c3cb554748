"""The payment's state machine: docs/rulebook.md, section 5, as code."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from corridor.codecs.iso20022.pacs008 import AgreedRate
from corridor.decision import Accepted, Again, Answer, Handler, Key, Rejected, Step, Table
from corridor.domain.errors import CorridorError
from corridor.domain.instants import SECOND
from corridor.domain.money import Rate
from corridor.services.compliance.contracts import ask_for_contract
from corridor.services.compliance.records import ScreeningPolicy
from corridor.services.compliance.rules import judge
from corridor.services.directory.records import ALIAS
from corridor.services.directory.rules import resolve
from corridor.services.fx.records import Quote
from corridor.services.fx.rules import spend_quote
from corridor.services.instant import details, holds
from corridor.services.instant.commands import CreditTransfer, StatusReport, StatusRequest
from corridor.services.messaging.commands import Command
from corridor.services.messaging.records import ACTIVE, BANK, CENTRAL_BANK, PARTICIPANT
from corridor.services.messaging.rules import open_case, refuse_message
from corridor.services.settlement import channels, legs, tellings
from corridor.services.settlement.finality import reject, settle
from corridor.services.settlement.funding.rules import answer_of_central_bank, tell_status
from corridor.services.settlement.payments import (
    CREDITED,
    HELD,
    PAYMENT,
    REJECTED,
    RESERVED,
    SETTLED,
    Payment,
)
from corridor.services.settlement.returns.rules import RETURNED_PAYMENT, in_words

PHONE: Final = "MBNO"
ANSWER_TIME: Final = 7 * SECOND
"""How long a creditor agent may take to promise; silence ends the payment (AB05)."""


def credit_transfer(step: Step, command: CreditTransfer) -> Answer:
    """Decide an order: screen, reserve every leg at once, and ask the creditor agent for its promise."""
    known = step.get(PAYMENT, command.message.uetr)
    if known is not None:
        step.payment = known.number
        if known.debtor_agent == command.origin.signer and known.content == command.origin.digest:
            return Accepted()
        return Rejected("DU03", "this UETR names another payment", "UETR")
    refusal = check(step, command)
    if refusal is not None:
        return refusal
    judged = judge(step, command.screening)
    if isinstance(judged, Rejected | Again):
        return judged
    payment = new_payment(step, command)
    step.payment = payment.number
    details.record(step, command.message, payment.number)
    if isinstance(judged, ScreeningPolicy):
        holds.hold(step, command, payment, judged)
        return Accepted()
    return proceed(step, command, payment)


def proceed(step: Step, command: CreditTransfer, payment: Payment) -> Accepted | Rejected:
    """Spend the quote, reserve, and forward: what follows once screening has nothing (more) to say.

    An order that names a channel is settled by that.
    """
    message = command.message
    if message.clearing_channel is not None:
        return channels.settle(step, message, payment)
    if message.agreed_rate is not None:
        quote = _spend(step, command, message.agreed_rate, payment.number)
        if isinstance(quote, Rejected):
            return quote
        payment = _bind(payment, quote)
    reserved = legs.reserve(step, payment)
    if isinstance(reserved, Rejected):
        return reserved
    payment = msgspec.structs.replace(
        reserved,
        status=RESERVED,
        open=True,
        due_at=step.now + ANSWER_TIME,
        forwarded_at=step.now,
        forwarded_id=step.message_id(payment.creditor_agent),
    )
    step.put(PAYMENT, payment)
    tellings.forward(step, message, payment)
    return Accepted()


def refuse_credit_transfer(step: Step, command: CreditTransfer, rejected: Rejected) -> None:
    """Record the refusal under the UETR, for ever, and tell the debtor agent; a quote named is spent."""
    if step.get(PAYMENT, command.message.uetr) is not None:
        refuse_message(step, command, rejected)
        return
    payment = new_payment(step, command)
    step.payment = payment.number
    if command.message.agreed_rate is not None:
        _spend(step, command, command.message.agreed_rate, payment.number)
    reject(step, payment, rejected.reason)


def status_report(step: Step, command: StatusReport) -> Answer:
    """Decide what a creditor agent says. The first answer in time counts; later ones get the stored one.

    A central bank is never one: it answers for liquidity.
    """
    message, signer = command.message, command.origin.signer
    sender = step.get(PARTICIPANT, signer)
    if sender is not None and sender.role == CENTRAL_BANK:
        return answer_of_central_bank(step, signer, message)
    payment = step.get(PAYMENT, message.original_uetr)
    if payment is None:
        return Rejected("NOOR", "no such payment", "OrgnlUETR")
    step.payment = payment.number
    if payment.creditor_agent != command.origin.signer:
        return Rejected("AG01", "only the creditor agent answers for a payment", "OrgnlUETR")
    if payment.forwarded_at is None:
        return Rejected("NOOR", "this payment was never sent to you", "OrgnlUETR")
    match message.transaction_status, payment.status:
        case "ACCP", "ACSP":
            settle(step, payment)
        case "RJCT", "ACSP":
            legs.void(step, payment)
            reject(step, payment, message.reason or "NARR")
        case "ACCC", "ACSC":
            credited = msgspec.structs.replace(payment, status=CREDITED, credited_at=step.now)
            step.put(PAYMENT, credited)
            tellings.tell(step, credited, payment.debtor_agent)
        case "ACCC", "ACCC":
            pass
        case "ACCP", "RJCT":
            open_case(step, "late acceptance", payment.creditor_agent, "accepted after the refusal was final")
            tellings.tell(step, payment, payment.creditor_agent)
        case "RJCT", "ACPD" | "ACSC" | "ACCC":
            open_case(step, "late refusal", payment.creditor_agent, "refused what can no longer be undone")
            tellings.tell(step, payment, payment.creditor_agent)
        case "ACCP" | "RJCT", _:
            tellings.tell(step, payment, payment.creditor_agent)
        case _:
            text = f"{message.transaction_status} does not follow {payment.status}"
            return Rejected("CH20", text, "TxSts")
    return Accepted()


def status_request(step: Step, command: StatusRequest) -> Answer:
    """Tell either agent where a payment stands, or either side a liquidity transfer; it leaves when that is durable.

    Of a payment that was returned the status says so, too.
    """
    payment = step.get(PAYMENT, command.message.original_uetr)
    if payment is None or command.origin.signer not in (payment.debtor_agent, payment.creditor_agent):
        return tell_status(step, command.origin.signer, command.message.original_uetr)
    returned = step.get(RETURNED_PAYMENT, payment.uetr) if payment.status in (SETTLED, CREDITED) else None
    step.payment = payment.number
    tellings.tell(step, payment, command.origin.signer, *(() if returned is None else (in_words(returned),)))
    return Accepted()


def expire_payment(step: Step, payment: Payment) -> None:
    """End a payment whose time has come: no promise (AB05), or no release (RR04)."""
    step.payment = payment.number
    if payment.status == HELD:
        holds.end(step, payment)
        reject(step, payment, "RR04")
        return
    legs.void(step, payment)
    reject(step, payment, "AB05")


def new_payment(step: Step, command: CreditTransfer) -> Payment:
    """Return the record of an order as it came, refused until something better is known."""
    message = command.message
    amount = message.interbank_settlement_amount
    return Payment(
        uetr=message.uetr,
        number=step.number(),
        status=REJECTED,
        open=False,
        due_at=None,
        reason="",
        debtor_agent=command.origin.signer,
        creditor_agent=message.creditor_agent,
        provider="",
        quote_id=message.agreed_rate.quote_id if message.agreed_rate is not None else "",
        source_currency=amount.currency,
        source_amount=amount.minor,
        destination_currency=amount.currency,
        destination_amount=amount.minor,
        fee_amount=0,
        unit_currency="",
        rate=None,
        message_id=message.message_id,
        forwarded_id="",
        instruction_id=message.instruction_id or "",
        end_to_end_id=message.end_to_end_id,
        transaction_id=message.transaction_id or "",
        content=command.origin.digest,
        first_transfer=0,
        legs=0,
        received_at=command.origin.received_at,
        forwarded_at=None,
        final_at=None,
        credited_at=None,
    )


def check(step: Step, command: CreditTransfer) -> Rejected | None:
    """Say why an order may not be, as things are now, or None; its money is asked for later."""
    message = command.message
    return _check_agents(step, command) or details.check(message) or ask_for_contract(step, message)


def _check_agents(step: Step, command: CreditTransfer) -> Rejected | None:
    message = command.message
    if message.debtor_agent != command.origin.signer:
        return Rejected("RC03", "a bank orders only for its own customers", "DbtrAgt")
    if message.creditor_agent == message.debtor_agent:
        return Rejected("AG03", "a payment to oneself does not cross the hub", "CdtrAgt")
    creditor_agent = step.get(PARTICIPANT, message.creditor_agent)
    if creditor_agent is None or creditor_agent.role != BANK:
        return Rejected("RC04", "the creditor agent is no bank that takes part", "CdtrAgt")
    if creditor_agent.state != ACTIVE:
        return Rejected("AB08", "the creditor agent is not active", "CdtrAgt")
    if message.interbank_settlement_amount.minor <= 0:
        return Rejected("AM01", "the amount is zero", "IntrBkSttlmAmt")
    if message.creditor_proxy:
        if message.creditor_proxy_type != PHONE:
            return Rejected("BE23", "the only proxy known here is a phone number (MBNO)", "CdtrAcct/Prxy/Tp")
        alias = resolve(step, message.creditor_proxy)
        if isinstance(alias, Rejected):
            return alias
        if alias.participant != message.creditor_agent:
            return Rejected("BE23", "the phone number belongs to another bank's customer", "CdtrAcct/Prxy")
    return channels.refuse_wishes(message) if message.clearing_channel is None else None


def _spend(step: Step, command: CreditTransfer, agreed: AgreedRate, number: int) -> Quote | Rejected:
    order = command.message
    instructed = order.instructed_amount
    source = order.interbank_settlement_amount
    try:
        rate = Rate(agreed.rate, agreed.unit_currency, agreed.quoted_currency)
    except CorridorError as error:
        return Rejected(error.reason, error.message, "AgrdRate")
    return spend_quote(
        step,
        agreed.quote_id,
        debtor_agent=command.origin.signer,  # whatever the order says: nobody spends another's quote
        creditor_agent=order.creditor_agent,
        source=source,
        destination=instructed if instructed is not None and instructed.currency != source.currency else None,
        rate=rate,
        provider=agreed.fx_agent or "",
        payment=number,
    )


def _bind(payment: Payment, quote: Quote) -> Payment:
    return msgspec.structs.replace(
        payment,
        provider=quote.provider,
        destination_currency=quote.destination_currency,
        destination_amount=quote.destination_amount,
        fee_amount=quote.fee_amount,
        unit_currency=quote.base_currency,
        rate=quote.rate,
    )


def _order_keys(command: CreditTransfer) -> Iterator[tuple[Table[Any], Key]]:
    message = command.message
    yield PAYMENT, message.uetr
    if message.creditor_proxy:
        yield ALIAS, message.creditor_proxy


def _payment_keys(command: StatusReport) -> Iterator[tuple[Table[Any], Key]]:
    yield PAYMENT, command.message.original_uetr


def _asked_keys(command: StatusRequest) -> Iterator[tuple[Table[Any], Key]]:
    yield PAYMENT, command.message.original_uetr
    yield RETURNED_PAYMENT, command.message.original_uetr


HANDLERS: dict[type[Command], Handler] = {
    CreditTransfer: Handler(credit_transfer, refuse_credit_transfer, _order_keys),
    StatusReport: Handler(status_report, refuse_message, _payment_keys),
    StatusRequest: Handler(status_request, refuse_message, _asked_keys),
}
TIMERS: dict[Table[Any], Callable[[Step, Any], None]] = {PAYMENT: expire_payment}
