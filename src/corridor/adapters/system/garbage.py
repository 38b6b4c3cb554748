"""The interpreter's search for dead objects in cycles, which a process with much in memory has to pay for."""

import gc
from typing import Final

OBJECTS: Final = 20_000
"""So many new objects may live before the young ones are looked through: a batch makes thousands that soon go."""
YOUNG: Final = 20
OLD: Final = 100


def collect_rarely() -> None:
    """Look for cycles rarely, and never among what was loaded with the programme: hardly anything here makes any."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS, YOUNG, OLD)
