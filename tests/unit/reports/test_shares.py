"""The report of turnover: what is summed, compared and ordered."""

import doctest
from decimal import Decimal

import pytest

from corridor.reports import shares as module
from corridor.reports.shares import Sum, turnovers, year_before


def test_the_examples():
    assert doctest.testmod(module).failed == 0


SUMS = (
    Sum("2024", "RUB", "RUB", 3, 900_00, 100_00),
    Sum("2025", "RUB", "RUB", 3, 1_000_00, 104_00),
    Sum("2025", "TJS", "TJS", 1, 20_00, 4_00),
)


def test_a_year_has_its_shares_and_its_growth():
    before, then = turnovers(SUMS)
    assert (before.period, before.number, before.value, before.growth) == ("2024", 3, 100_00, None)
    assert (then.period, then.number, then.value, then.growth) == ("2025", 4, 108_00, Decimal("8.00"))
    assert [(line.key, line.number_share, line.value_share) for line in then.lines] == [
        ("RUB", Decimal("75.00"), Decimal("96.30")),
        ("TJS", Decimal("25.00"), Decimal("3.70")),
    ]


def test_a_line_has_the_shares_of_its_currencies():
    found = turnovers([Sum("2025", "cars", "RUB", 1, 1, 30), Sum("2025", "cars", "CNY", 2, 2, 10)])
    (line,) = found[0].lines
    assert (line.number, line.value, line.value_share) == (3, 40, Decimal("100.00"))
    assert [(part.currency, part.value_share, part.number_share) for part in line.currencies] == [
        ("RUB", Decimal("75.00"), Decimal("33.33")),
        ("CNY", Decimal("25.00"), Decimal("66.67")),
    ]


def test_the_greatest_value_comes_first_and_then_the_alphabet():
    sums = [Sum("2025", key, "RUB", 1, 1, value) for key, value in (("b", 1), ("a", 1), ("c", 2))]
    assert [line.key for line in turnovers(sums)[0].lines] == ["c", "a", "b"]


def test_a_year_without_value_has_no_growth_after_it():
    assert [each.growth for each in turnovers([Sum("2024", "a", "RUB", 1, 1, 0), SUMS[1]])] == [None, None]


@pytest.mark.parametrize(
    ("period", "before"), [("2025", "2024"), ("2025-Q3", "2024-Q3"), ("2025-07", "2024-07"), ("1000", "0999")]
)
def test_the_same_period_a_year_before(period, before):
    assert year_before(period) == before


def test_nothing_settled_is_no_period():
    assert turnovers([]) == ()
