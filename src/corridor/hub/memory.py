"""What the hub holds in memory: balances, whole tables, open records, and what is not yet durable."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import Any, TypeVar, cast

import msgspec

from corridor.decision import ACCOUNT, BALANCE, PENDING, TRANSFER, Key, Missing, Step, Table
from corridor.domain.instants import Instant
from corridor.ledger.accounts import Account, Balance
from corridor.ledger.transfers import Pending, Transfer
from corridor.ports import Snapshot
from corridor.services.messaging.records import MAILBOX

R = TypeVar("R", bound=msgspec.Struct)

RECENT_TRANSFERS = 100_000
"""Transfers kept to recognise a repeated id; older ones are looked up."""


class Memory:
    """The hub's state, and the `View` of every step.

    Guarantees: a record written stays until it is durable, then leaves unless its table says it is resident.
    """

    def __init__(self, hub: str, tables: Iterable[Table[Any]], snapshot: Snapshot) -> None:
        self.hub = hub
        self.tables = tuple(tables)
        self.last_number = snapshot.last_number
        self._records: dict[Table[Any], dict[Key, Any]] = {table: {} for table in self.tables}
        self._due: list[tuple[Instant, int, Table[Any], Key]] = []
        self._pushed = 0
        self._loaded: Mapping[tuple[Table[Any], Key], msgspec.Struct | None] = {}
        self._recent: dict[int, Transfer] = {}
        self._newest = snapshot.last_transfer
        self._forgotten = snapshot.last_transfer
        for table, records in snapshot.records.items():
            for record in records:
                self._put(table, record)
        self._accounts: dict[Key, Account] = self._records[ACCOUNT]
        self._balances: dict[Key, Balance] = self._records[BALANCE]
        self._pendings: dict[Key, Pending] = self._records[PENDING]
        self._mailboxes = self._records[MAILBOX]

    # what steps read

    def find(self, table: Table[R], key: Key) -> R | None:
        """Return the record, or None if there is none; raise `Missing` if memory cannot tell."""
        record = self._records[table].get(key)
        if record is not None or table.whole:
            return cast("R | None", record)
        try:
            return cast("R | None", self._loaded[table, key])
        except KeyError:
            raise Missing(table, key) from None

    def holds(self, table: Table[Any], key: Key) -> bool:
        """Say whether `find` can answer."""
        return table.whole or key in self._records[table]

    def account(self, account_id: int) -> Account | None:
        """Return an account's static part."""
        return self._accounts.get(account_id)

    def balance(self, account_id: int) -> Balance:
        """Return an account's balance, zero before its first transfer."""
        return self._balances.get(account_id) or Balance(account_id)

    def transfer(self, transfer_id: int) -> Transfer | None:
        """Return the transfer with this id; raise `Missing` for one older than memory reaches."""
        if transfer_id > self._newest:
            return None
        recent = self._recent.get(transfer_id)
        if recent is not None or transfer_id > self._forgotten:
            return recent
        return self.find(TRANSFER, transfer_id)

    def pending(self, pending_id: int) -> Pending | None:
        """Return the state of a pending transfer; raise `Missing` for one that ended long ago."""
        if pending_id > self._newest:
            return None
        return self.find(PENDING, pending_id)

    def last_mailbox_number(self, participant: str) -> int:
        """Return the number of the last message in a mailbox."""
        mailbox = self._mailboxes.get(participant)
        return 0 if mailbox is None else mailbox.last_number

    def records(self, table: Table[R]) -> Iterator[R]:
        """Yield what memory holds of a table."""
        return iter(self._records[table].values())

    # what the hub writes

    def lend(self, loaded: Mapping[tuple[Table[Any], Key], msgspec.Struct | None]) -> None:
        """Give the coming decisions what was loaded for them; an empty mapping takes it back."""
        self._loaded = loaded

    def apply(self, step: Step, rows: dict[Table[Any], dict[Key, msgspec.Struct]]) -> None:
        """Take over what a step staged, and add it to the rows of the batch."""
        for table, record in step.changed():
            rows[table][table.key(record)] = record
            self._put(table, record)
        posting = step.posting
        if posting.transfers:
            staged = rows[TRANSFER]
            recent = self._recent
            for transfer in posting.transfers:
                staged[transfer.id] = recent[transfer.id] = transfer
            self._newest = max(self._newest, *(t.id for t in posting.transfers))
        for balance in posting.balances():
            rows[BALANCE][balance.account_id] = self._balances[balance.account_id] = balance
        for pending in posting.pendings.values():
            rows[PENDING][pending.id] = pending
            self._put(PENDING, pending)
        self.last_number = step.numbers

    def settle(self, rows: Mapping[Table[Any], Sequence[msgspec.Struct]]) -> None:
        """Let go of what is durable now and need not stay."""
        for table, records in rows.items():
            if table.whole or table is TRANSFER:
                continue
            held = self._records[table]
            for record in records:
                key = table.key(record)
                if held.get(key) is record and not table.resident(record):
                    del held[key]
        self._forget_transfers()

    def due(self, now: Instant) -> Iterator[tuple[Table[Any], Key]]:
        """Take out the records whose time has come, oldest first."""
        while self._due and self._due[0][0] <= now:
            at, _, table, key = heappop(self._due)
            if self._due_at(table, key) == at:
                yield table, key

    def next_due(self) -> Instant | None:
        """Return the time of the earliest timer."""
        while self._due:
            at, _, table, key = self._due[0]
            if self._due_at(table, key) == at:
                return at
            heappop(self._due)
        return None

    def _due_at(self, table: Table[Any], key: Key) -> Instant | None:
        record = self._records[table].get(key)
        return None if record is None else record.due_at

    def _put(self, table: Table[Any], record: Any) -> None:
        key = table.key(record)
        self._records[table][key] = record
        if table.timed and record.due_at is not None:
            self._pushed += 1
            heappush(self._due, (record.due_at, self._pushed, table, key))

    def _forget_transfers(self) -> None:
        recent = self._recent
        if len(recent) > 2 * RECENT_TRANSFERS:
            kept = sorted(recent)[-RECENT_TRANSFERS:]
            self._forgotten = kept[0] - 1
            self._recent = {number: recent[number] for number in kept}
