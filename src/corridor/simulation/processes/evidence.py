"""What a trial of processes has seen: faults and checks counted, broken promises as stories, recoveries timed."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from corridor.simulation.tally import Slowest, Tally, Violation
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
        self._slowest: dict[str, Slowest] = {}
        tell(f"seed {order.seed}, scale {order.scale:g}")

    def ask(self, invariant: str, times: int, broken: Iterable[str]) -> None:
        """Record that a promise was asked for so many times, and where it does not hold."""
        self._checked[invariant] += times
        for number, story in enumerate(broken):
            if number == SHOWN:
                break
            self.tell(f"BROKEN {invariant}: {story}")
            self.violations.append(Violation(invariant, self._trial, self._seed, story))

    def recovered(self, what: str, seconds: float, limit_s: float) -> None:
        """Record how long something was away."""
        milliseconds = round(seconds * 1_000)
        known = self._slowest.get(what, Slowest(0))
        self._slowest[what] = Slowest(max(known.milliseconds, milliseconds))
        late = [f"{what}: {seconds:.1f} s until a payment was settled again, not {limit_s:g} s"]
        self.ask("recovery", 1, late if seconds > limit_s else ())

    def tally(self, **counts: int) -> Tally:
        """The sum of it, with the counts that this trial is for."""
        tally = Tally(
            seeds=1,
            faults=dict(self.faults),
            checked=dict(self._checked),
            recovery=self._slowest,
            violations=tuple(self.violations),
        )
        return msgspec.structs.replace(tally, **counts)
