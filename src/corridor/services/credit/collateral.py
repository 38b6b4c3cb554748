"""Collateral: what it counts for, and how the limit of a settlement account follows it."""

from collections.abc import Iterable

import msgspec

from corridor.decision import ACCOUNT, Step
from corridor.domain.instants import MINUTE
from corridor.domain.money import Money, amount_text, share
from corridor.ledger.accounts import Account
from corridor.services.credit.records import CREDIT_LINE, PLEDGE, CreditLine, Facility, Pledge
from corridor.services.messaging.rules import open_case, settlement_account

ALL_OF_IT = 10_000
LOOK_AGAIN = MINUTE
"""While more is in use than collateral covers, the limit follows what is in use so often."""


def counts_for(pledge: Pledge) -> int:
    """Return what a pledge counts for: its value without the haircut, rounded down."""
    value = Money(pledge.value_amount, pledge.currency)
    return share(value, ALL_OF_IT - pledge.haircut_bps, rounding="ROUND_FLOOR").minor


def secured_amount(step: Step, facility: Facility) -> int:
    """Return what the collateral of a facility counts for."""
    return _sum(step, (pledge for pledge in step.resident(PLEDGE) if pledge.facility == facility.number))


def covered_line(step: Step, line: CreditLine) -> int:
    """Return how far the account may go below zero: the line, or what its collateral counts for if that is less."""
    key = (0, line.participant, line.currency)
    collateral = _sum(step, (p for p in step.resident(PLEDGE) if (p.facility, p.pledger, p.currency) == key))
    return min(line.line_amount, collateral)


def line_account(step: Step, line: CreditLine) -> Account:
    """Return the settlement account that a line is for."""
    account = settlement_account(step, line.participant, line.currency)
    assert account is not None, f"{line.participant} has a line in {line.currency} and no account"
    return account


def used_line(step: Step, account: Account) -> int:
    """Return how much of its limit an account uses, reserved amounts counted."""
    balance = step.balance(account.id)
    return max(0, balance.debits_pending + balance.debits_posted - balance.credits_posted)


def follow_line(step: Step, line: CreditLine) -> None:
    """Let the account's limit follow its line and collateral, but never below what is in use.

    What is in use beyond them opens a case; until it is back the limit falls with it and never rises.
    """
    account, due = line_account(step, line), covered_line(step, line)
    limit = max(due, used_line(step, account))
    if limit > due and line.due_at is None:
        used, covered = (amount_text(each, line.currency) for each in (limit, due))
        text = f"{used} is in use, collateral and line cover {covered}"
        open_case(step, "collateral", line.participant, text)
    if limit != account.credit_limit:
        step.put(ACCOUNT, msgspec.structs.replace(account, credit_limit=limit))
    due_at = step.now + LOOK_AGAIN if limit > due else None
    step.put(CREDIT_LINE, msgspec.structs.replace(line, due_at=due_at))


def _sum(step: Step, pledges: Iterable[Pledge]) -> int:
    """A pledge whose time has passed counts no more, whether or not its timer has run."""
    return sum(counts_for(pledge) for pledge in pledges if step.now < pledge.valid_until)
