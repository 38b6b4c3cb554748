"""What a bank is told about a facility, as JSON."""

import msgspec

from corridor.domain.instants import Instant, iso
from corridor.services.credit.records import Facility
from corridor.services.fx.answers import Amount, amount_of


class FacilityAnswer(msgspec.Struct, frozen=True):
    """A facility: who lends to whom on which terms, and what is owed under it.

    Rates are in percent a year. `interest_due` and `fee_due` have fallen due and are not paid; they are reckoned up
    to `reckoned_to`, that date not included.
    """

    facility: int
    state: str
    lender: str
    borrower: str
    limit: Amount
    drawn: Amount
    interest_due: Amount
    fee_due: Amount
    rate: str
    fee_rate: str
    day_count: str
    starts_on: str
    ends_on: str
    reckoned_to: str
    automatic: bool
    secured: bool
    utilisation_max_bps: int
    average_max_bps: int
    offered_at: str
    accepted_at: str | None
    ended_at: str | None


def facility_answer(facility: Facility, drawn: int) -> FacilityAnswer:
    """Return the facility as its parties are told it."""
    code = facility.currency
    return FacilityAnswer(
        facility=facility.number,
        state=facility.state,
        lender=facility.lender,
        borrower=facility.borrower,
        limit=amount_of(facility.limit_amount, code),
        drawn=amount_of(drawn, code),
        interest_due=amount_of(facility.interest_due, code),
        fee_due=amount_of(facility.fee_due, code),
        rate=f"{facility.rate:f}",
        fee_rate=f"{facility.fee_rate:f}",
        day_count=facility.day_count,
        starts_on=facility.starts_on,
        ends_on=facility.ends_on,
        reckoned_to=facility.open_day,
        automatic=facility.automatic,
        secured=facility.secured,
        utilisation_max_bps=facility.utilisation_max_bps,
        average_max_bps=facility.average_max_bps,
        offered_at=iso(facility.offered_at),
        accepted_at=_moment(facility.accepted_at),
        ended_at=_moment(facility.ended_at),
    )


def _moment(instant: Instant | None) -> str | None:
    return None if instant is None else iso(instant)
