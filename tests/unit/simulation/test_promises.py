"""The proof in small: ten runs of the town, each under the faults of its seed. The canaries sing here, too."""

from corridor.simulation.tally import Tally
from corridor.simulation.town.run import plan, run
from corridor.simulation.town.trial import count


def test_promises_hold_under_faults():
    outcomes = [run(plan(seed, payments=25)) for seed in range(1, 11)]
    assert [(o.plan.seed, o.broken) for o in outcomes if o.broken] == []
    total = Tally()
    for outcome in outcomes:
        total = total.plus(count(outcome))
    assert total.simulated_payments > 150
    assert total.races > 10
    assert total.replays > 500
    assert len(total.faults) > 10
