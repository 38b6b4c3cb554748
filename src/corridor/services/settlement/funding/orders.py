"""A participant's wish (camt.050): its own money to the central bank, or from there."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from corridor.decision import Accepted, Answer, Key, Rejected, Step, Table
from corridor.domain.accounts import settlement_account_name
from corridor.domain.instants import MINUTE
from corridor.domain.money import amount_text
from corridor.ledger.accounts import Account, AccountFlag
from corridor.ledger.chart import AccountCode
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer, TransferFlag
from corridor.services.messaging.rules import refuse_message, settlement_account
from corridor.services.settlement.funding import tellings
from corridor.services.settlement.funding.accounts import (
    central_bank_of,
    free_money,
    refusal_of_date,
)
from corridor.services.settlement.funding.commands import TransferLiquidity
from corridor.services.settlement.funding.records import (
    ASKED,
    DEFUNDING,
    FUNDING,
    LIQUIDITY_TRANSFER,
    REJECTED,
    RESERVED,
    LiquidityTransfer,
)
from corridor.services.settlement.legs import REFUSALS
from corridor.services.settlement.payments import PAYMENT

OUT: Final = 2
"""Transfer code: money that goes back to the central bank, reserved and then posted or voided."""
ANSWER_TIME: Final = 15 * MINUTE
"""So long a central bank may take before a case says that it has not answered. Nothing else follows from silence."""
_PENDING: Final = int(TransferFlag.PENDING)


def transfer_liquidity(step: Step, command: TransferLiquidity) -> Answer:
    """Decide a wish: reserve what is to leave, and ask the central bank."""
    order, signer = command.message, command.origin.signer
    known = step.get(LIQUIDITY_TRANSFER, order.uetr)
    if known is not None:
        step.payment = known.number
        if known.participant == signer and known.order == command.origin.digest:
            return Accepted()
        return Rejected("DU03", "this UETR names another liquidity transfer", "LqdtyTrfId/UETR")
    if step.get(PAYMENT, order.uetr) is not None:
        return Rejected("DU03", "this UETR names a payment", "LqdtyTrfId/UETR")
    account = _account(step, command)
    if isinstance(account, Rejected):
        return account
    central_bank = central_bank_of(step, order.amount.currency)
    if isinstance(central_bank, Rejected):
        return central_bank
    transfer = _new(step, command, central_bank.bic)
    step.payment = transfer.number
    if transfer.direction == DEFUNDING:
        reserved = _reserve(step, transfer, account)
        if isinstance(reserved, Rejected):
            return reserved
        transfer = reserved
    transfer = msgspec.structs.replace(
        transfer,
        open=True,
        due_at=step.now + ANSWER_TIME,
        central_bank_message_id=step.message_id(central_bank.bic),
        forwarded_at=step.now,
    )
    step.put(LIQUIDITY_TRANSFER, transfer)
    tellings.forward_order(step, order, transfer)
    return Accepted()


def refuse_order(step: Step, command: TransferLiquidity, rejected: Rejected) -> None:
    """Record the refusal under the UETR, for ever, and tell the participant."""
    uetr = command.message.uetr
    if step.get(LIQUIDITY_TRANSFER, uetr) is not None or step.get(PAYMENT, uetr) is not None:
        refuse_message(step, command, rejected)
        return
    refused = msgspec.structs.replace(
        _new(step, command, ""), status=REJECTED, reason=rejected.reason, final_at=step.now
    )
    step.payment = refused.number
    step.put(LIQUIDITY_TRANSFER, refused)
    tellings.tell_both(step, refused)


def keys(command: TransferLiquidity) -> Iterator[tuple[Table[Any], Key]]:
    """Name what deciding reads that memory may not hold."""
    yield LIQUIDITY_TRANSFER, command.message.uetr
    yield PAYMENT, command.message.uetr


def _account(step: Step, command: TransferLiquidity) -> Account | Rejected:
    """Return the settlement account that the order is about, or why there is none that it may be about."""
    order, signer = command.message, command.origin.signer
    if (order.debtor, order.creditor) != (signer, signer):
        field = "Dbtr" if order.debtor != signer else "Cdtr"
        return Rejected("AG01", "both accounts are the sender's own", field)
    currency = order.amount.currency
    name = settlement_account_name(signer, currency)
    if (order.debtor_account == name) == (order.creditor_account == name):
        return Rejected("AC02", f"one of the two accounts, and one only, is {name}", "DbtrAcct")
    account = settlement_account(step, signer, currency)
    if account is None or account.code != AccountCode.SETTLEMENT:
        return Rejected("AM03", f"{signer} holds no {currency} here", "TrfdAmt")
    if account.flags & AccountFlag.FROZEN:
        return Rejected("AC06", "the settlement account is blocked", "DbtrAcct")
    if order.amount.minor <= 0:
        return Rejected("AM01", "the amount is zero", "TrfdAmt")
    return refusal_of_date(step, currency, order.settlement_date, "SttlmDt") or account


def _reserve(step: Step, transfer: LiquidityTransfer, account: Account) -> LiquidityTransfer | Rejected:
    free = free_money(step, account)
    if transfer.amount > free:
        return Rejected("AM04", f"of its own money {amount_text(free, transfer.currency)} is free", "TrfdAmt")
    issuer = settlement_account(step, transfer.central_bank, transfer.currency)
    assert issuer is not None, f"{transfer.central_bank} does not issue {transfer.currency}"
    reserved = Transfer(
        step.number(),
        account.id,
        issuer.id,
        transfer.amount,
        transfer.currency,
        flags=_PENDING,
        code=OUT,
        reference=transfer.number,
    )
    (result,) = step.post((reserved,))
    if result is not TransferResult.OK:
        return REFUSALS.get(result) or Rejected("AM09", result.name.lower().replace("_", " "))
    return msgspec.structs.replace(transfer, status=RESERVED, first_transfer=reserved.id)


def _new(step: Step, command: TransferLiquidity, central_bank: str) -> LiquidityTransfer:
    """Return the record of a wish as it came; what is not plainly for the account here would leave it."""
    order, origin = command.message, command.origin
    inward = order.creditor_account == settlement_account_name(origin.signer, order.amount.currency)
    return LiquidityTransfer(
        uetr=order.uetr,
        number=step.number(),
        direction=FUNDING if inward else DEFUNDING,
        status=ASKED,
        open=False,
        due_at=None,
        reason="",
        participant=origin.signer,
        central_bank=central_bank,
        currency=order.amount.currency,
        amount=order.amount.minor,
        participant_message_id=order.message_id,
        central_bank_message_id="",
        instruction_id=order.instruction_id or "",
        end_to_end_id=order.end_to_end_id,
        transaction_id=order.transaction_id or "",
        order=origin.digest,
        credit=b"",
        first_transfer=0,
        received_at=origin.received_at,
        forwarded_at=None,
        final_at=None,
    )
