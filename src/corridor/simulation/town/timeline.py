"""Virtual time: what is to happen when, in one order that the seed alone decides."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from corridor.domain.instants import Instant


class Timeline:
    """Things that will happen. Two at one time happen in the order in which they were put here."""

    def __init__(self, start: Instant) -> None:
        self.start = start
        self.now = start
        self._coming: list[tuple[Instant, int, Callable[..., object], tuple[Any, ...]]] = []
        self._put = 0

    def at(self, when: Instant, do: Callable[..., object], *facts: Any) -> None:
        """Do this at a time; what is late already happens now."""
        self._put += 1
        heappush(self._coming, (max(when, self.now), self._put, do, facts))

    def after(self, delay: Instant, do: Callable[..., object], *facts: Any) -> None:
        """Do this after a while."""
        self.at(self.now + delay, do, *facts)

    def run(self, until: Instant) -> None:
        """Let time pass."""
        coming = self._coming
        while coming and coming[0][0] <= until:
            self.now, _, do, facts = heappop(coming)
            do(*facts)
        self.now = until

    def pass_over(self, time: Instant) -> None:
        """Let time pass in which nothing happens, whatever was to happen."""
        self._coming.clear()
        self.now += time


class Process:
    """A process with a clock of its own. What it was about to do dies with it."""

    def __init__(self, name: str, timeline: Timeline) -> None:
        self.name = name
        self.timeline = timeline
        self.up = False
        self.life = 0
        self.skew: Instant = 0
        """How far its clock is ahead."""

    def now(self) -> Instant:
        """Its clock's time."""
        return self.timeline.now + self.skew

    def after(self, delay: Instant, do: Callable[..., object], *facts: Any) -> None:
        """Do this after a while, unless it dies before."""
        self.timeline.after(delay, self._if_alive, self.life, do, facts)

    def end(self) -> None:
        """Die: nothing that was in memory is left."""
        self.up = False
        self.life += 1

    def begin(self) -> None:
        """Start, from what is durable."""
        self.up = True

    def _if_alive(self, life: int, do: Callable[..., object], facts: tuple[Any, ...]) -> None:
        if life == self.life:
            do(*facts)
