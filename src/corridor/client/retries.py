"""When to try again: later each time, never all at the same moment, and not before the peer asks for it."""

import random

import msgspec

from corridor.domain.instants import SECOND, Instant


class Retries(msgspec.Struct, frozen=True):
    """Delays that double from `first` up to `longest`. Units: microseconds."""

    first: Instant = SECOND // 5
    longest: Instant = 30 * SECOND

    def delay(self, attempt: int, dice: random.Random, retry_after: Instant = 0) -> Instant:
        """How long to wait after the given attempt, the first being 1: at least what the peer asked for.

        Half of the delay is certain and half is drawn, so that a crowd that was turned away comes back
        spread out.
        """
        ceiling = min(self.first << min(attempt - 1, 20), self.longest)
        return retry_after + ceiling // 2 + dice.randrange(ceiling // 2 + 1)
