"""The disk of PostgreSQL is full under load: nothing acknowledged is lost, and service is back with the space."""

import asyncio
import random
import urllib.request
from contextlib import suppress

from corridor.adapters.system.clock import SystemClock
from corridor.simulation.processes import books, promises, volume
from corridor.simulation.processes.evidence import Evidence
from corridor.simulation.processes.installation import BANKS, POSTGRES, Installation
from corridor.simulation.processes.kills import come_to_rest
from corridor.simulation.processes.volume import Volume
from corridor.simulation.tally import Tally
from corridor.simulation.trials import Order, Tell

NAME = "full"
RATE = 50.0
MEGABYTES = 512
LEFT_BYTES = (0, 4 << 20)
FULL_S = (2.0, 4.0)
NOTICED_S = 60.0
BACK_S = 30.0
NO_SPACE = "No space left on device"


def run(order: Order, tell: Tell) -> Tally:
    """Fill the disk, wait for the refusals, give the space back; again and again."""
    reason = volume.refusal()
    if reason:
        return Tally(seeds=1, not_run={"full disk of PostgreSQL": reason})
    return asyncio.run(_run(order, tell))


async def _run(order: Order, tell: Tell) -> Tally:
    evidence = Evidence(NAME, order, tell)
    dice = random.Random(f"{order.seed}/full")
    installation = Installation(order.directory, rate=RATE)
    with Volume(order.directory, installation.cluster.directory, megabytes=MEGABYTES) as disk, installation:
        for _ in range(max(1, round(order.scale))):
            await promises.settled_since(installation.dsn, SystemClock().now())
            await _fill(evidence, installation, disk, dice)
            with installation.frozen(BANKS):
                holdings = books.read(installation.state)
            await promises.nothing_acknowledged_is_lost(evidence, installation.dsn, holdings)
        await come_to_rest(evidence, installation)
        await asyncio.to_thread(installation.stop)
    return evidence.tally()


async def _fill(evidence: Evidence, installation: Installation, disk: Volume, dice: random.Random) -> None:
    evidence.faults["F12: the disk of PostgreSQL is full"] += 1
    said_before = _complaints(installation)
    ballast = disk.fill(left_bytes=dice.randrange(*LEFT_BYTES))
    try:
        async with asyncio.timeout(NOTICED_S):
            while _complaints(installation) == said_before:  # noqa: ASYNC110  it is another process's log
                await asyncio.sleep(0.05)
    except TimeoutError:
        evidence.ask(
            "the disk was full", 1, [f"in {NOTICED_S:g} s of load nothing noticed that the disk was full"]
        )
    await asyncio.sleep(dice.uniform(*FULL_S))
    installation.kill_tree(POSTGRES)  # it cannot even start now, and must come back with the space
    await asyncio.sleep(dice.uniform(*FULL_S))
    health = await asyncio.to_thread(_health, installation)
    evidence.tell(f"the disk is full; the front door says: {health}")
    up = f"with a full disk the front door says: {health}"
    evidence.ask("a hub that cannot commit is away", 1, () if "away" in health else [up])
    ballast.unlink()
    await promises.recover(evidence, installation.dsn, "a full disk", BACK_S, SystemClock().now())


def _complaints(installation: Installation) -> int:
    with suppress(OSError):
        return installation.cluster.log.read_text(errors="replace").count(NO_SPACE)
    return 0


def _health(installation: Installation) -> str:
    with suppress(OSError), urllib.request.urlopen(f"{installation.url}/health", timeout=5) as answer:  # noqa: S310
        return str(answer.read().decode())
    return "nothing"
