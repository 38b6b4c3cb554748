import doctest

import pytest

from corridor.services.compliance import list_dates
from corridor.services.compliance.list_dates import iso_date


def test_the_examples_in_the_documentation():
    assert doctest.testmod(list_dates) == (0, 2)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1971-05-03", "1971-05-03"),
        ("1971-05", "1971-05"),
        ("1971", "1971"),
        ("2026-02-27T00:00:09.554Z", "2026-02-27"),
        ("1 Jan 1960", "1960-01-01"),
        ("January 1960", "1960-01"),
        ("dd/07/1952", "1952-07"),
        ("07/10/1952", "1952-10-07"),
        ("circa 1951", "1951"),
        ("1946 to 31 Dec 1948", "1946/1948"),
        (" 1973 1974", "1973/1974"),
        ("", ""),
        ("unknown", ""),
        ("12 Foo 1960", "1960"),
    ],
)
def test_dates(text, date):
    assert iso_date(text) == date
