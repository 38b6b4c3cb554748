"""A payment that is final goes back (pacs.004): docs/rulebook.md, section 19, as code."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from corridor.decision import Accepted, Answer, Key, Rejected, Step, Table
from corridor.domain.instants import DAY, Instant, at, iso_date
from corridor.domain.money import Money
from corridor.domain.reasons import ReturnReason
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer
from corridor.services.messaging.records import ACTIVE, PARTICIPANT
from corridor.services.messaging.rules import settlement_account
from corridor.services.settlement import limits
from corridor.services.settlement.correspondents.booking import enter_payment, movement
from corridor.services.settlement.correspondents.records import (
    CORRESPONDENT,
    CORRESPONDENT_ENTRY,
    GIVEN_BACK,
    OPEN,
    CorrespondentEntry,
)
from corridor.services.settlement.correspondents.tellings import words
from corridor.services.settlement.days import business_day
from corridor.services.settlement.legs import REFUSALS
from corridor.services.settlement.limits import Movement
from corridor.services.settlement.payments import CREDITED, PAYMENT, SETTLED, Payment
from corridor.services.settlement.records import NORMAL
from corridor.services.settlement.returns import tellings
from corridor.services.settlement.returns.commands import ReturnPayment
from corridor.services.settlement.returns.records import RETURN, RETURNED_PAYMENT, ReturnedPayment

DAYS: Final = 14
"""So many days after a payment settled it may be returned: ten banking days at least."""
LATE_DAYS: Final = 397
"""The same where somebody had to find out or to agree first: thirteen months, however long these are."""
LATE: Final = frozenset({ReturnReason.FRAUD, ReturnReason.CANCELLATION_ASKED})
REASONS: Final = frozenset(map(str, ReturnReason))


def return_payment(step: Step, command: ReturnPayment) -> Answer:
    """Move the money back at once: it is final at the commit of this batch, and both agents are told."""
    message, origin = command.message, command.origin
    payment = step.get(PAYMENT, message.original_uetr)
    if payment is None:
        return Rejected("NOOR", "no such payment", "OrgnlUETR")
    step.payment = payment.number
    if payment.creditor_agent != origin.signer:
        return Rejected("AG01", "only the creditor agent returns a payment", "OrgnlUETR")
    known = step.get(RETURNED_PAYMENT, payment.uetr)
    if known is not None:
        if known.content == origin.digest:
            step.payment = known.number
            return Accepted()
        return Rejected("DU03", f"the payment was returned on {iso_date(known.final_at)}", "OrgnlUETR")
    refused = _refusal(step, command, payment)
    if refused is not None:
        return refused
    number = step.number()
    moved = _move(step, payment, number)
    if isinstance(moved, Rejected):
        return msgspec.structs.replace(moved, field="RtrdIntrBkSttlmAmt")
    transfer_id, entry = (moved, None) if isinstance(moved, int) else (moved.transfer_id, moved)
    step.payment = number
    returned = ReturnedPayment(
        uetr=payment.uetr,
        number=number,
        payment=payment.number,
        reason=message.reason,
        debtor_agent=payment.debtor_agent,
        creditor_agent=payment.creditor_agent,
        currency=payment.destination_currency,
        amount=payment.destination_amount,
        transfer_id=transfer_id,
        message_id=message.message_id,
        forwarded_id=step.message_id(payment.debtor_agent),
        return_id=message.return_id,
        end_to_end_id=payment.end_to_end_id,
        content=origin.digest,
        received_at=origin.received_at,
        final_at=step.now,
    )
    step.put(RETURNED_PAYMENT, returned)
    tellings.forward(step, message, payment, returned)
    tellings.tell_both(step, returned, *(() if entry is None else (words(entry),)))
    return Accepted()


def keys(command: ReturnPayment) -> Iterator[tuple[Table[Any], Key]]:
    """Name what deciding reads that memory may not hold."""
    yield PAYMENT, command.message.original_uetr
    yield RETURNED_PAYMENT, command.message.original_uetr


def _refusal(step: Step, command: ReturnPayment, payment: Payment) -> Rejected | None:
    """Say why this may not be returned, whatever money there is, or None."""
    message = command.message
    if payment.status not in (SETTLED, CREDITED) or payment.final_at is None:
        return Rejected("FF12", f"the payment is {payment.status}, not settled", "OrgnlUETR")
    if message.reason not in REASONS:
        return Rejected("CH16", f"a payment is returned for {', '.join(ReturnReason)}", "RtrRsnInf/Rsn/Cd")
    received = Money(payment.destination_amount, payment.destination_currency)
    for amount, field in (
        (message.returned_amount, "RtrdIntrBkSttlmAmt"),
        (message.original_settlement_amount, "OrgnlIntrBkSttlmAmt"),
    ):
        if amount not in (None, received):
            return Rejected("AM09", f"you received {received}, and that goes back", field)
    today = business_day(step, received.currency)
    if message.settlement_date not in (None, today):
        return Rejected("DT01", f"the business day of {received.currency} is {today}", "IntrBkSttlmDt")
    until = _until(step, payment, payment.final_at, message.reason)
    if today > until:
        return Rejected("TM01", f"for {message.reason} it could be returned until {until}", "OrgnlUETR")
    debtor_agent = step.get(PARTICIPANT, payment.debtor_agent)
    if debtor_agent is None or debtor_agent.state != ACTIVE:
        return Rejected("AB08", "the debtor agent is not active", "OrgnlUETR")
    return None


def _until(step: Step, payment: Payment, settled: Instant, reason: str) -> str:
    """Return the last business day on which a payment may be returned."""
    day = business_day(step, payment.destination_currency, settled)
    return iso_date(at(day, "00:00:00Z") + (LATE_DAYS if reason in LATE else DAYS) * DAY)


def _move(step: Step, payment: Payment, number: int) -> int | CorrespondentEntry | Rejected:
    """Move what the creditor agent received back to the debtor agent, on whichever account it was received.

    Returns the transfer of settlement money, or the entry of a correspondent account. Nothing is exchanged: what was
    received in another currency goes back in that.
    """
    back = msgspec.structs.replace(
        payment,
        number=number,
        debtor_agent=payment.creditor_agent,
        creditor_agent=payment.debtor_agent,
        source_currency=payment.destination_currency,
        source_amount=payment.destination_amount,
    )
    entry = step.get(CORRESPONDENT_ENTRY, payment.number)
    return _settle(step, back) if entry is None else _book(step, back, entry)


def _book(step: Step, back: Payment, entry: CorrespondentEntry) -> CorrespondentEntry | Rejected:
    account = step.get(CORRESPONDENT, entry.account)
    assert account is not None, f"entry {entry.number} is of no account"
    if account.state != OPEN:
        return Rejected("AM03", f"correspondent account {account.number} is {account.state}")
    move = movement(step, back)
    if isinstance(move, Rejected):
        return move
    given = enter_payment(step, account, back, GIVEN_BACK)
    if isinstance(given, CorrespondentEntry):
        # A claim has come back, and no money: what was paid today no longer counts, and nothing else changes.
        paid = Movement(move.credit_account_id, move.debit_account_id, move.currency, move.amount, NORMAL)
        limits.count(step, paid, sent=-move.amount, since=back.final_at)
    return given


def _settle(step: Step, back: Payment) -> int | Rejected:
    code, amount = back.source_currency, back.source_amount
    gives = settlement_account(step, back.debtor_agent, code)
    takes = settlement_account(step, back.creditor_agent, code)
    assert gives is not None, f"{back.debtor_agent} has received {code}, but holds none"
    if takes is None:
        return Rejected("AM03", f"{back.creditor_agent} holds no {code} here")
    move = Movement(gives.id, takes.id, code, amount, NORMAL)
    refused = limits.refuse(step, [move])
    if refused is not None:
        return refused
    transfer = Transfer(step.number(), gives.id, takes.id, amount, code, code=RETURN, reference=back.number)
    (result,) = step.post((transfer,))
    if result is not TransferResult.OK:
        return REFUSALS.get(result) or Rejected("AM09", result.name.lower().replace("_", " "))
    limits.count(step, move, sent=amount, received=amount)
    return transfer.id
