"""Business days: when one ends in a currency, and what an order's date and times come to."""

from typing import Final

import msgspec

from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.domain.errors import CorridorError
from corridor.domain.instants import DAY, SECOND, Instant, at, iso_date, parse_time
from corridor.domain.money import currency
from corridor.services.settlement.commands import SetCutOff
from corridor.services.settlement.records import CUT_OFF, CutOff

DAYS_AHEAD: Final = 10
"""So many days before its settlement date an order may come."""
_MIDNIGHT: Final = "00:00:00Z"


class Times(msgspec.Struct, frozen=True):
    """When a payment may settle: not before `from_at` (None: now), with a warning at `till_at`, until `reject_at`."""

    from_at: Instant | None
    till_at: Instant | None
    reject_at: Instant


def business_day(step: Step, code: str, instant: Instant | None = None) -> str:
    """Return the date of the business day in which a currency is now, or was: after the cut-off it is tomorrow's."""
    return iso_date((step.now if instant is None else instant) + DAY - _cut_off(step, code))


def end_of_day(step: Step, code: str, day: str) -> Instant:
    """Return when a business day of a currency ends. Raises: CorridorError if it is no date."""
    return at(day, _MIDNIGHT) + _cut_off(step, code)


def times_of(step: Step, order: CreditTransfer) -> Times | Rejected:
    """Return when an order wants to settle; its times are of its settlement date, today's if it has none."""
    code = order.interbank_settlement_amount.currency
    today = business_day(step, code)
    day = order.interbank_settlement_date or today
    if day < today:
        if day == iso_date(step.now):
            return Rejected("TM01", f"the business day of {code} has ended", "IntrBkSttlmDt")
        return Rejected("DT01", f"the business day of {code} is {today}", "IntrBkSttlmDt")
    try:
        ends = end_of_day(step, code, day)
        starts, till_at, reject_at = (
            None if time is None else at(day, time)
            for time in (order.from_time, order.till_time, order.reject_time)
        )
    except CorridorError as error:
        return Rejected(error.reason, error.message, "IntrBkSttlmDt")
    if ends > step.now + (DAYS_AHEAD + 1) * DAY:
        return Rejected("DT01", f"an order comes at most {DAYS_AHEAD} days ahead", "IntrBkSttlmDt")
    from_at = max(starts or 0, ends - DAY)
    for name, instant in (("TillTm", till_at), ("RjctTm", reject_at)):
        if instant is not None and instant <= step.now:
            return Rejected("AB03", f"{name} has passed", f"SttlmTmReq/{name}")
        if instant is not None and instant <= from_at:
            return Rejected("DT01", f"{name} comes before it may settle", f"SttlmTmReq/{name}")
    if from_at >= ends:
        return Rejected("TM01", f"the business day of {code} ends before", "SttlmTmReq/FrTm")
    rejected_at = ends if reject_at is None else min(reject_at, ends)
    return Times(from_at if from_at > step.now else None, till_at, rejected_at)


def set_cut_off(step: Step, command: SetCutOff) -> Answer:
    """Change when the days of a currency end; what waits keeps the end that it was given.

    A day that has ended does not come back: what was counted on it would be forgotten.
    """
    try:
        currency(command.currency)
        second = at("2000-01-01", parse_time(command.time)) // SECOND
    except CorridorError as error:
        return Rejected(error.reason, error.message, "currency" if error.reason == "AM03" else "time")
    seconds_a_day = DAY // SECOND
    cut_off = CutOff(command.currency, second % seconds_a_day or seconds_a_day)
    today = business_day(step, command.currency)
    if iso_date(step.now + DAY - cut_off.second * SECOND) < today:
        return Rejected("TM01", f"the business day of {command.currency} is {today} already", "time")
    step.put(CUT_OFF, cut_off)
    return Accepted()


def _cut_off(step: Step, code: str) -> Instant:
    """Return how long after midnight UTC a day of the currency ends."""
    found = step.get(CUT_OFF, code)
    return DAY if found is None else found.second * SECOND
