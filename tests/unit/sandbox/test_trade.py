"""The plan of two years: the same from one seed, exact in its sums, and what an issue of a corridor asks of it."""

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from corridor.client.messages import credit_transfer
from corridor.domain.reasons import code_set
from corridor.sandbox.trade import DOLLAR, PEOPLE, TRADES, Day, days
from corridor.services.instant.details import check
from tests.unit.client.hub_side import NOW, PROFILE, UETR

SCALE = Decimal("0.0002")


@pytest.fixture(scope="module")
def two_years() -> list[Day]:
    return list(days(1, 2025, SCALE))


def test_they_follow_from_the_seed(two_years):
    assert list(days(1, 2025, SCALE)) == two_years
    assert list(days(2, 2025, SCALE)) != two_years


def test_days_ascend_and_have_an_official_rate_for_every_currency(two_years):
    dates = [day.date for day in two_years]
    assert dates == sorted(set(dates))
    assert (dates[0][:7], dates[-1][:7]) == ("2024-01", "2025-12")
    for day in two_years:
        assert [(rate.base, rate.quote) for rate in day.rates] == [
            (DOLLAR, code) for code in ("RUB", "TJS", "CNY")
        ]
        assert {order.amount.currency for _, order in day.orders} <= {"RUB", "TJS", "CNY"}


def test_a_year_of_trade_is_what_was_planned(two_years):
    dollars: defaultdict[str, Decimal] = defaultdict(Decimal)
    for day in two_years:
        rates = {rate.quote: rate.value for rate in day.rates}
        for _, order in day.orders:
            if order.purpose not in ("DEPD", "SALA"):
                dollars[day.date[:4]] += Decimal(order.amount.minor) / 100 / rates[order.amount.currency]
    assert round(dollars["2025"] / SCALE, -4) == 1_500_000_000
    assert dollars["2025"] / dollars["2024"] > Decimal("1.07")


def test_so_many_people_send_wages_six_times_a_year(two_years):
    sent = Counter(
        order.debtor.account
        for day in two_years
        for _, order in day.orders
        if order.purpose == "DEPD" and day.date.startswith("2025")
    )
    assert len(sent) == PEOPLE * SCALE
    assert set(sent.values()) == {6}


def test_orders_say_what_they_are_for_in_iso_s_words(two_years):
    for day in two_years[:60]:
        for bank, order in day.orders:
            message = credit_transfer(PROFILE, order, "m", UETR, NOW)
            assert check(message) is None
            assert order.purpose in code_set("ExternalPurpose1Code")
            assert order.category_purpose in (None, *code_set("ExternalCategoryPurpose1Code"))
            assert bank.bic != order.creditor_agent
            assert bank.bic[4:6] != order.creditor_agent[4:6]
            goods = order.purpose in ("GDDS", "ELEC")
            assert goods == bool(order.regulatory) == ("CONT" in {each.type for each in order.documents})
            assert (order.purpose == "TAXS") == (order.tax is not None)


def test_every_trade_has_payments_however_small_the_part(two_years):
    paid = Counter(order.purpose for day in days(1, 2025, Decimal("0.00001")) for _, order in day.orders)
    assert min(paid.values()) >= 24
    assert set(paid) == {trade.purpose for trade in TRADES}
