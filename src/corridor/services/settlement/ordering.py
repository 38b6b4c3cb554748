"""What waits, settled in the order of its queues; and all ways of settling, one after the other."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from corridor.services.settlement.offsetting import offset_bilaterally, settle_cycles
from corridor.services.settlement.optimisation import optimise
from corridor.services.settlement.waiting import NOTHING, URGENT, Account, Room, Selection, Waiting, move

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
    taken = _in_order(queues)
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


def offset_in_pairs(queues: Queues) -> Iterator[Selection]:
    """What may settle in pairs, besides what settles in order; each on top of those before."""
    return _offset(queues, (offset_bilaterally,))


def offset_in_all_ways(queues: Queues) -> Iterator[Selection]:
    """What may settle in pairs, in rings, or all together, besides what settles in order.

    It takes half a second for a long queue in which nothing can: `offset_in_pairs` looks where that is likely.
    """
    return _offset(queues, (offset_bilaterally, settle_cycles, _all_together))


def selections(queues: Queues) -> Iterator[Selection]:
    """Everything that may settle now, each on top of those before: in order, in pairs, in rings, all together."""
    yield from settle_in_order(queues)
    waiting, room = _left(queues.waiting, queues.room, {each.number for each in _in_order(queues)})
    yield from offset_in_all_ways(Queues(queues.batch, waiting, room, queues.kept))


def _in_order(queues: Queues) -> list[Waiting]:
    kept, first = queues.kept, defaultdict[Account, deque[Waiting]](deque)
    for payment in sorted(queues.waiting, key=lambda each: each.order):
        first[payment.debtor, payment.currency].append(payment)
    available, bilateral = dict(queues.room.available), dict(queues.room.bilateral)
    multilateral = dict(queues.room.multilateral)
    room = Room(available, bilateral, multilateral)
    taken: list[Waiting] = []
    todo = dict.fromkeys(sorted(first))
    while todo:
        account = next(iter(todo))
        del todo[account]
        queue = first[account]
        while queue and _fits(queue[0], room, kept.get(account, 0)):
            payment = queue.popleft()
            taken.append(payment)
            move(payment, available, bilateral, multilateral)
            creditor = (payment.creditor, payment.currency)
            if creditor in first:
                todo[creditor] = None
    return taken


def _offset(queues: Queues, ways: Sequence[Find]) -> Iterator[Selection]:
    """Yield what these ways find.

    What settles in order is somebody else's to propose: its money is set aside, and what it brings has not come
    yet. A payment passes an earlier one of its priority only by offsetting: what its bank pays in the same
    selection, it receives there. A bank's own money goes to the first of its queue.
    """
    in_order = _in_order(queues)
    apart = {each.number for each in in_order}
    others = (each for each in queues.waiting if each.number not in apart)
    waiting: Sequence[Waiting] = sorted(others, key=lambda each: each.order)[:CONSIDERED]
    room = _without(queues.room, in_order, queues.kept)
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


def _without(room: Room, in_order: Iterable[Waiting], kept: Mapping[Account, int]) -> Room:
    """Return the room that payments in order leave before they have brought anything, and without what is kept."""
    available, bilateral = dict(room.available), dict(room.bilateral)
    multilateral = dict(room.multilateral)
    for account, amount in kept.items():
        available[account] = available.get(account, 0) - amount
    for each in in_order:
        account, pair = (each.debtor, each.currency), (each.debtor, each.creditor, each.currency)
        available[account] = available.get(account, 0) - each.amount
        if account in multilateral:
            multilateral[account] -= each.amount
        if pair in bilateral:
            bilateral[pair] -= each.amount
    return Room(available, bilateral, multilateral)


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
