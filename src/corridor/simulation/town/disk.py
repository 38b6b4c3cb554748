"""What is durable at the hub, and the journal in front of it as faults leave it."""

import zlib
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from corridor.adapters.memory.journal import MemoryJournal, MemoryStore
from corridor.codecs.jws import compose, signing_input
from corridor.decision import Key, Table
from corridor.ports import Post, Writes
from corridor.services.messaging.records import BLOB, MESSAGE, OUT, Message

T = TypeVar("T")


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waits")


class Disk(MemoryStore):
    """The store, and what is read from it by others than the hub: mailboxes by number."""

    def __init__(self, sign: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self.heads = [bytes(32)]
        self.mail: defaultdict[str, list[Message]] = defaultdict(list)
        self._sign = sign
        self._unpacked: tuple[int, bytes] = (0, b"")
        self._before: list[list[tuple[Table[Any], Key, msgspec.Struct | None]]] = []

    def committed(self, writes: Writes) -> None:
        """Take note of what has just been written."""
        self.heads.append(writes.head)
        rows: Any = writes.rows
        for line in rows.get(MESSAGE, ()):
            if line.direction == OUT:
                self.mail[line.participant].append(line)

    def read(self, participant: str, after: int, limit: int) -> Sequence[Post]:
        """Return stored messages of a mailbox, signed again, as the signer does for gateways."""
        lines = self.mail.get(participant, [])[after : after + limit]
        return [self._post(line) for line in lines]

    def holds(self, participant: str, number: int) -> bool:
        """Say whether this message of a mailbox is durable."""
        return number <= len(self.mail.get(participant, ()))

    def _post(self, line: Message) -> Post:
        if self._unpacked[0] != line.batch:
            blob = self.rows[BLOB][line.month, line.batch]
            self._unpacked = (line.batch, zlib.decompress(blob.content))
        content = self._unpacked[1][line.start : line.start + line.size]
        protected, _, payload = content.partition(b"\n")
        signature = self._sign(signing_input(protected, payload))
        return Post(line.participant, line.number, compose(protected, signature), payload)

    # the tail that is lost

    def remember(self, writes: Writes) -> None:
        """Keep what a batch is about to overwrite."""
        self._before.append(
            [
                (table, table.key(record), self.rows[table].get(table.key(record)))
                for table, records in writes.rows.items()
                for record in records
            ]
        )

    def lose(self, batches: int) -> Iterator[int]:
        """Forget the last batches, as a disk does that lied about a flush; yield their numbers."""
        for _ in range(min(batches, len(self._before))):
            for table, key, record in reversed(self._before.pop()):
                if record is None:
                    self.rows[table].pop(key, None)
                else:
                    self.rows[table][key] = record
            yield self.batch
            self.batch -= 1
            self.heads.pop()
            self.head = self.heads[-1]
        for lines in self.mail.values():
            while lines and lines[-1].batch > self.batch:
                lines.pop()


class Journal(MemoryJournal):
    """One writer's journal: what it has written is seen by whoever watches."""

    def __init__(self, disk: Disk, watch: Callable[[Writes], None], *, remembers: bool) -> None:
        super().__init__(disk)
        self._disk = disk
        self._watch = watch
        self._remembers = remembers

    async def commit(self, writes: Writes) -> None:
        if self._remembers:
            self._disk.remember(writes)
        await super().commit(writes)
        self._disk.committed(writes)
        self._watch(writes)
