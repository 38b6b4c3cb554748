"""The seeded bugs fit the code as it is; that they are caught is for `corridor prove` to show."""

from pathlib import Path

import pytest

import corridor
from corridor.simulation.canaries.bugs import BUGS, Bug
from corridor.simulation.canaries.cage import choose

SOURCE = Path(corridor.__file__).parent


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_that_a_bug_has_its_place_and_its_hunters(bug: Bug) -> None:
    right = (SOURCE / bug.file).read_text()
    assert right.count(bug.was) == 1
    compile(right.replace(bug.was, bug.becomes), bug.file, "exec")
    for test in bug.caught_by:
        assert (SOURCE.parents[1] / test).exists()


def test_that_every_bug_has_its_turn() -> None:
    assert len(BUGS) >= 30
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    turns = [bug.name for seed in range(len(BUGS)) for bug in choose(seed, 1)]
    assert set(turns) == {bug.name for bug in BUGS}


def test_that_a_larger_run_takes_all_of_them() -> None:
    assert {bug.name for bug in choose(3, 100)} == {bug.name for bug in BUGS}
