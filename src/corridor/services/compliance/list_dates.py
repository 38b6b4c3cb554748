"""Dates as publishers write them, in ISO 8601: whole, from the left, or a span of years; never guessed."""

import re
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:[T+Z].*)?")
_IN_WORDS: Final = re.compile(r"(?:(\d{1,2})[ -])?([A-Za-z]{3})[a-z]*[ -](\d{4})")
_IN_NUMBERS: Final = re.compile(r"(\d\d|dd)/(\d\d|mm)/(\d{4})")
_YEAR: Final = re.compile(r"\b(?:1[89]|20)\d\d\b")


def iso_date(text: str, *, month_first: bool = False) -> str:
    """The date, as much of it as the text says; "" if it says none.

    >>> iso_date("10 Dec 1948"), iso_date("Dec 1948"), iso_date("31-Mar-2026"), iso_date("dd/mm/1952")
    ('1948-12-10', '1948-12', '2026-03-31', '1952')
    >>> iso_date("09/10/2026"), iso_date("09/10/2026", month_first=True), iso_date("circa 1946 to Dec 1948")
    ('2026-10-09', '2026-09-10', '1946/1948')
    """
    text = text.strip()
    if found := _ISO.fullmatch(text):
        return _joined(*found.groups())
    if (found := _IN_WORDS.fullmatch(text)) and found[2].lower() in _MONTHS:
        return _joined(found[3], str(_MONTHS.index(found[2].lower()) + 1), found[1])
    if found := _IN_NUMBERS.fullmatch(text):
        first, second, year = found.groups()
        return _joined(year, first, second) if month_first else _joined(year, second, first)
    years = sorted(_YEAR.findall(text))
    return "/".join(dict.fromkeys((years[0], years[-1]))) if years else ""


def _joined(year: str, month: str | None, day: str | None) -> str:
    if not (month and month.isdigit()):
        return year
    if not (day and day.isdigit()):
        return f"{year}-{month:0>2}"
    return f"{year}-{month:0>2}-{day:0>2}"
