"""Money by example: exponents, refusals, and conversions worked out by hand."""

from decimal import Decimal

import msgspec
import pytest

from corridor.domain.errors import CorridorError
from corridor.domain.money import (
    MAX_MINOR,
    Conversion,
    CurrencyMismatch,
    InvalidAmount,
    InvalidRate,
    Money,
    Rate,
    UnknownCurrency,
    WrongDecimals,
    allocate,
    convert_destination_fixed,
    convert_source_fixed,
    currency,
    decimal_text,
    mid_rate,
    minor_units,
    share,
)


@pytest.mark.parametrize(
    ("code", "exponent"),
    # ISO 4217 list one. CLDR and what is built on it give 0 for IQD, IRR and AFN.
    [
        ("RUB", 2),
        ("TJS", 2),
        ("JPY", 0),
        ("KWD", 3),
        ("CLF", 4),
        ("IQD", 3),
        ("IRR", 2),
        ("AFN", 2),
        ("LBP", 2),
    ],
)
def test_exponents_are_those_of_iso_4217(code: str, exponent: int) -> None:
    assert currency(code).exponent == exponent
    assert currency(code) is currency(code)


@pytest.mark.parametrize("code", ["XAU", "XXX", "XTS", "XDR", "rub", "RUR", "", "810", "RUB ", "TJR"])
def test_nobody_pays_in_what_is_no_currency(code: str) -> None:
    for attempt in (
        lambda: currency(code),
        lambda: Money(1, code),
        lambda: minor_units("1", code, field="IntrBkSttlmAmt"),
        lambda: decimal_text(1, code),
        lambda: Rate(Decimal(1), "RUB", code),
    ):
        with pytest.raises(UnknownCurrency) as refused:
            attempt()
        assert refused.value.reason == "AM03"


@pytest.mark.parametrize(
    ("text", "code", "minor"),
    [
        ("100.50", "RUB", 10050),
        ("100.5", "RUB", 10050),
        ("100", "RUB", 10000),
        ("0", "RUB", 0),
        ("0.00", "RUB", 0),
        ("0.01", "RUB", 1),
        ("007.00", "RUB", 700),
        ("1", "JPY", 1),
        ("1.001", "KWD", 1001),
        ("0.0001", "CLF", 1),
        ("9999999999999999.99", "RUB", MAX_MINOR),
        ("999999999999999999", "JPY", MAX_MINOR),
        ("0000000000000000000000001", "JPY", 1),
    ],
)
def test_a_decimal_text_means_so_many_minor_units(text: str, code: str, minor: int) -> None:
    assert Money.parse(text, code) == Money(minor, code)


@pytest.mark.parametrize(
    ("text", "code", "error"),
    [
        ("100.500", "RUB", WrongDecimals),
        ("1.00", "JPY", WrongDecimals),
        ("1.0", "JPY", WrongDecimals),
        ("1.0001", "KWD", WrongDecimals),
        ("1.00000", "CLF", WrongDecimals),
        ("10000000000000000.00", "RUB", InvalidAmount),
        ("1000000000000000000", "JPY", InvalidAmount),
        ("-1", "RUB", InvalidAmount),
        ("+1", "RUB", InvalidAmount),
        ("-0", "RUB", InvalidAmount),
        ("1e2", "RUB", InvalidAmount),
        ("1E2", "RUB", InvalidAmount),
        ("", "RUB", InvalidAmount),
        (".", "RUB", InvalidAmount),
        ("1.", "RUB", InvalidAmount),
        (".5", "RUB", InvalidAmount),
        ("1,50", "RUB", InvalidAmount),
        ("1 000", "RUB", InvalidAmount),
        ("1_000", "RUB", InvalidAmount),
        (" 1", "RUB", InvalidAmount),
        ("1\n", "RUB", InvalidAmount),
        ("1.2.3", "RUB", InvalidAmount),
        ("NaN", "RUB", InvalidAmount),
        ("Infinity", "RUB", InvalidAmount),
        ("0x10", "RUB", InvalidAmount),
        ("١", "RUB", InvalidAmount),  # a digit, but not one of ours
        ("²", "RUB", InvalidAmount),
        ("9" * 5000, "RUB", InvalidAmount),
    ],
)
def test_any_other_text_is_refused_with_its_field(text: str, code: str, error: type[CorridorError]) -> None:
    with pytest.raises(error) as refused:
        Money.parse(text, code, field="IntrBkSttlmAmt")
    assert refused.value.field == "IntrBkSttlmAmt"
    assert refused.value.reason == {WrongDecimals: "CH20", InvalidAmount: "AM12"}[error]


@pytest.mark.parametrize("minor", [-1, MAX_MINOR + 1, 1.0, True, Decimal(1), "1", None])
def test_an_amount_is_an_int_from_nothing_to_eighteen_digits(minor: object) -> None:
    with pytest.raises(InvalidAmount):
        Money(minor, "RUB")  # type: ignore[arg-type]


def test_amounts_of_one_currency_add_subtract_and_compare() -> None:
    one, two = Money(100, "RUB"), Money(250, "RUB")
    assert one + two == Money(350, "RUB")
    assert two - one == Money(150, "RUB")
    assert one < two
    assert two > one
    assert one <= one  # noqa: PLR0124
    assert two >= one
    assert str(two) == "2.50 RUB"


def test_a_difference_below_zero_is_no_amount() -> None:
    with pytest.raises(InvalidAmount):
        Money(100, "RUB") - Money(101, "RUB")


def test_amounts_of_two_currencies_do_nothing_together() -> None:
    roubles, somoni = Money(100, "RUB"), Money(100, "TJS")
    assert roubles != somoni
    for attempt in (
        lambda: roubles + somoni,
        lambda: roubles - somoni,
        lambda: roubles < somoni,
        lambda: roubles <= somoni,
        lambda: roubles > somoni,
        lambda: roubles >= somoni,
    ):
        with pytest.raises(CurrencyMismatch) as refused:
            attempt()
        assert refused.value.reason == "CURR"


def test_money_from_a_frame_is_checked_too() -> None:
    assert msgspec.json.decode(b'{"minor":1,"currency":"RUB"}', type=Money) == Money(1, "RUB")
    with pytest.raises(InvalidAmount):
        msgspec.json.decode(b'{"minor":-1,"currency":"RUB"}', type=Money)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"minor":1.5,"currency":"RUB"}', type=Money)


RUB_TJS = Rate(Decimal("0.1173"), "RUB", "TJS")


@pytest.mark.parametrize(
    ("source", "rate", "destination", "remainder"),
    [
        # 100.01 roubles x 0.1173 = 11.731173 somoni: 11.73, and 0.1173 dirams stay with the provider
        (Money(10001, "RUB"), RUB_TJS, Money(1173, "TJS"), "0.1173"),
        (Money(10000, "RUB"), RUB_TJS, Money(1173, "TJS"), "0"),
        (Money(1, "RUB"), RUB_TJS, Money(0, "TJS"), "0.1173"),
        # 1.00 somoni / 0.1173 = 8.5251... roubles: 8.52, whose worth is 0.999396 somoni
        (Money(100, "TJS"), RUB_TJS, Money(852, "RUB"), "0.0604"),
        # exponents 2 -> 0 and 2 -> 3
        (Money(199, "USD"), Rate(Decimal("151.5"), "USD", "JPY"), Money(301, "JPY"), "0.485"),
        (Money(199, "USD"), Rate(Decimal("0.30725"), "USD", "KWD"), Money(611, "KWD"), "0.42750"),
    ],
)
def test_a_fixed_source_buys_no_more_than_it_is_worth(
    source: Money, rate: Rate, destination: Money, remainder: str
) -> None:
    assert convert_source_fixed(source, rate) == Conversion(source, destination, Decimal(remainder))


@pytest.mark.parametrize(
    ("destination", "rate", "source", "remainder"),
    [
        # 11.73 somoni / 0.1173 = 100 roubles exactly; one diram more costs 100.0852..., so 100.09
        (Money(1173, "TJS"), RUB_TJS, Money(10000, "RUB"), "0"),
        (Money(1174, "TJS"), RUB_TJS, Money(10009, "RUB"), "0.0557"),
        # the same pair, the other way round: 100.01 roubles cost 11.731173 somoni, so 11.74
        (Money(10001, "RUB"), RUB_TJS, Money(1174, "TJS"), "0.8827"),
        (Money(1, "JPY"), Rate(Decimal("151.5"), "USD", "JPY"), Money(1, "USD"), "0.515"),
    ],
)
def test_a_fixed_destination_costs_no_less_than_it_is_worth(
    destination: Money, rate: Rate, source: Money, remainder: str
) -> None:
    assert convert_destination_fixed(destination, rate) == Conversion(source, destination, Decimal(remainder))


def test_a_rate_converts_only_its_own_currencies() -> None:
    for convert in (convert_source_fixed, convert_destination_fixed):
        with pytest.raises(CurrencyMismatch):
            convert(Money(1, "KZT"), RUB_TJS)


def test_a_result_of_more_than_eighteen_digits_is_refused() -> None:
    with pytest.raises(InvalidAmount):
        convert_source_fixed(Money(MAX_MINOR, "USD"), Rate(Decimal("90.5"), "USD", "RUB"))


@pytest.mark.parametrize(
    "value",
    ["0", "-1", "NaN", "Infinity", "1E+3", "0.00000000001", "123456789012", "1.23456789012"],
)
def test_a_rate_is_positive_and_fits_base_one_rate(value: str) -> None:
    with pytest.raises(InvalidRate) as refused:
        Rate(Decimal(value), "RUB", "TJS")
    assert refused.value.reason == "CH16"


@pytest.mark.parametrize("value", [1, 0.5, "1", None])
def test_a_rate_is_a_decimal(value: object) -> None:
    with pytest.raises(InvalidRate):
        Rate(value, "RUB", "TJS")  # type: ignore[arg-type]


def test_a_rate_has_two_currencies() -> None:
    with pytest.raises(InvalidRate):
        Rate(Decimal(1), "RUB", "RUB")


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.1173", "0.1173"), ("8.5251", "8.5251"), ("120.5000000000", "120.5"), ("90", "90"), ("1.0", "1")],
)
def test_a_rate_is_read_and_written_in_plain_decimals(text: str, value: str) -> None:
    rate = Rate.parse(text, "RUB", "TJS")
    assert (rate.value, rate.text()) == (Decimal(value), value)


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "0", "0.0", "1e3", "1.", ".5", "0.12345678901", "１", "1\n"]
)
def test_any_other_rate_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(InvalidRate) as refused:
        Rate.parse(text, "RUB", "TJS", field="AgrdRate")
    assert refused.value.field == "AgrdRate"


def test_the_middle_of_two_rates() -> None:
    bid, ask = Rate.parse("8.5", "TJS", "RUB"), Rate.parse("8.6", "TJS", "RUB")
    assert mid_rate(bid, ask) == Rate(Decimal("8.55"), "TJS", "RUB")
    # one digit too many: half to even
    assert mid_rate(Rate.parse("0.1", "RUB", "TJS"), Rate.parse("0.1000000001", "RUB", "TJS")).text() == "0.1"
    # rounding may lengthen the number
    nearly, full = Rate.parse("99.999999999", "RUB", "TJS"), Rate.parse("100", "RUB", "TJS")
    assert mid_rate(nearly, full).text() == "100"
    with pytest.raises(CurrencyMismatch):
        mid_rate(bid, Rate.parse("8.6", "RUB", "TJS"))


def test_a_share_rounds_as_it_is_told() -> None:
    amount = Money(10_050, "RUB")  # 30 basis points are 30.15 kopecks, 50 are 50.25
    assert share(amount, 30, rounding="ROUND_FLOOR").minor == 30
    assert share(amount, 30, rounding="ROUND_CEILING").minor == 31
    assert share(amount, 30, rounding="ROUND_HALF_EVEN").minor == 30
    assert share(Money(500, "RUB"), 30, rounding="ROUND_HALF_EVEN").minor == 2  # 1.5
    assert share(Money(500, "RUB"), 50, rounding="ROUND_HALF_EVEN").minor == 2  # 2.5
    assert share(amount, 0, rounding="ROUND_CEILING").minor == 0
    assert share(amount, 10_000, rounding="ROUND_CEILING") == amount


def test_an_amount_is_split_to_the_last_unit() -> None:
    assert allocate(Money(100, "RUB"), (1, 1, 1)) == tuple(Money(n, "RUB") for n in (33, 33, 34))
    assert allocate(Money(5, "JPY"), (0, 7, 3)) == tuple(Money(n, "JPY") for n in (0, 3, 2))


@pytest.mark.parametrize("weights", [(), (0, 0), (2, -1)])
def test_weights_that_share_nothing_are_a_bug(weights: tuple[int, ...]) -> None:
    with pytest.raises(AssertionError):
        allocate(Money(100, "RUB"), weights)
