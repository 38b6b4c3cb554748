"""Identifiers that a participant makes: in time order where they may be, random where they must be."""

import random
from collections.abc import Callable
from typing import Final

from corridor.domain.identifiers import UETR, uetr_text
from corridor.domain.instants import Instant

MakeUETR = Callable[[], UETR]

_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's, which ascend as characters do
_LENGTH: Final = 11  # 55 bits: microseconds until the year 3111


def message_id(bic: str, at: Instant) -> str:
    """An id that sorts by time, so that the index of all a participant ever sent grows at its end only.

    Shape: 20 or 23 characters of Max35Text. Whoever never uses an instant twice never repeats an id.

    >>> message_id("SEVRRUM0", 1_795_486_525_123_456)
    'SEVRRUM0-1K0ZH48ETW0'
    """
    digits = [_DIGITS[at >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5)]
    return f"{bic}-{''.join(digits)}"


def random_uetrs(dice: random.Random) -> MakeUETR:
    """UUIDs of version 4 from this source; `random.SystemRandom()` is the one for real payments."""

    def make() -> UETR:
        bits = dice.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | 0x4 << 76 | 0x2 << 62
        return uetr_text(bits.to_bytes(16, "big"))

    return make
