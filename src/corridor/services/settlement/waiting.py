"""What waits to be settled, what room there is for it, and if a set of payments may settle together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import msgspec

URGENT: Final = 0
HIGH: Final = 1
NORMAL: Final = 2
"""Priorities; what is less comes first."""

Account = tuple[str, str]
"""A bank and a currency."""
Pair = tuple[str, str, str]
"""A debtor, a creditor and a currency."""


class Waiting(msgspec.Struct, frozen=True):
    """A payment that waits in the queue of its debtor in its currency.

    `number` is its name; `place` is its order among those of one debtor, currency and priority.
    """

    number: int
    debtor: str
    creditor: str
    currency: str
    amount: int
    priority: int = NORMAL
    place: int = 0

    @property
    def order(self) -> tuple[int, int, int]:
        """What settles first sorts first; no two payments are equal."""
        return (self.priority, self.place, self.number)


class Room(msgspec.Struct, frozen=True):
    """How much more may move. What is not named has nothing available, and no limit.

    `available` is money and credit that an account may still spend; it is negative where a credit line was
    cut. `bilateral` is how much more the debtor may send that creditor, net of what comes back, and
    `multilateral` how much more a debtor may send all, net of what comes in: the limit less what was sent and
    plus what was received on this business day.
    """

    available: Mapping[Account, int]
    bilateral: Mapping[Pair, int] = {}
    multilateral: Mapping[Account, int] = {}

    def of(self, account: Account) -> int:
        """What the account may send net of what it receives: money, credit and multilateral limit in one."""
        available = self.available.get(account, 0)
        limit = self.multilateral.get(account)
        return available if limit is None else min(available, limit)

    def after(self, settled: Iterable[Waiting]) -> "Room":
        """The room that is left when these payments have settled."""
        available, bilateral, multilateral = (
            dict(self.available),
            dict(self.bilateral),
            dict(self.multilateral),
        )
        for payment in settled:
            move(payment, available, bilateral, multilateral)
        return Room(available, bilateral, multilateral)


def move(
    payment: Waiting,
    available: dict[Account, int],
    bilateral: dict[Pair, int],
    multilateral: dict[Account, int],
) -> None:
    """Change what is in a room as the settling of a payment does."""
    debtor, creditor, currency, amount = payment.debtor, payment.creditor, payment.currency, payment.amount
    sends, receives = (debtor, currency), (creditor, currency)
    available[sends] = available.get(sends, 0) - amount
    available[receives] = available.get(receives, 0) + amount
    if sends in multilateral:
        multilateral[sends] -= amount
    if receives in multilateral:
        multilateral[receives] += amount
    if (debtor, creditor, currency) in bilateral:
        bilateral[debtor, creditor, currency] -= amount
    if (creditor, debtor, currency) in bilateral:
        bilateral[creditor, debtor, currency] += amount


NOTHING: Final = -(10**18)
"""As a limit: not even what comes back makes room."""


def block(room: Room, waiting: Sequence[Waiting], blocked: Collection[Account]) -> Room:
    """Return the room in which nothing of what waits goes from or to these accounts; it waits as first in its queue."""
    shut = {
        (each.debtor, each.creditor, each.currency)
        for each in waiting
        if {(each.debtor, each.currency), (each.creditor, each.currency)} & set(blocked)
    }
    return Room(room.available, {**room.bilateral, **dict.fromkeys(shut, NOTHING)}, room.multilateral)


class Selection(msgspec.Struct, frozen=True):
    """Payments that settle together, in the order of the queues, and why, in words."""

    numbers: tuple[int, ...]
    value: int
    method: str
    explanation: str


def verify_selection(waiting: Sequence[Waiting], room: Room, numbers: Collection[int]) -> tuple[str, ...]:
    """Everything that forbids these payments to settle together, in words; nothing if they may.

    They are judged as one chain at its end: no account sends more, net of what it receives, than it has room
    for, no debtor sends a creditor more than their limit, and no payment passes one of higher priority of the
    same debtor and currency. Who sends nothing breaks nothing, even where its room is below zero.
    """
    wrong = []
    by_number = {payment.number: payment for payment in waiting}
    if len(set(numbers)) != len(numbers):
        wrong.append("a payment is named twice")
    unknown = sorted(set(numbers) - by_number.keys())
    wrong += [f"payment {number} does not wait" for number in unknown]
    chosen = [by_number[number] for number in sorted(set(numbers) & by_number.keys())]

    sent: dict[Account, int] = {}
    received: dict[Account, int] = {}
    between: dict[Pair, int] = {}
    for payment in chosen:
        debtor, creditor = (payment.debtor, payment.currency), (payment.creditor, payment.currency)
        pair = (payment.debtor, payment.creditor, payment.currency)
        sent[debtor] = sent.get(debtor, 0) + payment.amount
        received[creditor] = received.get(creditor, 0) + payment.amount
        between[pair] = between.get(pair, 0) + payment.amount
    for account in sorted(sent):
        short = sent[account] - received.get(account, 0) - room.of(account)
        if short > 0:
            wrong.append(f"{account[0]} lacks {short} {account[1]}")
    for pair in sorted(between):
        debtor_, creditor_, currency = pair
        if pair in room.bilateral:
            over = between[pair] - between.get((creditor_, debtor_, currency), 0) - room.bilateral[pair]
            if over > 0:
                wrong.append(f"{debtor_} sends {creditor_} {over} {currency} above their limit")

    settling = set(numbers)
    first_left: dict[Account, Waiting] = {}
    for payment in sorted(waiting, key=lambda each: each.order, reverse=True):
        if payment.number not in settling:
            first_left[payment.debtor, payment.currency] = payment
    for payment in chosen:
        left = first_left.get((payment.debtor, payment.currency))
        if left is not None and left.priority < payment.priority:
            wrong.append(f"payment {payment.number} passes {left.number} of higher priority")
    return tuple(wrong)
