"""The trial of malformed messages: at the codecs, and through the front door."""

from collections import Counter
from typing import Final

from corridor.simulation.door.attacks.trial import on_uvloop
from corridor.simulation.door.fuzz import codecs, ingress
from corridor.simulation.door.house import open_house
from corridor.simulation.tally import Tally, Violation
from corridor.simulation.trials import Order, Tell

NAME: Final = "malformed"


def run(order: Order, tell: Tell) -> Tally:
    """Send 100,000 mutated messages to the parsers and 5,000 through the door, times the scale."""
    found = codecs.fuzz_all(order.seed, round(codecs.COUNT * order.scale))
    for each in found:
        tell(
            f"{each.name}: {each.tried:,} read, {each.accepted:,} accepted, worst {each.worst_s * 1000:.1f} ms"
        )
    count = round(ingress.COUNT * order.scale)
    answered, wrong = on_uvloop(_through_the_door(order.seed, count))
    tell(f"the door: {', '.join(f'{status}: {n:,}' for status, n in sorted(answered.items()))}")
    stories = [*(crash for each in found for crash in each.crashes), *wrong]
    return Tally(
        malformed=sum(each.tried for each in found) + sum(answered.values()),
        checked={f"parser: {each.name}": each.tried for each in found} | {"door": sum(answered.values())},
        violations=tuple(Violation(NAME, NAME, order.seed, story) for story in stories),
    )


async def _through_the_door(seed: int, count: int) -> tuple[Counter[int], list[str]]:
    async with open_house() as house:
        return await ingress.fuzz_door(house, seed, count)
