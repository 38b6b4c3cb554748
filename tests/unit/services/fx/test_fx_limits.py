"""Limits of providers: on their positions and on single quotes, by currency, from a day on."""

import msgspec
import pytest

from corridor.decision import Accepted, Rejected
from corridor.domain.instants import DAY, SECOND, iso_date
from corridor.services.fx import positions
from corridor.services.fx.commands import SetFxLimit
from corridor.services.fx.positions import Exchange
from corridor.services.fx.records import FX_EXPOSURE, FX_LIMIT, FxExposure
from tests.unit.services.fx.fx_market import ALFA, OPERATOR, PAMIR, SEVERNY, SOMONI_ISSUER, SUGD, Market, tier


@pytest.fixture
def market():
    """Alfa pays more for a rouble than Sugd does: 0.1 and 0.09 somoni."""
    market = Market()
    market.post(ALFA, tier(0, "0.1", "0.1"))
    market.post(SUGD, tier(0, "0.09", "0.09"))
    return market


def limited(market, kind, currency, amount, provider=ALFA, on=""):
    return market.decide(SetFxLimit(market.origin(OPERATOR), provider, currency, kind, amount, on))


def who(answer):
    """Return who quotes, or why nobody does."""
    if isinstance(answer, Rejected):
        return answer.reason
    provider: str = msgspec.json.decode(answer.body)["provider"]
    return provider


def exchange(market, way, sold, bought, provider=ALFA):
    """Let a provider have sold somoni and bought roubles, or the like."""
    step = market.step()
    way(step, Exchange(provider, "TJS", sold, "RUB", bought))
    market.apply(step)


def held(market, currency, provider=ALFA):
    return market.memory.find(FX_EXPOSURE, (provider, currency)) or FxExposure(provider, currency)


def test_a_quote_beyond_a_providers_position_is_the_next_ones(market):
    assert limited(market, "position", "TJS", 100_00) == Accepted()
    assert who(market.ask(60_00, fixed="destination")) == ALFA
    assert who(market.ask(40_01, fixed="destination")) == SUGD
    assert who(market.ask(40_01, fixed="destination", provider=ALFA)) == "AM23"
    assert who(market.ask(40_00, fixed="destination")) == ALFA
    assert who(market.ask(1, fixed="destination")) == SUGD


def test_what_is_bought_is_limited_as_what_is_sold_is(market):
    limited(market, "position", "RUB", 1_000_00)
    assert who(market.ask(1_000_00)) == ALFA
    assert who(market.ask(1_00)) == SUGD
    market.wait(61)
    assert held(market, "RUB") == FxExposure(ALFA, "RUB")
    assert who(market.ask(1_000_01)) == SUGD
    assert who(market.ask(1_000_00)) == ALFA


def test_what_is_reserved_and_what_has_settled_counts(market):
    limited(market, "position", "TJS", 100_00)
    exchange(market, positions.trade, 50_00, 500_00)
    step = market.step()
    positions.reserve(step, Exchange(ALFA, "TJS", 30_00, "RUB", 300_00), 1)
    market.apply(step)
    assert who(market.ask(20_01, fixed="destination")) == SUGD
    assert who(market.ask(20_00, fixed="destination")) == ALFA
    assert (held(market, "TJS").position, held(market, "RUB").position) == (50_00, -500_00)
    assert held(market, "RUB").buying == 300_00


def test_what_closes_a_position_passes_no_limit(market):
    exchange(market, positions.trade, 500_00, 5_000_00)
    limited(market, "position", "TJS", 100_00)
    limited(market, "position", "RUB", 1_000_00)
    limited(market, "position", "TJS", 0, SUGD)
    assert who(market.ask(1_00, fixed="destination")) == "AM23"
    back = {"signer": PAMIR, "creditor_agent": SEVERNY, "source": "TJS", "destination": "RUB"}
    assert who(market.ask(400_00, **back)) == ALFA
    assert who(market.ask(200_00, **back)) == ALFA  # to a hundred on the other side, and no further
    assert who(market.ask(1, fixed="destination", **back)) == "AM23"


def test_what_is_reserved_to_close_a_position_does_not_yet_close_it(market):
    limited(market, "position", "TJS", 100_00)
    back = {"signer": PAMIR, "creditor_agent": SEVERNY, "source": "TJS", "destination": "RUB"}
    assert who(market.ask(100_00, provider=ALFA, **back)) == ALFA
    assert who(market.ask(100_01, fixed="destination")) == SUGD


@pytest.mark.parametrize(("currency", "fixed"), [("TJS", "destination"), ("RUB", "source")])
def test_a_single_quote_is_limited_in_either_currency(market, currency, fixed):
    limited(market, "quote", currency, 100_00)
    assert who(market.ask(100_00, fixed=fixed)) == ALFA
    assert who(market.ask(100_00, fixed=fixed)) == ALFA
    assert who(market.ask(100_01, fixed=fixed)) == SUGD
    limited(market, "quote", currency, 50_00, SUGD)
    answer = market.ask(100_01, fixed=fixed)
    assert (answer.reason, answer.field) == ("AM02", "amount")
    limited(market, "position", "TJS", 0, SUGD)
    assert market.ask(50_00, fixed=fixed, provider=SUGD).reason == "AM23"
    assert market.ask(100_01, fixed=fixed).reason == "AM02"


def test_one_that_is_not_covered_and_one_that_is_too_large_are_not_covered(market):
    limited(market, "quote", "TJS", 100_00)
    limited(market, "position", "TJS", 0, SUGD)
    assert market.ask(100_01, fixed="destination").reason == "AM23"


def test_a_limit_holds_from_its_day_on(market):
    tomorrow = iso_date(market.now + DAY)
    limited(market, "position", "TJS", 500_00)
    assert limited(market, "position", "TJS", 100_00, on=tomorrow) == Accepted()
    assert who(market.ask(500_00, fixed="destination")) == ALFA
    market.now = (market.now // DAY + 1) * DAY - SECOND
    market.wait(0)
    market.post(ALFA, tier(0, "0.1", "0.1"))
    market.post(SUGD, tier(0, "0.09", "0.09"))
    assert who(market.ask(101_00, fixed="destination")) == ALFA
    market.now += 62 * SECOND
    market.wait(0)
    assert who(market.ask(101_00, fixed="destination")) == SUGD
    assert who(market.ask(100_00, fixed="destination")) == ALFA
    assert limited(market, "position", "TJS", 7_00, on=iso_date(market.now + DAY)) == Accepted()
    limit = market.memory.find(FX_LIMIT, (ALFA, "TJS", "position"))
    assert (limit.amount, limit.next_amount) == (100_00, 7_00)


def test_no_limit_is_a_limit_too(market):
    limited(market, "position", "TJS", 0)
    assert who(market.ask(1_00, fixed="destination")) == SUGD
    limited(market, "position", "TJS", None)
    assert who(market.ask(1_00, fixed="destination")) == ALFA


@pytest.mark.parametrize(
    ("facts", "reason", "field"),
    [
        ({"provider": SEVERNY}, "AGNT", "provider"),
        ({"provider": "NOBOXXX0"}, "AGNT", "provider"),
        ({"currency": "KZT"}, "AM03", "currency"),
        ({"amount": -1}, "AM12", "amount"),
        ({"amount": 10**18}, "AM12", "amount"),
        ({"on": "soon"}, "DT01", "on"),
        ({"on": "2020-01-01"}, "DT01", "on"),
    ],
)
def test_what_is_no_limit_is_refused(market, facts, reason, field):
    filled = {"provider": ALFA, "currency": "TJS", "kind": "position", "amount": 1, **facts}
    answer = market.decide(SetFxLimit(market.origin(OPERATOR), **filled))
    assert (answer.reason, answer.field) == (reason, field)
    assert not list(market.memory.records(FX_LIMIT))


def test_only_treasurers_limit(market):
    for signer in (ALFA, SOMONI_ISSUER):
        command = SetFxLimit(market.origin(signer), ALFA, "TJS", "position", 1)
        assert market.decide(command).reason == "AG01"
