"""Shares add up to 100 %, and a period's total is the same however the period is cut."""

from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from corridor.reports.products import PRODUCTS, product_of
from corridor.reports.shares import Sum, shares, turnovers

counts = st.integers(0, 10**6)
values = st.integers(0, 10**15)
sums = st.lists(
    st.builds(
        Sum,
        period=st.sampled_from(["2024", "2025"]),
        key=st.sampled_from(["cars", "metal", "pipes"]),
        currency=st.sampled_from(["RUB", "TJS", "CNY"]),
        number=counts,
        amount=values,
        value=values,
    ),
    unique_by=lambda each: (each.period, each.key, each.currency),
    min_size=1,
)
HUNDRED = Decimal("100.00")


@given(st.lists(values, min_size=1, max_size=50))
def test_shares_add_up_and_each_is_right_to_a_hundredth(parts):
    told = shares(parts)
    whole = sum(parts)
    assert sum(told) == (HUNDRED if whole else 0)
    for part, share in zip(parts, told, strict=True):
        assert share >= 0
        assert not whole or abs(share * whole - 100 * part) < Decimal("0.01") * whole


@given(sums)
def test_lines_and_currencies_add_up_to_their_period(given_sums):
    for period in turnovers(given_sums):
        mine = [each for each in given_sums if each.period == period.period]
        assert period.number == sum(each.number for each in mine) == sum(each.number for each in period.lines)
        assert period.value == sum(each.value for each in mine) == sum(each.value for each in period.lines)
        assert sum(line.value_share for line in period.lines) == (HUNDRED if period.value else 0)
        assert sum(line.number_share for line in period.lines) == (HUNDRED if period.number else 0)
        for line in period.lines:
            assert (line.number, line.value) == (
                sum(part.number for part in line.currencies),
                sum(part.value for part in line.currencies),
            )
            assert sum(part.value_share for part in line.currencies) == (HUNDRED if line.value else 0)


@given(sums)
def test_the_order_of_rows_changes_nothing(given_sums):
    assert turnovers(given_sums) == turnovers(given_sums[::-1])


@given(
    st.sampled_from(["", "SALA", "TAXS", "SUPP"]),
    st.sampled_from(["", "GDDS", "SCVE", "DEPD", "TAXS"]),
    st.text("0123456789", max_size=10),
)
def test_every_payment_is_one_product_of_the_list_or_other(category, purpose, goods):
    names = Counter(product.name for product in PRODUCTS)
    assert {**names, "other": 1}[product_of(category, purpose, goods)] == 1
