"""What a trial of processes has seen: faults and checks counted, broken promises as stories, recoveries timed."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from corridor.simulation.tally import Recovery, Tally, Violation
from corridor.simulation.trials import Order, Tell

SHOWN = 5
"""Stories of one check that are told; a broken run breaks everything."""


class Evidence:
    """Collects for one trial; `tally` is the sum."""

    def __init__(self, trial: str, order: Order, tell: Tell) -> None:
        self.faults: Counter[str] = Counter()
        self.violations: list[Violation] = []
        self.tell = tell
        self._trial = trial
        self._seed = order.seed
        self._checked: Counter[str] = Counter()
        self._recoveries: dict[str, Recovery] = {}
        tell(f"seed {order.seed}, scale {order.scale:g}")

    def ask(self, invariant: str, times: int, broken: Iterable[str]) -> None:
        """Record that a promise was asked for so many times, and where it does not hold."""
        self._checked[invariant] += times
        for number, story in enumerate(broken):
            if number == SHOWN:
                break
            self.tell(f"BROKEN {invariant}: {story}")
            self.violations.append(Violation(invariant, self._trial, self._seed, story))

    def recovered(self, what: str, seconds: float, aim_s: float) -> None:
        """Record how long something was away, and whether that is longer than aimed at."""
        seen = Recovery(round(seconds * 1_000), round(aim_s * 1_000), late=int(seconds > aim_s))
        one = Tally(recovery={what: seen}).plus(Tally(recovery=self._recoveries))
        self._recoveries = one.recovery

    def tally(self, **counts: int) -> Tally:
        """The sum of it, with the counts that this trial is for."""
        tally = Tally(
            seeds=1,
            faults=dict(self.faults),
            checked=dict(self._checked),
            recovery=self._recoveries,
            violations=tuple(self.violations),
        )
        return msgspec.structs.replace(tally, **counts)
