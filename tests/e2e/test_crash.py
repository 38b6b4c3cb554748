"""The kill trial of the proof in small: how long recovery takes is for the proof to judge, on a machine of its own."""

import pytest

from corridor.simulation.processes import kills
from corridor.simulation.trials import Order


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_any_process_may_be_killed_under_load(tmp_path):
    tally = kills.run(Order(seed=5, scale=0.1, directory=tmp_path), print)
    assert tally.kills == 6
    assert tally.checked["acknowledged is in the log"] > 0
    assert [each.story for each in tally.violations] == []
