"""Money for all amounts, currencies and rates, against exact fractions."""

from decimal import ROUND_UP, Decimal, Inexact, localcontext
from fractions import Fraction

import iso4217
from hypothesis import given
from hypothesis import strategies as st

from corridor.domain.errors import CorridorError
from corridor.domain.money import (
    MAX_MINOR,
    Conversion,
    InvalidAmount,
    Money,
    Rate,
    allocate,
    convert_destination_fixed,
    convert_source_fixed,
    decimal_text,
    mid_rate,
    minor_units,
    share,
)

EXPONENTS: dict[str, int] = {
    each.code: each.exponent for each in iso4217.Currency if each.exponent is not None
}

minors = st.integers(0, MAX_MINOR) | st.integers(0, 100_000)
codes = st.sampled_from(sorted(EXPONENTS)) | st.sampled_from(["RUB", "TJS", "JPY", "KWD", "CLF"])
pairs = st.tuples(codes, codes).filter(lambda pair: pair[0] != pair[1])


@st.composite
def rate_values(draw: st.DrawFn) -> Decimal:
    digits, decimals = draw(st.integers(1, 10**11 - 1)), draw(st.integers(0, 10))
    return Decimal(f"{digits}e-{decimals}")


rates = st.builds(lambda value, pair: Rate(value, *pair), rate_values(), pairs)


def scale(code: str) -> int:
    """How many minor units make a major one."""
    return int(10 ** EXPONENTS[code])


def value(amount: Money) -> Fraction:
    """The amount in major units, exactly."""
    return Fraction(amount.minor, scale(amount.currency))


def worth(amount: Money, rate: Rate) -> Fraction:
    """What the amount is worth in minor units of the other currency of the rate, exactly."""
    factor = Fraction(rate.value) if amount.currency == rate.base else 1 / Fraction(rate.value)
    return value(amount) * factor * scale(other_currency(amount, rate))


def other_currency(amount: Money, rate: Rate) -> str:
    return rate.quote if amount.currency == rate.base else rate.base


@given(minors, codes)
def test_text_and_amount_name_each_other(minor: int, code: str) -> None:
    assert Money.parse(Money(minor, code).text(), code) == Money(minor, code)


@given(st.integers(-MAX_MINOR, MAX_MINOR), codes)
def test_the_text_is_the_exact_value_with_all_decimals(minor: int, code: str) -> None:
    text = decimal_text(minor, code)
    assert Fraction(text) == Fraction(minor, scale(code))
    assert len(text.partition(".")[2]) == EXPONENTS[code]


@given(st.text("0123456789.-+eE _,", max_size=24) | st.text(max_size=8), codes)
def test_a_text_is_read_exactly_or_refused(text: str, code: str) -> None:
    try:
        minor = minor_units(text, code)
    except CorridorError:
        return
    assert Fraction(minor, scale(code)) == Fraction(text)
    assert set(text) <= set("0123456789.")
    assert 0 <= minor <= MAX_MINOR


def gain(conversion: Conversion, rate: Rate) -> Fraction:
    """What the provider keeps, in minor units of the quote currency, from the two amounts alone."""
    kept = value(conversion.source) - value(conversion.destination) / Fraction(rate.value)
    if conversion.source.currency == rate.base:
        return kept * Fraction(rate.value) * scale(rate.quote)
    kept = value(conversion.source) - value(conversion.destination) * Fraction(rate.value)
    return kept * scale(rate.quote)


@given(minors, rates, st.booleans())
def test_a_fixed_source_is_rounded_once_and_down(minor: int, rate: Rate, from_base: bool) -> None:
    source = Money(minor, rate.base if from_base else rate.quote)
    exact = worth(source, rate)
    try:
        conversion = convert_source_fixed(source, rate)
    except InvalidAmount:
        assert exact > MAX_MINOR
        return
    assert conversion.source == source
    assert conversion.destination == Money(exact.numerator // exact.denominator, other_currency(source, rate))
    assert Fraction(conversion.remainder) == gain(conversion, rate) >= 0


@given(minors, rates, st.booleans())
def test_a_fixed_destination_is_rounded_once_and_up(minor: int, rate: Rate, to_quote: bool) -> None:
    destination = Money(minor, rate.quote if to_quote else rate.base)
    exact = worth(destination, rate)
    try:
        conversion = convert_destination_fixed(destination, rate)
    except InvalidAmount:
        assert exact > MAX_MINOR
        return
    assert conversion.destination == destination
    assert conversion.source == Money(
        -(-exact.numerator // exact.denominator), other_currency(destination, rate)
    )
    assert Fraction(conversion.remainder) == gain(conversion, rate) >= 0


@given(st.integers(0, 10**9), rates, st.booleans())
def test_there_and_back_never_pays(minor: int, rate: Rate, from_base: bool) -> None:
    source = Money(minor, rate.base if from_base else rate.quote)
    try:
        there = convert_source_fixed(source, rate)
        assert convert_source_fixed(there.destination, rate).destination <= source
        assert convert_destination_fixed(there.destination, rate).source <= source
    except InvalidAmount:
        return


@given(minors, minors, rates)
def test_more_money_never_buys_less(one: int, other: int, rate: Rate) -> None:
    small, large = (Money(minor, rate.base) for minor in sorted((one, other)))
    try:
        assert convert_source_fixed(small, rate).destination <= convert_source_fixed(large, rate).destination
    except InvalidAmount:
        return


@given(st.integers(0, 10**9), rates, rates)
def test_the_ambient_decimal_context_changes_nothing(minor: int, rate: Rate, other: Rate) -> None:
    def everything() -> list[object]:
        results: list[object] = [rate.text(), Rate.parse(rate.text(), rate.base, rate.quote)]
        for convert in (convert_source_fixed, convert_destination_fixed):
            for code in (rate.base, rate.quote):
                try:
                    results.append(convert(Money(minor, code), rate))
                except InvalidAmount:
                    results.append("too large")
        results.append(mid_rate(rate, Rate(other.value, rate.base, rate.quote)))
        return results

    expected = everything()
    with localcontext(prec=1, rounding=ROUND_UP) as context:
        context.traps[Inexact] = True
        assert everything() == expected


@given(rate_values(), rate_values(), pairs)
def test_the_middle_lies_between(one: Decimal, other: Decimal, pair: tuple[str, str]) -> None:
    middle = mid_rate(Rate(one, *pair), Rate(other, *pair))
    assert min(one, other) <= middle.value <= max(one, other)
    assert middle == mid_rate(Rate(other, *pair), Rate(one, *pair))
    # BaseOneRate: eleven digits, ten decimals, so half a unit of the eleventh digit or of the tenth decimal
    exact = (Fraction(one) + Fraction(other)) / 2
    unit = max(Fraction(1, 10**10), Fraction(10) ** (len(str(int(exact))) - 11 if exact >= 1 else -11))
    assert abs(Fraction(middle.value) - exact) <= unit / 2


@given(minors, st.integers(0, 10_000), codes)
def test_a_share_is_the_exact_share_rounded_as_named(minor: int, rate_bps: int, code: str) -> None:
    exact = Fraction(minor * rate_bps, 10_000)
    amount = Money(minor, code)
    assert share(amount, rate_bps, rounding="ROUND_FLOOR").minor == exact.numerator // exact.denominator
    assert share(amount, rate_bps, rounding="ROUND_CEILING").minor == -(-exact.numerator // exact.denominator)
    assert share(amount, rate_bps, rounding="ROUND_HALF_EVEN").minor == round(exact)


@given(minors, codes, st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_a_split_posts_every_unit(minor: int, code: str, weights: list[int]) -> None:
    parts = allocate(Money(minor, code), weights)
    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert part.currency == code
        assert abs(part.minor - Fraction(minor * weight, sum(weights))) < 1
        assert weight or not part.minor
