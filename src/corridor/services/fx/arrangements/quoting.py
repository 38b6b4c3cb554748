"""A quote in the own-currency mode: at the official rate of the day, from the central bank of the payer's currency."""

from corridor.decision import Rejected, Step
from corridor.domain.instants import iso_date
from corridor.domain.money import Money, Rate, convert_destination_fixed, convert_source_fixed
from corridor.services.fx.arrangements.agreements import arrangement_of
from corridor.services.fx.arrangements.records import OPEN
from corridor.services.fx.commands import RequestQuote
from corridor.services.fx.offers import Offer, refuse
from corridor.services.fx.records import FIXING, FxPair
from corridor.services.messaging.records import ACTIVE, PARTICIPANT
from corridor.services.messaging.rules import issues


def official_offer(
    step: Step, command: RequestQuote, pair: FxPair, amount: Money, *, source_fixed: bool
) -> Offer | Rejected | None:
    """Return what the central bank of the source currency offers if it is asked for; None if somebody else is.

    No market is asked and no provider gains: the rate is the day's, and what the payee gets the other central bank
    is owed by this one until the two net. Raises: InvalidAmount (AM12).
    """
    bank = command.provider
    if not bank or not issues(step, bank, command.source_currency):
        return None
    base, quote = pair.base_currency, pair.quote_currency
    arrangement = arrangement_of(step, base, quote)
    if arrangement is None or arrangement.state != OPEN or bank not in arrangement.sides:
        return Rejected(
            "AGNT", f"no arrangement lets payers pay {base} and {quote} at the official rate", "provider"
        )
    if arrangement.due_at is not None and arrangement.due_at <= step.now:
        # What is quoted today must not be netted with what yesterday has left, at yesterday's rate.
        return Rejected("AB07", f"{arrangement.nets_on} is not netted yet; ask again")
    for side in arrangement.sides:
        participant = step.get(PARTICIPANT, side)
        if participant is None or participant.state != ACTIVE:
            return Rejected("AB07", f"{side} is not active", "provider")
    fixing = step.get(FIXING, (iso_date(step.now), base, quote))
    if fixing is None:
        return Rejected("AB07", f"today has no official rate of {base} in {quote} yet")
    rate = Rate(fixing.rate, base, quote)
    made = convert_source_fixed(amount, rate) if source_fixed else convert_destination_fixed(amount, rate)
    offer = Offer(bank, rate, made.source, made.destination, made.remainder, fixing.posted_at)
    return refuse(step, offer) or offer
