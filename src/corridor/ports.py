"""What the hub and its neighbours ask of the world; adapters answer. One suite of contract tests per port."""

from asyncio import Future
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from corridor.decision import Key, Table
from corridor.domain.instants import Instant
from corridor.services.messaging.commands import Command
from corridor.services.settlement.waiting import Room, Selection, Waiting

R = TypeVar("R", bound=msgspec.Struct)
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


class Fenced(Exception):
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


class JournalAway(Exception):
    """The system of record does not answer, or not yet: try again."""


class Mark(msgspec.Struct, frozen=True):
    """A place in a hub's log: a batch and the head after it, which stands for everything before."""

    hub: str
    epoch: int
    batch: int
    head: bytes


class Unreadable(Exception):
    """What is there is no witness; the text says why."""


class Witness(Protocol):
    """What remembers, outside of the database, how far the log had come when the hub last spoke."""

    async def read(self) -> Mark | None:
        """Return the last mark, None if nothing was ever written here.

        Raises: Unreadable; OSError, if the place cannot be reached at all.
        """
        ...

    async def write(self, mark: Mark) -> None:
        """Hold the mark durably. A write that is cut short leaves the mark before.

        Raises: Fenced, if somebody else has written here; OSError, and then the process must end.
        """
        ...


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


class HubAway(Exception):
    """The hub is away, or went away before it answered: the outcome is unknown until asked again."""


class Link(Protocol):
    """The one way to the hub. Deliveries are hints that may be lost."""

    @property
    def connected(self) -> bool: ...

    @property
    def closed(self) -> str:
        """Why the hub serves nobody yet, "" if it does."""
        ...

    def submit(self, command: Command) -> "Future[Told]":
        """Return the answer to come. Raises: HubAway, at once or later."""
        ...

    def on_posts(self, hear: Callable[[Sequence[Post]], None]) -> None: ...

    def on_join(self, doubt: Callable[[], None]) -> None:
        """Call this whenever the hub hears this link (again): what it announced before may have been missed."""
        ...


class Reads(Protocol):
    """Durable state for look-ups, through the read-only role; never the hub."""

    async def all(self, table: Table[R]) -> Sequence[R]:
        """Return every record of a whole table, every open one of another."""
        ...

    async def one(self, table: Table[R], key: Key) -> R | None: ...


class Mail(Protocol):
    """Stored messages, read and signed by the signer itself: always the same bytes and signature."""

    async def read(self, participant: str, after: int, limit: int) -> Sequence[Post]:
        """Return the messages of a mailbox with higher numbers, in order."""
        ...


class Stated(msgspec.Struct, frozen=True, array_like=True):
    """A page of a statement in its envelope, signed by the hub."""

    signature: str
    payload: bytes


class Unstated(Exception):
    """There is no such statement. `reason` is ISO's code, `field` what was wrong of what was asked."""

    def __init__(self, reason: str, field: str, detail: str) -> None:
        super().__init__(reason, field, detail)
        self.reason = reason
        self.field = field
        self.detail = detail


class Statements(Protocol):
    """Statements of settlement accounts, read from what is durable and signed by the signer itself."""

    async def read(self, participant: str, currency: str, day: str, page: int) -> Stated:
        """Return a page of a participant's own account on a business day, "" for the one that runs.

        Raises: Unstated; HubAway, if the signer cannot be reached.
        """
        ...


class Verifier(Protocol):
    """Verifies signatures of one public key."""

    def verify(self, signing_input: bytes, signature: bytes) -> bool: ...


class Signer(Protocol):
    """Signs what is durable with the hub's key, which nothing else holds."""

    async def sign(self, inputs: Sequence[bytes]) -> Sequence[bytes]:
        """Return one signature of 64 bytes for each input."""
        ...


class SealBroken(Exception):
    """What was sealed cannot be opened: by another key, at another place, or not as it was stored."""


class Seal(Protocol):
    """Keeps personal data unreadable at rest. `place` names the one row and field where it may be read again."""

    def seal(self, place: bytes, plain: bytes) -> bytes:
        """Return the sealed bytes: the same for the same bytes at the same place, so that keys can be looked up."""
        ...

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """Return what was sealed. Raises: SealBroken."""
        ...


class Clock(Protocol):
    """The time, asked for at the edge and passed on as a value."""

    def now(self) -> Instant: ...


class Chooser(Protocol):
    """What may find a greater set of waiting payments than the house's own algorithm, given more time."""

    def choose(self, waiting: Sequence[Waiting], room: Room, start: Selection) -> Selection:
        """A set that may settle together, as `verify_selection` says, and worth no less than the start."""
        ...
