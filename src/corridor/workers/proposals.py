"""What a worker does with what it has read: it proposes, group by group, and is told what the hub says to each.

A generator, so that an event loop drives it and a simulation in virtual time as well: it yields commands that are to
be submitted together, is sent the hub's answers in their order, and returns how much has come of it.
"""

from collections.abc import Generator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from corridor.domain.instants import Instant
from corridor.ports import Told
from corridor.services.messaging.admission import WORKER
from corridor.services.messaging.commands import Command, Origin

Proposals = Generator[Sequence[Command], Sequence[Told], int]


def origin(definition: str, facts: Mapping[str, Any], now: Instant) -> Origin:
    """Return whence a proposal comes. The same facts make the same message, so it is decided once."""
    body = msgspec.json.encode(facts)
    digest = sha256(body).digest()
    return Origin(WORKER, digest.hex()[:35], definition, digest, now, issued_at=now, body=body)
