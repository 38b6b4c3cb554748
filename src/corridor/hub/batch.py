"""A batch under construction: the lines of the log, the outgoing bytes, the chain."""

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from corridor.codecs.jws import HubHeader
from corridor.decision import TRANSFER, Key, Outgoing, Table
from corridor.domain.instants import Instant, iso
from corridor.hub.events import Answered, Batch, Delivered
from corridor.hub.queue import Waiting
from corridor.ports import Writes
from corridor.services.messaging.commands import Origin
from corridor.services.messaging.records import (
    AUDIT,
    BLOB,
    CHAIN_HEAD,
    MESSAGE,
    OUT,
    Blob,
    ChainHead,
    Message,
)

Render = Callable[[str, Outgoing, Instant], bytes]

_encode_receipt = msgspec.json.Encoder().encode
_encode = msgspec.msgpack.Encoder().encode


class Receipt(msgspec.Struct, frozen=True):
    """What the sender of a message holds: the hub has stored these bytes at this place of its log.

    `answer` is what a request (a quote, an alias) asked for; a payment's receipt says nothing about the payment.
    """

    signer: str
    message_id: str
    content: str
    batch: int
    position: int
    at: str
    answer: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def chain(head: bytes, number: int, at: Instant, messages: Sequence[Any], transfers: Sequence[Any]) -> bytes:
    """Return the head of the chain after a batch: it covers the head before and every line of the log.

    Bodies enter by their digests, so they can be encrypted and erased without breaking the chain.
    """
    lines = [msgspec.structs.astuple(message) for message in messages]
    return sha256(head + _encode((number, at, lines, transfers))).digest()


def ranges(ids: Iterable[int]) -> list[tuple[int, int]]:
    """Return ids as runs: first id and how many consecutive ones follow from it, in their order."""
    runs: list[tuple[int, int]] = []
    first = following = 0
    for number in ids:
        if number != following:
            if following:
                runs.append((first, following - first))
            first = number
        following = number + 1
    if following:
        runs.append((first, following - first))
    return runs


def receipt(origin: Origin, batch: int, position: int, at: Instant, answer: bytes) -> bytes:
    """Return the body of the answer: the same for ever for the same message."""
    return _encode_receipt(
        Receipt(
            origin.signer,
            origin.message_id,
            origin.digest.hex(),
            batch,
            position,
            iso(at),
            msgspec.Raw(answer) if answer else msgspec.UNSET,
        )
    )


class BatchBuilder:
    """Collects what the commands of a batch wrote; `close` fixes bytes, digests and the head."""

    def __init__(
        self, hub: str, number: int, at: Instant, head: bytes, header: HubHeader, render: Render
    ) -> None:
        self.number = number
        self.at = at
        self._hub = hub
        self.rows: defaultdict[Table[Any], dict[Key, Any]] = defaultdict(dict)
        self._month = int(iso(at)[:7].replace("-", ""))
        self._head = head
        self._header = header
        self._render = render
        self._messages: list[Message] = []
        self._bytes: list[bytes] = []
        self._size = 0
        self._answers: list[Answered] = []
        self._headers: dict[str, bytes] = {}  # of the answers: one for each signer
        self._deliveries: list[Delivered] = []

    @property
    def position(self) -> int:
        """The place of the next line of the log."""
        return len(self._messages)

    def receive(self, direction: str, origin: Origin, payment: int, outcome: str, reason: str) -> None:
        """Log what came in, with its bytes and its signature."""
        evidence = origin.signature.encode() + b"\n" + origin.body
        self._log(
            direction,
            origin.signer,
            origin.number,
            origin.definition,
            origin.message_id,
            payment,
            outcome,
            reason,
            origin.digest,
            evidence,
        )

    def note(self, origin: Origin, changed: bytes) -> None:
        """Log what a command has changed, right behind it. No signature stands with it: the chain covers it."""
        digest, evidence = sha256(changed).digest(), b"\n" + changed
        signer, command = origin.signer, origin.message_id
        self._log(AUDIT, signer, 0, AUDIT, command, 0, "", "", digest, evidence)

    def render(self, outgoing: Sequence[Outgoing]) -> list[bytes]:
        """Return the bytes of messages. It can fail as a decision can, and then nothing has happened yet."""
        return [self._render(self._hub, message, self.at) for message in outgoing]

    def send(self, outgoing: Outgoing, definition: str, payload: bytes) -> None:
        """Fix a message's bytes and its protected header, and log it."""
        header = self._header.message(
            outgoing.participant, self.at, outgoing.number, self.number - 1, self._head
        )
        self._log(
            OUT,
            outgoing.participant,
            outgoing.number,
            definition,
            outgoing.message_id,
            outgoing.payment,
            "",
            "",
            sha256(payload).digest(),
            header + b"\n" + payload,
        )
        self._deliveries.append(Delivered(outgoing.participant, outgoing.number, header, payload))

    def answer(self, waiting: Waiting, status: str, stored: int, body: bytes) -> None:
        """Queue the answer to a command stored in this batch or before (0: not at all); it leaves with the batch."""
        signer = waiting.command.origin.signer
        header = self._headers.get(signer)
        if header is None:
            header = self._header.receipt(signer, self.at, self.number - 1, self._head)
            self._headers[signer] = header
        self._answers.append(Answered(waiting.link, waiting.ticket, status, stored, header, body))

    def close(self, last_number: int) -> Batch:
        """Return the finished batch."""
        rows = {table: list(records.values()) for table, records in self.rows.items() if records}
        transfers = rows.get(TRANSFER, ())
        head = chain(self._head, self.number, self.at, self._messages, transfers)
        if self._messages:
            rows[MESSAGE] = list(self._messages)
        content = zlib.compress(b"".join(self._bytes), 1)
        moved = _encode(ranges(transfer.id for transfer in transfers))
        rows[BLOB] = [Blob(self._month, self.number, self.at, head, moved, content)]
        rows[CHAIN_HEAD] = [ChainHead(self.number, head)]
        return Batch(Writes(self.number, self.at, last_number, head, rows), self._answers, self._deliveries)

    @property
    def empty(self) -> bool:
        """Nothing to write: only answers to repeated messages."""
        return not self._messages and not any(self.rows.values())

    @property
    def answers(self) -> Sequence[Answered]:
        """The answers so far."""
        return self._answers

    def _log(
        self,
        direction: str,
        participant: str,
        number: int,
        definition: str,
        message_id: str,
        payment: int,
        outcome: str,
        reason: str,
        content: bytes,
        evidence: bytes,
    ) -> None:
        line = Message(
            self._month,
            self.number,
            len(self._messages),
            direction,
            participant,
            number,
            definition,
            message_id,
            payment,
            outcome,
            reason,
            self.at,
            content,
            sha256(evidence).digest(),
            self._size,
            len(evidence),
        )
        self._messages.append(line)
        self._bytes.append(evidence)
        self._size += len(evidence)
