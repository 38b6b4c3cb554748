"""Whoever replies, with whatever rate and whenever: the best price that its provider can and may pay is the quote."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.decision import Accepted
from corridor.domain.instants import SECOND
from corridor.services.fx.commands import SetFxLimit
from corridor.services.fx.records import OPEN_QUOTES, QUOTE, REPLY
from tests.unit.services.fx.fx_market import ALFA, OPERATOR, PAMIR, SEVERNY, SUGD, tier
from tests.unit.services.fx.test_fx_inquiries import Asking, number_of

PROVIDERS = (ALFA, SUGD)
WITHIN_S = 5
replies = st.lists(
    st.tuples(
        st.sampled_from(PROVIDERS),
        st.integers(9_400, 10_600),  # units of 10**-5: some lie out of the band of 500 basis points round 0.1
        st.integers(0, 2 * WITHIN_S),  # seconds after which it comes
    ),
    max_size=5,
)
limits = st.dictionaries(
    st.tuples(
        st.sampled_from(PROVIDERS), st.sampled_from(["RUB", "TJS"]), st.sampled_from(["position", "quote"])
    ),
    st.integers(0, 200_00),
    max_size=4,
)


@given(
    sent=replies,
    stand=limits,
    lowered=limits,
    amount=st.integers(1, 3_000_00),
    fixed=st.sampled_from(["source", "destination"]),
    sells_base=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_the_best_reply_that_can_be_paid_is_the_quote(sent, stand, lowered, amount, fixed, sells_base):
    market = Asking()
    market.limited = False
    for provider in PROVIDERS:
        market.post(provider, tier(0, "0.1", "0.1"))
    limit(market, stand)
    way = {} if sells_base else {"source": "TJS", "destination": "RUB", "signer": PAMIR, "to": SEVERNY}
    number = number_of(market.inquire(amount, fixed=fixed, within_s=WITHIN_S, **way))
    start = market.now
    taken_in: dict[str, tuple[Fraction, int]] = {}
    for provider, units, after_s in sorted(sent, key=lambda each: each[2]):
        market.wait((start + after_s * SECOND - market.now) // SECOND)
        answer = market.reply(number, provider, Decimal(units).scaleb(-5))
        ended = len(taken_in) == len(PROVIDERS)
        if isinstance(answer, Accepted):
            assert after_s <= WITHIN_S
            assert not ended
            assert provider not in taken_in
            assert abs(units - 10_000) <= 500
            taken_in[provider] = (Fraction(units, 10**5), len(taken_in))
        elif ended or after_s > WITHIN_S:
            assert answer.reason == "TM01"
        elif provider in taken_in:
            assert answer.reason == "DU03"
        elif abs(units - 10_000) > 500:
            assert answer.reason == "CH16"
        else:
            assert answer.reason in {"AM02", "AM06", "AM23"}
            assert answer.reason == "AM06" or market.limited
        if market.inquiry(number).state == "asked" and lowered:
            limit(market, lowered)
            lowered = {}
    market.wait(
        (start + (WITHIN_S + 1) * SECOND - market.now) // SECOND if market.now < start + 6 * SECOND else 0
    )
    inquiry = market.inquiry(number)
    assert inquiry.replies == len(taken_in)
    assert not list(market.memory.records(REPLY))
    assert market.memory.find(OPEN_QUOTES, inquiry.debtor_agent).inquiries == 0
    states = {each: market.durable[REPLY, (number, each)].state for each in taken_in}
    if inquiry.state == "unquoted":
        assert inquiry.reason == ("AM23" if taken_in else "AB07")
        assert set(states.values()) <= {"passed"}
        return
    quote = market.durable[QUOTE, inquiry.quote_id]
    assert states == {each: "taken" if each == quote.provider else "passed" for each in taken_in}
    assert (quote.source_amount if fixed == "source" else quote.destination_amount) == amount
    assert taken_in[quote.provider][0] == Fraction(quote.rate)
    if not market.limited:
        best = min(
            taken_in, key=lambda each: ((-1 if sells_base else 1) * taken_in[each][0], taken_in[each][1])
        )
        assert quote.provider == best


def limit(market, wanted):
    market.limited = market.limited or bool(wanted)
    for (provider, currency, kind), amount in wanted.items():
        market.must(SetFxLimit(market.origin(OPERATOR), provider, currency, kind, amount))
