"""The network between participants and gateways, as faults make it."""

from collections.abc import Callable
from random import Random
from typing import Any

from corridor.domain.instants import DAY, MILLISECOND, SECOND, Instant
from corridor.simulation.town.timeline import Timeline

GIVES_UP: Instant = 20 * SECOND
"""When a client concludes that an answer will not come."""


class Network:
    """Carries requests, answers and pieces of streams. Rates are shares of 1,000."""

    def __init__(self, timeline: Timeline, dice: Random, strike: Callable[[str], None]) -> None:
        self._timeline = timeline
        self._dice = dice
        self._strike = strike
        self.calm()

    def calm(self) -> None:
        """All is well: a few milliseconds, nothing lost."""
        self.loses = 0
        self.repeats = 0
        self.delays = 0
        self.delays_by: Instant = 10 * SECOND
        self.tears = 0
        self.away: dict[tuple[str, str], bool] = {}
        """Whom nobody reaches: from whom, to whom."""

    def latency(self) -> Instant:
        """Return how long this one is under way."""
        dice = self._dice
        usual = MILLISECOND + int(dice.random() * 4 * MILLISECOND)
        if self.delays and dice.randrange(1000) < self.delays:
            self._strike("delay")
            return usual + dice.randrange(self.delays_by)
        return usual

    def arrives(self, sender: str, receiver: str) -> bool:
        """Say whether what is sent now gets there at all."""
        if self.away and ((sender, receiver) in self.away):
            self._strike("partition")
            return False
        if self.loses and self._dice.randrange(1000) < self.loses:
            self._strike("loss")
            return False
        return True

    def ask(
        self,
        sender: str,
        receiver: str,
        deliver: Callable[..., None],
        unanswered: Callable[[], None],
        *facts: Any,
    ) -> None:
        """Bring a request; what brings none says so after a while. Copies may come now, or much later."""
        dice = self._dice
        if not self.arrives(sender, receiver):
            self._timeline.after(dice.randrange(GIVES_UP), unanswered)
            return
        self._timeline.after(self.latency(), deliver, *facts)
        if self.repeats and dice.randrange(1000) < self.repeats:
            self._strike("duplication")
            copies = 1 if dice.randrange(20) else dice.randrange(2, 101)
            for _ in range(copies):
                later = dice.randrange(30 * SECOND) if dice.randrange(10) else dice.randrange(3 * DAY)
                self._timeline.after(later, deliver, *facts)

    def answer(
        self,
        sender: str,
        receiver: str,
        deliver: Callable[..., None],
        unanswered: Callable[[], None],
        *facts: Any,
    ) -> None:
        """Bring an answer, or let the asker wait in vain."""
        if self.arrives(sender, receiver):
            self._timeline.after(self.latency(), deliver, *facts)
        else:
            self._timeline.after(self._dice.randrange(GIVES_UP), unanswered)

    def torn(self, size: int) -> int | None:
        """Say after how many bytes a stream breaks off in this piece, None if it does not."""
        if self.tears and self._dice.randrange(1000) < self.tears:
            self._strike("torn frame")
            return self._dice.randrange(size)
        return None
