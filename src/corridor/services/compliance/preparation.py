"""A list turned into what look-ups need: made once for a version, kept as bytes, loaded at each start."""

import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from corridor.services.compliance.lists import Entry, ListVersion, UnreadableList
from corridor.services.compliance.names import Role, Word, joined_key, parse
from corridor.services.compliance.neighbours import Shadows, cast

Postings = dict[str, frozenset[int]]
"""From the key of a word to the numbers of the names that bear it."""


class Prepared(msgspec.Struct, frozen=True):
    """An inverted index of a list.

    Names of several full words, of one, and of one beside initials are kept apart, because a name of several
    words is never found by one of them.
    """

    version: ListVersion
    entries: tuple[Entry, ...]
    several: Postings
    single: Postings
    initialled: Postings
    weights: dict[str, int]
    """Of each key, in the order of the keys."""
    totals: bytes
    """The weight of each name, an array of 32 bits; 0 if it has an initial, which may stand for anything."""
    shadows: Shadows


def prepare(entries: Sequence[Entry], version: ListVersion) -> Prepared:
    """The index of the entries. Names are numbered in the order of the entries and of their names."""
    several, single, initialled = (defaultdict[str, list[int]](list) for _ in range(3))
    bearers = defaultdict[str, set[int]](set)
    names = [(number, parse(name.text).words) for number, entry in enumerate(entries) for name in entry.names]
    for number, (entry_number, words) in enumerate(names):
        full = [word for word in words if word.role <= Role.PATRONYMIC]
        postings = several if len(full) > 1 else initialled if has_initial(words) else single
        for word in full:
            for key in filter(None, (word.family, word.other)):
                postings[key].append(number)
                bearers[key].add(entry_number)
        for key, fewer in together(words, longest=LONGEST_APART):
            (several if len(full) - fewer > 1 else single)[APART + key].append(number)
    weights = {key: _rarity(len(bearers[key]), len(entries)) for key in sorted(bearers)}
    totals = (0 if has_initial(words) else sum(weigh(weights, word) for word in words) for _, words in names)
    return Prepared(
        version,
        tuple(entries),
        _frozen(several),
        _frozen(single),
        _frozen(initialled),
        weights,
        array("I", totals).tobytes(),
        cast(tuple(weights)),
    )


def load(data: bytes) -> Prepared:
    """What `msgspec.msgpack.encode` made of a prepared list.

    Raises: UnreadableList (FF01) if the bytes are something else, or were prepared by rules for names that
    have changed since.
    """
    try:
        prepared = _DECODER.decode(data)
    except msgspec.MsgspecError as error:
        raise UnreadableList(f"not a prepared list: {error}") from error
    for entry in prepared.entries[:: max(1, len(prepared.entries) // 200)]:
        for word in (word for name in entry.names for word in parse(name.text).words):
            if word.role <= Role.PATRONYMIC and word.family not in prepared.weights:
                raise UnreadableList("the list was prepared by other rules; prepare it again")
    return prepared


def weigh(weights: dict[str, int], word: Word) -> int:
    """100 times the natural logarithm of how rare the word is; fixed for words that say little."""
    if word.role is Role.WORD:
        return weights.get(word.family, UNKNOWN)
    if word.role is Role.PATRONYMIC:
        return weights.get(word.family, UNKNOWN) // 2
    return _SMALL[word.role]


def has_initial(words: Iterable[Word]) -> bool:
    return any(word.role is Role.INITIAL for word in words)


def together(words: Sequence[Word], *, longest: int = 99) -> Iterator[tuple[str, bool]]:
    """Keys of neighbours written as one, and whether that makes one full word less.

    Pairs of two words longer than `longest` letters are left out.
    """
    for left, right in pairwise(words):
        if (
            right.role is Role.WORD
            and (left.role is Role.WORD or left.role is Role.PARTICLE)
            and (len(left.text) <= longest or len(right.text) <= longest)
        ):
            yield joined_key(left, right), left.role is Role.WORD


APART: Final = "+"
"""Marks the key of two listed words as one: a given word finds it, two joined ones never do."""
LONGEST_APART: Final = 5
"""Listed words are also kept as one if one of them is this short: nobody joins two long ones."""
UNKNOWN: Final = 700
"""The weight of a word that is not on the list: rare, but not as rare as one whose bearer is wanted."""
_RAREST: Final = 800
_SMALLEST_LIST: Final = 20_000
"""A word is as rare in a short list as it would be in a long one: short lists are for tests."""
_SMALL: Final = {Role.INITIAL: 200, Role.GENERIC: 150, Role.PARTICLE: 30, Role.FORM: 20}
_DECODER: Final = msgspec.msgpack.Decoder(Prepared)


def _rarity(bearers: int, entries: int) -> int:
    return min(_RAREST, round(100 * math.log(max(entries, _SMALLEST_LIST) / bearers)))


def _frozen(postings: dict[str, list[int]]) -> Postings:
    return {key: frozenset(numbers) for key, numbers in postings.items()}
