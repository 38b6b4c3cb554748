"""A long-running process looks for dead cycles rarely, and still does."""

import gc
import weakref

import pytest

from corridor.adapters.system.garbage import OBJECTS, collect_rarely


@pytest.fixture
def as_before():
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


class Knot:
    """An object in a cycle of one."""

    def __init__(self) -> None:
        self.itself = self


def test_dead_cycles_are_found_but_not_at_once(as_before: None) -> None:
    collect_rarely()
    gone: list[str] = []
    weakref.finalize(Knot(), gone.append, "gone")
    living = [[] for _ in range(OBJECTS // 2)]
    assert not gone
    living += [[] for _ in range(OBJECTS)]
    assert gone
