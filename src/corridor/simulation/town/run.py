"""One run from its plan to what was found: the same plan always finds the same."""

import gc
from collections.abc import Callable
from random import Random
from typing import Final
from uuid import UUID

import msgspec

from corridor.domain.instants import MILLISECOND, SECOND, Instant
from corridor.domain.money import Money
from corridor.reports.invariants import Broken
from corridor.sandbox.world import BANKS, BOTH, CENTRAL_BANKS
from corridor.simulation.town import reckoning, replays
from corridor.simulation.town.correspondents import CORRESPONDENTS, keep
from corridor.simulation.town.customers import wishes
from corridor.simulation.town.dealings import CREDIT, TRADES, lend, trade
from corridor.simulation.town.faults import FAULTS, every, swarm
from corridor.simulation.town.lost_tail import LOST_TAIL, lose_tail
from corridor.simulation.town.returns import RETURNS, give_back
from corridor.simulation.town.story import Story
from corridor.simulation.town.town import START, Town
from corridor.simulation.town.wire import CHEAP, REAL

PAYMENTS: Final = 520
REPLAYS: Final = 120
SPACING: Instant = 14 * MILLISECOND
"""Between two customers, on average."""
AFTERWARDS: Instant = 4 * SECOND
"""So long the storm goes on when no more customers come."""
RACES: Final = "time-out races answer"
BUSINESS: Final[dict[str, Callable[[Town, Random], None]]] = {
    TRADES: trade,
    CREDIT: lend,
    CORRESPONDENTS: keep,
    RETURNS: give_back,
}
"""What banks deal in besides payments: a run draws from it, as it does from the faults."""


class Plan(msgspec.Struct, frozen=True):
    """What a run is: everything follows from this.

    `payments` are the numbers of the customers who come, `business` is what banks deal in besides.
    """

    seed: int
    payments: tuple[int, ...]
    faults: tuple[str, ...]
    real: bool
    business: tuple[str, ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """What a run did and found. `hash` is that of its story."""

    plan: Plan
    hash: str
    payments: int
    races: int
    replays: int
    struck: dict[str, int]
    checked: dict[str, int]
    broken: tuple[Broken, ...]
    lines: tuple[str, ...]


def plan(seed: int, payments: int = PAYMENTS) -> Plan:
    """Draw a run from its seed: one in ten with the real codecs and signatures."""
    dice = Random(f"{seed}/plan")
    faults = swarm(seed)
    if dice.randrange(8) == 0:
        faults = (*faults, LOST_TAIL)
    if dice.randrange(10):
        faults = (*faults, RACES)
    real = dice.randrange(10) == 0
    return Plan(
        seed, tuple(range(payments)), faults, real, tuple(each for each in BUSINESS if dice.randrange(3))
    )


def run(plan: Plan, *, keep: bool = False, tell: Callable[[str], None] | None = None) -> Outcome:
    """Run it. `tell` hears every line of the story as it happens."""
    # What a run leaves behind is freed at once when it ends; looking for cycles meanwhile is a fifth of the time.
    gc.disable()
    try:
        return _run(plan, Story(START, keep=keep, tell=tell))
    finally:
        gc.enable()
        gc.collect()


def _run(plan: Plan, story: Story) -> Outcome:
    seed = plan.seed
    races = Random(f"{seed}/races").randrange(400, 850) if RACES in plan.faults else 0
    town = Town(seed, REAL if plan.real else CHEAP, story, remembers=LOST_TAIL in plan.faults)
    everybody = max(plan.payments, default=0) + 1
    coming = set(plan.payments)
    town.open_for_customers(
        [wish for wish in wishes(seed, everybody, SPACING, races) if wish.number in coming]
    )
    last = max((wish.at for wish in town.wishes.values()), default=0)
    town.storm_ends = town.timeline.now + last + AFTERWARDS
    _issue(town)
    _move_liquidity(town)
    for fault in FAULTS:
        if fault.name in plan.faults:
            fault.befall(town, Random(f"{seed}/fault/{fault.name}"))
    for name in plan.business:
        BUSINESS[name](town, Random(f"{seed}/business/{name}"))
    replayed = 0
    town.timeline.run(town.storm_ends)
    town.heal()
    if not town.broken:
        reckoning.wait(town)
    if not town.broken:
        reckoning.reckon(town)
    if not town.broken and LOST_TAIL in plan.faults:
        lose_tail(town)
    elif not town.broken:
        replayed = replays.replay(town, REPLAYS)
    if town.races:
        town.struck[RACES] += town.races
    return Outcome(
        plan=plan,
        hash=story.hash,
        payments=len(town.watching.payments),
        races=town.races,
        replays=replayed,
        struck=dict(sorted(town.struck.items())),
        checked=dict(sorted((town.checked + town.watching.checked).items())),
        broken=tuple(town.broken),
        lines=tuple(story.lines),
    )


def _issue(town: Town) -> None:
    """Let the central banks issue a little money now and then."""
    dice = Random(f"{town.seed}/issue")

    def issue() -> None:
        at = dice.randrange(len(CENTRAL_BANKS))
        town.issuers[at].fund(dice.choice(BANKS).bic, BOTH[at], dice.randrange(1, 100_000_00))

    every(town, dice, 2 * SECOND, issue)


def _move_liquidity(town: Town) -> None:
    """Let banks ask their central banks for money now and then, or send some back: sometimes more than there is."""
    dice = Random(f"{town.seed}/liquidity")

    def move() -> None:
        issuer = dice.choice(town.issuers)
        amount = Money(dice.randrange(1, 10 ** dice.randrange(4, 11)), issuer.currency)
        bank, uetr = dice.choice(BANKS).bic, str(UUID(int=dice.getrandbits(128), version=4))
        town.banks[bank].move_liquidity(issuer.name, amount, uetr, inward=bool(dice.randrange(2)))

    every(town, dice, SECOND, move)
