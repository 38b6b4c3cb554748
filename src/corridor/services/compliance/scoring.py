"""How sure it is that two names mean one party: 0 to 100, in integers, with the reason in words."""

from collections.abc import Callable
from typing import Final, NamedTuple

from corridor.services.compliance.alignment import Alignment, Pair, Relation, alignments
from corridor.services.compliance.names import Name, Role, Word

Weigh = Callable[[Word], int]
"""The evidence a word carries: 100 times the natural logarithm of how rare it is on the list."""

ENOUGH: Final = 600
"""Evidence below this proves nothing, however equal the names are: CORP or Ali alone is nobody."""
ONE_WORD: Final = 70
"""The most that one common word scores between names of several."""


class Score(NamedTuple):
    points: int
    alignment: Alignment


def score(given: Name, listed: Name, weigh: Weigh) -> Score:
    """The best score over the ways to read adjacent words as one (Abdul Karim, Abdulkarim).

    Matched weight counts for the names. Weight that stands against other weight (two first names) counts
    against them in full, weight that only one of them has (a middle name, a legal form) by half.
    """
    return max((_score(alignment, weigh) for alignment in alignments(given, listed)), key=_points)


def explain(found: Score) -> str:
    """The reason of a score, for the officer who decides on it."""
    facts = [f"{pair.given.text} is {pair.listed.text}, {pair.relation}" for pair in found.alignment.pairs]
    if found.alignment.given_left:
        facts.append("not listed: " + " ".join(word.text for word in found.alignment.given_left))
    if found.alignment.listed_left:
        facts.append("only listed: " + " ".join(word.text for word in found.alignment.listed_left))
    return "; ".join(facts)


def _score(alignment: Alignment, weigh: Weigh) -> Score:
    matched = against = words = 0
    for pair in alignment.pairs:
        weight = _weight(pair, weigh)
        matched += weight * pair.likeness
        against += weight * (100 - pair.likeness)
        words += pair.given.role <= Role.INITIAL and pair.listed.role <= Role.INITIAL
    if not matched:
        return Score(0, alignment)
    given_left = 100 * sum(map(weigh, alignment.given_left))
    listed_left = 100 * sum(map(weigh, alignment.listed_left))
    against += _fathers_apart(alignment, weigh)
    reached = points(matched, given_left, listed_left, against) * min(matched, 100 * ENOUGH) // (100 * ENOUGH)
    if words < 2 and (_names_more(alignment.given_left) or _names_more(alignment.listed_left)):
        reached = min(reached, ONE_WORD)
    return Score(reached, alignment)


def points(matched: int, given_left: int, listed_left: int, against: int = 0) -> int:
    """0 to 100: what of the weight is matched. Never more with less matched or more left over."""
    less, more = (given_left, listed_left) if given_left < listed_left else (listed_left, given_left)
    less = max(less, 0)
    return 100 * matched // (matched + against + less + (more - less) // 2)


def _fathers_apart(alignment: Alignment, weigh: Weigh) -> int:
    """Two patronymics are two fathers: that tells more than the little a patronymic finds."""
    given = [word for word in alignment.given_left if word.role is Role.PATRONYMIC]
    listed = [word for word in alignment.listed_left if word.role is Role.PATRONYMIC]
    return 100 * sum(map(weigh, given + listed)) if given and listed else 0


def _weight(pair: Pair, weigh: Weigh) -> int:
    if pair.relation is Relation.INITIAL:
        return max(weigh(pair.given), weigh(pair.listed))
    return min(weigh(pair.given), weigh(pair.listed))


def _names_more(left: tuple[Word, ...]) -> bool:
    return any(word.role <= Role.INITIAL for word in left)


def _points(scored: Score) -> int:
    return scored.points
