"""An operator at the terminal: commands to the hub over its socket, which only this user may open."""

import asyncio
import getpass
import json
from hashlib import sha256
from types import TracebackType
from typing import Any, Self

import msgspec

from corridor.adapters.stream.link import StreamLink
from corridor.adapters.system.clock import SystemClock
from corridor.cli.home import Home
from corridor.ports import HubAway, Told
from corridor.services.messaging.admission import OPERATOR
from corridor.services.messaging.commands import OPERATION, Command, Origin

CONNECT_S = 5.0
_encode = msgspec.msgpack.Encoder().encode


class Refusal(Exception):
    """The hub refused the command; the text says why."""


class Operator:
    """Gives commands under a person's name; each is stored in the log with its own encoding as evidence."""

    def __init__(self, home: Home, name: str = "") -> None:
        self.name = name or getpass.getuser()
        self._link = StreamLink(home.hub_socket)
        self._clock = SystemClock()
        self._given = 0

    async def __aenter__(self) -> Self:
        self._link.open()
        for _ in range(int(CONNECT_S / 0.01)):
            if self._link.connected:
                return self
            await asyncio.sleep(0.01)
        await self._link.close()
        raise HubAway

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._link.close()

    async def give(self, command: type[Command], **facts: Any) -> dict[str, Any]:
        """Give a command and return what the hub answered besides the receipt.

        Raises: Refusal, HubAway.
        """
        now = self._clock.now()
        self._given += 1
        body = _encode((command.__name__, now, self._given, list(facts.items())))
        origin = Origin(
            OPERATOR + self.name, f"{now}-{self._given}", OPERATION, sha256(body).digest(), now, body=body
        )
        return read(await self._link.submit(command(origin, **facts)))


def read(told: Told) -> dict[str, Any]:
    """Return the answer in a receipt.

    Raises: Refusal.
    """
    if told.status == "noted":
        return {"noted": told.body.decode()}
    if told.status == "closed":
        raise Refusal(f"the hub is closed: {told.body.decode()}")
    if not told.batch:
        raise Refusal("the hub is busy; try again")
    answer: Any = json.loads(told.body).get("answer") or {}
    if told.status != "accepted":
        field = f" ({answer['field']})" if answer.get("field") else ""
        raise Refusal(f"{answer['reason']}: {answer['text']}{field}")
    return answer if isinstance(answer, dict) else {"answer": answer}
