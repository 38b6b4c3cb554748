"""Many runs, counted: until enough payments were simulated, whatever the faults made of them."""

from collections import Counter
from collections.abc import Iterator

from corridor.simulation.tally import Tally, Violation
from corridor.simulation.town.run import Outcome, plan, run
from corridor.simulation.town.shrinking import shrink
from corridor.simulation.town.shrinking import tell as tell_story
from corridor.simulation.trials import Order, Tell

NAME = "town"
LANES = 2
"""The runs are divided between so many trials, so that they use so many processors."""
PAYMENTS = 50_000
"""Of one lane, for each unit of scale."""
APART = 1_000
"""Between the seeds of two runs: nightly rounds count up by one and must meet none of them."""


def seeds(order: Order, lane: int) -> Iterator[int]:
    """Yield the seeds of a lane's runs: the first of all is the order's own, so that it can be run again."""
    if order.one and lane:
        return
    seed = order.seed + APART * lane
    while True:
        yield seed
        if order.one:
            return
        seed += APART * LANES


def run_lane(lane: int, order: Order, tell: Tell) -> Tally:
    """Run one seed after the other. The first promise broken ends it, with the smallest story found."""
    total = Tally()
    for seed in seeds(order, lane):
        outcome = run(plan(seed), tell=tell if order.one else None)
        total = total.plus(count(outcome))
        tell(f"seed {seed}: {outcome.payments} payments, story {outcome.hash[:16]}")
        if outcome.broken:
            small = shrink(outcome)
            return total.plus(Tally(violations=(_violation(seed, small),)))
        if total.simulated_payments >= PAYMENTS * order.scale:
            break
    return total


def count(outcome: Outcome) -> Tally:
    """Return what one run adds to the counts."""
    return Tally(
        seeds=1,
        simulated_payments=outcome.payments,
        races=outcome.races,
        replays=outcome.replays,
        faults=dict(Counter(outcome.struck.keys())),
        checked=outcome.checked,
    )


def first_lane(order: Order, tell: Tell) -> Tally:
    """Half of the runs."""
    return run_lane(0, order, tell)


def second_lane(order: Order, tell: Tell) -> Tally:
    """The other half."""
    return run_lane(1, order, tell)


def _violation(seed: int, small: Outcome) -> Violation:
    return Violation(small.broken[0].name, NAME, seed, tell_story(small))
