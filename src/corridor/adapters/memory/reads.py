"""What is durable in memory, as gateways ask for it, and a signer: for tests and simulation."""

import zlib
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from corridor.adapters.keys.software import PrivateKey
from corridor.adapters.memory.journal import MemoryStore
from corridor.codecs.jws import compose, signing_input
from corridor.decision import Key, Table
from corridor.ports import Post
from corridor.services.messaging.records import BLOB, MESSAGE, OUT, Message

R = TypeVar("R", bound=msgspec.Struct)


class MemoryReads:
    """Look-ups in a store."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def all(self, table: Table[R]) -> Sequence[R]:
        return [record for record in self._store.rows[table].values() if table.resident(record)]

    async def one(self, table: Table[R], key: Key) -> R | None:
        found: R | None = self._store.rows[table].get(key)
        return found


class MemoryMail:
    """Stored messages, signed again when they are asked for: the same bytes get the same signature."""

    def __init__(self, store: MemoryStore, key: PrivateKey) -> None:
        self._store = store
        self._key = key

    async def read(self, participant: str, after: int, limit: int) -> Sequence[Post]:
        lines: list[Message] = [
            line
            for line in self._store.rows[MESSAGE].values()
            if line.participant == participant and line.direction == OUT and line.number > after
        ]
        return [self._post(line) for line in sorted(lines, key=lambda line: line.number)[:limit]]

    def _post(self, line: Message) -> Post:
        blob = self._store.rows[BLOB][line.month, line.batch]
        content: bytes = zlib.decompress(blob.content)[line.start : line.start + line.size]
        protected, _, payload = content.partition(b"\n")
        signature = self._key.sign(signing_input(protected, payload))
        return Post(
            participant=line.participant,
            number=line.number,
            signature=compose(protected, signature),
            payload=payload,
        )


class MemorySigner:
    """Signs with a key of this process."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key

    async def sign(self, inputs: Sequence[bytes]) -> Sequence[bytes]:
        return [self._key.sign(signing_input) for signing_input in inputs]
