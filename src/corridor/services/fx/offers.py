"""Offers: at which of its rates a provider would convert an amount, and which provider is the best."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from corridor.decision import Rejected, Step
from corridor.domain.instants import Instant
from corridor.domain.money import Money, Rate, convert_destination_fixed, convert_source_fixed
from corridor.ledger.accounts import AccountFlag
from corridor.services.fx.positions import Exchange, passes_position, passes_single
from corridor.services.fx.records import FX_EXPOSURE, FxRate
from corridor.services.messaging.rules import settlement_account

TOO_LARGE: Final = Rejected("AM02", "no provider may quote so much at once", "amount")
NOT_COVERED: Final = Rejected("AM23", "no provider's balance and limits cover the amount now", "amount")
_STOPPED: Final = int(AccountFlag.FROZEN | AccountFlag.CLOSED)


class Offer(msgspec.Struct, frozen=True):
    """What the debtor agent would pay and the creditor agent get; `remainder` as in `money.Conversion`."""

    provider: str
    rate: Rate
    source: Money
    destination: Money
    remainder: Decimal
    rated_at: Instant

    @property
    def exchange(self) -> Exchange:
        """What the provider would sell and buy."""
        sold, bought = self.destination, self.source
        return Exchange(self.provider, sold.currency, sold.minor, bought.currency, bought.minor)


def best_offer(
    step: Step, market: Iterable[Sequence[FxRate]], amount: Money, size: int, *, source_fixed: bool
) -> Offer | Rejected:
    """The offer at the best rate of a provider that can pay it and may; of equal rates that of the first BIC.

    Where every provider is kept from it by its limit on a single quote the refusal says so, for less can be quoted.
    `market` holds each provider's tiers by ascending BIC, of which the last one counts that `size`, the
    payment's amount in minor units of the base currency, reaches.
    Raises: InvalidAmount (AM12) if the other side is too large for an amount.
    """
    tiers = [next(tier for tier in reversed(each) if tier.from_amount <= size) for each in market]
    # Who pays in base sells it: the provider buys it at its bid, and sells it at its ask.
    if source_fixed == (amount.currency == tiers[0].base_currency):
        ranked = [(tier, tier.bid) for tier in sorted(tiers, key=lambda tier: tier.bid, reverse=True)]
    else:
        ranked = [(tier, tier.ask) for tier in sorted(tiers, key=lambda tier: tier.ask)]
    refused = TOO_LARGE
    for tier, value in ranked:
        rate = Rate(value, tier.base_currency, tier.quote_currency)
        made = convert_source_fixed(amount, rate) if source_fixed else convert_destination_fixed(amount, rate)
        offer = Offer(tier.provider, rate, made.source, made.destination, made.remainder, tier.posted_at)
        refusal = refuse(step, offer)
        if refusal is None:
            return offer
        if refusal is not TOO_LARGE:
            refused = refusal
    return refused


def refuse(step: Step, offer: Offer) -> Rejected | None:
    """Say why a provider cannot make an offer, or None: its balance, and its limits."""
    exchange = offer.exchange
    if passes_single(step, exchange):
        return TOO_LARGE
    if not _covered(step, offer) or passes_position(step, exchange, quoted=True):
        return NOT_COVERED
    return None


def _covered(step: Step, offer: Offer) -> bool:
    """Say whether the provider can pay: what it has covers its open quotes and this one.

    An account of it that is frozen or closed covers nothing.
    """
    currency = offer.destination.currency
    pays = settlement_account(step, offer.provider, currency)
    takes = settlement_account(step, offer.provider, offer.source.currency)
    assert pays is not None, f"{offer.provider} quotes {currency} without an account"
    assert takes is not None, f"{offer.provider} quotes {offer.source.currency} without an account"
    if (pays.flags | takes.flags) & _STOPPED:
        return False
    balance = step.posting.balance(pays.id)
    available = balance.credits_posted + pays.credit_limit - balance.debits_posted - balance.debits_pending
    exposure = step.get(FX_EXPOSURE, (offer.provider, currency))
    promised = 0 if exposure is None else exposure.amount
    return promised + offer.destination.minor <= available
