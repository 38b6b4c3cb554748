"""Dates as texts that sort, `2026-11-24`: the days of the hub, each from midnight to midnight in UTC."""

from datetime import date, timedelta
from functools import lru_cache

from corridor.domain.errors import CorridorError
from corridor.domain.instants import Instant, parse

_DAY = timedelta(days=1)


class InvalidDate(CorridorError):
    """The date must read like 2026-11-24, and be one."""

    reason = "DT01"


def parse_date(text: str, *, field: str | None = None) -> str:
    """The text itself, if it is a date in ISO 8601 whose midnight and next day exist.

    Raises: InvalidDate (DT01). Source: ISO 20022 ISODate.
    """
    try:
        day = date.fromisoformat(text)
        if day.isoformat() != text or day >= date.max - _DAY:
            raise InvalidDate(field=field)
    except ValueError:
        raise InvalidDate(field=field) from None
    return text


@lru_cache(maxsize=4096)
def next_date(day: str) -> str:
    """The date after a date.

    >>> next_date("2028-02-28")
    '2028-02-29'
    """
    return (date.fromisoformat(day) + _DAY).isoformat()


@lru_cache(maxsize=4096)
def midnight(day: str) -> Instant:
    """The first instant of a date.

    >>> midnight("1970-01-02")
    86400000000
    """
    return parse(f"{day}T00:00:00Z")


def days_between(first: str, last: str) -> int:
    """How many nights lie between two dates.

    >>> days_between("2027-12-31", "2028-03-01")
    61
    """
    return (date.fromisoformat(last) - date.fromisoformat(first)).days
