"""Every process is killed under load, at random and at named places; then all of them at once.

One installation, many kills in a row, and after each: it serves again in time, and every receipt that a bank
holds stands in the log.
"""

import asyncio
import random
import sys
import time

import msgspec

from corridor.adapters.system.clock import SystemClock
from corridor.failpoints import PLACES, Place
from corridor.simulation.processes import books, promises
from corridor.simulation.processes.evidence import Evidence
from corridor.simulation.processes.installation import (
    BANKS,
    CHECKER,
    GATEWAY,
    HUB,
    POSTGRES,
    SETTLER,
    SIGNER,
    Installation,
)
from corridor.simulation.tally import Tally
from corridor.simulation.trials import Order, Tell

NAME = "kills"
RATE = 50.0
KILLS, OF_POSTGRES, TOTAL_LOSSES = 60, 12, 3
PROCESS_S, POSTGRES_S, EVERYTHING_S = 5.0, 10.0, 30.0
"""Until a payment that came after the kill is settled; after a total loss all start one after the other."""
PASS_S = 20.0
QUIET_S = 60.0
"""In this time, without new orders, something of what is open must end."""
FAULTS = {
    HUB: "F7: the hub is killed",
    GATEWAY: "F7: a gateway is killed",
    SIGNER: "F14: the signer is killed",
    SETTLER: "F7: the settler is killed",
    CHECKER: "F7: the checker is killed",
    BANKS: "F17: the banks are killed",
    POSTGRES: "F10: PostgreSQL is killed",
}
EVERYTHING = "everything"


class Strike(msgspec.Struct, frozen=True):
    """One blow: after which wait, whom, and at which named places others.

    PostgreSQL may stand still for `held_s` before it is killed: who answers before a commit then has said what
    will never be.
    """

    after_s: float
    targets: tuple[str, ...]
    places: tuple[Place, ...] = ()
    held_s: float = 0

    @property
    def kills(self) -> int:
        """How many processes it ends."""
        return len(self.targets) + len(self.places)


def plan(seed: int, scale: float) -> list[Strike]:
    """What is killed, in which order: it follows from the seed alone. Most fall in pairs."""
    dice = random.Random(f"{seed}/kills")
    of_postgres = round(OF_POSTGRES * scale)
    others = of_postgres + 2 * round((KILLS - 2 * OF_POSTGRES) * scale / 2)
    first = dice.randrange(len(PLACES))
    single: list[str | Place] = [PLACES[(first + i) % len(PLACES)] for i in range(others // 2)]
    single += [
        dice.choice((HUB, HUB, GATEWAY, SIGNER, SETTLER, CHECKER, BANKS)) for _ in range(others - len(single))
    ]
    dice.shuffle(single)
    groups: list[tuple[str, ...]] = [(POSTGRES, single.pop()) for _ in range(of_postgres)]
    for one, other in zip(single[::2], single[1::2], strict=True):
        groups += [(one, other)] if one != other else [(one,), (other,)]
    dice.shuffle(groups)
    strikes = [
        Strike(
            dice.uniform(0.05, 0.5),
            tuple(each for each in group if each not in PLACES),
            tuple(each for each in PLACES if each in group),
            dice.choice((0.0, 0.1, 0.3)),
        )
        for group in groups
    ]
    losses = round(TOTAL_LOSSES * scale)
    for number in range(losses):
        strikes.insert((number + 1) * len(strikes) // (losses + 1), Strike(0.3, (EVERYTHING,)))
    return strikes


def run(order: Order, tell: Tell) -> Tally:
    """Run the plan against one installation."""
    return asyncio.run(_run(order, tell))


async def _run(order: Order, tell: Tell) -> Tally:
    evidence = Evidence(NAME, order, tell)
    strikes = plan(order.seed, order.scale)
    kills = 0
    with Installation(order.directory, rate=RATE) as installation:
        for number, strike in enumerate(strikes, 1):
            await asyncio.sleep(strike.after_s)
            what = " and ".join((*strike.targets, *strike.places))
            if not await _strike(evidence, installation, strike):
                continue
            killed_at = SystemClock().now()
            kills += strike.kills if EVERYTHING not in strike.targets else 0
            tell(f"{number} of {len(strikes)}: {what} killed")
            if EVERYTHING in strike.targets:
                await asyncio.to_thread(installation.start)
            await promises.recover(evidence, installation.dsn, *_limit(strike), killed_at)
            with installation.frozen(BANKS):
                holdings = books.read(installation.state)
            await promises.nothing_acknowledged_is_lost(evidence, installation.dsn, holdings)
            if number == len(strikes) // 2:
                await promises.the_log_is_whole(evidence, installation.dsn, installation.seal)
        await come_to_rest(evidence, installation)
    return evidence.tally(kills=kills)


def _limit(strike: Strike) -> tuple[str, float]:
    if EVERYTHING in strike.targets:
        return EVERYTHING, EVERYTHING_S
    return (POSTGRES, POSTGRES_S) if POSTGRES in strike.targets else ("a process", PROCESS_S)


async def _strike(evidence: Evidence, installation: Installation, strike: Strike) -> bool:
    """Kill; say whether all came by the places where they were to die."""
    if EVERYTHING in strike.targets:
        evidence.faults["F10: everything is killed at once"] += 1
        installation.kill_everything()
        return True
    for place in strike.places:
        installation.arm(place)
    passed = await _wait_for(installation, strike.places)
    for target in strike.targets:
        evidence.faults[FAULTS[target]] += 1
        if target == POSTGRES and strike.held_s:
            with installation.frozen(POSTGRES):
                await asyncio.sleep(strike.held_s)
                installation.kill_tree(POSTGRES)
        else:
            installation.kill(target)
    for place in strike.places:
        evidence.faults[f"F7: killed at “{place}”"] += 1
    late = [f"nobody came by one of {strike.places} in {PASS_S:g} s"]
    evidence.ask("failpoints are passed", len(strike.places), () if passed else late)
    return passed


async def _wait_for(installation: Installation, places: tuple[Place, ...]) -> bool:
    try:
        async with asyncio.timeout(PASS_S):
            while any(map(installation.is_armed, places)):  # noqa: ASYNC110  other processes take them away
                await asyncio.sleep(0.002)
    except TimeoutError:
        for place in places:
            installation.disarm(place)
        return False
    return True


async def come_to_rest(evidence: Evidence, installation: Installation) -> None:
    """No more orders: let everything end, then ask for every promise."""
    await asyncio.to_thread(installation.stop)
    installation.rate = 0
    await asyncio.to_thread(installation.start)
    left, until = sys.maxsize, time.monotonic() + QUIET_S
    while left and time.monotonic() < until:
        await asyncio.sleep(0.5)
        with installation.frozen(BANKS):
            holdings = books.read(installation.state)
        still = sum(len(each.open) + len(each.unanswered) for each in holdings)
        if still < left:  # a slow machine may have much to work off
            left, until = still, time.monotonic() + QUIET_S
    await promises.nothing_acknowledged_is_lost(evidence, installation.dsn, holdings)
    await promises.all_has_ended(evidence, installation.dsn, holdings)
    await promises.the_log_is_whole(evidence, installation.dsn, installation.seal)
    await promises.the_checker_said_nothing(evidence, installation.dsn, installation.checked)
