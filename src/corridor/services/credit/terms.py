"""Terms: what a lender may offer, and what is owed when. Pure: no step, no ledger."""

from typing import Final

import msgspec

from corridor.decision import Rejected
from corridor.domain.dates import InvalidDate, days_between, next_date, parse_date
from corridor.domain.day_counts import DAY_COUNTS
from corridor.domain.money import Money, interest, is_percent
from corridor.services.credit.commands import OfferFacility
from corridor.services.credit.records import Facility, FacilityDay

LIMIT_MAX: Final = 10**15
"""In minor units: what is drawn on all days together stays within a 64-bit column."""
TENOR_DAYS_MAX: Final = 3_660
_BASIS_POINTS: Final = 10_000


def refusal_of_terms(offer: OfferFacility, today: str) -> Rejected | None:
    """Say what is wrong with the terms of an offer, or None."""
    if not 0 < offer.limit <= LIMIT_MAX:
        return Rejected("AM12", f"a limit is from 1 to {LIMIT_MAX:,} minor units", "limit")
    if offer.day_count not in DAY_COUNTS:
        return Rejected("CH16", f"the conventions are {', '.join(DAY_COUNTS)}", "day_count")
    for name in ("rate", "fee_rate"):
        if not is_percent(getattr(offer, name)):
            return Rejected("CH16", "a rate is a percentage from 0 to 100 with at most 10 decimals", name)
    for name in ("utilisation_max_bps", "average_max_bps"):
        if not 0 <= getattr(offer, name) <= _BASIS_POINTS:
            return Rejected("CH16", "a share is from 0 (none) to 10,000 basis points", name)
    for name in ("starts_on", "ends_on"):
        try:
            parse_date(getattr(offer, name))
        except InvalidDate as error:
            return Rejected(error.reason, error.message, name)
    if offer.starts_on < today:
        return Rejected("DT01", f"a facility does not begin in the past: today is {today}", "starts_on")
    if not 0 < days_between(offer.starts_on, offer.ends_on) <= TENOR_DAYS_MAX:
        return Rejected("DT01", f"a facility runs for 1 to {TENOR_DAYS_MAX:,} days", "ends_on")
    return None


def refusal_of_date(facility: Facility, today: str) -> Rejected | None:
    """Say that nothing may be drawn on a date, because the facility has not begun or has ended; or None."""
    if today < facility.starts_on:
        return Rejected("TM01", f"nothing may be drawn before {facility.starts_on}", "facility")
    if today >= facility.ends_on:
        return Rejected("TM01", f"nothing may be drawn from {facility.ends_on} on", "facility")
    return None


def end_day(facility: Facility, drawn: int, last_transfer: int) -> tuple[Facility, FacilityDay]:
    """Reckon the first open date of a facility, on which `drawn` was owed when it ended.

    Guarantees: over any dates interest and fees add up to what one reckoning of them all gives, rounded down once.
    From the end of the tenor on nothing can be drawn, and what is not drawn costs no fee.
    """
    day, counted = facility.open_day, DAY_COUNTS[facility.day_count]
    after = next_date(day)
    nights = counted.days(day, after)
    undrawn = facility.limit_amount - drawn if day < facility.ends_on else 0
    owed, interest_left = interest(
        Money(drawn, facility.currency), facility.rate, nights, counted.year, facility.interest_left
    )
    fee, fee_left = interest(
        Money(undrawn, facility.currency), facility.fee_rate, nights, counted.year, facility.fee_left
    )
    reckoned = msgspec.structs.replace(
        facility,
        open_day=after,
        interest_due=facility.interest_due + owed.minor,
        interest_left=interest_left,
        fee_due=facility.fee_due + fee.minor,
        fee_left=fee_left,
        days=facility.days + 1,
        drawn_sum=facility.drawn_sum + drawn,
    )
    row = FacilityDay(
        facility.number, day, drawn, nights, owed.minor, interest_left, fee.minor, fee_left, last_transfer
    )
    return reckoned, row


def breaches(facility: Facility, drawn: int) -> str:
    """Say which covenant on utilisation does not hold at the end of a date, "" if all do."""
    limit, said = facility.limit_amount, []
    if facility.utilisation_max_bps and drawn * _BASIS_POINTS > facility.utilisation_max_bps * limit:
        said.append(f"{bps(drawn, limit)} basis points are drawn, of at most {facility.utilisation_max_bps}")
    days_limit = facility.days * limit
    if (
        facility.average_max_bps
        and facility.drawn_sum * _BASIS_POINTS > facility.average_max_bps * days_limit
    ):
        average = bps(facility.drawn_sum, days_limit)
        said.append(f"{average} basis points are drawn on average, of at most {facility.average_max_bps}")
    return "; ".join(said)


def bps(part: int, whole: int) -> int:
    """Return a share in basis points, rounded up, for people to read; 0 of nothing."""
    return -(-part * _BASIS_POINTS // whole) if whole else 0


def allocation(facility: Facility, amount: int) -> tuple[int, int, int]:
    """How a payment of the borrower is used: for fees that are due, then interest, then what is drawn."""
    fee = min(amount, facility.fee_due)
    due = min(amount - fee, facility.interest_due)
    return fee, due, amount - fee - due
