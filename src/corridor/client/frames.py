"""What a participant holds in its hands: a frame of its mailbox, and a payment it has ordered."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from corridor.client.events import Receipt
from corridor.client.mailbox import Delivery
from corridor.codecs.iso20022.messages import Message
from corridor.codecs.iso20022.pacs002 import StatusReport


class Frame:
    """Messages of the mailbox, and what follows from them, in one transaction.

    `with frame:` handles it: what was sent and written in the block is stored together with the place in the
    mailbox, all or nothing, and only then sent. After an exception nothing is, and the messages come again
    when the participant is next opened.
    """

    def __init__(self, handle: "Callable[[Frame], None]", deliveries: Sequence[Delivery]) -> None:
        self.deliveries = deliveries
        self.messages: list[Message] = []
        self.effects: list[Any] = []
        self.after: list[Callable[[], None]] = []
        self.handled = False
        self._handle = handle

    def send(self, message: Message) -> None:
        """Answer, with this transaction."""
        self.messages.append(message)

    def write(self, effect: Any) -> None:
        """Store an effect of the bank's own, with this transaction; for SqliteStore it is an `Effect`."""
        self.effects.append(effect)

    def then(self, tell: Callable[[], None]) -> None:
        """Call this once the transaction is durable: what others may hear of it."""
        self.after.append(tell)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.handled = True
            self._handle(self)


class Payment:
    """A payment that was ordered: the hub has stored the order."""

    def __init__(self, uetr: str, receipt: Receipt, ended: "asyncio.Future[StatusReport]") -> None:
        self.uetr = uetr
        self.receipt = receipt
        self._ended = ended

    async def outcome(self) -> StatusReport:
        """ACSC, or RJCT with its reason. Somebody must read the mailbox, or it is never known.

        Raises: Refused, of a return: nothing was given back.
        """
        return await asyncio.shield(self._ended)
