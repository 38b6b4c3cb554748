"""A run that broke a promise, made small: fewer faults and fewer customers that still break the same one."""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from corridor.simulation.town.run import Outcome, Plan, run

TRIES: Final = 60
LINES: Final = 60
"""So much of a story is told: its end."""


def shrink(found: Outcome, attempt: Callable[[Plan], Outcome] = run) -> Outcome:
    """Return the smallest run found with the same broken invariant, and its story kept."""
    name, best, tries = found.broken[0].name, found, 0
    again = True
    while again:
        again = False
        for plan in smaller(best.plan):
            if tries == TRIES:
                break
            tries += 1
            outcome = attempt(plan)
            if outcome.broken and outcome.broken[0].name == name:
                best, again = outcome, True
                break
    return run(best.plan, keep=True) if attempt is run else best


def smaller(plan: Plan) -> Iterator[Plan]:
    """Yield plans with less in them, the boldest cuts first."""
    payments = plan.payments
    size = len(payments)
    parts = 2
    while size > 1 and parts <= min(size, 8):
        for i in range(parts):
            first, last = i * size // parts, (i + 1) * size // parts
            yield msgspec.structs.replace(plan, payments=payments[first:last])
        parts *= 2
    half = len(plan.faults) // 2
    if half > 1:
        yield msgspec.structs.replace(plan, faults=plan.faults[:half])
        yield msgspec.structs.replace(plan, faults=plan.faults[half:])
    for fault in plan.faults:
        yield msgspec.structs.replace(plan, faults=tuple(each for each in plan.faults if each != fault))
    for name in plan.business:
        yield msgspec.structs.replace(plan, business=tuple(each for each in plan.business if each != name))
    if size > 2:
        for i in range(min(size, 8)):
            first, last = i * size // 8, (i + 1) * size // 8
            yield msgspec.structs.replace(plan, payments=payments[:first] + payments[last:])


def tell(outcome: Outcome) -> str:
    """Return the story of a run that broke a promise, ending with the promise."""
    plan = outcome.plan
    told: list[str] = []
    for line in outcome.lines:
        told.append(line)
        if "BROKEN" in line:
            break
    left_out = len(told) - LINES
    if left_out > 0:
        told = [f"({left_out} lines before)", *told[-LINES:]]
    what = f"{len(plan.payments)} customers; faults: {', '.join(plan.faults) or 'none'}"
    return "\n".join((what, *told))
