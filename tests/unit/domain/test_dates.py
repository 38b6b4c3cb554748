"""Dates and day counts: what others count, and that nights add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.domain.dates import InvalidDate, days_between, midnight, next_date, parse_date
from corridor.domain.day_counts import DAY_COUNTS
from corridor.domain.instants import DAY, iso_date
from tests.vectors.day_counts import VECTORS

dates = st.dates().filter(lambda day: day.year < 9_999).map(lambda day: day.isoformat())


@pytest.mark.parametrize(("convention", "first", "last", "days"), VECTORS)
def test_days_are_counted_as_others_count_them(convention, first, last, days):
    assert DAY_COUNTS[convention].days(first, last) == days


@given(a=dates, b=dates, c=dates, convention=st.sampled_from(list(DAY_COUNTS)))
def test_periods_add_up(a, b, c, convention):
    days = DAY_COUNTS[convention].days
    assert days(a, b) + days(b, c) == days(a, c)


@given(dates)
def test_a_date_lasts_a_day(day):
    assert parse_date(day) == day
    assert iso_date(midnight(day)) == iso_date(midnight(next_date(day)) - 1) == day
    assert midnight(next_date(day)) - midnight(day) == DAY
    assert days_between(day, next_date(day)) == 1


@pytest.mark.parametrize(
    "text", ["", "2026-02-29", "2026-2-1", "20260201", "2026-W01-1", "9999-12-31", "2026-02-01T00:00:00Z"]
)
def test_what_is_no_date(text):
    with pytest.raises(InvalidDate):
        parse_date(text)
