"""A central bank's money for a participant (pacs.009): because it was asked for it, or of its own accord."""

from collections.abc import Iterator
from typing import Any

import msgspec

from corridor.decision import Accepted, Answer, Key, Rejected, Step, Table
from corridor.domain.accounts import settlement_account_name
from corridor.ledger.chart import AccountCode
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer
from corridor.services.messaging.records import ACTIVE, PARTICIPANT
from corridor.services.messaging.rules import FUNDING as IN
from corridor.services.messaging.rules import issues, refuse_message, settlement_account
from corridor.services.settlement.funding import tellings
from corridor.services.settlement.funding.accounts import refusal_of_date
from corridor.services.settlement.funding.commands import CreditParticipant
from corridor.services.settlement.funding.records import (
    ASKED,
    FUNDING,
    LIQUIDITY_TRANSFER,
    REJECTED,
    SETTLED,
    LiquidityTransfer,
)
from corridor.services.settlement.legs import REFUSALS
from corridor.services.settlement.payments import PAYMENT


def credit_participant(step: Step, command: CreditParticipant) -> Answer:
    """Move the money at once: it is final at the commit of this batch, and both sides are told."""
    credit, origin = command.message, command.origin
    known = step.get(LIQUIDITY_TRANSFER, credit.uetr)
    if known is not None:
        step.payment = known.number
        if known.central_bank == origin.signer and known.credit == origin.digest:
            return Accepted()
        refused = _refusal_of_answer(known, command)
        if refused is not None:
            return refused
    elif step.get(PAYMENT, credit.uetr) is not None:
        return Rejected("DU03", "this UETR names a payment", "PmtId/UETR")
    refused = _refusal(step, command)
    if refused is not None:
        return refused
    transfer = known or _new(step, command)
    step.payment = transfer.number
    moved = _post(step, transfer)
    if isinstance(moved, Rejected):
        return moved
    forwarded = step.message_id(transfer.participant)
    settled = msgspec.structs.replace(
        transfer,
        status=SETTLED,
        open=False,
        due_at=None,
        participant_message_id=transfer.participant_message_id or forwarded,
        central_bank_message_id=credit.message_id,
        credit=origin.digest,
        first_transfer=moved,
        forwarded_at=transfer.forwarded_at or step.now,
        final_at=step.now,
    )
    step.put(LIQUIDITY_TRANSFER, settled)
    tellings.forward_credit(step, credit, settled)
    tellings.tell_both(step, settled)
    return Accepted()


def refuse_credit(step: Step, command: CreditParticipant, rejected: Rejected) -> None:
    """Record the refusal under the UETR, for ever, and tell the central bank; what was asked for still waits."""
    uetr = command.message.uetr
    if step.get(LIQUIDITY_TRANSFER, uetr) is not None or step.get(PAYMENT, uetr) is not None:
        refuse_message(step, command, rejected)
        return
    refused = msgspec.structs.replace(_new(step, command), reason=rejected.reason, final_at=step.now)
    step.payment = refused.number
    step.put(LIQUIDITY_TRANSFER, refused)
    tellings.tell_both(step, refused)


def keys(command: CreditParticipant) -> Iterator[tuple[Table[Any], Key]]:
    """Name what deciding reads that memory may not hold."""
    yield LIQUIDITY_TRANSFER, command.message.uetr
    yield PAYMENT, command.message.uetr


def _refusal_of_answer(known: LiquidityTransfer, command: CreditParticipant) -> Rejected | None:
    """Say why this is not what was asked for under its UETR, or None."""
    credit = command.message
    if known.central_bank != command.origin.signer or known.status != ASKED:
        return Rejected("DU03", "this UETR names another liquidity transfer", "PmtId/UETR")
    asked = known.participant, known.amount, known.currency
    amount = credit.interbank_settlement_amount
    if (credit.creditor, amount.minor, amount.currency) != asked:
        return Rejected("AM09", "under this UETR another amount was asked for", "IntrBkSttlmAmt")
    return None


def _refusal(step: Step, command: CreditParticipant) -> Rejected | None:
    credit, signer = command.message, command.origin.signer
    amount = credit.interbank_settlement_amount
    if not issues(step, signer, amount.currency):
        return Rejected("AG01", "only the central bank of the currency issues it", "IntrBkSttlmAmt")
    participant = step.get(PARTICIPANT, credit.creditor)
    if participant is None:
        return Rejected("RC04", "the creditor is no participant", "Cdtr")
    if participant.state != ACTIVE:
        return Rejected("AB08", "the creditor is not active", "Cdtr")
    account = settlement_account(step, credit.creditor, amount.currency)
    if account is None or account.code != AccountCode.SETTLEMENT:
        return Rejected("AM03", f"{credit.creditor} holds no {amount.currency} here", "Cdtr")
    name = settlement_account_name(credit.creditor, amount.currency)
    if credit.creditor_account not in (None, name):
        return Rejected("AC03", f"its account here is {name}", "CdtrAcct")
    if credit.debtor not in (signer, credit.creditor):
        return Rejected("RC03", "the money is the central bank's or the creditor's own", "Dbtr")
    return refusal_of_date(step, amount.currency, credit.interbank_settlement_date, "IntrBkSttlmDt")


def _post(step: Step, transfer: LiquidityTransfer) -> int | Rejected:
    """Move the money; return the id of the transfer."""
    issuer = settlement_account(step, transfer.central_bank, transfer.currency)
    account = settlement_account(step, transfer.participant, transfer.currency)
    assert issuer is not None, f"{transfer.central_bank} does not issue {transfer.currency}"
    assert account is not None, f"{transfer.participant} holds no {transfer.currency}"
    moved = Transfer(
        step.number(),
        issuer.id,
        account.id,
        transfer.amount,
        transfer.currency,
        code=IN,
        reference=transfer.number,
    )
    (result,) = step.post((moved,))
    if result is TransferResult.CREDIT_ACCOUNT_FROZEN:
        return msgspec.structs.replace(REFUSALS[result], field="Cdtr")
    if result is not TransferResult.OK:
        return REFUSALS.get(result) or Rejected("AM09", result.name.lower().replace("_", " "))
    return moved.id


def _new(step: Step, command: CreditParticipant) -> LiquidityTransfer:
    """Return the record of a credit that nobody asked for, refused until something better is known."""
    credit, origin = command.message, command.origin
    amount = credit.interbank_settlement_amount
    return LiquidityTransfer(
        uetr=credit.uetr,
        number=step.number(),
        direction=FUNDING,
        status=REJECTED,
        open=False,
        due_at=None,
        reason="",
        participant=credit.creditor,
        central_bank=origin.signer,
        currency=amount.currency,
        amount=amount.minor,
        participant_message_id="",
        central_bank_message_id=credit.message_id,
        instruction_id=credit.instruction_id or "",
        end_to_end_id=credit.end_to_end_id,
        transaction_id=credit.transaction_id or "",
        order=b"",
        credit=origin.digest,
        first_transfer=0,
        received_at=origin.received_at,
        forwarded_at=None,
        final_at=None,
    )
