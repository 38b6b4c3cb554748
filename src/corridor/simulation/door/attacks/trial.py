"""The trial of all attacks: one house on PostgreSQL, every attack in its turn, then the journal itself."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import uvloop

from corridor.adapters.keys.certificates import Authority
from corridor.adapters.postgres.roles import provision
from corridor.adapters.postgres.supervisor import Cluster
from corridor.simulation.door.attacks import (
    bent,
    certificates,
    http,
    injections,
    operators,
    replays,
    signatures,
    skipped,
    values,
    xml,
)
from corridor.simulation.door.attacks.strike import Attack, Listener, strike
from corridor.simulation.door.bits import flip
from corridor.simulation.door.house import House, PostgresStore, open_house
from corridor.simulation.tally import Tally, Violation
from corridor.simulation.trials import Order, Tell

NAME: Final = "attacks"
ATTACKS: Final[tuple[Attack, ...]] = (
    *signatures.ATTACKS,
    *replays.ATTACKS,
    *xml.ATTACKS,
    *values.ATTACKS,
    *http.ATTACKS,
    *injections.ATTACKS,
    *operators.ATTACKS,
)
T = TypeVar("T")


def run(order: Order, tell: Tell) -> Tally:
    """Try every attack, flip every bit, bend the journal."""
    cluster = Cluster(order.directory / "postgres")
    cluster.start(die_with_parent=True)
    try:
        return on_uvloop(_run(cluster, order, tell))
    finally:
        cluster.stop()


def on_uvloop(work: Coroutine[Any, Any, T]) -> T:
    """Run as a gateway is run."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def _run(cluster: Cluster, order: Order, tell: Tell) -> Tally:
    dsn = await provision(cluster, "door")
    async with open_house(PostgresStore(dsn)) as house:
        broken = await attack_all(house, tell)
        flipped, unnoticed = await flip(house, order.seed)
        tell(f"{flipped:,} messages with one bit flipped were sent")
        edits, missed = await bent.bend(dsn)
    tell(f"{edits} edits of the journal")
    certified = PostgresStore(await provision(cluster, "certified_door"))
    async with open_house(certified, authority=Authority(order.directory / "authority")) as house:
        broken += await attack_all(house, tell, certificates.ATTACKS)
    for number, why in skipped.SKIPPED.items():
        tell(f"not here: {number}: {why}")
    attacks = (*ATTACKS, *certificates.ATTACKS)
    stories = [*broken, *unnoticed, *missed]
    return Tally(
        attacks=len(attacks) + edits,
        malformed=flipped,
        replays=sum(attack.number == "A22" for attack in attacks),
        checked=dict(Counter(attack.number for attack in attacks))
        | {"A79": edits, "one bit flipped": flipped},
        violations=tuple(Violation("attacks", NAME, order.seed, story) for story in stories),
    )


async def attack_all(house: House, tell: Tell, attacks: tuple[Attack, ...] = ATTACKS) -> list[str]:
    """Return what is wrong with how the attacks were met, a line each."""
    broken = []
    async with Listener().listening() as listener:
        for attack in attacks:
            complaints, worst_s = await strike(house, listener, attack)
            verdict = "; ".join(complaints) or "met"
            tell(f"{attack.number} {attack.name}: {verdict} ({worst_s * 1000:.1f} ms)")
            broken += [f"{attack.number} {attack.name}: {complaint}" for complaint in complaints]
    if any(status == "500" for _, status in house.gateway._metrics.requests):  # noqa: SLF001  as the page has it
        broken.append("there was an HTTP 500")
    return broken
