"""What providers may post, and which rates give quotes."""

from decimal import Decimal

import msgspec
import pytest

from corridor.decision import Accepted, Rejected
from corridor.domain.money import Rate
from corridor.services.fx.commands import PostRates, SetFxFee, SetFxPair
from corridor.services.fx.rates import fresh, market_mid
from corridor.services.fx.records import FX_PAIR, FX_RATE
from corridor.services.messaging.commands import AddParticipant, SetParticipantState
from tests.unit.services.fx.fx_market import (
    ALFA,
    OPERATOR,
    PAMIR,
    SEVERNY,
    SOMONI_ISSUER,
    SUGD,
    Market,
    tier,
)


@pytest.fixture
def market():
    return Market()


def mids(market):
    step = market.step()
    pair = step.get(FX_PAIR, ("RUB", "TJS"))
    return {tiers[0].provider: [str(each.mid) for each in tiers] for tiers in fresh(step, pair)}


def test_a_posting_replaces_all_tiers_of_the_last(market):
    market.post(
        ALFA, tier(0, "0.1160", "0.1180"), tier(100, "0.1162", "0.1178"), tier(200, "0.1163", "0.1177")
    )
    assert mids(market) == {ALFA: ["0.117", "0.117", "0.117"]}
    assert market.post(ALFA, tier(0, "0.1161", "0.1183")) == Accepted()
    assert mids(market) == {ALFA: ["0.1172"]}


@pytest.mark.parametrize(
    ("tiers", "field"),
    [
        ([], "tiers"),
        ([tier(1, "0.1160", "0.1180")], "tiers"),
        ([tier(n, "0.1160", "0.1180") for n in range(9)], "tiers"),
        ([tier(0, "0.1160", "0.1180"), tier(0, "0.1161", "0.1179")], "tiers[1].from_amount"),
        ([tier(0, "0.1160", "0.1180"), tier(9, "0.1", "0.1"), tier(8, "0.1", "0.1")], "tiers[2].from_amount"),
        ([tier(0, "0.1160", "0.1180"), tier(10**18, "0.1161", "0.1179")], "tiers[1].from_amount"),
        ([tier(0, "0", "0.1180")], "tiers[0]"),
        ([tier(0, "-0.1160", "0.1180")], "tiers[0]"),
        ([tier(0, "0.1160", "NaN")], "tiers[0]"),
        ([tier(0, "0.1160", "Infinity")], "tiers[0]"),
        ([tier(0, "0.11600000001", "0.1180")], "tiers[0]"),
        ([tier(0, "0.1181", "0.1180")], "tiers[0].bid"),
        ([tier(0, "0.1160", "0.1180"), tier(9, "0.1190", "0.1180")], "tiers[1].bid"),
    ],
)
def test_rates_that_make_no_sense_are_refused(market, tiers, field):
    answer = market.post(ALFA, *tiers)
    assert isinstance(answer, Rejected)
    assert (answer.reason, answer.field) == ("CH16", field)
    assert mids(market) == {}


def test_the_band_ends_where_it_says(market):
    market.post(ALFA, tier(0, "0.1", "0.1"))
    assert market.post(ALFA, tier(0, "0.1", "0.1050000001")).field == "tiers[0].ask"
    assert market.post(ALFA, tier(0, "0.0949999999", "0.1")).field == "tiers[0].bid"
    assert market.post(ALFA, tier(0, "0.1", "0.1"), tier(5, "1.0", "1.0")).field == "tiers[1].bid"
    assert market.post(ALFA, tier(0, "0.095", "0.105")) == Accepted()


def test_the_first_posting_is_measured_by_its_own_mid(market):
    assert market.post(ALFA, tier(0, "0.09", "0.11")).field == "tiers[0].bid"
    assert market.post(ALFA, tier(0, "0.0950", "0.1050")) == Accepted()


def test_the_band_is_each_providers_own(market):
    market.post(ALFA, tier(0, "0.1160", "0.1180"))
    assert market.post(SUGD, tier(0, "0.2", "0.2")) == Accepted()


@pytest.mark.parametrize("signer", [SEVERNY, SOMONI_ISSUER, OPERATOR, "NOBOXXX0"])
def test_only_a_provider_posts(market, signer):
    assert market.post(signer, tier(0, "0.1160", "0.1180")).reason == "AG01"


def test_a_suspended_provider_posts_nothing_and_its_rates_give_nothing(market):
    market.post(ALFA, tier(0, "0.1160", "0.1180"))
    market.must(SetParticipantState(market.origin(OPERATOR), ALFA, "suspended"))
    assert market.post(ALFA, tier(0, "0.1160", "0.1180")).reason == "AG01"
    assert mids(market) == {}


def test_a_provider_needs_an_account_in_both_currencies(market):
    bic = "HALFRUM0"
    market.must(AddParticipant(market.origin(OPERATOR), bic, "Half", "fx_provider", ("RUB",)))
    market.must(SetParticipantState(market.origin(OPERATOR), bic, "certified"))
    market.must(SetParticipantState(market.origin(OPERATOR), bic, "active"))
    assert market.post(bic, tier(0, "0.1160", "0.1180")).reason == "AM03"


def test_a_pair_is_traded_one_way_round(market):
    tiers = (tier(0, "8.5", "8.6"),)
    assert market.decide(PostRates(market.origin(ALFA), "TJS", "RUB", tiers)).reason == "AM03"
    assert market.decide(SetFxPair(market.origin(OPERATOR), "TJS", "RUB")).reason == "CURR"
    assert market.decide(SetFxPair(market.origin(OPERATOR), "RUB", "RUB")).reason == "CURR"
    assert market.decide(SetFxPair(market.origin(OPERATOR), "RUB", "XAU")).reason == "AM03"
    assert market.decide(PostRates(market.origin(ALFA), "RUB", "KZT", tiers)).reason == "AM03"


def test_a_changed_pair_keeps_its_providers(market):
    market.post(SUGD, tier(0, "0.1160", "0.1180"))
    market.post(ALFA, tier(0, "0.1160", "0.1180"))
    market.must(SetFxPair(market.origin(OPERATOR), "RUB", "TJS", max_age_s=60))
    assert list(mids(market)) == [ALFA, SUGD]
    market.wait(61)
    assert mids(market) == {}


def test_rates_are_fresh_up_to_their_age_limit(market):
    market.post(ALFA, tier(0, "0.1160", "0.1180"))
    market.wait(300)
    assert list(mids(market)) == [ALFA]
    market.now += 1
    assert mids(market) == {}


@pytest.mark.parametrize(
    ("posted", "median"),
    [
        (["0.1"], "0.1"),
        (["0.1", "0.2"], "0.15"),
        (["0.9", "0.1", "0.2"], "0.2"),
        (["0.4", "0.1", "0.9", "0.2"], "0.3"),
        (["0.0000000001", "0.0000000002"], "0.0000000002"),
    ],
)
def test_the_mid_rate_is_the_median(market, posted, median):
    market.post(ALFA, tier(0, "0.1160", "0.1180"))
    step = market.step()
    rate = step.get(FX_RATE, ("RUB", "TJS", ALFA, 0))
    postings = [(msgspec.structs.replace(rate, mid=Decimal(mid)),) for mid in posted]
    assert market_mid(step.get(FX_PAIR, ("RUB", "TJS")), postings) == Rate(Decimal(median), "RUB", "TJS")


@pytest.mark.parametrize("field", ["max_age_s", "band_bps", "quote_life_s", "open_quotes"])
def test_a_pairs_terms_have_bounds(market, field):
    for value in (0, -1, 10**7):
        answer = market.decide(SetFxPair(market.origin(OPERATOR), "RUB", "KZT", **{field: value}))
        assert (answer.reason, answer.field) == ("CH16", field)


@pytest.mark.parametrize(
    ("currency", "rate_bps", "minimum", "reason"),
    [("XXX", 10, 0, "AM03"), ("RUB", -1, 0, "CH16"), ("RUB", 10_000, 0, "CH16"), ("RUB", 0, -1, "AM12")],
)
def test_a_fee_has_bounds(market, currency, rate_bps, minimum, reason):
    answer = market.decide(SetFxFee(market.origin(OPERATOR), currency, rate_bps, minimum))
    assert answer.reason == reason


def test_only_an_operator_sets_terms(market):
    assert market.decide(SetFxPair(market.origin(ALFA), "RUB", "KZT")).reason == "AG01"
    assert market.decide(SetFxFee(market.origin(PAMIR), "RUB", 0, 0)).reason == "AG01"
