"""What a trial has done, in counts that can be summed over trials, runs and nights."""

from typing import Any

import msgspec


class Canaries(msgspec.Struct, frozen=True):
    """Bugs that were seeded on purpose, and how many of them the proof caught."""

    seeded: int = 0
    caught: int = 0


class Recovery(msgspec.Struct, frozen=True):
    """How long something was away at the longest, how often that was seen, and how often it was longer than aimed at.

    A figure and no promise: it says as much of the machine as of what fell.
    """

    longest_ms: int
    aim_ms: int
    times: int = 1
    late: int = 0


class Violation(msgspec.Struct, frozen=True):
    """A promise that was broken: which, where, what exactly, and how to see it again."""

    invariant: str
    trial: str
    seed: int
    story: str


class Tally(msgspec.Struct, frozen=True):
    """The counts of one trial or of many. `seconds` is time of one processor lane, so it sums, too.

    `faults` counts the runs in which a fault was at work, `checked` how often each invariant was asked,
    `recovery` how long what fell was away at the longest,
    `not_run` names what this machine does not allow, with the reason.
    """

    seeds: int = 0
    simulated_payments: int = 0
    states: int = 0
    faults: dict[str, int] = {}
    kills: int = 0
    power_cuts: int = 0
    control_lost: int = 0
    corruptions: int = 0
    races: int = 0
    replays: int = 0
    malformed: int = 0
    attacks: int = 0
    canaries: Canaries = Canaries()
    checked: dict[str, int] = {}
    recovery: dict[str, Recovery] = {}
    not_run: dict[str, str] = {}
    violations: tuple[Violation, ...] = ()
    seconds: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Return the sum: numbers are added, whatever has names is added name by name."""
        summed = {
            field: _add(getattr(self, field), getattr(other, field)) for field in self.__struct_fields__
        }
        return Tally(**summed)


def _add(one: Any, other: Any) -> Any:
    match one, other:
        case (dict(), dict()):
            return {
                name: _add(one[name], other[name])
                if name in one and name in other
                else one.get(name, other.get(name))
                for name in {**one, **other}
            }
        case (Canaries(), Canaries()):
            return Canaries(one.seeded + other.seeded, one.caught + other.caught)
        case (Recovery(), Recovery()):
            longest = max(one.longest_ms, other.longest_ms)
            return Recovery(longest, one.aim_ms, one.times + other.times, one.late + other.late)
        case (str(), str()):
            return one
        case _:
            return one + other
