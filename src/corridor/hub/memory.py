"""What the hub holds in memory: balances, whole tables, open records, and what is not yet durable."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import Any, TypeVar, cast

import msgspec

from corridor.decision import ACCOUNT, BALANCE, PENDING, TRANSFER, Key, Missing, Step, Table
from corridor.domain.instants import Instant
from corridor.ledger.accounts import Account, Balance
from corridor.ledger.transfers import FIRST_CALLER_ID, Pending, Transfer
from corridor.ports import Snapshot
from corridor.services.messaging.admission import with_last_number
from corridor.services.messaging.records import MAILBOX, Mailbox

R = TypeVar("R", bound=msgspec.Struct)
Rows = dict[Table[Any], dict[Key, Any]]

RECENT_TRANSFERS = 50_000
"""At least so many transfers are kept, and at most about twice as many, to recognise a repeated id: older ones
are looked up."""


class Memory:
    """The hub's state, and the `View` of every step.

    Guarantees: a record written stays until it is durable, then leaves unless its table says it is resident.
    """

    def __init__(self, hub: str, tables: Iterable[Table[Any]], snapshot: Snapshot) -> None:
        self.hub = hub
        self.tables = tuple(tables)
        self.last_number = snapshot.last_number
        self._records: Rows = {table: {} for table in self.tables}
        self._due: list[tuple[Instant, int, Table[Any], Key]] = []
        self._pushed = 0
        self._put_off: dict[tuple[Table[Any], Key], tuple[Instant, Instant]] = {}
        """Of what could not be decided: when it was due, and when it is tried again."""
        self._loaded: Mapping[tuple[Table[Any], Key], msgspec.Struct | None] = {}
        self._numbered: dict[str, int] = {}  # mailboxes of the batch under construction
        self._older_transfers: dict[Key, Transfer] = {}
        self._newest = self._forgotten = snapshot.last_transfer
        for table, records in snapshot.records.items():
            self._keep(table, {table.key(record): record for record in records})
        self._accounts: dict[Key, Account] = self._records[ACCOUNT]
        self._balances: dict[Key, Balance] = self._records[BALANCE]
        self._mailboxes: dict[Key, Mailbox] = self._records[MAILBOX]

    # what steps read

    def find(self, table: Table[R], key: Key) -> R | None:
        """Return the record, or None if there is none; raise `Missing` if memory cannot tell."""
        record: R | None = self._records[table].get(key)
        if record is not None or table.whole:
            return record
        if self._ledger_knows(table, key):
            return cast("R | None", self._older_transfers.get(key))
        try:
            return cast("R | None", self._loaded[table, key])
        except KeyError:
            raise Missing(table, key) from None

    def peek(self, table: Table[R], key: Key) -> R | None:
        """Return what memory holds under a key, or what was loaded for this batch; else None."""
        return cast("R | None", self._records[table].get(key) or self._loaded.get((table, key)))

    def holds(self, table: Table[Any], key: Key) -> bool:
        """Say whether `find` can answer from what is held here for ever or until it is durable."""
        return table.whole or key in self._records[table] or self._ledger_knows(table, key)

    def account(self, account_id: int) -> Account | None:
        """Return an account's static part."""
        return self._accounts.get(account_id)

    def balance(self, account_id: int) -> Balance:
        """Return an account's balance, zero before its first transfer."""
        return self._balances.get(account_id) or Balance(account_id)

    def transfer(self, transfer_id: int) -> Transfer | None:
        """Return the transfer with this id; raise `Missing` for one older than memory reaches."""
        return None if self._never_used(transfer_id) else self.find(TRANSFER, transfer_id)

    def pending(self, pending_id: int) -> Pending | None:
        """Return the state of a pending transfer; raise `Missing` for one that ended long ago."""
        return self.find(PENDING, pending_id)

    def last_mailbox_number(self, participant: str) -> int:
        """Return the number of the last message in a mailbox."""
        number = self._numbered.get(participant)
        if number is not None:
            return number
        mailbox = self._mailboxes.get(participant)
        return 0 if mailbox is None else mailbox.last_number

    def records(self, table: Table[R]) -> Iterator[R]:
        """Yield what memory holds of a table."""
        return iter(self._records[table].values())

    # what the hub writes

    def lend(self, loaded: Mapping[tuple[Table[Any], Key], msgspec.Struct | None]) -> None:
        """Give the coming decisions what was loaded for them; an empty mapping takes it back."""
        self._loaded = loaded

    def apply(self, step: Step, rows: Rows) -> None:
        """Take over what a step staged, and add it to the rows of the batch."""
        for table, records in step.changed():
            rows[table].update(records)
            self._keep(table, records)
        self._numbered.update(step.mailboxes)
        self.last_number = step.numbers

    def number_mailboxes(self, rows: Rows) -> None:
        """Write down how far mailboxes are numbered: once a batch, not once a message."""
        for participant, number in self._numbered.items():
            mailbox = self._mailboxes.get(participant) or Mailbox(participant)
            numbered = with_last_number(mailbox, number)
            rows[MAILBOX][participant] = self._mailboxes[participant] = numbered
        self._numbered.clear()

    def settle(self, rows: Mapping[Table[Any], Sequence[msgspec.Struct]]) -> None:
        """Let go of what is durable now and need not stay."""
        for table, records in rows.items():
            held = self._records[table]
            if table.whole or table is TRANSFER or not held:
                continue
            for record in records:
                key = table.key(record)
                if held.get(key) is record and not table.resident(record):
                    del held[key]

    def forget_transfers(self) -> None:
        """Let go of old transfers. To be called once a batch at most, before it is decided.

        What is let go of was put aside when an earlier batch began; so it is durable.
        """
        recent = self._records[TRANSFER]
        if len(recent) >= RECENT_TRANSFERS:
            self._forgotten = highest(self._older_transfers, self._forgotten)
            self._older_transfers = recent
            self._records[TRANSFER] = {}

    def due(self, now: Instant) -> Iterator[tuple[Table[Any], Key]]:
        """Take out the records whose time has come, oldest first."""
        while self._due and self._due[0][0] <= now:
            at, _, table, key = heappop(self._due)
            if self.fires_at(table, key) == at:
                yield table, key

    def next_due(self) -> Instant | None:
        """Return the time of the earliest timer."""
        while self._due:
            at, _, table, key = self._due[0]
            if self.fires_at(table, key) == at:
                return at
            heappop(self._due)
        return None

    def fires_at(self, table: Table[Any], key: Key) -> Instant | None:
        """Return when a record's timer fires: at its `due_at`, or when it is tried again."""
        record = self._records[table].get(key)
        if record is None:
            return None
        due_at: Instant | None = record.due_at
        was_due_at, again_at = self._put_off.get((table, key), (None, None))
        return again_at if due_at is not None and due_at == was_due_at else due_at

    def put_off(self, table: Table[Any], key: Key, until: Instant) -> None:
        """Have a timer that is due fire again at this time, unless its record's `due_at` changes before.

        This process remembers it, and nobody else: the record says what was due, and a fresh hub tries at once.
        """
        self._put_off[table, key] = self._records[table][key].due_at, until
        self._push(until, table, key)

    def _ledger_knows(self, table: Table[Any], key: Any) -> bool:
        """Ids of transfers ascend: those above all that were let go are here, or were never used."""
        if table is TRANSFER:
            return key > self._forgotten or key in self._older_transfers
        return table is PENDING and self._never_used(key)

    def _never_used(self, transfer_id: int) -> bool:
        """Say whether an id lies beyond all used ones: of the hub's own numbers, or of those callers choose."""
        return transfer_id > (self.last_number if transfer_id < FIRST_CALLER_ID else self._newest)

    def _keep(self, table: Table[Any], records: Mapping[Key, Any]) -> None:
        held = self._records[table]
        if table is TRANSFER:
            self._newest = highest(records, self._newest)
        if table.timed:
            for key, record in records.items():
                before = held.get(key)
                if before is not None and before.due_at == record.due_at:
                    continue  # its timer is set; what is written a million times needs no million of them
                self._put_off.pop((table, key), None)
                if record.due_at is not None:
                    self._push(record.due_at, table, key)
        held.update(records)

    def _push(self, at: Instant, table: Table[Any], key: Key) -> None:
        self._pushed += 1
        heappush(self._due, (at, self._pushed, table, key))


def highest(ids: Iterable[Any], known: int) -> int:
    """Return the highest of these ids and the one known."""
    return max(known, max(ids, default=known))
