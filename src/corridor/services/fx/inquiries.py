"""Inquiries: one question to all providers of a pair; the best reply in time becomes a firm quote.

Every rate is of the pair itself: nothing is converted through a third currency.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from corridor.decision import Accepted, Answer, Key, Rejected, Step, Table
from corridor.domain.errors import CorridorError
from corridor.domain.instants import SECOND, iso, iso_date
from corridor.domain.money import Money, Rate, convert_destination_fixed, convert_source_fixed
from corridor.services.fx import tellings
from corridor.services.fx.answers import amount_of
from corridor.services.fx.commands import Inquire, ReplyToInquiry
from corridor.services.fx.offers import NOT_COVERED, TOO_LARGE, Offer, refuse
from corridor.services.fx.quotes import give, pair_of, quote_of, refuse_agents, refuse_more
from corridor.services.fx.rates import fresh, is_outside, market_mid, median
from corridor.services.fx.records import (
    ASKED,
    FIXING,
    FX_PAIR,
    FX_RATE,
    INQUIRY,
    OPEN,
    OPEN_QUOTES,
    PASSED,
    QUOTED,
    REPLY,
    SOURCE,
    TAKEN,
    UNQUOTED,
    FxPair,
    Inquiry,
    OpenQuotes,
    Quote,
    Reply,
)
from corridor.services.messaging.records import ACTIVE, PARTICIPANT

WITHIN_MAX_S: Final = 60
INQUIRIES_MAX: Final = 16
"""So many of a bank wait for replies at once: each is work for every provider."""
NOBODY_REPLIED: Final = "AB07"
_YOURS: Final = {
    TOO_LARGE: Rejected("AM02", "it passes the limit of a single quote of yours", "inquiry"),
    NOT_COVERED: Rejected("AM23", "your balance or the limit of your position does not cover it", "inquiry"),
}


def inquire(step: Step, command: Inquire) -> Answer:
    """Ask every active provider that has ever posted rates of the pair, however old these are."""
    pair = pair_of(step, command)
    if isinstance(pair, Rejected):
        return pair
    bank = command.origin.signer
    refused = refuse_agents(step, command) or refuse_more(step, bank, pair)
    if refused is not None:
        return refused
    source_fixed = command.fixed == SOURCE
    try:
        wanted = Money(
            command.amount, command.source_currency if source_fixed else command.destination_currency
        )
    except CorridorError as error:
        return Rejected(error.reason, error.message, "amount")
    if wanted.minor == 0:
        return Rejected("AM01", "the amount is zero", "amount")
    if not 1 <= command.within_s <= WITHIN_MAX_S:
        return Rejected("CH16", f"providers have 1 to {WITHIN_MAX_S} seconds", "within_s")
    if _open(step, bank).inquiries >= INQUIRIES_MAX:
        return Rejected("DS0K", f"the bank has {INQUIRIES_MAX} open inquiries; let them end")
    providers = [each for each in pair.providers.split() if _is_active(step, each)]
    if not providers:
        return Rejected("AB07", "no provider of this pair is active")
    answers_until = step.now + command.within_s * SECOND
    inquiry = Inquiry(
        number=step.number(),
        state=ASKED,
        due_at=answers_until + 1,
        debtor_agent=bank,
        creditor_agent=command.creditor_agent,
        source_currency=command.source_currency,
        destination_currency=command.destination_currency,
        fixed=command.fixed,
        amount=command.amount,
        base_currency=pair.base_currency,
        quote_currency=pair.quote_currency,
        providers=" ".join(providers),
        replies=0,
        asked_at=step.now,
        answers_until=answers_until,
    )
    step.payment = inquiry.number
    step.put(INQUIRY, inquiry)
    _count(step, bank, 1)
    for provider in providers:
        tellings.ask(step, inquiry, provider)
    asked = {"inquiry": inquiry.number, "providers": len(providers), "answers_until": iso(answers_until)}
    return Accepted(msgspec.json.encode(asked))


def reply_to_inquiry(step: Step, command: ReplyToInquiry) -> Answer:
    """Take a provider's one reply, in time and within its balance and limits; the last one ends the inquiry."""
    provider = command.origin.signer
    inquiry = step.get(INQUIRY, command.inquiry)
    if inquiry is None or provider not in inquiry.providers.split():
        return Rejected("NOOR", "nobody has asked you this", "inquiry")
    step.payment = inquiry.number
    if inquiry.state != ASKED or step.now > inquiry.answers_until:
        return Rejected("TM01", "the time for replies is over", "inquiry")
    if step.open(REPLY, (inquiry.number, provider)) is not None:
        return Rejected("DU03", "you have replied", "inquiry")
    try:
        rate = Rate(command.rate, inquiry.base_currency, inquiry.quote_currency)
    except CorridorError as error:
        return Rejected(error.reason, error.message, "rate")
    pair, last = _pair(step, inquiry), step.get(FX_RATE, (rate.base, rate.quote, provider, 0))
    assert last is not None, f"{provider} is listed for {rate.base}/{rate.quote} and has no rate"
    if is_outside(rate.value, last.mid, pair.band_bps):
        text = f"more than {pair.band_bps} basis points away from {last.mid:f}, your last rate"
        return Rejected("CH16", text, "rate")
    try:
        offer = _offer(inquiry, provider, rate, step.now)
    except CorridorError as error:
        return Rejected(error.reason, error.message, "rate")
    if offer.destination.minor == 0:
        return Rejected("AM06", "the amount buys nothing at this rate", "rate")
    refused = refuse(step, offer)
    if refused is not None:
        return _YOURS[refused]
    source, destination = offer.source, offer.destination
    number = step.number()
    sides = (source.minor, destination.minor)
    step.put(REPLY, Reply(inquiry.number, provider, OPEN, number, rate.value, *sides, step.now))
    replied = msgspec.structs.replace(inquiry, replies=inquiry.replies + 1)
    step.put(INQUIRY, replied)
    if replied.replies == len(replied.providers.split()):
        end_inquiry(step, replied)
    facts = {"inquiry": inquiry.number, "reply": number}
    told = {
        "source": amount_of(source.minor, source.currency),
        "destination": amount_of(destination.minor, destination.currency),
    }
    return Accepted(msgspec.json.encode(facts | told))


def end_inquiry(step: Step, inquiry: Inquiry) -> None:
    """Make a quote of the best reply that its provider can and may still pay; of equal ones the first.

    All who replied are told, and the bank.
    """
    step.payment = inquiry.number
    replies = list(_ranked(step, inquiry))
    quote = _quote(step, inquiry, replies)
    ended = msgspec.structs.replace(inquiry, due_at=None, ended_at=step.now)
    if isinstance(quote, Quote):
        give(step, quote)
        ended = msgspec.structs.replace(ended, state=QUOTED, quote_id=quote.quote_id)
        tellings.tell_quoted(step, ended, quote)
    else:
        ended = msgspec.structs.replace(ended, state=UNQUOTED, reason=quote)
        tellings.tell_unquoted(step, ended)
    step.put(INQUIRY, ended)
    _count(step, ended.debtor_agent, -1)
    for each in replies:
        taken = isinstance(quote, Quote) and each.provider == quote.provider
        step.put(REPLY, msgspec.structs.replace(each, state=TAKEN if taken else PASSED))
        tellings.tell_provider(step, ended, each, taken=taken)


def keys(command: ReplyToInquiry) -> Iterator[tuple[Table[Any], Key]]:
    """Name what a reply reads that memory may not hold."""
    yield INQUIRY, command.inquiry


def _ranked(step: Step, inquiry: Inquiry) -> Iterator[Reply]:
    """Yield the replies, the best for the bank first; of equal rates the first that came."""
    # Who pays in base sells it, and wants a high rate for it.
    sign = -1 if inquiry.source_currency == inquiry.base_currency else 1
    found = (step.open(REPLY, (inquiry.number, provider)) for provider in inquiry.providers.split())
    replies = [reply for reply in found if reply is not None]
    yield from sorted(replies, key=lambda reply: (sign * reply.rate, reply.number))


def _quote(step: Step, inquiry: Inquiry, replies: Sequence[Reply]) -> Quote | str:
    """Return the quote that is made, or the reason why none is."""
    if not replies:
        return NOBODY_REPLIED
    pair = _pair(step, inquiry)
    full = refuse_more(step, inquiry.debtor_agent, pair)
    if full is not None:
        return full.reason
    mid = _middle(step, pair, replies)
    agents = (inquiry.debtor_agent, inquiry.creditor_agent)
    for reply in replies:
        rate = Rate(reply.rate, pair.base_currency, pair.quote_currency)
        offer = _offer(inquiry, reply.provider, rate, reply.replied_at)
        if _is_active(step, reply.provider) and refuse(step, offer) is None:
            try:
                return quote_of(step, offer, pair, mid, *agents, inquiry.fixed)
            except CorridorError:  # its cost against the middle is no amount
                continue
    return NOT_COVERED.reason


def _middle(step: Step, pair: FxPair, replies: Sequence[Reply]) -> Rate:
    """Return the middle of the standing rates; without fresh ones the day's official rate, or that of the replies."""
    market = tuple(fresh(step, pair))
    if market:
        return market_mid(pair, market)
    fixing = step.get(FIXING, (iso_date(step.now), pair.base_currency, pair.quote_currency))
    if fixing is not None:
        return Rate(fixing.rate, pair.base_currency, pair.quote_currency)
    return median(pair.base_currency, pair.quote_currency, tuple(sorted(each.rate for each in replies)))


def _offer(inquiry: Inquiry, provider: str, rate: Rate, at: int) -> Offer:
    convert = convert_source_fixed if inquiry.fixed == SOURCE else convert_destination_fixed
    made = convert(inquiry.wanted, rate)
    return Offer(provider, rate, made.source, made.destination, made.remainder, at)


def _open(step: Step, bank: str) -> OpenQuotes:
    return step.get(OPEN_QUOTES, bank) or OpenQuotes(bank)


def _count(step: Step, bank: str, by: int) -> None:
    """Add an open inquiry of a bank, or take it away."""
    count = _open(step, bank)
    count = OpenQuotes(bank, count.quotes, count.inquiries + by)
    assert count.inquiries >= 0, f"open inquiries of {bank} below zero"
    step.put(OPEN_QUOTES, count)


def _pair(step: Step, inquiry: Inquiry) -> FxPair:
    pair = step.get(FX_PAIR, (inquiry.base_currency, inquiry.quote_currency))
    assert pair is not None, f"inquiry {inquiry.number} is of a pair that is not traded"
    return pair


def _is_active(step: Step, provider: str) -> bool:
    participant = step.get(PARTICIPANT, provider)
    return participant is not None and participant.state == ACTIVE
