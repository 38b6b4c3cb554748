"""What waits, settled in the order of its queues; and all ways of settling, one after the other."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from corridor.services.settlement.offsetting import offset_bilaterally, settle_cycles
from corridor.services.settlement.optimisation import optimise
from corridor.services.settlement.waiting import URGENT, Account, Room, Selection, Waiting

TOGETHER: Final = 100
"""So many in order are proposed at once: what one of them spoils, others do not have to suffer long."""
CONSIDERED: Final = 500
"""Of a longer queue the first so many are considered for offsetting: no more may settle together."""


class Queues(msgspec.Struct, frozen=True):
    """What waits and what room there is, as of a batch. `kept` of an account is for urgent payments."""

    batch: int
    waiting: Sequence[Waiting]
    room: Room
    kept: Mapping[Account, int]


def settle_in_order(queues: Queues) -> tuple[Selection, ...]:
    """First come, first served: from each queue what is covered, until its first that is not.

    What one receives it may spend. Each selection holds on top of those before it.
    """
    room, kept = queues.room, queues.kept
    first: dict[Account, deque[Waiting]] = defaultdict(deque)
    for payment in sorted(queues.waiting, key=lambda each: each.order):
        first[payment.debtor, payment.currency].append(payment)
    taken: list[Waiting] = []
    todo = deque(sorted(first))
    while todo:
        account = todo.popleft()
        queue = first[account]
        while queue and _fits(queue[0], room, kept.get(account, 0)):
            payment = queue.popleft()
            taken.append(payment)
            room = room.after((payment,))
            creditor = (payment.creditor, payment.currency)
            if creditor in first and creditor not in todo:
                todo.append(creditor)
    return tuple(
        Selection(
            tuple(each.number for each in some),
            sum(each.amount for each in some),
            "in order",
            "money had come for the first of their queues",
        )
        for start in range(0, len(taken), TOGETHER)
        if (some := taken[start : start + TOGETHER])
    )


def selections(queues: Queues) -> Iterator[Selection]:
    """Everything that may settle now, each on top of those before: in order, in pairs, in rings, all together."""
    waiting, room, kept = queues.waiting, queues.room, queues.kept
    for found in settle_in_order(queues):
        yield found
        waiting, room = _left(waiting, room, found.numbers)
    waiting = sorted(waiting, key=lambda each: each.order)[:CONSIDERED]
    spendable = {account: amount - kept.get(account, 0) for account, amount in room.available.items()}
    room = Room(spendable, room.bilateral, room.multilateral)
    for way in (offset_bilaterally, settle_cycles):
        for found in way(waiting, room):
            yield found
            waiting, room = _left(waiting, room, found.numbers)
    if len(waiting) > 1:
        found = optimise(waiting, room)
        if found.numbers:
            yield found


def what_it_lacks(queues: Queues) -> dict[int, str]:
    """Say of each payment that waits for what it does, as things stand now."""
    lacks: dict[int, str] = {}
    blocked: set[Account] = set()
    for payment in sorted(queues.waiting, key=lambda each: each.order):
        account = (payment.debtor, payment.currency)
        pair = (payment.debtor, payment.creditor, payment.currency)
        room, kept = queues.room, 0 if payment.priority == URGENT else queues.kept.get(account, 0)
        available = room.available.get(account, 0)
        if account in blocked:
            lacks[payment.number] = "those before it"
        elif payment.amount > available:
            lacks[payment.number] = "money"
        elif payment.amount > available - kept:
            lacks[payment.number] = "money that is not kept for urgent payments"
        elif payment.amount > room.bilateral.get(pair, payment.amount):
            lacks[payment.number] = "the limit towards this bank"
        elif payment.amount > room.multilateral.get(account, payment.amount):
            lacks[payment.number] = "the limit of the day"
        else:
            lacks[payment.number] = "the settler"
        blocked.add(account)
    return lacks


def _left(waiting: Sequence[Waiting], room: Room, numbers: Collection[int]) -> tuple[Sequence[Waiting], Room]:
    gone = set(numbers)
    left = [each for each in waiting if each.number not in gone]
    return left, room.after([each for each in waiting if each.number in gone])


def _fits(payment: Waiting, room: Room, kept: int) -> bool:
    account, pair = (payment.debtor, payment.currency), (payment.debtor, payment.creditor, payment.currency)
    available = room.available.get(account, 0) - (0 if payment.priority == URGENT else kept)
    return (
        payment.amount <= available
        and payment.amount <= room.multilateral.get(account, payment.amount)
        and payment.amount <= room.bilateral.get(pair, payment.amount)
    )
