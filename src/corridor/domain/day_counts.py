"""Day-count conventions: how many days interest is due for between two dates, and how many make a year.

Every count is additive: days(a, c) = days(a, b) + days(b, c). So interest may be reckoned night by night.

>>> DAY_COUNTS["30E/360"].days("2007-02-28", "2007-08-31"), DAY_COUNTS["30E/360"].year
(182, 360)
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from corridor.domain.dates import days_between


class DayCount(NamedTuple):
    """A convention. Units: `year` in days."""

    days: Callable[[str, str], int]
    year: int


def _eurobond_days(first: str, last: str) -> int:
    return _eurobond(last) - _eurobond(first)


def _eurobond(day: str) -> int:
    year, month, of_month = map(int, day.split("-"))
    return 360 * year + 30 * month + min(of_month, 30)


DAY_COUNTS: Final[Mapping[str, DayCount]] = {
    "ACT/360": DayCount(days_between, 360),
    "ACT/365F": DayCount(days_between, 365),
    "30E/360": DayCount(_eurobond_days, 360),
}
"""By name. Source: ISDA 2006 Definitions, 4.16 (e), (d) and (g); the last is the Eurobond basis."""
