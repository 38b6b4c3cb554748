"""What waits, settled in the order of its queues; and all ways of settling, one after the other."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from corridor.services.settlement.offsetting import offset_bilaterally, settle_cycles
from corridor.services.settlement.optimisation import optimise
from corridor.services.settlement.waiting import NOTHING, URGENT, Account, Room, Selection, Waiting

TOGETHER: Final = 100
"""So many in order are proposed at once: what one of them spoils, others do not have to suffer long."""
CONSIDERED: Final = 500
"""Of a longer queue the first so many are considered for offsetting: no more may settle together."""


Find = Callable[[Sequence[Waiting], Room], Iterable[Selection]]
"""A way of settling: what may settle together, of what waits in this room."""


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
    """Everything that may settle now, each on top of those before: in order, in pairs, in rings, all together.

    It takes half a second for a long queue in which nothing can: `quick_selections` looks where that is likely.
    """
    return _selections(queues, (offset_bilaterally, settle_cycles, _all_together))


def quick_selections(queues: Queues) -> Iterator[Selection]:
    """What may settle now in order or in pairs, each on top of those before."""
    return _selections(queues, (offset_bilaterally,))


def _selections(queues: Queues, ways: Sequence[Find]) -> Iterator[Selection]:
    """Yield what these ways find.

    A payment passes an earlier one of its priority only by offsetting: what its bank pays in the same selection, it
    receives there. A bank's own money goes to the first of its queue.
    """
    waiting, room = queues.waiting, queues.room
    for found in settle_in_order(queues):
        yield found
        waiting, room = _left(waiting, room, found.numbers)
    waiting = sorted(waiting, key=lambda each: each.order)[:CONSIDERED]
    kept = queues.kept
    spendable = {account: amount - kept.get(account, 0) for account, amount in room.available.items()}
    room = Room(spendable, room.bilateral, room.multilateral)
    for find in ways:
        again = True
        while again:
            again = False
            for found in find(waiting, room):
                passing = _paying_past_the_first(waiting, found.numbers)
                if passing:
                    room, again = _without_money(room, passing), True
                    break
                yield found
                waiting, room = _left(waiting, room, found.numbers)


def _all_together(waiting: Sequence[Waiting], room: Room) -> tuple[Selection, ...]:
    found = optimise(waiting, room)
    return (found,) if found.numbers else ()


def _paying_past_the_first(waiting: Sequence[Waiting], numbers: Collection[int]) -> frozenset[Account]:
    """Return who would spend its own money while an earlier payment of the same priority stays behind."""
    chosen = set(numbers)
    first_left: dict[tuple[Account, int], tuple[int, int, int]] = {}
    net: dict[Account, int] = defaultdict(int)
    for each in waiting:
        debtor, creditor = (each.debtor, each.currency), (each.creditor, each.currency)
        if each.number in chosen:
            net[debtor] += each.amount
            net[creditor] -= each.amount
        else:
            place = (debtor, each.priority)
            first_left[place] = min(first_left.get(place, each.order), each.order)
    return frozenset(
        debtor
        for each in waiting
        if each.number in chosen
        and net[debtor := (each.debtor, each.currency)] > 0
        and first_left.get((debtor, each.priority), each.order) < each.order
    )


def _without_money(room: Room, accounts: Collection[Account]) -> Room:
    available = dict(room.available)
    for account in accounts:
        available[account] = min(0, available.get(account, 0))
    return Room(available, room.bilateral, room.multilateral)


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
        elif queues.room.bilateral.get(pair) == NOTHING:
            lacks[payment.number] = "an account that is blocked"
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
