"""Two persons who see to a simulated corridor: each with a key and every role, so that what takes two is done."""

from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

import msgspec

from corridor.client.profile import PrivateKey
from corridor.codecs.jws import compose, protected_header, signing_input
from corridor.domain.instants import Instant
from corridor.services.governance import operations
from corridor.services.governance.commands import Approve
from corridor.services.messaging.admission import FOUNDING, OPERATOR
from corridor.services.messaging.commands import OPERATION, Command, Found, Founder, NewKey, Origin
from corridor.services.messaging.records import AUDITOR, OPERATOR_ROLES

MAKER: Final = "anna"
CHECKER: Final = "vera"
ROLES: Final = tuple(role for role in OPERATOR_ROLES if role != AUDITOR)
FOREVER: Final[Instant] = 2**62


class Proposed(msgspec.Struct, frozen=True):
    """What the answer to a command says that takes two persons."""

    proposal: int = 0
    digest: str = ""


class _Receipt(msgspec.Struct, frozen=True):
    answer: Proposed = Proposed()


class Ordered(msgspec.Struct, frozen=True):
    """What a person wants done: the same message whenever it is sent."""

    by: str
    number: int
    message_id: str
    command: type[Command]
    facts: dict[str, Any]
    body: bytes


class Staff:
    """Makes signed commands. The same calls make the same commands."""

    def __init__(self, audience: str, key: Callable[[str], Any]) -> None:
        """`key` gives the private key of a person's name; `audience` names hub and environment."""
        self._audience = audience
        self._keys = {name: key(name) for name in (MAKER, CHECKER)}
        self._numbers: Counter[str] = Counter()

    def founding(self, now: Instant, message_id: str = FOUNDING) -> Found:
        """Return the founding ceremony, signed by both. There is one, so another `message_id` is a trial."""
        founders = tuple(
            Founder(OPERATOR + name, ROLES, NewKey(f"{name}-1", key.algorithm, key.public, 0, FOREVER))
            for name, key in self._keys.items()
        )
        body = operations.write(message_id, Found, founders=founders)
        signatures = " ".join(self._sign(name, body, 1, now) for name in self._keys)
        digest = sha256(body).digest()
        return Found(
            Origin(FOUNDING, message_id, OPERATION, digest, now, now, 1, "", signatures, body), founders
        )

    def order(self, command: type[Command], by: str = MAKER, **facts: Any) -> Ordered:
        """Return an order of one person."""
        self._numbers[by] += 1
        number = self._numbers[by]
        message_id = f"{by}-{number}"
        return Ordered(by, number, message_id, command, facts, operations.write(message_id, command, **facts))

    def approval(self, receipt: bytes) -> Ordered | None:
        """Return the second person's order if this receipt tells of a proposal."""
        try:
            told = msgspec.json.decode(receipt, type=_Receipt).answer
        except msgspec.DecodeError:
            return None
        if not told.proposal:
            return None
        return self.order(Approve, CHECKER, proposal=told.proposal, digest=told.digest)

    def sign(self, ordered: Ordered, now: Instant) -> Command:
        """Return an order as the hub gets it when it is sent now."""
        signature = self._sign(ordered.by, ordered.body, ordered.number, now)
        origin = Origin(
            OPERATOR + ordered.by,
            ordered.message_id,
            OPERATION,
            sha256(ordered.body).digest(),
            now,
            now,
            ordered.number,
            f"{ordered.by}-1",
            signature,
            ordered.body,
        )
        return ordered.command(origin, **ordered.facts)

    def _sign(self, name: str, body: bytes, number: int, now: Instant) -> str:
        key: PrivateKey = self._keys[name]
        protected = protected_header(
            algorithm=key.algorithm,
            key_id=f"{name}-1",
            signer=OPERATOR + name,
            audience=self._audience,
            issued_at=now,
            number=number,
        )
        return compose(protected, key.sign(signing_input(protected, body)))
