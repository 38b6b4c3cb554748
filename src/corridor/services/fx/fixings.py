"""Official rates: what a central bank says a day's units of other currencies cost in its own."""

from typing import Final

from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.domain.errors import CorridorError
from corridor.domain.instants import DAY, iso_date, parse
from corridor.domain.money import Rate
from corridor.services.fx.commands import PostFixing
from corridor.services.fx.records import FIXING, Fixing
from corridor.services.messaging.rules import issues

DAYS_AHEAD: Final = 10
"""A rate holds over a long weekend; further ahead the day is a slip."""


def post_fixing(step: Step, command: PostFixing) -> Answer:
    """Set the official rate of a day. Posted once more it is a correction, which the audit shows."""
    if not issues(step, command.origin.signer, command.quote_currency):
        return Rejected("AG01", "only the central bank of the quote currency fixes it", "quote_currency")
    try:
        rate = Rate(command.rate, command.base_currency, command.quote_currency)
    except CorridorError as error:
        return Rejected(error.reason, error.message, "rate" if error.reason == "CH16" else "base_currency")
    try:
        midnight = parse(f"{command.day}T00:00:00Z", field="day")
    except CorridorError as error:
        return Rejected(error.reason, "a day reads like 2026-11-24", "day")
    if midnight > step.now + DAYS_AHEAD * DAY:
        return Rejected("DT01", f"a day lies at most {DAYS_AHEAD} days after {iso_date(step.now)}", "day")
    step.put(FIXING, Fixing(command.day, rate.base, rate.quote, rate.value, step.now))
    return Accepted()
