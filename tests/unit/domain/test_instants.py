"""Instants against the examples of RFC 3339 and against datetime."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.domain.instants import DAY, SECOND, InvalidDateTime, at, iso, iso_date, parse, parse_time

YEAR_1 = -62_135_596_800 * SECOND
YEAR_10000 = 253_402_300_800 * SECOND
instants = st.integers(YEAR_1, YEAR_10000 - 1)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520000Z"),
        ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.000000Z"),
        ("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870000Z"),
    ],
)
def test_examples_of_rfc_3339_section_5_8(text: str, utc: str) -> None:
    assert iso(parse(text)) == utc


def test_the_epoch_and_the_moment_before() -> None:
    assert iso(0) == "1970-01-01T00:00:00.000000Z"
    assert iso(-1) == "1969-12-31T23:59:59.999999Z"
    assert iso_date(-1) == "1969-12-31"
    assert iso_date(DAY) == "1970-01-02"


def test_what_is_finer_than_a_microsecond_is_cut_off() -> None:
    assert parse("1970-01-01T00:00:00.123456999Z") == 123_456


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-24",
        "2026-11-24T02:15:25",  # which instant that is, nobody knows
        "2026-11-24 02:15:25Z",
        "2026-11-24T02:15Z",
        "2026-11-24T02:15:25z",
        "2026-11-24T02:15:25.Z",
        "2026-11-24T02:15:25.0123456789Z",
        "2026-11-24T02:15:25+3:00",
        "2026-11-24T02:15:25+24:00",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-24T24:00:00Z",
        "1990-12-31T23:59:60Z",  # a leap second of RFC 3339
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",  # the year 0 in UTC
        "9999-12-31T23:59:59-00:01",  # the year 10000 in UTC
        "2026-11-24T02:15:25Z\n",
        "２026-11-24T02:15:25Z",
    ],
)
def test_what_is_no_instant_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(InvalidDateTime) as refused:
        parse(text, field="GrpHdr/CreDtTm")
    assert (refused.value.reason, refused.value.field) == ("DT01", "GrpHdr/CreDtTm")


@pytest.mark.parametrize("text", ["17:00:00Z", "17:00:00.5+03:00", "00:00:00-09:30"])
def test_a_time_of_day_is_an_instant_once_its_date_is_known(text: str) -> None:
    assert parse_time(text) == text
    assert at("2026-11-24", text) == parse(f"2026-11-24T{text}")


@pytest.mark.parametrize(
    "text", ["", "17:00:00", "17:00Z", "24:00:00Z", "25:00:00Z", "17:00:00Z\n", "T17:00:00Z"]
)
def test_what_is_no_time_of_day_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(InvalidDateTime) as refused:
        parse_time(text, field="SttlmTmReq/TillTm")
    assert (refused.value.reason, refused.value.field) == ("DT01", "SttlmTmReq/TillTm")


@given(instants)
def test_datetime_reads_the_same_instant(instant: int) -> None:
    read = datetime.fromisoformat(iso(instant))
    assert (read - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) == instant
    assert iso_date(instant) == read.date().isoformat()


@given(instants)
def test_text_and_instant_name_each_other(instant: int) -> None:
    assert parse(iso(instant)) == instant


@given(instants, instants)
def test_texts_sort_as_instants_do(one: int, other: int) -> None:
    assert (iso(one) < iso(other)) == (one < other)


@given(instants.filter(lambda instant: YEAR_1 + DAY < instant < YEAR_10000 - DAY), st.integers(-839, 839))
def test_an_offset_moves_the_clock_and_not_the_instant(instant: int, offset_minutes: int) -> None:
    sign, (hours, minutes) = "-" if offset_minutes < 0 else "+", divmod(abs(offset_minutes), 60)
    local = iso(instant + offset_minutes * 60 * SECOND)
    assert parse(f"{local[:-1]}{sign}{hours:02d}:{minutes:02d}") == instant
