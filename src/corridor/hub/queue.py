"""Commands that wait for a batch, taken in turn from each signer: the flood of one does not delay another."""

from collections import deque
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from corridor.decision import PENDING, TRANSFER, Key, Table
from corridor.services.messaging.commands import Command, PostTransfers
from corridor.services.settlement.commands import SettleObligations, TellCycle

MESSAGES: Final = 16
"""A payment that is settled or told weighs as much as so many transfers: messages are made, stored and signed."""


class Waiting(msgspec.Struct):
    """A command, where its answer goes, and the keys it was found to need besides its first ones."""

    link: int
    ticket: int
    command: Command
    needs: tuple[tuple[Table[Any], Key], ...] = ()


class Queue:
    """Whose turn it is; `len` counts commands, `work` what is in them."""

    def __init__(self) -> None:
        self.work = 0
        self._commands = 0
        self._queues: dict[str, deque[Waiting]] = {}
        self._turns: deque[str] = deque()

    def __len__(self) -> int:
        return self._commands

    def put(self, waiting: Waiting) -> None:
        """Add a command behind those of its signer."""
        signer = waiting.command.origin.signer
        queue = self._queues.get(signer)
        if queue is None:
            queue = self._queues[signer] = deque()
            self._turns.append(signer)
        queue.append(waiting)
        self._commands += 1
        self.work += weight(waiting.command)

    def take(self, commands: int, work: int) -> list[Waiting]:
        """Take out so many commands at most, and no further one once there is so much work in them."""
        taken: list[Waiting] = []
        until = self.work - work
        while self._commands and len(taken) < commands and self.work > until:
            signer = self._turns.popleft()
            queue = self._queues[signer]
            waiting = queue.popleft()
            if queue:
                self._turns.append(signer)
            else:
                del self._queues[signer]
            self._commands -= 1
            self.work -= weight(waiting.command)
            taken.append(waiting)
        return taken


def weight(command: Command) -> int:
    """Return how much work a command is: a bulk command counts its items, those with messages for more."""
    match command:
        case PostTransfers():
            return len(command.transfers)
        case SettleObligations():
            return MESSAGES * len(command.numbers)
        case TellCycle():
            return MESSAGES * len(command.payments)
        case _:
            return 1


def items(command: Command) -> Iterable[tuple[Table[Any], Key]]:
    """Return what the items of a bulk command may need: found one by one, each would cost a batch of its own."""
    if isinstance(command, PostTransfers):
        for transfer in command.transfers:
            yield TRANSFER, transfer.id
            if transfer.pending_id:
                yield PENDING, transfer.pending_id
                yield TRANSFER, transfer.pending_id
