"""In which currencies a corridor settles: turnover, its growth, and shares by value and by number that add up.

Everything is a sum of cells: the payments of one day, direction, product and currency. A cell's value is rounded once,
so that periods, products, directions and currencies add up to one and the same total, however they are cut.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal

import msgspec

from corridor.domain.errors import CorridorError

Period = Literal["month", "quarter", "year"]
Key = Literal["currency", "product", "direction"]
Of = Literal["all", "trade", "returned"]

FIRST_DAY: Final = "0001-01-01"
LAST_DAY: Final = "9999-12-31"
_HUNDREDTHS: Final = 10_000
"""Shares are in hundredths of a per cent."""


class MissingFixing(CorridorError):
    """There is no official rate of a day on which payments settled."""

    reason = "CH21"


class Question(msgspec.Struct, frozen=True):
    """What is asked for: days inclusive, of which payments, how they are put together, and the unit of value.

    `of` trade leaves out what persons are sent: wages and salaries, and what says nothing of its purpose. `of` returned
    is what settled in these days and was given back since, whenever that was.
    """

    since: str = FIRST_DAY
    until: str = LAST_DAY
    period: Period = "year"
    by: Key = "currency"
    unit: str = "USD"
    of: Of = "all"


class Sum(msgspec.Struct, frozen=True):
    """What settled in a period under one key in one currency. `value` is in minor units of the unit."""

    period: str
    key: str
    currency: str
    number: int
    amount: int
    value: int


class Part(msgspec.Struct, frozen=True):
    """A currency's part of a line: `amount` is in its own minor units, shares are per cent of the line."""

    currency: str
    number: int
    amount: int
    value: int
    number_share: Decimal
    value_share: Decimal


class Line(msgspec.Struct, frozen=True):
    """What settled under one key; shares are per cent of the period."""

    key: str
    number: int
    value: int
    number_share: Decimal
    value_share: Decimal
    currencies: tuple[Part, ...]


class Turnover(msgspec.Struct, frozen=True):
    """One period. `growth` is per cent of value against the same period a year before, None if that is not known."""

    period: str
    number: int
    value: int
    growth: Decimal | None
    lines: tuple[Line, ...]


def turnovers(sums: Iterable[Sum]) -> tuple[Turnover, ...]:
    """Return each period with its lines, the greatest value first. The shares of each period are 100 %, as shown."""
    periods: defaultdict[str, defaultdict[str, list[Sum]]] = defaultdict(lambda: defaultdict(list))
    for each in sums:
        periods[each.period][each.key].append(each)
    values = {
        name: sum(each.value for line in lines.values() for each in line) for name, lines in periods.items()
    }
    return tuple(
        Turnover(
            name,
            sum(each.number for line in periods[name].values() for each in line),
            values[name],
            _growth(values.get(year_before(name)), values[name]),
            _lines(periods[name]),
        )
        for name in sorted(periods)
    )


def shares(parts: Sequence[int]) -> tuple[Decimal, ...]:
    """Return per cent with two decimals that add up to 100.00; what rounding leaves goes to the greatest remainders.

    >>> [str(share) for share in shares([1, 1, 1])]
    ['33.34', '33.33', '33.33']
    """
    whole = sum(parts)
    if not whole:
        return tuple(Decimal("0.00") for _ in parts)
    scaled = [divmod(part * _HUNDREDTHS, whole) for part in parts]
    left = _HUNDREDTHS - sum(quotient for quotient, _ in scaled)
    favoured = sorted(range(len(parts)), key=lambda place: -scaled[place][1])[:left]
    return tuple(
        Decimal(quotient + (place in favoured)).scaleb(-2) for place, (quotient, _) in enumerate(scaled)
    )


def year_before(period: str) -> str:
    """Return the name of the same period a year before: 2025-Q3 was 2024-Q3."""
    return f"{int(period[:4]) - 1:04d}{period[4:]}"


def _lines(keyed: dict[str, list[Sum]]) -> tuple[Line, ...]:
    ordered = sorted(keyed, key=lambda key: (-sum(each.value for each in keyed[key]), key))
    numbers = [sum(each.number for each in keyed[key]) for key in ordered]
    values = [sum(each.value for each in keyed[key]) for key in ordered]
    number_shares, value_shares = shares(numbers), shares(values)
    return tuple(
        Line(
            key, numbers[place], values[place], number_shares[place], value_shares[place], _parts(keyed[key])
        )
        for place, key in enumerate(ordered)
    )


def _parts(sums: Sequence[Sum]) -> tuple[Part, ...]:
    ordered = sorted(sums, key=lambda each: (-each.value, each.currency))
    numbers, values = shares([each.number for each in ordered]), shares([each.value for each in ordered])
    return tuple(
        Part(each.currency, each.number, each.amount, each.value, number, value)
        for each, number, value in zip(ordered, numbers, values, strict=True)
    )


def _growth(before: int | None, value: int) -> Decimal | None:
    if not before:
        return None
    return (Decimal(value - before) * 100 / before).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
