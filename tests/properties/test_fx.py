"""Whatever is posted, asked, spent or left to expire: nobody is favoured, nothing is promised twice."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from corridor.decision import Accepted, Rejected
from corridor.domain.instants import DAY, SECOND, iso_date
from corridor.domain.money import Money, currency
from corridor.services.fx import positions
from corridor.services.fx.commands import SetFxLimit, SetFxPair, Tier
from corridor.services.fx.positions import Exchange, passes_position
from corridor.services.fx.quotes import SPEND_REFUSALS
from corridor.services.fx.records import FX_EXPOSURE, FX_LIMIT, FX_RATE, QUOTE, FxExposure, Quote
from corridor.services.fx.rules import spend_quote
from corridor.services.messaging.commands import SetLimit
from corridor.services.messaging.records import SETTLEMENT_ACCOUNT
from tests.unit.services.fx.fx_market import ALFA, OPERATOR, PAMIR, SEVERNY, SUGD, VOLGA, ZARAFSHAN, Market

PROVIDERS = (ALFA, SUGD)
OPEN_QUOTES = 4
rates = st.integers(9_700, 10_300)  # units of 10**-5: some lie outside the band of others


@st.composite
def tiers(draw):
    starts = [0, *sorted(draw(st.sets(st.integers(1, 10**7), max_size=3)))]
    sides = [sorted((draw(rates), draw(rates))) for _ in starts]
    return tuple(
        Tier(start, Decimal(bid).scaleb(-5), Decimal(ask).scaleb(-5))
        for start, (bid, ask) in zip(starts, sides, strict=True)
    )


def due(quote: Quote) -> tuple[Fraction, Fraction]:
    """What is paid and what is got, both in units of the quote currency at the quote's rate, unrounded."""

    def value(amount: Money) -> Fraction:
        major = Fraction(amount.minor, 10 ** currency(amount.currency).exponent)
        return major * Fraction(quote.rate) if amount.currency == quote.base_currency else major

    return value(quote.source), value(quote.destination)


@given(
    posted=st.tuples(tiers(), tiers()),
    amount=st.integers(1, 10**9),
    fixed=st.sampled_from(["source", "destination"]),
    sells_base=st.booleans(),
    pair=st.sampled_from([("RUB", "TJS"), ("RUB", "JPY"), ("KWD", "RUB"), ("JPY", "KWD")]),
)
@settings(max_examples=150)
def test_a_conversion_never_favours_the_customer_and_is_the_best_there_is(
    posted, amount, fixed, sells_base, pair
):
    market = Market(*pair, funds=10**17)
    market.must(SetFxPair(market.origin(OPERATOR), *pair, band_bps=10_000))
    for provider, each in zip(PROVIDERS, posted, strict=True):
        assert market.post(provider, *each) == Accepted()
    source, destination = pair if sells_base else pair[::-1]
    asked = {
        "fixed": fixed,
        "signer": VOLGA,
        "creditor_agent": ZARAFSHAN if sells_base else SEVERNY,
        "source": source,
        "destination": destination,
    }
    answer = market.ask(amount, **asked)
    if isinstance(answer, Rejected):
        assert answer.reason == "AM06"
        assert market.quotes() == []
        return
    (quote,) = market.quotes()
    assert (quote.source_amount if fixed == "source" else quote.destination_amount) == amount
    paid, got = due(quote)
    minor_unit = Fraction(1, 10 ** currency(quote.quote_currency).exponent)
    assert paid - got == Fraction(quote.remainder) * minor_unit >= 0
    one_less = Fraction(1, 10 ** currency(destination if fixed == "source" else source).exponent)
    in_quote = Fraction(quote.rate) if (fixed == "source") != sells_base else Fraction(1)
    assert paid - got < one_less * in_quote, "rounded by more than one minor unit"
    for provider in PROVIDERS:
        market.ask(amount, provider=provider, **asked)
    for other in market.quotes():
        assert (quote.source_amount, -quote.destination_amount) <= (
            other.source_amount,
            -other.destination_amount,
        ), "another provider gives more for less"


class Trade(RuleBasedStateMachine):
    """Two providers with little money, and banks that ask, spend, alter, repeat and forget."""

    @initialize()
    def open(self):
        self.market = Market(funds=50_000)
        self.market.must(SetFxPair(self.market.origin(OPERATOR), "RUB", "TJS", open_quotes=OPEN_QUOTES))
        self.seen: dict[str, Quote] = {}
        self.spent: dict[str, int] = {}
        self.payments = 0
        self.reserved: list[Exchange] = []
        self.exchanged: list[Exchange] = []

    @rule(provider=st.sampled_from(PROVIDERS), posted=tiers())
    def post(self, provider, posted):
        last = self.market.memory.find(FX_RATE, ("RUB", "TJS", provider, 0))
        reference = last.mid if last else (posted[0].bid + posted[0].ask) / 2
        within = all(
            abs(Fraction(side) / Fraction(reference) - 1) <= Fraction(5, 100)
            for tier in posted
            for side in (tier.bid, tier.ask)
        )
        assert (self.market.post(provider, *posted) == Accepted()) == within

    @rule(
        amount=st.integers(0, 400_000),
        fixed=st.sampled_from(["source", "destination"]),
        way=st.sampled_from([(SEVERNY, PAMIR), (VOLGA, ZARAFSHAN), (PAMIR, SEVERNY)]),
        provider=st.sampled_from(["", *PROVIDERS]),
    )
    def ask(self, amount, fixed, way, provider):
        market = self.market
        signer, creditor_agent = way
        source, destination = ("TJS", "RUB") if signer == PAMIR else ("RUB", "TJS")
        open_before = market.open_quotes(signer)
        answer = market.ask(
            amount,
            fixed=fixed,
            signer=signer,
            creditor_agent=creditor_agent,
            source=source,
            destination=destination,
            provider=provider,
        )
        if isinstance(answer, Rejected):
            assert answer.reason in {"AM01", "AM02", "AM06", "AM23", "AB07", "AGNT", "DS0K"}
            assert (answer.reason == "DS0K") == (open_before == OPEN_QUOTES)
            return
        (quote,) = (each for each in market.quotes() if each.quote_id not in self.seen)
        self.seen[quote.quote_id] = quote
        assert open_before < OPEN_QUOTES
        assert market.exposure(quote.provider, destination) <= self.available(quote.provider, destination)
        for code in ("RUB", "TJS"):
            self.holds(quote.provider, code, quoted=quote)
            single = self.limit_of(quote.provider, code, "quote")
            assert single is None or single >= (
                quote.source_amount if code == source else quote.destination_amount
            )
        posted_at = market.memory.find(FX_RATE, ("RUB", "TJS", quote.provider, 0)).posted_at
        assert market.now - posted_at <= 300 * SECOND

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), alter=st.booleans())
    def spend(self, data, alter):
        market = self.market
        quote = data.draw(st.sampled_from(list(self.seen.values())))
        self.payments += 1
        step = market.step()
        market.load(QUOTE, quote.quote_id)
        result = spend_quote(
            step,
            quote.quote_id,
            debtor_agent=quote.debtor_agent,
            creditor_agent=quote.creditor_agent,
            source=Money(quote.source_amount + alter, quote.source_currency),
            payment=self.payments,
        )
        if quote.quote_id in self.spent:
            assert result.reason == SPEND_REFUSALS["used"]
        elif market.now > quote.expires_at:
            assert result.reason == SPEND_REFUSALS["expired"]
        elif alter:
            assert result.reason == SPEND_REFUSALS["amount"]
        else:
            assert (result.status, result.spent_by) == ("spent", self.payments)
            self.spent[quote.quote_id] = self.payments
            exchange = Exchange(
                quote.provider,
                quote.destination_currency,
                quote.destination_amount,
                quote.source_currency,
                quote.source_amount,
            )
            if not passes_position(step, exchange, quoted=False):  # as a payment is reserved
                positions.reserve(step, exchange, 1)
                self.reserved.append(exchange)
            market.apply(step)
            for code in ("RUB", "TJS"):
                if exchange in self.reserved:
                    self.holds(quote.provider, code, quoted=None, sells=code == exchange.sold_currency)

    @precondition(lambda self: self.reserved)
    @rule(data=st.data(), settles=st.booleans())
    def end(self, data, settles):
        exchange = self.reserved.pop(data.draw(st.integers(0, len(self.reserved) - 1)))
        step = self.market.step()
        if settles:
            positions.settle(step, exchange)
            self.exchanged.append(exchange)
        else:
            positions.reserve(step, exchange, -1)
        self.market.apply(step)

    @rule(
        provider=st.sampled_from(PROVIDERS),
        amounts=st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
        way=st.sampled_from([("RUB", "TJS"), ("TJS", "RUB")]),
    )
    def trade(self, provider, amounts, way):
        exchange = Exchange(provider, way[0], amounts[0], way[1], amounts[1])
        step = self.market.step()
        positions.trade(step, exchange)
        self.market.apply(step)
        self.exchanged.append(exchange)

    @rule(
        provider=st.sampled_from(PROVIDERS),
        code=st.sampled_from(["RUB", "TJS"]),
        kind=st.sampled_from(["position", "quote"]),
        amount=st.none() | st.integers(0, 10**6),
        on=st.booleans(),
    )
    def bound(self, provider, code, kind, amount, on):
        market = self.market
        day = iso_date(market.now + DAY) if on else ""
        market.must(SetFxLimit(market.origin(OPERATOR), provider, code, kind, amount, day))
        if not on:
            assert self.limit_of(provider, code, kind) == amount

    @rule(seconds=st.sampled_from([1, 20, 60, 61, 200]))
    def wait(self, seconds):
        self.market.wait(seconds)

    @rule(provider=st.sampled_from(PROVIDERS), limit=st.integers(0, 50_000))
    def limit(self, provider, limit):
        self.market.must(SetLimit(self.market.origin(OPERATOR), provider, "TJS", limit))

    @invariant()
    def what_is_promised_is_what_is_open(self):
        quotes = self.market.quotes()
        for provider in PROVIDERS:
            for code in ("RUB", "TJS"):
                promised = [
                    quote.destination_amount
                    for quote in quotes
                    if (quote.provider, quote.destination_currency) == (provider, code)
                ]
                assert self.market.exposure(provider, code) == sum(promised)
        for bank in (SEVERNY, VOLGA, PAMIR):
            count = sum(quote.debtor_agent == bank for quote in quotes)
            assert self.market.open_quotes(bank) == count <= OPEN_QUOTES

    @invariant()
    def what_is_counted_is_what_was_exchanged(self):
        open_ = [
            Exchange(
                each.provider,
                each.destination_currency,
                each.destination_amount,
                each.source_currency,
                each.source_amount,
            )
            for each in self.market.quotes()
        ]
        for provider in PROVIDERS:
            for code in ("RUB", "TJS"):
                sums = [
                    sum(
                        each.sold if sells else each.bought
                        for each in some
                        if (each.provider, each.sold_currency if sells else each.bought_currency)
                        == (provider, code)
                    )
                    for some in (open_, self.reserved, self.exchanged)
                    for sells in (True, False)
                ]
                assert self.held(provider, code) == FxExposure(provider, code, *sums)

    @invariant()
    def nothing_old_or_spent_is_open(self):
        for quote in self.market.quotes():
            assert quote.quote_id not in self.spent
            assert self.market.now <= quote.expires_at

    def held(self, provider, code):
        return self.market.memory.find(FX_EXPOSURE, (provider, code)) or FxExposure(provider, code)

    def limit_of(self, provider, code, kind):
        found = self.market.memory.find(FX_LIMIT, (provider, code, kind))
        return None if found is None else found.at(self.market.now)

    def holds(self, provider, code, *, quoted, sells=None):
        """On the side that was added to, the position holds even if only that side's promises are kept."""
        most, held = self.limit_of(provider, code, "position"), self.held(provider, code)
        if most is None:
            return
        if quoted is not None:
            sells = code == quoted.destination_currency
        short = held.sold - held.bought + held.selling + (held.amount if quoted else 0)
        long = held.bought - held.sold + held.buying + (held.receives if quoted else 0)
        assert (short if sells else long) <= most

    def available(self, provider, code):
        memory = self.market.memory
        account = memory.account(memory.find(SETTLEMENT_ACCOUNT, (provider, code)).account_id)
        balance = memory.balance(account.id)
        debits = balance.debits_posted + balance.debits_pending
        return balance.credits_posted + account.credit_limit - debits


Trade.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
test_trade = Trade.TestCase
