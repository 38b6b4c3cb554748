"""A day of the reference corridor, from a seed: goods are paid one way, wages the other.

Importers pay from the somoni country, large amounts before noon; people who work in the rouble country send
wages home, small amounts towards the evening. One payment in twenty goes against the stream.
"""

import random
from typing import Final

from corridor.sandbox.world import PAMIR, ROUBLE, SEVERNY, SOMONI, VOLGA, ZARAFSHAN
from corridor.services.settlement.liquidity import DayPayment
from corridor.services.settlement.waiting import HIGH, NORMAL

GOODS: Final = 300
WAGES: Final = 1_700
GOODS_VALUE: Final = 3_000_000_000_00
"""Of a day, in hundredths of a rouble; what is paid in somoni is converted."""
SHARES: Final = ((ROUBLE, 0.7, 1.0), (SOMONI, 0.3, 8.55))
"""What part of all payments is in a currency, and how many roubles its unit is worth."""
HOUR: Final = 3_600
_ROUBLE_BANKS: Final = (SEVERNY.bic, VOLGA.bic)
_SOMONI_BANKS: Final = (PAMIR.bic, ZARAFSHAN.bic)
_SIZES: Final = (0.6, 0.4)
"""One bank of a country is larger than the other."""


def make_day(wages_to_goods: float, seed: int) -> list[DayPayment]:
    """A day in order of time; the value of all wages is so many times that of all goods."""
    dice = random.Random(seed)  # noqa: S311  a load, not a secret
    goods = _flow(dice, GOODS, GOODS_VALUE, (8, 18, 11), 1.2, home=_SOMONI_BANKS, away=_ROUBLE_BANKS)
    wages = _flow(
        dice,
        WAGES,
        int(GOODS_VALUE * wages_to_goods),
        (8, 22, 18),
        0.8,
        home=_ROUBLE_BANKS,
        away=_SOMONI_BANKS,
    )
    return sorted((*goods, *wages), key=lambda payment: payment.time)


def _flow(
    dice: random.Random, number: int, value: int, hours: tuple[int, int, int], spread: float,
    *, home: tuple[str, ...], away: tuple[str, ...],
) -> list[DayPayment]:  # fmt: skip
    sizes = [dice.lognormvariate(0, spread) for _ in range(number)]
    unit = value / sum(sizes)
    payments = []
    for size in sizes:
        (currency, _, worth) = dice.choices(SHARES, [share for _, share, _ in SHARES])[0]
        sides = (home, away) if dice.random() < 0.95 else (away, home)
        debtor, creditor = (dice.choices(side, _SIZES)[0] for side in sides)
        earliest, latest, most = hours
        time = int(dice.triangular(earliest * HOUR, latest * HOUR, most * HOUR))
        priority = HIGH if dice.random() < 0.05 else NORMAL
        payments.append(
            DayPayment(time, debtor, creditor, currency, max(1, int(size * unit / worth)), priority)
        )
    return payments
