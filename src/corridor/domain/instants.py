"""A point in time as an integer, and its two spellings in ISO 20022.

>>> iso(1_795_486_525_123_456)
'2026-11-24T02:15:25.123456Z'
>>> parse("2026-11-24T05:15:25.123456+03:00")
1795486525123456
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from corridor.domain.errors import CorridorError

Instant = int
"""Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (as in POSIX)."""

MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:[0-9]{2})"
)


class InvalidDateTime(CorridorError):
    """The date and time must read like 2026-11-24T02:15:25.123456Z, with an offset from UTC."""

    reason = "DT01"


@lru_cache(maxsize=4096)  # a batch's messages all name its time
def iso(instant: Instant) -> str:
    """ISODateTime in UTC with `Z` and exactly six decimals, so that texts sort as instants do."""
    seconds, microseconds = divmod(instant, SECOND)
    return "%s.%06dZ" % (_to_the_second(seconds), microseconds)  # noqa: UP031  half the time of an f-string


def iso_date(instant: Instant) -> str:
    """ISODate of the instant in UTC: '2026-11-24'."""
    return _to_the_second(instant // SECOND)[:10]


def iso_time(instant: Instant) -> str:
    """ISOTime of the instant in UTC, to the second.

    >>> iso_time(1_795_486_525_123_456)
    '02:15:25+00:00'
    """
    return f"{_to_the_second(instant // SECOND)[11:]}+00:00"


def parse(text: str, *, field: str | None = None) -> Instant:
    """The instant that an ISODateTime names; what is finer than a microsecond is cut off.

    A time without an offset names no instant and is refused, like a leap second, the hour 24 and what lies
    outside the years 1 to 9999 in UTC: whatever is accepted, `iso` can write.
    Raises: InvalidDateTime (DT01). Source: ISO 20022 ISODateTime, XML Schema Part 2, 3.2.7.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise InvalidDateTime(field=field)
    moment, fraction, offset = match.groups()
    try:
        seconds = _seconds(moment + offset)
    except (ValueError, OverflowError):
        raise InvalidDateTime(field=field) from None
    return seconds * SECOND + int((fraction or "0").ljust(6, "0")[:6])


def parse_time(text: str, *, field: str | None = None) -> str:
    """The ISOTime as it is, if it has an offset from UTC: with a date, `at` makes an instant of it.

    Raises: InvalidDateTime (DT01).
    """
    parse(f"2000-01-01T{text}", field=field)
    return text


def at(date: str, time: str) -> Instant:
    """The instant of a time of day on a date, both as ISO 20022 spells them.

    Raises: InvalidDateTime (DT01).

    >>> iso(at("2026-11-24", "17:00:00+03:00"))
    '2026-11-24T14:00:00.000000Z'
    """
    return parse(f"{date}T{time}")


@lru_cache(maxsize=4096)  # instants come in clusters here, too
def _seconds(text: str) -> int:
    return (datetime.fromisoformat(text).astimezone(UTC) - _EPOCH) // timedelta(seconds=1)


@lru_cache(maxsize=4096)  # instants come in clusters, and a second's text is most of the work
def _to_the_second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]
