"""Accruals: what has fallen due under a facility, date by date, and posted on its CREDIT accounts."""

from typing import Final

import msgspec

from corridor.decision import Step
from corridor.domain.instants import iso_date
from corridor.ledger.transfers import Transfer
from corridor.services.credit.records import (
    CREDIT_FEE,
    FACILITY,
    FACILITY_DAY,
    INTEREST,
    OWING,
    Facility,
    FacilityDay,
)
from corridor.services.credit.terms import breaches, end_day
from corridor.services.messaging.rules import open_case

COVENANT: Final = "covenant"


def drawn(step: Step, facility: Facility) -> int:
    """Return what is drawn under a facility: what its CREDIT account says."""
    if not facility.debt_account_id:
        return 0
    balance = step.balance(facility.debt_account_id)
    return balance.debits_posted - balance.credits_posted


def reckon(step: Step, facility: Facility) -> Facility:
    """Reckon every date that has ended, so that whatever is decided now counts for today and no date before.

    Guarantees: a date is reckoned once, with what was drawn when it ended; to reckon again changes nothing.
    """
    today = iso_date(step.now)
    if facility.state not in OWING or facility.open_day >= today:
        return facility
    owed = drawn(step, facility)
    while facility.open_day < today:
        facility, row = end_day(facility, owed, step.numbers)
        step.put(FACILITY_DAY, row)
        _post(step, facility, row)
        facility = _watch(step, facility, owed)
    step.put(FACILITY, facility)
    return facility


def _post(step: Step, facility: Facility, row: FacilityDay) -> None:
    """Post what fell due: it moves no settlement money, and cannot fail."""
    chain = [
        Transfer(
            step.number(),
            facility.charges_account_id,
            facility.income_account_id,
            amount,
            facility.currency,
            code=code,
            reference=facility.number,
        )
        for code, amount in ((INTEREST, row.interest_amount), (CREDIT_FEE, row.fee_amount))
        if amount
    ]
    results = step.post(chain)
    assert not any(results), f"facility {facility.number}: what fell due is not posted: {results}"


def _watch(step: Step, facility: Facility, owed: int) -> Facility:
    """Open a case on the date on which a covenant ceases to hold, and not again before it holds."""
    broken = breaches(facility, owed)
    if broken and not facility.breached:
        open_case(step, COVENANT, facility.borrower, f"facility {facility.number}: {broken}")
    return msgspec.structs.replace(facility, breached=bool(broken))
