"""Which payment gets a quote."""

from decimal import Decimal

import msgspec
import pytest

from corridor.decision import Missing, Rejected
from corridor.domain.money import Money, Rate
from corridor.services.fx.quotes import SPEND_REFUSALS
from corridor.services.fx.records import EXPIRED, QUOTE, SPENT, Quote
from corridor.services.fx.rules import spend_quote
from tests.unit.services.fx.fx_market import ALFA, PAMIR, SEVERNY, SUGD, VOLGA, ZARAFSHAN, Market, tier

TERMS = {
    "debtor_agent": SEVERNY,
    "creditor_agent": PAMIR,
    "source": Money(1_000_000, "RUB"),
    "destination": Money(116_200, "TJS"),
    "rate": Rate(Decimal("0.1162"), "RUB", "TJS"),
    "provider": SUGD,
    "payment": 7,
}


@pytest.fixture
def market():
    market = Market()
    market.post(SUGD, tier(0, "0.1162", "0.1184"))
    market.ask(1_000_000)
    return market


@pytest.fixture
def quote(market):
    (quote,) = market.quotes()
    return quote


def test_a_payment_spends_its_quote(market, quote):
    step = market.step()
    spent = spend_quote(step, quote.quote_id, **TERMS)
    assert spent == msgspec.structs.replace(quote, status=SPENT, spent_by=7, due_at=None)
    assert step.get(QUOTE, quote.quote_id) == spent
    market.apply(step)
    assert market.exposure(SUGD, "TJS") == market.open_quotes(SEVERNY) == 0
    market.wait(120)
    assert market.exposure(SUGD, "TJS") == market.open_quotes(SEVERNY) == 0


def test_what_a_message_does_not_state_is_not_compared(market, quote):
    terms = {name: TERMS[name] for name in ("debtor_agent", "creditor_agent", "source", "payment")}
    assert isinstance(spend_quote(market.step(), quote.quote_id, **terms), Quote)


@pytest.mark.parametrize(
    ("altered", "why", "field"),
    [
        ({"debtor_agent": VOLGA}, "agents", "AgrdRate/QtId"),
        ({"creditor_agent": ZARAFSHAN}, "agents", "AgrdRate/QtId"),
        ({"provider": ALFA}, "agents", "AgrdRate/FXAgt"),
        ({"source": Money(999_999, "RUB")}, "amount", "IntrBkSttlmAmt"),
        ({"source": Money(1_000_000, "TJS")}, "amount", "IntrBkSttlmAmt"),
        ({"destination": Money(116_201, "TJS")}, "amount", "InstdAmt"),
        ({"rate": Rate(Decimal("0.1163"), "RUB", "TJS")}, "rate", "AgrdRate/PreAgrdXchgRate"),
        ({"rate": Rate(Decimal("0.1162"), "TJS", "RUB")}, "rate", "AgrdRate/PreAgrdXchgRate"),
    ],
)
def test_altered_terms_do_not_spend(market, quote, altered, why, field):
    refused = spend_quote(market.step(), quote.quote_id, **{**TERMS, **altered})
    assert isinstance(refused, Rejected)
    assert (refused.reason, refused.field) == (SPEND_REFUSALS[why], field)
    assert isinstance(spend_quote(market.step(), quote.quote_id, **TERMS), Quote)


def test_a_trailing_zero_does_not_alter_a_rate(market, quote):
    terms = {**TERMS, "rate": Rate(Decimal("0.11620"), "RUB", "TJS")}
    assert isinstance(spend_quote(market.step(), quote.quote_id, **terms), Quote)


def test_a_quote_is_spent_once_even_within_one_step(market, quote):
    step = market.step()
    assert isinstance(spend_quote(step, quote.quote_id, **TERMS), Quote)
    again = spend_quote(step, quote.quote_id, **{**TERMS, "payment": 8})
    assert again.reason == SPEND_REFUSALS["used"] == "TKSG"


def test_a_dropped_step_spends_nothing(market, quote):
    spend_quote(market.step(), quote.quote_id, **TERMS)
    assert market.quotes() == [quote]


def test_a_quote_is_firm_up_to_its_last_microsecond(market, quote):
    market.now = quote.expires_at
    assert isinstance(spend_quote(market.step(), quote.quote_id, **TERMS), Quote)
    market.now += 1
    assert spend_quote(market.step(), quote.quote_id, **TERMS).reason == SPEND_REFUSALS["expired"] == "TKXP"


def test_the_timer_says_what_the_decisions_time_says(market, quote):
    market.wait(60)
    assert market.quotes() == [quote]
    market.wait(1)
    assert market.quotes() == []
    assert market.durable[QUOTE, quote.quote_id].status == EXPIRED
    market.load(QUOTE, quote.quote_id)
    assert spend_quote(market.step(), quote.quote_id, **TERMS).reason == SPEND_REFUSALS["expired"]


def test_a_quote_that_memory_let_go_is_loaded(market, quote):
    step = market.step()
    spend_quote(step, quote.quote_id, **TERMS)
    market.apply(step)
    with pytest.raises(Missing) as missing:
        spend_quote(market.step(), quote.quote_id, **TERMS)
    assert (missing.value.table, missing.value.key) == (QUOTE, quote.quote_id)
    market.load(QUOTE, quote.quote_id)
    assert spend_quote(market.step(), quote.quote_id, **TERMS).reason == SPEND_REFUSALS["used"]


def test_an_unknown_quote_is_refused(market):
    market.load(QUOTE, "none")
    assert spend_quote(market.step(), "none", **TERMS).reason == SPEND_REFUSALS["unknown"]


def test_a_stranger_does_not_learn_whether_a_quote_is_spent(market, quote):
    step = market.step()
    spend_quote(step, quote.quote_id, **TERMS)
    refused = spend_quote(step, quote.quote_id, **{**TERMS, "debtor_agent": VOLGA})
    assert refused.reason == SPEND_REFUSALS["agents"]


def test_every_refusal_has_its_own_reason():
    assert len(set(SPEND_REFUSALS.values())) == len(SPEND_REFUSALS)
