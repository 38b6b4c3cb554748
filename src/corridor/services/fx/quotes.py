"""Quotes: asked for by a debtor agent, spent by a payment, or expired by time."""

from typing import Final

import msgspec

from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.domain.errors import CorridorError
from corridor.domain.instants import SECOND, Instant, iso_date
from corridor.domain.money import Money, Rate, share
from corridor.services.fx.answers import quote_answer
from corridor.services.fx.arrangements.agreements import end_of
from corridor.services.fx.arrangements.quoting import official_offer
from corridor.services.fx.commands import Inquire, RequestQuote
from corridor.services.fx.offers import Offer, best_offer
from corridor.services.fx.positions import Exchange, promise
from corridor.services.fx.rates import fresh, market_mid, worth
from corridor.services.fx.records import (
    EXPIRED,
    FX_FEE,
    FX_PAIR,
    OPEN,
    OPEN_QUOTES,
    QUOTE,
    SOURCE,
    SPENT,
    FxPair,
    OpenQuotes,
    Quote,
)
from corridor.services.messaging.records import ACTIVE, BANK, PARTICIPANT, SETTLEMENT_ACCOUNT

# To the code set a quote is a token that can be used once: its TK codes say what each of these is.
SPEND_REFUSALS: Final = {
    "unknown": "TK01",
    "agents": "TKCM",
    "used": "TKSG",
    "expired": "TKXP",
    "amount": "AM09",
    "rate": "CH16",
}
"""Why a payment cannot spend the quote it names, in the order of the questions, and with which ISO reason."""


def request_quote(step: Step, command: RequestQuote) -> Answer:
    """Promise the debtor agent an amount, a rate and a fee, all firm until the quote expires.

    Rates that are too old give no quote, nor does a provider whose balance does not cover its open quotes
    and this one, or whose limits do not. Of the others the best rate is taken, and of equal ones the first
    BIC's. The amount in base currency decides the tier; where the fixed side is the other one, it is taken at
    the mid rate. Where the provider asked for is the central bank of the source currency, the rate is the day's
    official one (services/fx/arrangements).
    """
    pair = pair_of(step, command)
    if isinstance(pair, Rejected):
        return pair
    refused = refuse_agents(step, command) or refuse_more(step, command.origin.signer, pair)
    if refused is not None:
        return refused
    try:
        quote = _quote(step, command, pair)
    except CorridorError as error:
        return Rejected(error.reason, error.message, "amount")
    if isinstance(quote, Rejected):
        return quote
    give(step, quote)
    return Accepted(quote_answer(quote))


def give(step: Step, quote: Quote) -> None:
    """Let a quote be open: from now on it counts."""
    step.put(QUOTE, quote)
    _count(step, quote, 1)


def spend_quote(
    step: Step,
    quote_id: str,
    *,
    debtor_agent: str,
    creditor_agent: str,
    source: Money,
    destination: Money | None = None,
    rate: Rate | None = None,
    provider: str = "",
    payment: int,
) -> Quote | Rejected:
    """Let the first payment that fits a quote have it; every other payment is refused.

    Guarantees: a quote is spent at most once, and only within its time, judged by this decision alone:
    neither the payment's own times nor when the timer runs matter. It stays spent whatever becomes of the
    payment later, rejected by the creditor agent or timed out. A payment refused in this very decision drops
    its step: to spend the quote all the same, spend it again in the step of the refusal.

    `destination`, `rate` and `provider` are compared where the message states them. The refusals are those of
    SPEND_REFUSALS. Raises: Missing, for a quote that memory no longer holds.
    """
    quote = step.get(QUOTE, quote_id)
    if quote is None:
        return _refusal("unknown", "no such quote", "AgrdRate/QtId")
    if (debtor_agent, creditor_agent) != (quote.debtor_agent, quote.creditor_agent):
        return _refusal("agents", "the quote is for a payment between other agents", "AgrdRate/QtId")
    if provider not in ("", quote.provider):
        return _refusal("agents", "the quote is another provider's", "AgrdRate/FXAgt")
    if quote.status == SPENT:
        return _refusal("used", "the quote was spent by another payment", "AgrdRate/QtId")
    if step.now > quote.expires_at:
        return _refusal("expired", "the quote has expired", "AgrdRate/QtId")
    if source != quote.source:
        return _refusal("amount", f"the quote is for {quote.source}", "IntrBkSttlmAmt")
    if destination not in (None, quote.destination):
        return _refusal("amount", f"the quote gives {quote.destination}", "InstdAmt")
    if rate not in (None, quote.agreed_rate):
        return _refusal("rate", f"the quote's rate is {quote.agreed_rate.text()}", "AgrdRate/PreAgrdXchgRate")
    return _close(step, quote, SPENT, payment)


def expire_quote(step: Step, quote: Quote) -> None:
    """End an open quote whose time has passed, and give back what it kept of the provider's balance."""
    _close(step, quote, EXPIRED)


def quote_id(hub: str, number: int) -> str:
    """The id of a quote in the one form that AgrdRate/QtId admits, a UUID of version 4 in lower case.

    The hub rolls no dice: the first digits are the number, so that ids ascend, the last ones the hub's BIC.

    >>> quote_id("CORRXXM0", 4711)
    '00000000-0000-4126-8700-434f52525858'
    """
    digits = f"{number:016x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-8{digits[15]}00-{hub[:6].encode().hex()}"


def pair_of(step: Step, command: RequestQuote | Inquire) -> FxPair | Rejected:
    """Return the pair that a payment would be converted by, directly: never through a third currency."""
    source, destination = command.source_currency, command.destination_currency
    if source == destination:
        return Rejected("CURR", "a payment in one currency needs no quote", "destination_currency")
    pair = step.get(FX_PAIR, (source, destination)) or step.get(FX_PAIR, (destination, source))
    return pair or Rejected("AM03", f"{source} and {destination} are not traded here", "destination_currency")


def refuse_agents(step: Step, command: RequestQuote | Inquire) -> Rejected | None:
    """Say why these agents can have no quote, or None."""
    debtor_agent, creditor_agent = command.origin.signer, command.creditor_agent
    if creditor_agent == debtor_agent:
        return Rejected("AG03", "a payment to oneself does not cross the hub", "creditor_agent")
    creditor = step.get(PARTICIPANT, creditor_agent)
    if creditor is None or creditor.role != BANK:
        return Rejected("RC04", "no such creditor agent", "creditor_agent")
    if creditor.state != ACTIVE:
        return Rejected("AB08", "the creditor agent is not active", "creditor_agent")
    if step.get(SETTLEMENT_ACCOUNT, (debtor_agent, command.source_currency)) is None:
        return Rejected("AM03", "the debtor agent does not settle in this currency", "source_currency")
    if step.get(SETTLEMENT_ACCOUNT, (creditor_agent, command.destination_currency)) is None:
        return Rejected("AM03", "the creditor agent does not settle in this currency", "destination_currency")
    return None


def refuse_more(step: Step, debtor_agent: str, pair: FxPair) -> Rejected | None:
    """Say that a bank has as many open quotes as it may, or None."""
    count = step.get(OPEN_QUOTES, debtor_agent)
    if count is None or count.quotes < pair.open_quotes:
        return None
    return Rejected("DS0K", f"the bank has {count.quotes} open quotes; spend some or let them expire")


def _quote(step: Step, command: RequestQuote, pair: FxPair) -> Quote | Rejected:
    source_fixed = command.fixed == SOURCE
    amount = Money(command.amount, command.source_currency if source_fixed else command.destination_currency)
    if amount.minor == 0:
        return Rejected("AM01", "the amount is zero", "amount")
    official = official_offer(step, command, pair, amount, source_fixed=source_fixed)
    if official is not None:
        if isinstance(official, Rejected):
            return official
        return _quote_of(step, command, pair, official, official.rate, end_of(iso_date(step.now)) - 1)
    market = tuple(fresh(step, pair))
    asked = [tiers for tiers in market if command.provider in ("", tiers[0].provider)]
    if not asked:
        if command.provider and command.provider not in pair.providers.split():
            return Rejected("AGNT", "this provider does not trade the pair", "provider")
        return Rejected("AB07", "no provider has a fresh rate; ask again")
    mid = market_mid(pair, market)
    base = amount if amount.currency == pair.base_currency else worth(amount, mid)
    offer = best_offer(step, asked, amount, base.minor, source_fixed=source_fixed)
    return offer if isinstance(offer, Rejected) else _quote_of(step, command, pair, offer, mid)


def _quote_of(
    step: Step, command: RequestQuote, pair: FxPair, offer: Offer, mid: Rate, until: Instant | None = None
) -> Quote | Rejected:
    if offer.destination.minor == 0:
        return Rejected("AM06", "the amount buys nothing", "amount")
    agents = (command.origin.signer, command.creditor_agent)
    return quote_of(step, offer, pair, mid, *agents, command.fixed, until)


def quote_of(
    step: Step,
    offer: Offer,
    pair: FxPair,
    mid: Rate,
    debtor_agent: str,
    creditor_agent: str,
    fixed: str,
    until: Instant | None = None,
) -> Quote:
    """Return a firm quote of an offer, from now on, and not beyond `until`.

    Raises: CorridorError if a side is too large for an amount.
    """
    fee = _fee(step, offer.source)
    expires_at = step.now + pair.quote_life_s * SECOND
    if until is not None:
        expires_at = min(expires_at, until)
    return Quote(
        quote_id=quote_id(step.hub, step.number()),
        debtor_agent=debtor_agent,
        creditor_agent=creditor_agent,
        provider=offer.provider,
        fixed=fixed,
        source_amount=offer.source.minor,
        source_currency=offer.source.currency,
        destination_amount=offer.destination.minor,
        destination_currency=offer.destination.currency,
        fee_amount=fee.minor,
        base_currency=pair.base_currency,
        quote_currency=pair.quote_currency,
        rate=offer.rate.value,
        mid_rate=mid.value,
        remainder=offer.remainder,
        cost_amount=fee.minor + offer.source.minor - worth(offer.destination, mid).minor,
        created_at=step.now,
        expires_at=expires_at,
        status=OPEN,
        due_at=expires_at + 1,
        rated_at=offer.rated_at,
    )


def _fee(step: Step, source: Money) -> Money:
    tariff = step.get(FX_FEE, source.currency)
    if tariff is None:
        return Money(0, source.currency)
    charged = share(source, tariff.rate_bps, rounding="ROUND_CEILING")
    return max(charged, Money(tariff.minimum_amount, source.currency))


def _close(step: Step, quote: Quote, status: str, payment: int = 0) -> Quote:
    _count(step, quote, -1)
    closed = msgspec.structs.replace(quote, status=status, due_at=None, spent_by=payment)
    step.put(QUOTE, closed)
    return closed


def _count(step: Step, quote: Quote, by: int) -> None:
    """Add an open quote to what the provider has promised and the bank has open, or take it away."""
    sold, bought = quote.destination_amount, quote.source_amount
    promised = Exchange(quote.provider, quote.destination_currency, sold, quote.source_currency, bought)
    promise(step, promised, by)
    count = step.get(OPEN_QUOTES, quote.debtor_agent) or OpenQuotes(quote.debtor_agent)
    count = OpenQuotes(quote.debtor_agent, count.quotes + by, count.inquiries)
    assert count.quotes >= 0, f"open quotes of {quote.debtor_agent} below zero"
    step.put(OPEN_QUOTES, count)


def _refusal(why: str, text: str, field: str) -> Rejected:
    return Rejected(SPEND_REFUSALS[why], text, field)
