"""What moves a payment that waits: its owner, operators, and the worker that finds what can settle together."""

from typing import Literal

from corridor.services.messaging.commands import Command


class MoveObligation(Command, frozen=True):
    """The debtor agent puts a payment of its own before or behind the others of its priority."""

    uetr: str
    to: Literal["first", "last"]


class SetObligationPriority(Command, frozen=True):
    """The debtor agent gives a payment of its own another priority; it goes behind the others of that."""

    uetr: str
    priority: Literal["URGT", "HIGH", "NORM"]


class CancelObligation(Command, frozen=True):
    """The debtor agent takes back a payment of its own that waits."""

    uetr: str


class RejectObligation(Command, frozen=True):
    """Operators end a payment that waits."""

    uetr: str


class SettleObligations(Command, frozen=True):
    """The worker proposes to settle these together, by what it read at a batch: all or none.

    Shape: 1 to 500 different numbers of payments.
    """

    numbers: tuple[int, ...]
    read_at: int
    method: str
    explanation: str


class SetSettlementLimit(Command, frozen=True):
    """How much a participant may send another, or everybody (""), in a business day, net of what comes back.

    `amount` in minor units, None for no limit. It holds from the business day `on`; "" is at once where a limit
    stands already, and the next business day where none does, for today has not been counted.
    """

    participant: str
    creditor: str
    currency: str
    amount: int | None = None
    on: str = ""


class SetUrgentReserve(Command, frozen=True):
    """How much of a participant's money is for urgent payments only; 0 for nothing. `on` as for limits."""

    participant: str
    currency: str
    amount: int
    on: str = ""


class SetCutOff(Command, frozen=True):
    """When the business day of a currency ends: a time with its offset, 21:00:00+03:00."""

    currency: str
    time: str
