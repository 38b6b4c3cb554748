"""An operator at the terminal: signs commands with a key of the state directory, and sends them to the front door."""

import asyncio
import json
import os
from contextlib import suppress
from itertools import count
from types import TracebackType
from typing import Any, Self, cast

from corridor.adapters.keys import software
from corridor.adapters.system.clock import SystemClock
from corridor.cli import identities
from corridor.cli.home import ENVIRONMENT, FOUNDERS, HUB, Home, key_id
from corridor.client import PrivateKey, Profile
from corridor.client.connection import Response
from corridor.client.errors import Lost, Refused
from corridor.client.events import Letter
from corridor.client.http import Http
from corridor.client.receipts import read_problem, read_receipt
from corridor.client.signing import HubSeal, Pen
from corridor.domain.errors import CorridorError
from corridor.ports import HubAway
from corridor.services.governance import operations
from corridor.services.governance.commands import Approve
from corridor.services.messaging.admission import OPERATOR
from corridor.services.messaging.commands import Command, WaiveVoucher

VARIABLE = "CORRIDOR_OPERATOR"
TARGET = "/v1/operations"
ATTEMPTS = 5
TIMEOUT_S = 10.0
NOBODY_KNOWS = (401, 429, 503)
"""Not stored: the gateway does not know the key yet, or the hub has no room; the same may be sent again."""


class Refusal(Exception):
    """The hub refused the command; the text says why."""


class NoKey(CorridorError):
    """There is no key of this operator here: say who you are with --as NAME, or with CORRIDOR_OPERATOR."""

    reason = "DS0D"


def who(name: str) -> str:
    """Return who gives commands: who is named, else whom the environment names, else the sandbox's first."""
    return name or os.environ.get(VARIABLE, "") or FOUNDERS[0]


class Operator:
    """Gives commands as one person. Each is signed over its exact bytes, and the answer's signature is checked."""

    def __init__(self, home: Home, name: str = "") -> None:
        self.name = who(name)
        self._home = home
        self._clock = SystemClock()
        self._given = count(1)

    async def __aenter__(self) -> Self:
        home = self._home
        path = home.operator_key(self.name)
        if not path.exists():
            raise NoKey(f"there is no key of {self.name} in {path.parent}; say who you are with --as NAME")
        if not home.address.exists():
            raise HubAway
        profile = Profile(
            bic=OPERATOR + self.name,
            hub=HUB,
            environment=ENVIRONMENT,
            url=home.address.read_text().strip(),
            key_id=key_id(self.name),
            hub_keys={key_id(HUB): software.read(home.key(HUB)).public},
        )
        self._pen = Pen(profile, cast("PrivateKey", software.read(path)))
        self._seal = HubSeal(profile)
        self._http = Http(profile.url, timeout_s=TIMEOUT_S, tls=identities.shown(home, self.name))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def give(self, command: type[Command], **facts: Any) -> dict[str, Any]:
        """Give a command and return what the hub answered besides the receipt; a proposal, if it takes two.

        Raises: Refusal, HubAway, Forged.
        """
        now = self._clock.now()
        message_id = f"{now}-{next(self._given)}"
        body = operations.write(message_id, command, **facts)
        # Any number of the last 256 is taken once; the time in microseconds is nobody else's.
        number = now + next(self._given)
        answer = await self._send(body, number)
        if command is WaiveVoucher and is_closed(answer):
            return {"noted": str(read_problem(answer.status, answer.body))}
        if answer.status not in (200, 422):
            raise Refusal(str(read_problem(answer.status, answer.body)))
        signature = answer.headers.get("corridor-signature", "")
        self._seal.receipt(signature, answer.body)
        letter = Letter(number, "", TARGET, message_id, body, "", kept=False)
        receipt = read_receipt(OPERATOR + self.name, letter, answer.status, signature, answer.body)
        if isinstance(receipt, Refused):
            field = f" ({receipt.field})" if receipt.field else ""
            raise Refusal(f"{receipt.reason}: {receipt.message}{field}")
        told: Any = json.loads(receipt.answer or b"{}")
        return told if isinstance(told, dict) else {"answer": told}

    async def approve(self, proposal: int, digest: str) -> dict[str, Any]:
        """Approve what another person has proposed. Raises: as `give`."""
        return await self.give(Approve, proposal=proposal, digest=digest)

    async def _send(self, body: bytes, number: int) -> Response:
        """Send until somebody answers who knows; the same bytes are never decided twice."""
        for attempt in range(ATTEMPTS):
            signature = self._pen.sign(body, number, self._clock.now())
            headers = {"Content-Type": "application/json", "Corridor-Signature": signature}
            with suppress(Lost):
                answer = await self._http.post(TARGET, headers, body)
                if answer.status not in NOBODY_KNOWS or is_closed(answer) or attempt == ATTEMPTS - 1:
                    return answer
            await asyncio.sleep(0.25 * (attempt + 1))
        raise HubAway


def is_closed(answer: Response) -> bool:
    """Say whether the hub does not serve, because its log is in doubt."""
    return answer.status == 503 and b"urn:corridor:problem:closed" in answer.body
