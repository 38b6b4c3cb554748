"""Every process is killed under load, at random and at named places; then all of them at once.

One installation, many kills in a row, and after each: it serves again in time, and every receipt that a bank
holds stands in the log.
"""

import asyncio
import random

import msgspec

from corridor.adapters.system.clock import SystemClock
from corridor.domain.instants import Instant
from corridor.failpoints import PLACES, Place
from corridor.simulation.processes import books, promises
from corridor.simulation.processes.evidence import Evidence
from corridor.simulation.processes.installation import (
    BANKS,
    GATEWAY,
    HUB,
    POSTGRES,
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
FAULTS = {
    HUB: "F7: the hub is killed",
    GATEWAY: "F7: a gateway is killed",
    SIGNER: "F14: the signer is killed",
    BANKS: "F17: the banks are killed",
    POSTGRES: "F10: PostgreSQL is killed",
}
EVERYTHING = "everything"


class Strike(msgspec.Struct, frozen=True):
    """One kill: after which wait, whom, and at which named place, if not wherever it happens to be."""

    after_s: float
    target: str
    place: Place | None = None


def plan(seed: int, scale: float) -> list[Strike]:
    """What is killed, in which order: it follows from the seed alone."""
    dice = random.Random(f"{seed}/kills")  # noqa: S311  play, not secrets
    others = round((KILLS - OF_POSTGRES) * scale)
    targets: list[tuple[str, Place | None]] = [(POSTGRES, None)] * round(OF_POSTGRES * scale)
    places = [PLACES[i % len(PLACES)] for i in range(others // 2)]
    targets += [(_owner(place), place) for place in places]
    targets += [(dice.choice((HUB, HUB, GATEWAY, SIGNER, BANKS)), None) for _ in range(others - len(places))]
    dice.shuffle(targets)
    losses = round(TOTAL_LOSSES * scale)
    for number in range(losses):
        targets.insert((number + 1) * len(targets) // (losses + 1), (EVERYTHING, None))
    return [Strike(dice.uniform(0.05, 0.5), target, place) for target, place in targets]


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
            killed_at = await _strike(evidence, installation, strike)
            if killed_at is None:
                continue
            kills += strike.target != EVERYTHING
            what = strike.target
            limit_s = {POSTGRES: POSTGRES_S, EVERYTHING: EVERYTHING_S}.get(what, PROCESS_S)
            tell(f"{number} of {len(strikes)}: {strike.place or what} killed")
            await promises.recover(evidence, installation.dsn, what, killed_at, limit_s)
            with installation.frozen(BANKS):
                holdings = books.read(installation.state)
            await promises.nothing_acknowledged_is_lost(evidence, installation.dsn, holdings)
            if number == len(strikes) // 2:
                await promises.the_log_is_whole(evidence, installation.dsn)
        await come_to_rest(evidence, installation)
    return evidence.tally(kills=kills)


async def _strike(evidence: Evidence, installation: Installation, strike: Strike) -> Instant | None:
    """Kill; return when, or None if nobody came by the place."""
    now = SystemClock().now
    if strike.target == EVERYTHING:
        evidence.faults["F10: everything is killed at once"] += 1
        killed_at = now()
        installation.kill_everything()
        await asyncio.to_thread(installation.start)
        return killed_at
    if strike.place is None:
        evidence.faults[FAULTS[strike.target]] += 1
        killed_at = now()
        installation.kill(strike.target)
        return killed_at
    installation.arm(strike.place)
    try:
        async with asyncio.timeout(PASS_S):
            while installation.is_armed(strike.place):  # noqa: ASYNC110  another process takes it away
                await asyncio.sleep(0.002)
    except TimeoutError:
        installation.disarm(strike.place)
        evidence.ask("failpoints are passed", 1, [f"nobody came by “{strike.place}” in {PASS_S:g} s"])
        return None
    evidence.faults[f"F7: killed at “{strike.place}”"] += 1
    return now()


async def come_to_rest(evidence: Evidence, installation: Installation) -> None:
    """No more orders: let everything end, then ask for every promise."""
    await asyncio.to_thread(installation.stop)
    installation.rate = 0
    await asyncio.to_thread(installation.start)
    for _ in range(int(QUIET_S / 0.5)):
        await asyncio.sleep(0.5)
        with installation.frozen(BANKS):
            holdings = books.read(installation.state)
        if not any(each.open or each.unanswered for each in holdings):
            break
    await promises.nothing_acknowledged_is_lost(evidence, installation.dsn, holdings)
    await promises.all_has_ended(evidence, installation.dsn, holdings)
    await promises.the_log_is_whole(evidence, installation.dsn)


def _owner(place: Place) -> str:
    return {"hub": HUB, "gateway": GATEWAY, "bank": BANKS}[place.partition(":")[0]]
