"""Amounts, rates and the only arithmetic that rounds or scales.

Money is an integer of minor units beside its ISO 4217 code; a rate is a Decimal beside both its currencies.
All arithmetic is on integers, so no ambient decimal context can change a result.

>>> Money.parse("1234.50", "RUB")
Money(minor=123450, currency='RUB')
>>> convert_source_fixed(Money(1_000_000, "RUB"), Rate.parse("0.1173", "RUB", "TJS")).destination.text()
'1173.00'
"""

import re
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final, Literal, Self

import iso4217
import msgspec

from corridor.domain.errors import CorridorError, InvalidValue

Rounding = Literal["ROUND_FLOOR", "ROUND_CEILING", "ROUND_HALF_EVEN"]

# ISO 20022 ActiveCurrencyAndAmount: totalDigits 18, fractionDigits 5, not negative.
_AMOUNT_DIGITS: Final = 18
MAX_MINOR: Final = 10**_AMOUNT_DIGITS - 1
# ISO 20022 BaseOneRate: totalDigits 11, fractionDigits 10.
_RATE_DIGITS: Final = 11
_RATE_DECIMALS: Final = 10

_RATE = re.compile(r"[0-9]{1,11}(?:\.[0-9]{1,10})?")
_BASIS_POINTS = 10_000
_HUNDRED_PERCENT = 100 * 10**_RATE_DECIMALS


class UnknownCurrency(CorridorError):
    """The currency is not an ISO 4217 code that payments can be made in."""

    reason = "AM03"


class CurrencyMismatch(CorridorError):
    """Amounts of different currencies cannot be combined."""

    reason = "CURR"


class InvalidAmount(CorridorError):
    """An amount is a plain number of at most 18 digits, never negative, without sign or exponent."""

    reason = "AM12"


class WrongDecimals(CorridorError):
    """The amount has more decimals than its currency."""

    reason = "CH20"


class InvalidRate(InvalidValue):
    """The rate must be positive, with at most 11 digits and 10 decimals, between two different currencies."""


class Currency(msgspec.Struct, frozen=True):
    """A currency one can pay in. Units: 10**exponent minor units make one major unit."""

    code: str
    exponent: int
    name: str


class _Currencies(dict[str, Currency]):
    """ISO 4217 without the codes that have no minor unit (metals, funds, tests): nobody pays in them."""

    def __missing__(self, code: object) -> Currency:
        raise UnknownCurrency


_CURRENCIES = _Currencies(
    {
        each.code: Currency(each.code, each.exponent, each.currency_name)
        for each in iso4217.Currency
        if each.exponent is not None
    }
)


def currency(code: str) -> Currency:
    """The currency of a code, always the same object.

    Raises: UnknownCurrency (AM03). Source: ISO 4217 list one, through package iso4217.
    """
    return _CURRENCIES[code]


def currencies() -> tuple[Currency, ...]:
    """All currencies that one can pay in."""
    return tuple(_CURRENCIES.values())


def decimal_text(minor: int, code: str) -> str:
    """The exact decimal of so many minor units, with all decimals of the currency.

    >>> decimal_text(5, "RUB"), decimal_text(5, "JPY"), decimal_text(5, "KWD"), decimal_text(-150, "RUB")
    ('0.05', '5', '0.005', '-1.50')
    """
    exponent = _CURRENCIES[code].exponent
    if minor < 0:
        return "-" + decimal_text(-minor, code)
    if exponent == 0:
        return str(minor)
    digits = str(minor).zfill(exponent + 1)
    return f"{digits[:-exponent]}.{digits[-exponent:]}"


def amount_text(minor: int, code: str) -> str:
    """An amount as people write it.

    >>> amount_text(150000, "RUB")
    '1500.00 RUB'
    """
    return f"{decimal_text(minor, code)} {code}"


def minor_units(text: str, code: str, *, field: str | None = None) -> int:
    """The exact number of minor units that a decimal text means; never rounds.

    Shape: digits, optionally a point and at most as many decimals as the currency has.
    Raises: UnknownCurrency (AM03), InvalidAmount (AM12), WrongDecimals (CH20).
    """
    known = _CURRENCIES.get(code)
    if known is None:
        raise UnknownCurrency(field=field)
    whole, point, fraction = text.partition(".")
    if not text.isascii() or not whole.isdigit() or (point and not fraction.isdigit()):
        raise InvalidAmount(field=field)
    if len(fraction) > known.exponent:
        raise WrongDecimals(field=field)
    digits = whole.lstrip("0") + fraction.ljust(known.exponent, "0")
    if len(digits) > _AMOUNT_DIGITS:
        raise InvalidAmount(field=field)
    return int(digits or "0")


class Money(msgspec.Struct, frozen=True):
    """An amount that can be paid: 0 to 999,999,999,999,999,999 minor units of one currency.

    Amounts of two currencies are never added, subtracted or compared in size.
    Raises: InvalidAmount (AM12), UnknownCurrency (AM03), CurrencyMismatch (CURR).
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int or not 0 <= self.minor <= MAX_MINOR:  # bool is an int, and no amount
            raise InvalidAmount
        _CURRENCIES[self.currency]

    @classmethod
    def parse(cls, text: str, code: str, *, field: str | None = None) -> Self:
        """As `minor_units`."""
        return cls(minor_units(text, code, field=field), code)

    def text(self) -> str:
        """The exact decimal, as it stands in a message."""
        return decimal_text(self.minor, self.currency)

    def __str__(self) -> str:
        return f"{self.text()} {self.currency}"

    def __add__(self, other: Self) -> Self:
        self._require_same_currency(other)
        return type(self)(self.minor + other.minor, self.currency)

    def __sub__(self, other: Self) -> Self:
        self._require_same_currency(other)
        return type(self)(self.minor - other.minor, self.currency)

    def __lt__(self, other: Self) -> bool:
        self._require_same_currency(other)
        return self.minor < other.minor

    def __le__(self, other: Self) -> bool:
        self._require_same_currency(other)
        return self.minor <= other.minor

    def _require_same_currency(self, other: Self) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch


class Rate(msgspec.Struct, frozen=True):
    """One unit of `base` costs `value` units of `quote` (major units of both).

    The same rate converts both ways; it is never inverted, because an inverse would be rounded.
    Raises: InvalidRate (CH16), UnknownCurrency (AM03). Source: ISO 20022 BaseOneRate.
    """

    value: Decimal
    base: str
    quote: str

    def __post_init__(self) -> None:
        if type(self.value) is not Decimal or not self.value.is_finite() or self.value <= 0:
            raise InvalidRate
        _, digits, exponent = self.value.as_tuple()
        if len(digits) > _RATE_DIGITS or not -_RATE_DECIMALS <= int(exponent) <= 0:
            raise InvalidRate
        if _CURRENCIES[self.base] is _CURRENCIES[self.quote]:
            raise InvalidRate

    @classmethod
    def parse(cls, text: str, base: str, quote: str, *, field: str | None = None) -> Self:
        """The rate a decimal text means; trailing zeros do not count as digits.

        Raises: InvalidRate (CH16), UnknownCurrency (AM03).
        """
        if not _RATE.fullmatch(text):
            raise InvalidRate(field=field)
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        try:
            return cls(Decimal(text), base, quote)
        except InvalidRate:
            raise InvalidRate(field=field) from None

    def text(self) -> str:
        """The value in plain decimal notation."""
        return format(self.value, "f")


class Conversion(msgspec.Struct, frozen=True):
    """Two amounts that a rate ties together, rounded once, in the provider's favour.

    `remainder` is what the provider gains by the rounding: never negative, exact, in minor units of the
    rate's quote currency (there it is always a finite decimal). It cannot be posted; it is recorded.
    """

    source: Money
    destination: Money
    remainder: Decimal


def convert_source_fixed(source: Money, rate: Rate) -> Conversion:
    """What the creditor gets for `source`: the destination is rounded down (ROUND_FLOOR).

    Units: the exponents of both currencies are taken into account. A destination of zero is possible.
    Raises: CurrencyMismatch (CURR) if the rate is for other currencies, InvalidAmount (AM12) on overflow.
    """
    multiplier, divisor, other, decimals = _minor_ratio(rate, source.currency)
    minor, kept = divmod(source.minor * multiplier, divisor)
    return Conversion(source, Money(minor, other), _exact(kept, decimals))


def convert_destination_fixed(destination: Money, rate: Rate) -> Conversion:
    """What the debtor pays for `destination`: the source is rounded up (ROUND_CEILING).

    Raises: CurrencyMismatch (CURR) if the rate is for other currencies, InvalidAmount (AM12) on overflow.
    """
    multiplier, divisor, other, decimals = _minor_ratio(rate, destination.currency)
    minor, missing = divmod(-destination.minor * multiplier, divisor)
    return Conversion(Money(-minor, other), destination, _exact(missing, decimals))


def mid_rate(bid: Rate, ask: Rate) -> Rate:
    """The middle of two rates of the same pair, rounded half to even where BaseOneRate has no more digits.

    Raises: CurrencyMismatch (CURR) if the pairs differ.
    """
    if (bid.base, bid.quote) != (ask.base, ask.quote):
        raise CurrencyMismatch("The two rates are of different pairs.")
    total = _scaled(bid.value) + _scaled(ask.value)  # in 10**-10, twice the middle
    excess = max(0, len(str(total // 2)) - _RATE_DIGITS)
    middle = _divide(total, 2 * 10**excess, ROUND_HALF_EVEN)
    return Rate.parse(format(_exact(middle * 10**excess, _RATE_DECIMALS), "f"), bid.base, bid.quote)


def share(amount: Money, rate_bps: int, *, rounding: Rounding) -> Money:
    """So many basis points (1/10,000) of an amount, rounded once in the way the caller names.

    >>> share(Money(10_050, "RUB"), 30, rounding="ROUND_CEILING")
    Money(minor=31, currency='RUB')
    """
    assert type(rate_bps) is int, "basis points are whole: a finer tariff needs another unit"
    return Money(_divide(amount.minor * rate_bps, _BASIS_POINTS, rounding), amount.currency)


def percent(text: str, *, field: str | None = None) -> Decimal:
    """The yearly rate that a decimal text means, in percent: 0 is one, and 8.5 is eight and a half percent.

    Raises: InvalidRate (CH16). Source: ISO 20022 PercentageRate: 11 digits, 10 of them decimals.
    """
    value = Decimal(text) if _RATE.fullmatch(text) else None
    if value is None or not is_percent(value):
        raise InvalidRate("The rate is a percentage from 0 to 100 with at most 10 decimals.", field=field)
    return value


def is_percent(value: Decimal) -> bool:
    """Say whether a value is a percentage of at most 100 that `interest` can reckon with exactly."""
    if not value.is_finite() or not 0 <= value <= 100:
        return False
    return int(value.as_tuple().exponent) >= -_RATE_DECIMALS


def interest(amount: Money, rate: Decimal, days: int, year: int, carried: int = 0) -> tuple[Money, int]:
    """The whole minor units of simple interest for so many days, and what is left of it, to be carried on.

    It is rounded down (ROUND_FLOOR), and nothing is lost: whoever passes what was left to the next period gets,
    over any periods, what the whole of them would have given. Units: `rate` in percent a year, which has `year`
    days; what is left in 10**-12 / `year` minor units, always less than one minor unit.

    >>> interest(Money(100_000_000, "RUB"), Decimal("16.5"), 1, 365)
    (Money(minor=45205, currency='RUB'), 175000000000000)
    """
    one = _HUNDRED_PERCENT * year
    minor, left = divmod(amount.minor * _scaled(rate) * days + carried, one)
    return Money(minor, amount.currency), left


def allocate(amount: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """Parts in proportion to the weights that sum to the amount, each within one minor unit of its due.

    Shape: at least one weight, none negative, not all zero; a weight of zero gets nothing.

    >>> [part.minor for part in allocate(Money(100, "RUB"), (1, 1, 1))]
    [33, 33, 34]
    """
    whole = sum(weights)
    assert whole > 0 and min(weights) >= 0, "weights are not negative and not all zero"  # noqa: PT018
    parts = []
    weight_so_far = minor_so_far = 0
    for weight in weights:
        weight_so_far += weight
        up_to_here = amount.minor * weight_so_far // whole
        parts.append(Money(up_to_here - minor_so_far, amount.currency))
        minor_so_far = up_to_here
    return tuple(parts)


def _minor_ratio(rate: Rate, code: str) -> tuple[int, int, str, int]:
    """Minor units of the other currency per minor unit of `code`: multiplier, divisor, that currency.

    Last come the decimals with which, in either direction, a rest of the division is minor units of quote:
    it is counted in 10**-decimals of them.
    """
    # At least six, for no currency has more than four: so both numbers are whole.
    decimals = _RATE_DECIMALS + _CURRENCIES[rate.base].exponent - _CURRENCIES[rate.quote].exponent
    value, one = _scaled(rate.value), int(10**decimals)
    if code == rate.base:
        return value, one, rate.quote, decimals
    if code == rate.quote:
        return one, value, rate.base, decimals
    raise CurrencyMismatch("The rate is not for the currency of the amount.")


def _scaled(value: Decimal) -> int:
    """The value of a rate in units of 10**-10; exact, for it has at most so many decimals."""
    numerator, denominator = value.as_integer_ratio()
    return numerator * 10**_RATE_DECIMALS // denominator


def _exact(number: int, decimals: int) -> Decimal:
    """The number with its point moved, built from text because the constructor knows no precision."""
    return Decimal(f"{number}e-{decimals}")


def _divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    quotient, remainder = divmod(numerator, denominator)
    if rounding == ROUND_FLOOR:
        return quotient
    if rounding == ROUND_CEILING:
        return quotient + (remainder > 0)
    half = 2 * remainder - denominator
    return quotient + (half > 0 or (half == 0 and quotient % 2 == 1))
