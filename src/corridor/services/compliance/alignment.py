"""Which word of one name stands for which word of another, and why."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from corridor.services.compliance.names import Name, Role, Word, joined, joined_key


class Relation(StrEnum):
    """Why two words are taken for one; the value completes "X is Y, ..."."""

    SAME = "the same"
    ROMANISED = "spelt otherwise"
    FAMILY = "the same family name"
    ONE_LETTER = "one letter apart"
    INITIAL = "by its initial"


class Pair(NamedTuple):
    given: Word
    listed: Word
    relation: Relation
    likeness: int
    """0 to 100; how much of the words' weight counts as found."""


class Alignment(NamedTuple):
    pairs: tuple[Pair, ...]
    given_left: tuple[Word, ...]
    listed_left: tuple[Word, ...]


SHORTEST_TYPO: Final = 5
"""Keys shorter than this have too many neighbours for a slip to be told from another name."""


def alignments(given: Name, listed: Name) -> Iterator[Alignment]:
    """The words as they stand, then those of one name joined where the other writes two as one."""
    plain = align(given.words, listed.words)
    yield plain
    for at in _apart(given, plain.given_left, plain.listed_left):
        yield align(joined(given.words, at), listed.words)
    for at in _apart(listed, plain.listed_left, plain.given_left):
        yield align(given.words, joined(listed.words, at))


def align(given: Sequence[Word], listed: Sequence[Word]) -> Alignment:
    """Each word in at most one pair, the likest pairs first; word order does not count."""
    found = [pair for a in given for b in listed if (pair := compare(a, b)) is not None]
    found.sort(key=_likeness, reverse=True)
    given_left, listed_left, pairs = list(given), list(listed), []
    for pair in found:
        if pair.given in given_left and pair.listed in listed_left:
            given_left.remove(pair.given)
            listed_left.remove(pair.listed)
            pairs.append(pair)
    return Alignment(tuple(pairs), tuple(given_left), tuple(listed_left))


def compare(given: Word, listed: Word) -> Pair | None:
    """The pair of two words that may be one, None if they are two."""
    if given.text == listed.text:
        return Pair(given, listed, Relation.SAME, 100)
    if Role.INITIAL in (given.role, listed.role):
        return _by_initial(given, listed)
    if given.sound == listed.sound:
        return Pair(given, listed, Relation.ROMANISED, 98)
    if given.role >= Role.GENERIC or listed.role >= Role.GENERIC:
        return None
    if given.family == listed.family:
        return Pair(given, listed, Relation.FAMILY, 88)
    if given.other and given.other in (listed.family, listed.other):
        return Pair(given, listed, Relation.ROMANISED, 96)
    if listed.other and given.family == listed.other:
        return Pair(given, listed, Relation.ROMANISED, 96)
    return _by_one_letter(given, listed)


def one_letter(given: str, listed: str) -> bool:
    """True if one letter added, dropped, changed or swapped with the next makes one key of the other."""
    return (
        len(given) >= SHORTEST_TYPO
        and len(listed) >= SHORTEST_TYPO
        and OSA.distance(given, listed, score_cutoff=1) == 1
    )


def _by_initial(given: Word, listed: Word) -> Pair | None:
    short, full = (given, listed) if given.role is Role.INITIAL else (listed, given)
    if full.role > Role.INITIAL:
        return None
    # Щ. is a letter of its own, and Shcherbakov is also abbreviated S.
    if not (full.sound.startswith(short.sound) or full.text.startswith(short.text)):
        return None
    return Pair(given, listed, Relation.INITIAL, 70)


def _by_one_letter(given: Word, listed: Word) -> Pair | None:
    if not one_letter(given.family, listed.family):
        return None
    if given.family[0] != listed.family[0]:  # people rarely misspell a beginning: Salimov is not Halimov
        likeness = 55
    elif given.family.translate(_NO_VOWELS) == listed.family.translate(_NO_VOWELS):  # Rahmonov, Rahmanov
        likeness = 92
    else:
        likeness = 90 if max(len(given.family), len(listed.family)) >= LONG else 84
    endings_differ = given.sound != given.family or listed.sound != listed.family
    return Pair(given, listed, Relation.ONE_LETTER, likeness - 10 if endings_differ else likeness)


def _apart(name: Name, left: Sequence[Word], others: Sequence[Word]) -> list[int]:
    """Where two unmatched neighbours of the name are together an unmatched word of the other name."""
    if len(left) < 2 or not others:
        return []
    return [
        at
        for at, (one, two) in enumerate(pairwise(name.words))
        if one in left and two in left and _is_one_of(joined_key(one, two), others)
    ]


def _is_one_of(key: str, words: Sequence[Word]) -> bool:
    return any(key == word.family or one_letter(key, word.family) for word in words)


LONG: Final = 8
_NO_VOWELS: Final = str.maketrans("", "", "aeiou")


def _likeness(pair: Pair) -> int:
    return pair.likeness
