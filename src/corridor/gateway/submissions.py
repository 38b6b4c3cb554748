"""The way of everything that the hub decides: read, proven, made a command, brought to the hub, answered.

Bounded per bank and in all, and honest about a hub that is away.
"""

from collections.abc import Callable

from corridor.failpoints import failpoint
from corridor.gateway.authentication import Authenticator, Sender
from corridor.gateway.exchange import JSON, XML, Request, Response
from corridor.gateway.limits import Limits
from corridor.gateway.metrics import Metrics
from corridor.gateway.patience import Patience
from corridor.gateway.problems import Kind, Problem
from corridor.gateway.screening import Screener
from corridor.ports import Clock, HubAway, Link, Told
from corridor.services.messaging.commands import Command
from corridor.services.messaging.records import ACCEPTED

ATTEMPTS = 3
"""How often a command is made anew because the hub knows a newer screening list."""
MakeCommand = Callable[[Sender, bytes], Command]
"""What the exact bytes of a proven sender ask of the hub."""


class Submissions:
    """Brings commands to the hub. No bank takes the places of another, until there are none at all."""

    def __init__(
        self,
        link: Link,
        authenticator: Authenticator,
        screener: Screener,
        clock: Clock,
        limits: Limits,
        metrics: Metrics,
    ) -> None:
        self._link = link
        self._authenticator = authenticator
        self._screener = screener
        self._clock = clock
        self._limits = limits
        self._patience = Patience(limits.answer_s)
        self._metrics = metrics
        self._banks: dict[str, int] = {}
        self.in_flight = 0

    async def message(self, make: MakeCommand, request: Request) -> Response:
        """Return the receipt for a message: it is stored; what becomes of it comes through the mailbox.

        Raises: Problem; TooLarge and Gone of the body.
        """
        return _receipt(202, await self._bring(request, XML, make))

    async def request(self, make: MakeCommand, request: Request) -> Response:
        """Return the receipt for a request, with its answer.

        Raises: Problem; TooLarge and Gone of the body.
        """
        told = await self._bring(request, (JSON,), make)
        return _receipt(200 if told.status == ACCEPTED else 422, told)

    async def _bring(self, request: Request, media_types: tuple[bytes, ...], make: MakeCommand) -> Told:
        sender, body = await self._authenticator.prove_post(request, media_types)
        failpoint("gateway: verified, not submitted")
        self._enter(sender.participant)
        try:
            return await self._tell(make, sender, body)
        finally:
            self._leave(sender.participant)

    async def _tell(self, make: MakeCommand, sender: Sender, body: bytes) -> Told:
        for _ in range(ATTEMPTS):
            told = await self._submit(make(sender, body))
            if told.status != "again":
                return told
            await self._screener.renew(told.body.decode())
        raise Problem(Kind.BUSY, "the screening list changes", retry_after_s=1)

    async def _submit(self, command: Command) -> Told:
        started = self._clock.now()
        try:
            told = await self._patience.wait(self._link.submit(command))
            failpoint("gateway: answered by the hub, not answering")
        except HubAway:
            raise Problem(Kind.AWAY, retry_after_s=1) from None
        self._metrics.hub_seconds.observe((self._clock.now() - started) / 1_000_000)
        self._metrics.commands[told.status,] += 1
        if told.status in ("closed", "noted"):
            raise Problem(Kind.CLOSED, told.body.decode(), retry_after_s=1)
        if told.status == "busy":
            raise Problem(Kind.BUSY, retry_after_s=1)
        return told

    def _enter(self, participant: str) -> None:
        if not self._link.connected:
            raise Problem(Kind.AWAY, retry_after_s=1)
        if self.in_flight >= self._limits.in_flight:
            raise Problem(Kind.BUSY, retry_after_s=1)
        in_flight = self._banks.get(participant, 0)
        if in_flight >= self._limits.in_flight_per_bank:
            raise Problem(Kind.TOO_MANY, f"{in_flight} requests await their answers", retry_after_s=1)
        self._banks[participant] = in_flight + 1
        self.in_flight += 1

    def _leave(self, participant: str) -> None:
        self.in_flight -= 1
        self._banks[participant] -= 1


def _receipt(status: int, told: Told) -> Response:
    """Return the hub's own words under the hub's own signature."""
    return Response(status, told.body, headers=((b"corridor-signature", told.signature.encode()),))
