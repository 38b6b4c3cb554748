"""The search as a trial."""

from corridor.simulation.search.breadth import BUDGET, Search
from corridor.simulation.tally import Tally, Violation
from corridor.simulation.trials import Order, Tell

NAME = "search"


def run(order: Order, tell: Tell) -> Tally:
    """Visit as many states as the scale asks for. There is no chance in it, so the seed changes nothing."""
    found = Search().run(round(BUDGET * order.scale))
    tell(f"{found.states} states{', all there are' if found.complete else ''}")
    if found.broken:
        story = "\n".join((*found.story, f"BROKEN: {found.broken}"))
        name = found.broken.partition(":")[0]
        return Tally(states=found.states, violations=(Violation(name, NAME, order.seed, story),))
    asked = dict.fromkeys(
        ("conservation", "limits", "payments", "states", "legs", "balances", "told"), found.states
    )
    return Tally(states=found.states, checked=asked)
