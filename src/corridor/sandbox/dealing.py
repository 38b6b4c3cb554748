"""Two simulated FX providers that even out their positions: each trade is stated by both, and settled PvP."""

import asyncio
import random
from collections.abc import Callable
from typing import Final

from corridor.client.errors import Lost, Refused, TurnedAway
from corridor.client.participant import Participant
from corridor.client.requests import Trade
from corridor.domain.instants import Instant, iso_date
from corridor.domain.money import Money, Rate, convert_source_fixed
from corridor.sandbox.world import MID, PAIR, SOMONI

DEAL_EVERY_S: Final = 15.0
LOT: Final = 10_000_00
"""What they trade comes in lots of so many minor units of somoni."""
LOTS_MAX: Final = 50


class Dealing:
    """Two providers on the telephone."""

    def __init__(
        self, one: Participant, other: Participant, dice: random.Random, clock: Callable[[], Instant]
    ) -> None:
        self._sides = (one, other)
        self._dice = dice
        self._clock = clock

    def agree(self) -> tuple[Trade, Trade]:
        """Return the next trade, as each side states it: one sells somoni at the middle of the market."""
        somoni = Money(LOT * self._dice.randint(1, LOTS_MAX), SOMONI)
        roubles = convert_source_fixed(somoni, Rate(MID, *PAIR)).destination
        sold, bought = self._dice.choice(((somoni, roubles), (roubles, somoni)))
        now = self._clock()
        day, reference = iso_date(now), f"FX{now}"
        one, other = (side.profile.bic for side in self._sides)
        return (
            Trade(other, reference, day, day, sold, bought),
            Trade(one, reference, day, day, bought, sold),
        )

    async def run(self) -> None:
        """Trade now and then, for ever."""
        while True:
            await asyncio.sleep(DEAL_EVERY_S)
            for side, stated in zip(self._sides, self.agree(), strict=True):
                try:
                    await side.capture_trade(stated)
                except (Lost, Refused, TurnedAway):
                    break  # what one side has stated alone ends by time, with nothing moved
