"""What moves payments that wait, and cycles: owners, operators, and the workers that find what can settle together."""

from typing import Literal

from corridor.services.messaging.commands import Command
from corridor.services.settlement.losses import LossShare


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


class SetClearingCap(Command, frozen=True):
    """How much a participant may owe cycles that have not settled, in a currency; with the first it takes part."""

    participant: str
    currency: str
    cap: int


class ScheduleCycles(Command, frozen=True):
    """Let cycles close by themselves so often, counted from midnight UTC; 0: only when operations say so."""

    every_s: int


class CloseCycle(Command, frozen=True):
    """Operations cut off a cycle: what comes from now on is in the next."""

    cycle: int


class DeclareDefault(Command, frozen=True):
    """Treasurers say that a member cannot pay what it owes a closed cycle: its losses are to be shared."""

    cycle: int
    participant: str


class SettleCycle(Command, frozen=True):
    """The worker has recomputed a closed cycle from its transfers, and proposes to settle it.

    `digest` is that of its positions; `shares` are who bears how much for members declared in default.
    """

    cycle: int
    items: int
    digest: bytes
    shares: tuple[LossShare, ...] = ()


class TellCycle(Command, frozen=True):
    """The worker names the next payments of a settled cycle, in their order: their agents are to be told.

    Shape: 1 to 100 numbers of payments with their UETRs, from the first that has not been told.
    """

    cycle: int
    payments: tuple[tuple[int, str], ...]
