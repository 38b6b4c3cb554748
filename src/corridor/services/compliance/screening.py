"""Names of parties against a list of the wanted: an index finds who could be meant, a score decides."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, Self

import msgspec

from corridor.services.compliance.candidates import Candidates
from corridor.services.compliance.lists import Entry, ListedName, ListVersion, Quality
from corridor.services.compliance.names import Name, parse
from corridor.services.compliance.preparation import Prepared, load, prepare
from corridor.services.compliance.scoring import Score, explain, score

DEFAULT_THRESHOLD: Final = 82
"""Above two equally rare words of three, which make 80; below a rare family name with an initial."""
WEAK_ALIAS: Final = 15
"""Points that a weak alias costs, so that only the exact alias is a hit."""


class Hit(msgspec.Struct, frozen=True):
    """A name that may mean an entry of the list."""

    name: str
    list_name: str
    entry_id: str
    matched_name: str
    """The name of the entry that came closest."""
    score: int
    """0 to 100."""
    explanation: str
    """Why, word by word, for the officer; never for the peer, who learns RR04 and no more."""


class Screening(msgspec.Struct, frozen=True):
    """The result for the names of one message, clean if there is no hit; the surest hit comes first."""

    version: str
    hits: tuple[Hit, ...] = ()


class Index:
    """A version of a list, ready for look-ups; many processes load what one has built."""

    def __init__(self, prepared: Prepared) -> None:
        self.version = prepared.version
        self._prepared = prepared
        self._names = [
            (number, name) for number, entry in enumerate(prepared.entries) for name in entry.names
        ]
        self._candidates = Candidates(prepared)
        self._parse = lru_cache(maxsize=1 << 12)(parse)

    @classmethod
    def build(cls, entries: Sequence[Entry], version: ListVersion) -> Self:
        """The index of the entries, which seconds of work go into."""
        return cls(prepare(entries, version))

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The index that `dump` wrote, in a tenth of the time. Raises: UnreadableList (FF01)."""
        return cls(load(data))

    def dump(self) -> bytes:
        """The index as bytes, for `load`."""
        return msgspec.msgpack.encode(self._prepared)

    def __len__(self) -> int:
        """How many entries the list has."""
        return len(self._prepared.entries)

    def screen(self, names: Sequence[Name | str], *, threshold: int = DEFAULT_THRESHOLD) -> Screening:
        """Every entry that one of the names may mean with at least `threshold` points, with the reason.

        Raises: InvalidName (BE21) for a name in which nothing can be read: it is never taken for clean.
        """
        hits: list[Hit] = []
        for given in names:
            hits += self._hits(parse(given) if isinstance(given, str) else given, threshold)
        hits.sort(key=_by_score)
        return Screening(self.version, tuple(hits))

    def _hits(self, name: Name, threshold: int) -> Iterator[Hit]:
        """One hit for each entry, by the name of it that came closest."""
        best: dict[int, tuple[int, Score, ListedName]] = {}
        for number in self._candidates.find(name, threshold):
            entry_number, listed = self._names[number]
            found = score(name, self._parse(listed.text), self._candidates.weigh)
            reached = found.points - WEAK_ALIAS * (listed.quality is Quality.WEAK)
            if reached >= threshold and (entry_number not in best or reached > best[entry_number][0]):
                best[entry_number] = reached, found, listed
        for entry_number, (reached, found, listed) in best.items():
            entry = self._prepared.entries[entry_number]
            reason = explain(found)
            if listed.quality is Quality.WEAK:
                reason += f"; a weak alias, {WEAK_ALIAS} points less"
            yield Hit(name.text, entry.list_name, entry.entry_id, listed.text, reached, reason)


def _by_score(hit: Hit) -> tuple[int, str, str]:
    return -hit.score, hit.list_name, hit.entry_id
