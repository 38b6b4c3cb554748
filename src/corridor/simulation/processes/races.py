"""Time-out against acceptance: the creditor agent's promise comes within 50 ms of the deadline, on either side.

Whoever wins, both banks must hold the same final status.
"""

import asyncio
import random
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from statistics import median

import asyncpg

from corridor.adapters.keys import software
from corridor.adapters.system.clock import SystemClock
from corridor.client.identifiers import random_uetrs
from corridor.client.profile import Profile
from corridor.domain.instants import MILLISECOND
from corridor.sandbox.bank import Behaviour
from corridor.sandbox.process import Sandbox
from corridor.sandbox.world import INSTITUTIONS
from corridor.services.instant.rules import ANSWER_TIME
from corridor.simulation.processes import books, promises
from corridor.simulation.processes.evidence import Evidence
from corridor.simulation.processes.installation import Installation
from corridor.simulation.tally import Tally
from corridor.simulation.trials import Order, Tell

NAME = "races"
RACES = 100
NEAR = 50 * MILLISECOND
SPREAD = 80 * MILLISECOND
WAVE, RATE = 200, 60.0
WAVES = 8
HUB = "CORRXXM0"
LAG = 60 * MILLISECOND
"""From the hub's decision to the creditor agent and back, as long as nothing was measured."""

_ANSWERS = """
SELECT p.status, min(m.at) - p.forwarded_at AS after
  FROM payment p JOIN message m ON m.payment = p.number
 WHERE m.direction = 'in' AND m.definition LIKE 'pacs.002%' AND m.participant = p.creditor_agent
   AND p.forwarded_at > $1
 GROUP BY p.number, p.status, p.forwarded_at
"""


def run(order: Order, tell: Tell) -> Tally:
    """Let waves of payments be answered at the last moment until enough of them were races."""
    return asyncio.run(_run(order, tell))


async def _run(order: Order, tell: Tell) -> Tally:
    evidence = Evidence(NAME, order, tell)
    dice = random.Random(f"{order.seed}/races")
    wanted = round(RACES * order.scale)
    races, lag = 0, LAG
    with Installation(order.directory, banks=False) as installation:
        async with open_banks(installation.state, order.seed) as sandbox:
            await sandbox.found()
            for _ in range(round(WAVES * max(1.0, order.scale))):
                since = SystemClock().now()
                answered = await _wave(sandbox, lag, dice, installation.dsn, since)
                near = [(status, after) for status, after in answered if abs(after - ANSWER_TIME) <= NEAR]
                races += len(near)
                settled = sum(status != "RJCT" for status, _ in near)
                tell(f"{len(near)} races, {settled} won by the acceptance; the way takes {lag // 1_000} ms")
                if races >= wanted:
                    break
                if answered:
                    lag += round(median(after for _, after in answered)) - ANSWER_TIME
        evidence.faults["F18: time-out races with acceptance"] += races
        few = [f"{races} races of {wanted}: the answers did not come near enough to the deadline"]
        evidence.ask("races were run", 1, few if races < wanted else ())
        holdings = books.read(installation.state)
        await promises.nothing_acknowledged_is_lost(evidence, installation.dsn, holdings)
        await promises.all_has_ended(evidence, installation.dsn, holdings)
        await promises.the_log_is_whole(evidence, installation.dsn, installation.seal)
        await promises.the_checker_said_nothing(evidence, installation.dsn, installation.checked)
    return evidence.tally(races=races)


def open_banks(state: Path, seed: int) -> AbstractAsyncContextManager[Sandbox]:
    """Let the banks of an installation work in this process, where their manners can be told to them."""
    keys = {each.bic: software.read(state / "keys" / f"{each.bic}.pem") for each in INSTITUTIONS}
    hub_keys = {f"{HUB}-1": software.read(state / "keys" / f"{HUB}.pem").public}
    profiles = {
        bic: Profile(
            bic=bic,
            hub=HUB,
            environment=promises.ENVIRONMENT,
            url=(state / "address").read_text(),
            key_id=f"{bic}-1",
            hub_keys=hub_keys,
        )
        for bic in keys
    }
    (state / "sandbox").mkdir(exist_ok=True)
    uetr = random_uetrs(random.SystemRandom())
    return Sandbox.open(profiles, keys, state / "sandbox", clock=SystemClock().now, uetr=uetr, seed=seed)


async def _wave(
    sandbox: Sandbox, lag: int, dice: random.Random, dsn: str, since: int
) -> list[tuple[str, int]]:
    """Offer payments, each answered at the last moment; return what became of each and when it was answered."""

    async def delay_answers() -> None:
        while True:
            for office in sandbox.banks.values():
                late_by = ANSWER_TIME - lag + dice.randrange(-SPREAD, SPREAD)
                office.bank.behaviour = Behaviour(is_late=1_000, late_by=late_by)
            await asyncio.sleep(0.003)

    delaying = asyncio.create_task(delay_answers())
    try:
        await sandbox.offer(RATE, WAVE, lambda _notice: None, look_up=False)
    finally:
        delaying.cancel()
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch(_ANSWERS, since)]
    finally:
        await connection.close()
