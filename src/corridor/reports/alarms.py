"""Alarms: what did not hold stays in sight until a person says that it was seen."""

from collections.abc import Iterable, Sequence

import msgspec

from corridor.domain.instants import Instant
from corridor.reports.invariants import Broken


class Alarm(msgspec.Struct, frozen=True):
    """An invariant that did not hold, at a batch of the log, and the first sentence on why."""

    number: int
    invariant: str
    batch: int
    raised_at: Instant
    sentence: str


class Acknowledgement(msgspec.Struct, frozen=True):
    """Who has seen an alarm, and what was done. With `anew` the checker begins from what is stored then."""

    number: int
    by: str
    reason: str
    at: Instant
    anew: bool = False


class Standing(msgspec.Struct, frozen=True):
    """All alarms there ever were, in order, and those that somebody has seen."""

    alarms: Sequence[Alarm]
    acknowledged: Sequence[Acknowledgement]

    @property
    def open(self) -> list[Alarm]:
        """The alarms that nobody has seen yet."""
        seen = {each.number for each in self.acknowledged}
        return [each for each in self.alarms if each.number not in seen]


def raised(standing: Standing, broken: Iterable[Broken], batch: int, now: Instant) -> list[Alarm]:
    """Return the alarms to raise: one for each invariant that has none open, for who is woken is woken once."""
    waiting = {each.invariant for each in standing.open}
    number = max((each.number for each in standing.alarms), default=0)
    alarms: list[Alarm] = []
    for each in broken:
        if each.name not in waiting:
            waiting.add(each.name)
            number += 1
            alarms.append(Alarm(number, each.name, batch, now, each.sentence))
    return alarms
