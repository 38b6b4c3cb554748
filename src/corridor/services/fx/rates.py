"""Rates: what a provider may post, which of them are fresh, and the middle of the market."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

import msgspec

from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.domain.errors import CorridorError
from corridor.domain.instants import SECOND
from corridor.domain.money import MAX_MINOR, Money, Rate, convert_source_fixed, mid_rate
from corridor.services.fx.commands import PostRates, Tier
from corridor.services.fx.records import FX_PAIR, FX_RATE, FxPair, FxRate
from corridor.services.messaging.records import ACTIVE, PARTICIPANT
from corridor.services.messaging.rules import settlement_account

MAX_TIERS = 8
_BASIS_POINTS = 10_000


def post_rates(step: Step, command: PostRates) -> Answer:
    """Replace all tiers of a provider's rates of a pair; they are fresh from now on.

    Every bid and ask must lie within the pair's band around the first mid of the provider's last posting, or,
    if there is none, of this one: so a slip of the finger is refused, and a bid and its ask stay near.
    """
    provider = command.origin.signer
    pair = step.get(FX_PAIR, (command.base_currency, command.quote_currency))
    if pair is None:
        return Rejected("AM03", "this pair is not traded, or the other way round", "base_currency")
    for code in (pair.base_currency, pair.quote_currency):
        if settlement_account(step, provider, code) is None:
            return Rejected("AM03", f"the provider has no settlement account in {code}")
    rates = _rows(pair, provider, command.tiers, step.now)
    if isinstance(rates, Rejected):
        return rates
    last = step.get(FX_RATE, (pair.base_currency, pair.quote_currency, provider, 0))
    outside = _outside_band(rates, (last or rates[0]).mid, pair.band_bps)
    if outside is not None:
        return outside
    for rate in rates:
        step.put(FX_RATE, rate)
    known = pair.providers.split()
    if provider not in known:
        step.put(FX_PAIR, msgspec.structs.replace(pair, providers=" ".join(sorted([*known, provider]))))
    return Accepted()


def _rows(pair: FxPair, provider: str, tiers: Sequence[Tier], now: int) -> list[FxRate] | Rejected:
    if not 0 < len(tiers) <= MAX_TIERS or tiers[0].from_amount != 0:
        return Rejected("CH16", f"rates have 1 to {MAX_TIERS} tiers, and the first begins at 0", "tiers")
    rows: list[FxRate] = []
    base, quote = pair.base_currency, pair.quote_currency
    for level, tier in enumerate(tiers):
        field = f"tiers[{level}]"
        if level and not tiers[level - 1].from_amount < tier.from_amount <= MAX_MINOR:
            return Rejected("CH16", "tiers ascend by their amounts", f"{field}.from_amount")
        try:
            bid, ask = Rate(tier.bid, base, quote), Rate(tier.ask, base, quote)
        except CorridorError as error:
            return Rejected(error.reason, error.message, field)
        if tier.bid > tier.ask:
            return Rejected("CH16", "a bid is not above its ask", f"{field}.bid")
        mid = mid_rate(bid, ask).value
        rows.append(
            FxRate(base, quote, provider, level, len(tiers), tier.from_amount, tier.bid, tier.ask, mid, now)
        )
    return rows


def _outside_band(rates: Sequence[FxRate], reference: Decimal, band_bps: int) -> Rejected | None:
    for rate in rates:
        for name, value in (("bid", rate.bid), ("ask", rate.ask)):
            if is_outside(value, reference, band_bps):
                text = f"more than {band_bps} basis points away from {reference:f}"
                return Rejected("CH16", text, f"tiers[{rate.level}].{name}")
    return None


def is_outside(value: Decimal, reference: Decimal, band_bps: int) -> bool:
    """Say whether a rate lies further from a reference than the band allows."""
    return abs(value - reference) * _BASIS_POINTS > band_bps * reference


def fresh(step: Step, pair: FxPair) -> Iterator[tuple[FxRate, ...]]:
    """Yield the tiers of every active provider whose rates are not too old, by ascending BIC."""
    base, quote = pair.base_currency, pair.quote_currency
    oldest = step.now - pair.max_age_s * SECOND
    for provider in pair.providers.split():
        first = step.get(FX_RATE, (base, quote, provider, 0))
        assert first is not None, f"{provider} is listed for {base}/{quote} and has no rate"
        participant = step.get(PARTICIPANT, provider)
        assert participant is not None, f"{provider} has rates and is not known"
        if first.posted_at < oldest or participant.state != ACTIVE:
            continue
        yield (first, *(_tier(step, first, level) for level in range(1, first.levels)))


def _tier(step: Step, first: FxRate, level: int) -> FxRate:
    rate = step.get(FX_RATE, (first.base_currency, first.quote_currency, first.provider, level))
    assert rate is not None, f"{first.provider} posted {first.levels} tiers, and tier {level} is missing"
    return rate


def market_mid(pair: FxPair, market: Sequence[Sequence[FxRate]]) -> Rate:
    """The median of the providers' first mids: with three providers or more none of them sets it alone."""
    return median(pair.base_currency, pair.quote_currency, tuple(sorted(tiers[0].mid for tiers in market)))


@lru_cache(maxsize=1_024)  # rates change every few seconds, and every quote asks for their middle
def median(base: str, quote: str, mids: tuple[Decimal, ...]) -> Rate:
    """Return the middle one of ascending rates; of an even number the middle of the two."""
    upper = Rate(mids[len(mids) // 2], base, quote)
    if len(mids) % 2:
        return upper
    return mid_rate(Rate(mids[len(mids) // 2 - 1], base, quote), upper)


def worth(amount: Money, mid: Rate) -> Money:
    """What an amount is worth in the pair's other currency at the mid rate, rounded down."""
    return convert_source_fixed(amount, mid).destination
