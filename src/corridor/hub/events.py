"""What reaches the hub and what it asks to be done: the whole boundary of the sans-I/O machine."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec

from corridor.decision import Key, Table
from corridor.domain.instants import Instant
from corridor.ports import Records, Writes
from corridor.services.messaging.commands import Command


class Submitted(msgspec.Struct, frozen=True):
    """Commands arrived over a link, each with the ticket under which its answer is awaited."""

    link: int
    commands: Sequence[tuple[int, Command]]


class Loaded(msgspec.Struct, frozen=True):
    """The records asked for by `Load`; None where there is no such record."""

    records: Records


class Committed(msgspec.Struct, frozen=True):
    """The batch in flight is durable."""

    number: int


class Woken(msgspec.Struct, frozen=True):
    """The time asked for by `WakeAt` has come."""


Event: TypeAlias = Submitted | Loaded | Committed | Woken


class Answered(msgspec.Struct, frozen=True):
    """What a sender is told: the receipt and the answer's body, to be signed as they stand.

    `header` is the protected header in base64url. `status` is accepted, refused or fault; or busy or again
    (the screening list has changed), when nothing was stored and the command may be sent again; or unproven, when
    no operator has signed what came as an operator's.
    """

    link: int
    ticket: int
    status: str
    batch: int
    header: bytes
    body: bytes


class Delivered(msgspec.Struct, frozen=True):
    """A message that now stands in a mailbox; `header` is its protected header in base64url."""

    participant: str
    number: int
    header: bytes
    payload: bytes


class Batch(msgspec.Struct, frozen=True):
    """All that one transaction writes, and what may leave the house once it is durable."""

    writes: Writes
    answers: Sequence[Answered]
    deliveries: Sequence[Delivered]


class Load(msgspec.Struct, frozen=True):
    """Read these records by key; answer with `Loaded`."""

    keys: Sequence[tuple[Table[Any], Key]]


class Commit(msgspec.Struct, frozen=True):
    """Write this batch in one transaction; answer with `Committed`, or end the process."""

    batch: Batch


class Release(msgspec.Struct, frozen=True):
    """Sign and send: what these say is durable, or says only that nothing was done."""

    answers: Sequence[Answered]
    deliveries: Sequence[Delivered]


class WakeAt(msgspec.Struct, frozen=True):
    """Send `Woken` at this time; a later one replaces it."""

    at: Instant


Action: TypeAlias = Load | Commit | Release | WakeAt
