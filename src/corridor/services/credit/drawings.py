"""Drawings: settlement money from lender to borrower and back, and what is owed, in one chain."""

from collections.abc import Sequence
from typing import Final

import msgspec

from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.domain.instants import iso_date
from corridor.domain.money import amount_text
from corridor.ledger.accounts import Account, AccountFlag
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer
from corridor.services.credit.accruals import drawn, reckon
from corridor.services.credit.answers import facility_answer
from corridor.services.credit.collateral import secured_amount
from corridor.services.credit.commands import DrawFacility, RepayFacility
from corridor.services.credit.records import (
    ACTIVE,
    CREDIT_FEE,
    DRAWDOWN,
    FACILITY,
    INTEREST,
    OWING,
    REPAYMENT,
    Facility,
)
from corridor.services.credit.tellings import notify
from corridor.services.credit.terms import allocation, refusal_of_date
from corridor.services.messaging import records as messaging
from corridor.services.messaging.records import PARTICIPANT
from corridor.services.messaging.rules import settlement_account

_STOPPED: Final = int(AccountFlag.FROZEN | AccountFlag.CLOSED)
_REFUSALS: Final = {
    TransferResult.EXCEEDS_CREDITS: Rejected("AM04", "the settlement account does not cover it", "amount"),
    TransferResult.DEBIT_ACCOUNT_FROZEN: Rejected("AC06", "a settlement account is blocked", "facility"),
    TransferResult.CREDIT_ACCOUNT_FROZEN: Rejected("AC06", "a settlement account is blocked", "facility"),
}


def draw_facility(step: Step, command: DrawFacility) -> Answer:
    """Let the borrower have so much of the lender's money: within limit, tenor and collateral."""
    facility = found(step, command.facility, command.origin.signer)
    if isinstance(facility, Rejected):
        return facility
    if facility.borrower != command.origin.signer:
        return Rejected("AG01", "only the borrower draws", "facility")
    refused = _refusal_of_amount(facility, command) or refusal_of_draw(step, facility)
    if refused is not None:
        return refused
    facility = reckon(step, facility)
    left = facility.limit_amount - drawn(step, facility)
    if command.amount > left:
        return Rejected("AM14", f"of the limit {amount_text(left, facility.currency)} is left", "amount")
    if facility.secured and command.amount > secured_amount(step, facility) - drawn(step, facility):
        return Rejected("AM23", "the lender does not hold collateral for so much", "amount")
    refused = _post(step, drawing(step, facility, command.amount))
    if refused is not None:
        return refused
    notify(step, facility, DRAWDOWN, command.amount)
    return answer(step, facility)


def repay_facility(step: Step, command: RepayFacility) -> Answer:
    """Take so much of the borrower's money: fees that are due first, then interest, then what is drawn."""
    facility = found(step, command.facility, command.origin.signer)
    if isinstance(facility, Rejected):
        return facility
    if facility.borrower != command.origin.signer:
        return Rejected("AG01", "only the borrower repays", "facility")
    if facility.state not in OWING:
        return Rejected("CH20", f"the facility is {facility.state}", "facility")
    refused = _refusal_of_amount(facility, command)
    if refused is not None:
        return refused
    facility = reckon(step, facility)
    owed = owed_amount(step, facility)
    if command.amount > owed:
        return Rejected("AM09", f"no more than {amount_text(owed, facility.currency)} is owed", "amount")
    paid = pay(step, facility, command.amount)
    return paid if isinstance(paid, Rejected) else answer(step, paid)


def found(step: Step, number: int, signer: str) -> Facility | Rejected:
    """Return a facility that the signer is a party of; others hear that there is none."""
    facility = step.get(FACILITY, number)
    if facility is None or signer not in (facility.lender, facility.borrower):
        return Rejected("NOOR", "no such facility", "facility")
    return facility


def answer(step: Step, facility: Facility) -> Accepted:
    """Return the facility as it stands now."""
    return Accepted(msgspec.json.encode(facility_answer(facility, drawn(step, facility))))


def refusal_of_draw(step: Step, facility: Facility) -> Rejected | None:
    """Say why nothing may be drawn now, whatever the amount; or None."""
    if facility.state != ACTIVE:
        return Rejected("CH20", f"the facility is {facility.state}", "facility")
    for bic in (facility.lender, facility.borrower):
        participant = step.get(PARTICIPANT, bic)
        if participant is None or participant.state != messaging.ACTIVE:
            return Rejected("AG10", f"{bic} is not active", "facility")
    return refusal_of_date(facility, iso_date(step.now))


def drawing(step: Step, facility: Facility, amount: int) -> list[Transfer]:
    """Return the transfers of a drawdown: the money, and the debt. The debt's account limits what may be owed."""
    lender, borrower = settlement_accounts(step, facility)
    return [
        _transfer(step, facility, lender.id, borrower.id, amount, DRAWDOWN),
        _transfer(step, facility, facility.debt_account_id, facility.claim_account_id, amount, DRAWDOWN),
    ]


def pay(step: Step, facility: Facility, amount: int) -> Facility | Rejected:
    """Move so much from borrower to lender, and take it off what is owed; both are told."""
    lender, borrower = settlement_accounts(step, facility)
    fee, due, principal = allocation(facility, amount)
    parts = [part for part in ((CREDIT_FEE, fee), (INTEREST, due), (REPAYMENT, principal)) if part[1]]
    chain: list[Transfer] = []
    for code, part in parts:
        chain.append(_transfer(step, facility, borrower.id, lender.id, part, code))
        if code == REPAYMENT:
            debit, credit = facility.claim_account_id, facility.debt_account_id
        else:
            debit, credit = facility.income_account_id, facility.charges_account_id
        chain.append(_transfer(step, facility, debit, credit, part, code))
    refused = _post(step, chain)
    if refused is not None:
        return refused
    for code, part in parts:
        notify(step, facility, code, part)
    paid = msgspec.structs.replace(
        facility, fee_due=facility.fee_due - fee, interest_due=facility.interest_due - due
    )
    step.put(FACILITY, paid)
    return paid


def owed_amount(step: Step, facility: Facility) -> int:
    """Return all that is owed under a facility that is reckoned up to today."""
    return drawn(step, facility) + facility.interest_due + facility.fee_due


def own_money(step: Step, account: Account) -> int:
    """Return what an account has of its own to spend: neither what is reserved nor its credit limit counts."""
    return max(0, spendable(step, account) - account.credit_limit)


def spendable(step: Step, account: Account) -> int:
    """Return what an account may still be debited for; nothing if it is stopped."""
    if account.flags & _STOPPED:
        return 0
    balance = step.balance(account.id)
    used = balance.debits_posted + balance.debits_pending
    return balance.credits_posted + account.credit_limit - used


def settlement_accounts(step: Step, facility: Facility) -> tuple[Account, Account]:
    """Return the settlement accounts of lender and borrower."""
    lender = settlement_account(step, facility.lender, facility.currency)
    borrower = settlement_account(step, facility.borrower, facility.currency)
    assert lender is not None, f"facility {facility.number}: the lender has no settlement account"
    assert borrower is not None, f"facility {facility.number}: the borrower has no settlement account"
    return lender, borrower


def _refusal_of_amount(facility: Facility, command: DrawFacility | RepayFacility) -> Rejected | None:
    if command.currency != facility.currency:
        return Rejected("CURR", f"the facility is in {facility.currency}", "amount.currency")
    if command.amount <= 0:
        return Rejected("AM01", "the amount is zero", "amount")
    return None


def _transfer(
    step: Step, facility: Facility, debit_account_id: int, credit_account_id: int, amount: int, code: int
) -> Transfer:
    return Transfer(
        step.number(),
        debit_account_id,
        credit_account_id,
        amount,
        facility.currency,
        code=code,
        reference=facility.number,
    )


def _post(step: Step, chain: Sequence[Transfer]) -> Rejected | None:
    for result in step.post(chain):
        if result is not TransferResult.OK and result is not TransferResult.LINKED_EVENT_FAILED:
            return _REFUSALS.get(result) or Rejected("AM09", result.name.lower().replace("_", " "))
    return None
