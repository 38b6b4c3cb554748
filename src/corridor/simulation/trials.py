"""What a trial is: one way to break Corridor, and what it is told and tells."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from corridor.simulation.tally import Tally

Tell = Callable[[str], None]
"""Hears what a trial is about, line by line; shown with `-v`."""


class Order(msgspec.Struct, frozen=True):
    """What a trial is to do: from which seed, how much of it, and where it may write.

    `scale` 1 is the size for CI; a trial does `scale` times as much when it is larger. The same seed and scale
    do the same again, except where real processes are killed at the mercy of their scheduler.
    """

    seed: int
    scale: float
    directory: Path
    one: bool = False
    """Only the run of this very seed, told step by step, where a trial is many runs."""


class Trial(msgspec.Struct, frozen=True):
    """One way to break Corridor: its name, what it shows when it passes, and what runs it."""

    name: str
    promise: str
    run: Callable[[Order, Tell], Tally]
    soaked: float = 1
    """In a soak it does so many times as much: what real processes go through is rarer than what is simulated."""
