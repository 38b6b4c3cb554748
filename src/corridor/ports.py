"""What the hub and its neighbours ask of the world; adapters answer. One suite of contract tests per port."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from corridor.decision import Key, Table
from corridor.domain.instants import Instant
from corridor.services.messaging.commands import Command
from corridor.services.messaging.records import Message

Records = Mapping[tuple[Table[Any], Key], msgspec.Struct | None]


class Snapshot(msgspec.Struct, frozen=True):
    """What a hub starts from: the last batch and every resident record, never the history."""

    epoch: int
    batch: int
    at: Instant
    last_number: int
    last_transfer: int
    head: bytes
    records: Mapping[Table[Any], Sequence[msgspec.Struct]]


class Writes(msgspec.Struct, frozen=True):
    """All that one transaction writes."""

    number: int
    at: Instant
    last_number: int
    head: bytes
    rows: Mapping[Table[Any], Sequence[msgspec.Struct]]


class Fenced(Exception):  # noqa: N818  an order to stop, not an error to handle
    """Another writer has taken over: this process must end."""


class Journal(Protocol):
    """The system of record, as its one writer sees it."""

    async def open(self, tables: Sequence[Table[Any]], hub: str, now: Instant) -> Snapshot:
        """Raise the epoch, waiting for any commit in flight, then load."""
        ...

    async def commit(self, writes: Writes) -> None:
        """Write all or nothing, durably. Any exception means that the outcome is unknown: end the process.

        Raises: Fenced, if the epoch is no longer this writer's or the batch number is not the next.
        """
        ...

    async def load(self, keys: Sequence[tuple[Table[Any], Key]]) -> Records:
        """Return durable records by key, None where there is none."""
        ...

    async def close(self) -> None: ...


class Told(msgspec.Struct, frozen=True, array_like=True):
    """The answer to a command, signed. `batch` 0: nothing was stored, it may be sent again."""

    ticket: int
    status: str
    batch: int
    signature: str
    body: bytes


class Post(msgspec.Struct, frozen=True, array_like=True):
    """A signed message in a participant's mailbox."""

    participant: str
    number: int
    signature: str
    payload: bytes


class Link(Protocol):
    """The one way to the hub. Answers come in any order, each once; deliveries are hints that may be lost."""

    async def submit(self, commands: Sequence[Command]) -> Sequence[Told]: ...

    def on_posts(self, hear: Callable[[Sequence[Post]], None]) -> None: ...


class Reads(Protocol):
    """Durable state for look-ups, through the read-only role. Never the hub."""

    async def mailbox(self, participant: str, after: int, limit: int) -> Sequence[tuple[Message, bytes]]: ...


class Signer(Protocol):
    """Signs what is durable with the hub's key, which nothing else holds."""

    async def sign(self, inputs: Sequence[bytes]) -> Sequence[bytes]: ...


class Clock(Protocol):
    """The time, asked for at the edge and passed in as a value everywhere else."""

    def now(self) -> Instant: ...

    def call_at(self, at: Instant, call: Callable[[], Awaitable[None] | None]) -> None: ...
