"""Records of pairs, rates, fees, quotes and official rates, and their tables."""

from decimal import Decimal
from typing import Any

import msgspec

from corridor.decision import Table, While
from corridor.domain.instants import Instant, iso_date
from corridor.domain.money import Money, Rate

OPEN, SPENT, EXPIRED = "open", "spent", "expired"
ASKED, QUOTED, UNQUOTED = "asked", "quoted", "unquoted"
"""The states of an inquiry."""
TAKEN, PASSED = "taken", "passed"
"""How a reply, which is OPEN at first, ends."""
SOURCE, DESTINATION = "source", "destination"
POSITION, SINGLE = "position", "quote"
"""The kinds of a limit: on the net open position, and on a single quote."""


class FxPair(msgspec.Struct, frozen=True):
    """Two currencies that are traded, always this way round: one unit of base costs so much of quote.

    `providers` holds the BICs of all that ever posted rates, ascending, separated by spaces.
    """

    base_currency: str
    quote_currency: str
    max_age_s: int
    band_bps: int
    quote_life_s: int
    open_quotes: int
    providers: str = ""


class FxRate(msgspec.Struct, frozen=True):
    """One tier of what a provider posted last; rows with `level` >= `levels` are left over from before."""

    base_currency: str
    quote_currency: str
    provider: str
    level: int
    levels: int
    from_amount: int
    bid: Decimal
    ask: Decimal
    mid: Decimal
    posted_at: Instant


class FxFee(msgspec.Struct, frozen=True):
    """What the hub charges the debtor agent for a payment from this currency, beside the provider's rate."""

    currency: str
    rate_bps: int
    minimum_amount: int


class Quote(msgspec.Struct, frozen=True):
    """A firm promise of a provider, through the hub, for one payment between two agents.

    Units: `fee_amount` and `cost_amount` are in the source currency. `cost_amount` is the fee and what the
    destination amount would have cost less at `mid_rate`; it is negative when the rate is better than that.
    `remainder` is what the provider gains by rounding, in minor units of the rate's quote currency.
    `due_at` is the first instant at which an open quote is too old.
    """

    quote_id: str
    debtor_agent: str
    creditor_agent: str
    provider: str
    fixed: str
    source_amount: int
    source_currency: str
    destination_amount: int
    destination_currency: str
    fee_amount: int
    base_currency: str
    quote_currency: str
    rate: Decimal
    mid_rate: Decimal
    remainder: Decimal
    cost_amount: int
    created_at: Instant
    expires_at: Instant
    status: str
    due_at: Instant | None
    spent_by: int = 0
    rated_at: Instant = 0
    """When the provider had posted the rate that was quoted."""

    @property
    def source(self) -> Money:
        """What the debtor agent pays to the provider."""
        return Money(self.source_amount, self.source_currency)

    @property
    def destination(self) -> Money:
        """What the provider pays to the creditor agent."""
        return Money(self.destination_amount, self.destination_currency)

    @property
    def fee(self) -> Money:
        """What the debtor agent pays to the hub, besides."""
        return Money(self.fee_amount, self.source_currency)

    @property
    def agreed_rate(self) -> Rate:
        """The rate with its direction."""
        return Rate(self.rate, self.base_currency, self.quote_currency)


class Inquiry(msgspec.Struct, frozen=True):
    """A debtor agent's question to several providers, and what came of it: a quote, or the reason why there is none.

    `providers` are the BICs of those who were asked, ascending, separated by spaces; `replies` counts theirs, which are
    taken until `answers_until`.
    """

    number: int
    state: str
    due_at: Instant | None
    debtor_agent: str
    creditor_agent: str
    source_currency: str
    destination_currency: str
    fixed: str
    amount: int
    base_currency: str
    quote_currency: str
    providers: str
    replies: int
    asked_at: Instant
    answers_until: Instant
    ended_at: Instant | None = None
    quote_id: str = ""
    reason: str = ""

    @property
    def wanted(self) -> Money:
        """The amount that is fixed, on its side."""
        return Money(self.amount, self.source_currency if self.fixed == SOURCE else self.destination_currency)


class Reply(msgspec.Struct, frozen=True):
    """What a provider replied to an inquiry: open until that ends, then taken or passed over.

    Of the one that is taken a quote was made. `number` is one of the hub's ascending numbers: of equal rates the
    lowest one is taken.
    """

    inquiry: int
    provider: str
    state: str
    number: int
    rate: Decimal
    source_amount: int
    destination_amount: int
    replied_at: Instant


class FxExposure(msgspec.Struct, frozen=True):
    """What a provider has promised and exchanged in a currency: all of it sums of minor units, for ever.

    `amount` and `receives` are what it pays and gets by its open quotes, `selling` and `buying` by payments that are
    reserved on its quotes, `sold` and `bought` by those that have settled, and by its trades.
    """

    provider: str
    currency: str
    amount: int = 0
    receives: int = 0
    selling: int = 0
    buying: int = 0
    sold: int = 0
    bought: int = 0

    @property
    def position(self) -> int:
        """The net open position: what was sold, less what was bought; above zero it is short of the currency."""
        return self.sold - self.bought


class FxLimit(msgspec.Struct, frozen=True):
    """What a provider's position in a currency may come to, either way (POSITION), or one quote of it (SINGLE).

    `amount` until the day `next_on` ("": for good), `next_amount` from then on, in UTC; None is no limit.
    """

    provider: str
    currency: str
    kind: str
    amount: int | None
    next_amount: int | None = None
    next_on: str = ""

    def at(self, now: Instant) -> int | None:
        """Return the limit that holds."""
        return self.next_amount if self.next_on and self.next_on <= iso_date(now) else self.amount


class OpenQuotes(msgspec.Struct, frozen=True):
    """How many quotes a debtor agent has open, and how many inquiries."""

    debtor_agent: str
    quotes: int = 0
    inquiries: int = 0


class Fixing(msgspec.Struct, frozen=True):
    """The official rate of a day: one unit of base costs so much of quote, as the central bank of quote says."""

    day: str
    base_currency: str
    quote_currency: str
    rate: Decimal
    posted_at: Instant


FX_PAIR = Table("fx_pair", FxPair, "base_currency", "quote_currency")
FX_RATE = Table("fx_rate", FxRate, "base_currency", "quote_currency", "provider", "level")
FX_FEE = Table("fx_fee", FxFee, "currency")
QUOTE = Table("quote", Quote, "quote_id", resident=While("status", OPEN))
INQUIRY = Table("inquiry", Inquiry, "number", resident=While("state", ASKED))
REPLY = Table("reply", Reply, "inquiry", "provider", resident=While("state", OPEN))
FX_EXPOSURE = Table("fx_exposure", FxExposure, "provider", "currency")
FX_LIMIT = Table("fx_limit", FxLimit, "provider", "currency", "kind")
OPEN_QUOTES = Table("open_quotes", OpenQuotes, "debtor_agent")
FIXING = Table("fixing", Fixing, "day", "base_currency", "quote_currency")
TABLES: tuple[Table[Any], ...] = (
    *(FX_PAIR, FX_RATE, FX_FEE, QUOTE, INQUIRY, REPLY),
    *(FX_EXPOSURE, FX_LIMIT, OPEN_QUOTES, FIXING),
)
