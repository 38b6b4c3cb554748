"""The few names of a list that could score enough, found by their rarest words without reading the list."""

from array import array
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from corridor.services.compliance.names import Name, Role, Word
from corridor.services.compliance.neighbours import Neighbours
from corridor.services.compliance.preparation import APART, Postings, Prepared, has_initial, together, weigh
from corridor.services.compliance.scoring import ENOUGH, points

Keys = tuple[str, ...]
Bearers = tuple[frozenset[int], int]
"""The names that bear a key, and the weight of the key."""
Ranked = list[tuple[int, list[Bearers]]]
"""For each given word its weight and who bears it, the heaviest first."""


class Candidates:
    """Finds every name that scores the threshold; a name of several words, if two of them are borne."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._weights = prepared.weights
        self._neighbours = Neighbours(tuple(prepared.weights), prepared.shadows)
        self._totals = array("I", prepared.totals)
        self._near = lru_cache(maxsize=1 << 14)(self._find_near)

    def weigh(self, word: Word) -> int:
        """The evidence of a word: see `preparation.weigh`."""
        return weigh(self._weights, word)

    def find(self, name: Name, threshold: int) -> list[int]:
        """The numbers of the names that may score `threshold`, and few others; ascending."""
        full = [word for word in name.words if word.role <= Role.PATRONYMIC]
        near = [self._near(word.family, word.other) for word in full]
        if len(full) > 1:
            found = _bearing(near, self._prepared.initialled)
            found |= self._bearing_two(full, near, name, threshold)
            found |= self._bearing_two_as_one(near, name)
        elif has_initial(name.words):
            found = _bearing(near, self._prepared.several) | _bearing(near, self._prepared.initialled)
        elif full and 100 * self.weigh(full[0]) >= threshold * ENOUGH:
            found = _bearing(near, self._prepared.single)
        else:
            return []
        return sorted(found)

    def _bearing_two(self, full: list[Word], near: list[Keys], name: Name, threshold: int) -> set[int]:
        """The names that bear two of the words, if what either side lacks leaves room for the threshold."""
        several, weights = self._prepared.several, self._weights
        bearers = [[(several[key], weights.get(key, ANY)) for key in keys if key in several] for keys in near]
        if len(bearers) - bearers.count([]) < 2:
            return set()
        # An initial may stand for any weight, so that nothing is known of what such a name lacks.
        small = (
            ANY if has_initial(name.words) else sum(map(self.weigh, name.words)) - sum(map(self.weigh, full))
        )
        ranked = sorted(zip(map(self.weigh, full), bearers, strict=True), key=_first, reverse=True)
        total = small + sum(weight for weight, _ in ranked)
        found: set[int] = set()
        before = 0
        for at, (weight, rare) in enumerate(ranked):
            lacked = before
            for other_weight, others in ranked[at + 1 :]:
                if points(total - lacked, lacked, 0) < threshold:
                    break
                for one, _ in rare:
                    for two, _ in others:
                        found |= one & two
                lacked += other_weight
            before += weight
        return {number for number in found if self._most(number, ranked, small, total) >= threshold}

    def _most(self, number: int, ranked: Ranked, small: int, total: int) -> int:
        """The most points the name can reach, from the words it bears and the weight of all its words."""
        given = listed = small
        for weight, bearers in ranked:
            borne = [listed_weight for numbers, listed_weight in bearers if number in numbers]
            if borne:
                given += weight
                listed += max(borne)
        return points(given, total - given, self._totals[number] - listed)

    def _bearing_two_as_one(self, near: list[Keys], name: Name) -> set[int]:
        """The names that write two of the words as one, and bear another if there are others."""
        several, found = self._prepared.several, set[int]()
        for key, fewer in together(name.words):
            if len(near) - fewer < 2:
                found |= self._prepared.single.get(key, _NOBODY)
            elif key in several:
                found |= several[key] & _bearing(near, several)
        return found

    def _find_near(self, family: str, other: str) -> Keys:
        keys = [key for key in (family, other) if key in self._weights]
        return (*keys, APART + family, *(key for key in self._neighbours.find(family) if key not in keys))


ANY: Final = 10_000
"""A weight that is not known: more than a whole name has."""
_NOBODY: Final[frozenset[int]] = frozenset()


def _bearing(near: Iterable[Keys], postings: Postings) -> set[int]:
    return {number for keys in near for key in keys if key in postings for number in postings[key]}


def _first(pair: tuple[int, object]) -> int:
    return pair[0]
