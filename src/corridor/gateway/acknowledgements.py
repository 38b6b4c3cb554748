"""How far participants hold their mailboxes: positions, told to the hub together, once a second at most."""

import asyncio
from hashlib import sha256

import msgspec

from corridor.domain.instants import Instant
from corridor.ports import Clock, HubAway, Link
from corridor.services.messaging.admission import GATEWAY
from corridor.services.messaging.commands import Acknowledge, Origin

DEFINITION = "acknowledgement"


class Acknowledgements:
    """The highest number that each participant has named, until the hub knows it.

    Losing one does no harm: positions are cumulative, and the next one says the same and more.
    """

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._noted: dict[str, int] = {}
        self._told: dict[str, int] = {}

    def note(self, participant: str, number: int) -> None:
        """A participant holds its mailbox up to this number."""
        if number > max(self._noted.get(participant, 0), self._told.get(participant, 0)):
            self._noted[participant] = number

    async def tell(self) -> None:
        """Tell the hub what was noted since; what it cannot hear now is told later."""
        if not self._noted or not self._link.connected:
            return
        noted, self._noted = self._noted, {}
        await asyncio.gather(*(self._tell(participant, number) for participant, number in noted.items()))

    async def _tell(self, participant: str, number: int) -> None:
        try:
            told = await self._link.submit(acknowledge(participant, number, self._clock.now()))
        except HubAway:
            self.note(participant, number)
            return
        if told.status == "accepted":
            self._told[participant] = max(number, self._told.get(participant, 0))
        elif told.status in ("busy", "closed"):
            self.note(participant, number)


def acknowledge(participant: str, number: int, now: Instant) -> Acknowledge:
    """Return what a gateway tells the hub of a position."""
    body = msgspec.json.encode({"participant": participant, "number": number})
    # With the time, for an id is known for ever: a position refused as too high may be right one day.
    origin = Origin(
        GATEWAY, f"{participant}/{now}", DEFINITION, sha256(body).digest(), now, issued_at=now, body=body
    )
    return Acknowledge(origin, participant, number)
