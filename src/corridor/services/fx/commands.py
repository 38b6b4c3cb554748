"""Commands of providers, of banks that want a quote, of central banks, and of operators."""

from decimal import Decimal
from typing import Literal

import msgspec

from corridor.services.messaging.commands import Command


class Tier(msgspec.Struct, frozen=True, array_like=True):
    """What a provider pays (bid) and asks (ask) for one unit of the base currency, from this amount on."""

    from_amount: int
    bid: Decimal
    ask: Decimal


class PostRates(Command, frozen=True):
    """The signer, a provider, replaces its rates of a pair.

    Shape: 1 to 8 tiers, the first from 0, ascending. Units: `from_amount` in minor units of the base
    currency; bid and ask in units of the quote currency for one unit of the base currency.
    """

    base_currency: str
    quote_currency: str
    tiers: tuple[Tier, ...]


class RequestQuote(Command, frozen=True):
    """The signer, a debtor agent, asks what it costs to pay a creditor agent in another currency.

    `amount` is the fixed side's, in minor units: what is paid to the provider ("source"; the fee comes on
    top) or what reaches the creditor agent ("destination"). Without a `provider` the best one is taken.
    """

    creditor_agent: str
    source_currency: str
    destination_currency: str
    fixed: Literal["source", "destination"]
    amount: int
    provider: str = ""


class Inquire(Command, frozen=True):
    """The signer, a debtor agent, asks all providers of a pair at once for their best rate for a payment.

    As for a quote; `within_s` seconds the providers have to reply, and the best reply becomes a quote.
    """

    creditor_agent: str
    source_currency: str
    destination_currency: str
    fixed: Literal["source", "destination"]
    amount: int
    within_s: int


class ReplyToInquiry(Command, frozen=True):
    """The signer, a provider that was asked, says what one unit of the base currency costs for this payment."""

    inquiry: int
    rate: Decimal


class SetFxPair(Command, frozen=True):
    """An operator opens a pair for trade, or changes how it is traded. A base and its quote never swap.

    `max_age_s`: older rates give no quotes. `band_bps`: how far a new rate may lie from the last one.
    `quote_life_s`: how long a quote is firm. `open_quotes`: with so many open quotes, of all pairs together,
    a bank gets no further one of this pair.
    """

    base_currency: str
    quote_currency: str
    max_age_s: int = 300
    band_bps: int = 500
    quote_life_s: int = 60
    open_quotes: int = 1_000


class SetFxFee(Command, frozen=True):
    """An operator sets the hub's fee on payments from a currency; until then there is none.

    Units: basis points of the source amount, and at least `minimum_amount` in minor units.
    """

    currency: str
    rate_bps: int
    minimum_amount: int


class PostFixing(Command, frozen=True):
    """The signer, the central bank of the quote currency, says what one unit of the base currency costs on a day.

    Shape: a day is 2026-11-24, from midnight to midnight in UTC.
    """

    day: str
    base_currency: str
    quote_currency: str
    rate: Decimal


class SetFxLimit(Command, frozen=True):
    """Treasurers limit what a provider's net open position in a currency may come to, or one quote of it.

    `amount` in minor units, None for no limit. It holds from the day `on` in UTC; "" is at once.
    """

    provider: str
    currency: str
    kind: Literal["position", "quote"]
    amount: int | None = None
    on: str = ""
