"""Reading a mailbox: lines as they come in, messages as the hub numbered and signed them."""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from corridor.client.errors import Forged, Gap
from corridor.client.signing import HubSeal
from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.envelope import Opened
from corridor.codecs.iso20022.sealed import open_sealed
from corridor.codecs.jws import DeliveredHeader

LINE_BYTES_MAX: Final = 1 << 20
Open = Callable[[str], Opened]
"""What reads an envelope, of characters in UTF-8. Raises: DecodeError."""


class Line(msgspec.Struct, frozen=True):
    """One line of the stream."""

    number: int
    signature: str
    payload: str


class Delivery(msgspec.Struct, frozen=True):
    """A message from the hub, verified, in its place.

    `opened` is None if the message cannot be read, and then `error` says why: it still is a message, and
    the mailbox goes on behind it.
    """

    number: int
    signature: str
    header: DeliveredHeader
    payload: bytes
    opened: Opened | None
    error: DecodeError | None = None


class MailboxReader:
    """Turns what arrives into deliveries with ascending numbers, none of them missing, none of them twice."""

    def __init__(self, seal: HubSeal, last: int, read: Open = open_sealed) -> None:
        """`last` is the number of the last message that need not come again."""
        self.last = last
        self._seal = seal
        self._open = read
        self._decode = msgspec.json.Decoder(Line).decode
        self._rest = b""

    def restart(self) -> None:
        """The stream was cut: what was half read is forgotten."""
        self._rest = b""

    def read(self, chunk: bytes) -> Iterator[Delivery]:
        """The messages that are complete now and were not read before.

        Raises: Forged (DS0B), Gap (DU02): the stream is of no more use. What came before the error is good.
        """
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LINE_BYTES_MAX:
            raise Forged("A line of the mailbox has no end.")
        for line in lines:
            if line:
                delivery = self._delivery(line)
                if delivery is not None:
                    self.last = delivery.number
                    yield delivery

    def _delivery(self, content: bytes) -> Delivery | None:
        try:
            line = self._decode(content)
        except msgspec.DecodeError as error:
            raise Forged(f"A line of the mailbox cannot be read: {error}") from None
        if line.number <= self.last:
            return None
        if line.number != self.last + 1:
            raise Gap(f"After message {self.last} came {line.number}.", field="number")
        payload = line.payload.encode()
        header = self._seal.delivered(line.signature, payload, line.number)
        try:
            return Delivery(line.number, line.signature, header, payload, self._open(line.payload))
        except DecodeError as error:
            return Delivery(line.number, line.signature, header, payload, None, error)
