"""The language in which the hub's rules are written: tables, the step that one command is decided on, and its outcome.

A rule reads and writes records through a `Step`, posts transfers through it and sends messages through it. Nothing
of that touches the hub's memory until the step is accepted; dropping the step is the undo.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar, cast

import msgspec

from corridor.domain.instants import Instant
from corridor.ledger.accounts import Account, Balance
from corridor.ledger.posting import Posting
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Pending, PendingStatus, Transfer

R = TypeVar("R", bound=msgspec.Struct)
Key: TypeAlias = Hashable


class While(NamedTuple):
    """The records of a table that stay in memory: those whose field has this value."""

    field: str
    value: Any


class Table(Generic[R]):
    """A kind of record: its key, and which of its records the hub keeps in memory.

    Guarantees: two tables never share a name; `key(record)` is a scalar for one key field, else a tuple.
    `resident` says which durable records stay in memory: all (the table is then `whole`, and what memory does not
    hold does not exist), none, or those that are open. `timed` records have a `due_at`.
    `appended` marks a table whose rows are written once and never changed. A record of a table that `begins_with` an
    appended one is new in the batch that appends a record there under the same key, and only then.
    `monthly` marks one that PostgreSQL partitions by its `month` column (yyyymm).
    `private` names the fields that hold personal data: whoever stores them outside memory seals them.
    """

    __slots__ = (
        "appended",
        "begins_with",
        "key",
        "key_fields",
        "monthly",
        "name",
        "private",
        "record",
        "stays",
        "timed",
        "whole",
    )

    def __init__(
        self,
        name: str,
        record: type[R],
        *key_fields: str,
        resident: bool | While = True,
        appended: bool = False,
        begins_with: "Table[Any] | None" = None,
        monthly: bool = False,
        private: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.record = record
        self.key_fields = key_fields
        self.key = cast("Callable[[R], Key]", attrgetter(*key_fields))
        self.stays = resident
        self.whole = resident is True
        self.appended = appended
        self.begins_with = begins_with
        self.monthly = monthly
        self.private = private
        self.timed = "due_at" in record.__struct_fields__

    def resident(self, record: R) -> bool:
        """Say whether this record stays in memory once it is durable."""
        if isinstance(self.stays, While):
            return bool(getattr(record, self.stays.field) == self.stays.value)
        return self.stays

    def __repr__(self) -> str:
        return f"Table({self.name})"


ACCOUNT = Table("account", Account, "id")
BALANCE = Table("balance", Balance, "account_id")
TRANSFER = Table("transfer", Transfer, "id", resident=False, appended=True)
PENDING = Table(
    "pending", Pending, "id", resident=While("status", PendingStatus.PENDING), begins_with=TRANSFER
)


class Missing(Exception):
    """What a decision needs and memory does not hold: the command is decided again once it is loaded."""

    def __init__(self, table: Table[Any], key: Key) -> None:
        super().__init__(table.name, key)
        self.table = table
        self.key = key


class Contradicted(Exception):
    """The hub's own signature proves that its log is not whole, or not its own: the hub must end at once.

    `reach` is the highest batch that is proven to have been.
    """

    def __init__(self, text: str, reach: int) -> None:
        super().__init__(text)
        self.reach = reach


class Accepted(msgspec.Struct, frozen=True):
    """The command took effect. `body` is what the sender is told at once, besides the receipt."""

    body: bytes = b""


class Rejected(msgspec.Struct, frozen=True):
    """The command changes nothing. `reason` is an ISO 20022 external code, `field` the element at fault."""

    reason: str
    text: str = ""
    field: str = ""


class Again(msgspec.Struct, frozen=True):
    """Nothing is decided or stored: the gateway's part of the work is out of date and must be done again."""

    text: str


Answer: TypeAlias = Accepted | Rejected | Again


class Outgoing(msgspec.Struct, frozen=True):
    """A message to a participant's mailbox, as values; the hub numbers, renders and stores it."""

    participant: str
    message_id: str
    number: int
    message: msgspec.Struct
    payment: int = 0


class View(Protocol):
    """What a step reads: the hub's memory before the command. Methods of the ledger's `Book` besides."""

    def find(self, table: Table[R], key: Key) -> R | None:
        """Return the record, or None if there is none; raise `Missing` if memory cannot tell."""
        ...

    def peek(self, table: Table[R], key: Key) -> R | None:
        """Return the record if memory holds it, as it holds every resident one; else None."""
        ...

    def account(self, account_id: int) -> Account | None: ...
    def balance(self, account_id: int) -> Balance: ...
    def transfer(self, transfer_id: int) -> Transfer | None: ...
    def pending(self, pending_id: int) -> Pending | None: ...

    def records(self, table: Table[R]) -> Iterable[R]:
        """Return what memory holds of a table: at least every resident record."""
        ...

    @property
    def hub(self) -> str:
        """The BIC of the hub."""
        ...

    @property
    def last_number(self) -> int:
        """The last of the hub's ascending numbers in use."""
        ...

    def last_mailbox_number(self, participant: str) -> int:
        """The number of the last message in a participant's mailbox."""
        ...


class Step:
    """The overlay on which one command is decided: it reads its own writes, and dropping it is the undo."""

    __slots__ = ("_posting", "_staged", "_view", "mailboxes", "now", "numbers", "outgoing", "payment")

    def __init__(self, view: View, now: Instant) -> None:
        self._view = view
        self._staged: dict[Table[Any], dict[Key, Any]] = {}
        self._posting: Posting | None = None
        self.mailboxes: dict[str, int] = {}
        """The last number in each mailbox that a message was put in."""
        self.outgoing: list[Outgoing] = []
        self.numbers = view.last_number
        self.payment = 0
        self.now = now

    def get(self, table: Table[R], key: Key) -> R | None:
        """Return the record as this step left it; raises `Missing` if it must be loaded first."""
        if table in self._staged:
            staged: R | None = self._staged[table].get(key)
            if staged is not None:
                return staged
        return self._view.find(table, key)

    def open(self, table: Table[R], key: Key) -> R | None:
        """Return the record as this step left it if it is resident, None if there is no such open one.

        It never asks for anything to be loaded: for records that may not be there yet.
        """
        record: R | None = self._staged.get(table, {}).get(key) or self._view.peek(table, key)
        return record if record is not None and table.resident(record) else None

    def resident(self, table: Table[R]) -> list[R]:
        """Return a table's resident records as this step left them. For small tables, and rare commands."""
        records = {table.key(record): record for record in self._view.records(table)}
        records.update(self._staged.get(table, {}))
        return [record for record in records.values() if table.resident(record)]

    def trial(self) -> "Step":
        """Return a step on the same memory, to see what a command would do and to be dropped."""
        return Step(self._view, self.now)

    def put(self, table: Table[R], record: R) -> None:
        """Stage a record. One whose `due_at` is set is a timer; None clears it."""
        self._staged.setdefault(table, {})[table.key(record)] = record

    def number(self) -> int:
        """Return the next of the hub's ascending numbers: ids of transfers and payments."""
        self.numbers += 1
        return self.numbers

    @property
    def posting(self) -> Posting:
        """What the ledger stages. Most commands need none, so it is made at first use."""
        if self._posting is None:
            self._posting = Posting(_StagedBook(self._staged, self._view))
        return self._posting

    def post(self, chain: Sequence[Transfer]) -> tuple[TransferResult, ...]:
        """Post all transfers or none, on staged balances."""
        return self.posting.post(chain, self.now)

    def post_each(self, transfers: Sequence[Transfer]) -> tuple[TransferResult, ...]:
        """Post each transfer, or each chain marked LINKED, on its own."""
        return self.posting.post(transfers, self.now, chain=False)

    def balance(self, account_id: int) -> Balance:
        """Return a known account's balance with what this step has staged."""
        return self.posting.balance(account_id)

    def message_id(self, participant: str) -> str:
        """Return the id that the next message sent to this participant will carry."""
        return f"{self._view.hub}-{participant}-{self._next(participant)}"

    def send(self, participant: str, message: msgspec.Struct) -> None:
        """Put a message in a participant's mailbox; it leaves once the batch is durable."""
        message_id, number = self.message_id(participant), self._next(participant)
        self.outgoing.append(Outgoing(participant, message_id, number, message, self.payment))
        self.mailboxes[participant] = number

    def changed(self) -> Iterator[tuple[Table[Any], Mapping[Any, Any]]]:
        """Yield each table with the records that this step leaves in it, by key."""
        yield from self._staged.items()
        if self._posting is not None:
            yield TRANSFER, {transfer.id: transfer for transfer in self._posting.transfers}
            yield BALANCE, {balance.account_id: balance for balance in self._posting.balances()}
            yield PENDING, self._posting.pendings

    @property
    def hub(self) -> str:
        """The BIC of the hub."""
        return self._view.hub

    def _next(self, participant: str) -> int:
        last = self.mailboxes.get(participant)
        return (self._view.last_mailbox_number(participant) if last is None else last) + 1


class _StagedBook:
    """The ledger's reading side of a step: accounts that the step itself changed come first."""

    __slots__ = ("_staged", "_view", "balance", "pending", "transfer")

    def __init__(self, staged: Mapping[Table[Any], Mapping[Key, Any]], view: View) -> None:
        self._staged = staged
        self._view = view
        self.balance = view.balance
        self.transfer = view.transfer
        self.pending = view.pending

    def account(self, account_id: int) -> Account | None:
        staged: Account | None = self._staged.get(ACCOUNT, {}).get(account_id)
        return self._view.account(account_id) if staged is None else staged


class Handler(msgspec.Struct, frozen=True):
    """How one kind of command is decided, how a refusal of it is told, and what it will surely read."""

    decide: Callable[[Step, Any], Answer]
    refuse: Callable[[Step, Any, Rejected], None]
    keys: Callable[[Any], Iterable[tuple[Table[Any], Key]]] = lambda _command: ()
