"""The keys one letter away from a key, found without reading the vocabulary.

Two keys one slip apart become equal when the right letter is dropped from the longer of them, or one from
each: karimov and karinov are both kariov then. So each key is kept under the hash of itself and of itself
without each of its letters, and a key is looked for in the same way.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from zlib import crc32

import msgspec

from corridor.services.compliance.alignment import SHORTEST_TYPO, one_letter


class Shadows(msgspec.Struct, frozen=True):
    """Arrays of 32 bits: hashes in ascending order, the number of the key behind each, where pages begin.

    Hashes that differ in their last `page_bits` bits only are one page: two or three of them.
    """

    hashes: bytes
    numbers: bytes
    pages: bytes
    page_bits: int


def cast(vocabulary: Sequence[str]) -> Shadows:
    """The shadows of all keys that are long enough to have neighbours."""
    rows = sorted(
        crc32(shadow) << 32 | number
        for number, key in enumerate(vocabulary)
        if len(key) >= SHORTEST_TYPO
        for shadow in _shadows(key)
    )
    hashes = array("I", (row >> 32 for row in rows))
    numbers = array("I", (row & 0xFFFF_FFFF for row in rows))
    page_bits = 33 - max(1, len(rows).bit_length())
    pages = array("I", (bisect_left(hashes, page << page_bits) for page in range(1 << (32 - page_bits))))
    pages.append(len(rows))
    return Shadows(hashes.tobytes(), numbers.tobytes(), pages.tobytes(), page_bits)


class Neighbours:
    """The vocabulary by its shadows: about ten bytes for each letter of it."""

    def __init__(self, vocabulary: Sequence[str], shadows: Shadows) -> None:
        self._vocabulary = vocabulary
        self._hashes = array("I", shadows.hashes)
        self._numbers = array("I", shadows.numbers)
        self._pages = array("I", shadows.pages)
        self._page_bits = shadows.page_bits

    def find(self, key: str) -> list[str]:
        """The keys of the vocabulary one letter away from `key`, sorted; without `key` itself."""
        if len(key) < SHORTEST_TYPO:
            return []
        hashes, pages, met = self._hashes, self._pages, set[str]()
        for shadow in _shadows(key):
            value = crc32(shadow)
            page = value >> self._page_bits
            for at in range(pages[page], pages[page + 1]):
                if hashes[at] == value:
                    met.add(self._vocabulary[self._numbers[at]])
        return sorted(near for near in met if one_letter(key, near))


def _shadows(key: str) -> set[bytes]:
    raw = key.encode()
    return {raw, *(raw[:at] + raw[at + 1 :] for at in range(len(raw)))}
