"""Payments settled against each other: two queues, or a ring of banks of which none could pay first.

Every result holds on top of those before it: they can be settled one after the other.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

import msgspec

from corridor.services.settlement.optimisation import optimise
from corridor.services.settlement.waiting import Account, Pair, Room, Selection, Waiting

CYCLE_BANKS: Final = 5
"""The longest cycle that is looked for; longer ones are the optimiser's."""
WAYS: Final = 10_000
"""Ways from bank to bank looked at by one search for cycles."""
TRIAL: Final = 50
"""To try a ring takes as long as to look at so many ways: where all banks pay all, there are thousands."""


def offset_bilaterally(waiting: Sequence[Waiting], room: Room) -> tuple[Selection, ...]:
    """For each two banks that owe each other, what settles of their two queues with the money they have."""
    queues = _Queues(waiting, room)
    pairs = sorted({(c, min(a, b), max(a, b)) for a, b, c in queues.pairs if (b, a, c) in queues.pairs})
    selections = []
    for currency, first, second in pairs:
        hops = ((first, second, currency), (second, first, currency))
        selection = queues.settle(hops, "bilateral offset")
        if selection is not None:
            selections.append(selection)
    return tuple(selections)


def settle_cycles(waiting: Sequence[Waiting], room: Room, *, steps: int = WAYS) -> tuple[Selection, ...]:
    """Rings of three to five banks, each owing the next, in which every bank pays; the shortest first."""
    queues = _Queues(waiting, room)
    onward: dict[Account, list[Account]] = {}
    for debtor, creditor, currency in sorted(queues.pairs):
        if debtor != creditor:
            onward.setdefault((debtor, currency), []).append((creditor, currency))
    selections: list[Selection] = []
    for banks in range(3, CYCLE_BANKS + 1):
        for way in _ways(onward, banks):
            if steps <= 0:
                return tuple(selections)
            steps -= 1
            if len(way) == banks and way[0] in onward.get(way[-1], ()):
                steps -= TRIAL
                hops = [
                    (debtor, creditor, currency)
                    for (debtor, currency), (creditor, _) in zip(way, (*way[1:], way[0]), strict=True)
                ]
                selection = queues.settle(hops, "cycle")
                if selection is not None:
                    selections.append(selection)
    return tuple(selections)


class _Queues:
    """What still waits, by pair, and the room that is left."""

    def __init__(self, waiting: Sequence[Waiting], room: Room) -> None:
        self._room = room
        self.pairs: dict[Pair, list[Waiting]] = {}
        self._by_debtor: dict[Account, dict[int, Waiting]] = {}
        for payment in sorted(waiting, key=lambda each: each.order):
            pair = (payment.debtor, payment.creditor, payment.currency)
            self.pairs.setdefault(pair, []).append(payment)
            self._by_debtor.setdefault((payment.debtor, payment.currency), {})[payment.number] = payment

    def settle(self, hops: Collection[Pair], method: str) -> Selection | None:
        """Settle what can be settled over these hops, if something moves over each of them."""
        candidates = [payment for hop in hops for payment in self._candidates(hop)]
        if len({(p.debtor, p.creditor) for p in candidates}) < len(hops):
            return None
        found = optimise(candidates, self._room)
        numbers = frozenset(found.numbers)
        settled = [payment for payment in candidates if payment.number in numbers]
        if len({(p.debtor, p.creditor) for p in settled}) < len(hops):
            return None
        for payment in settled:
            self.pairs[payment.debtor, payment.creditor, payment.currency].remove(payment)
            del self._by_debtor[payment.debtor, payment.currency][payment.number]
        self._room = self._room.after(settled)
        return msgspec.structs.replace(found, method=method)

    def _candidates(self, hop: Pair) -> Iterator[Waiting]:
        """What waits on this hop and has nothing of higher priority, to others, in front of it."""
        debtor, creditor, currency = hop
        elsewhere = [p.priority for p in self._by_debtor[debtor, currency].values() if p.creditor != creditor]
        for payment in self.pairs[hop]:
            if not elsewhere or payment.priority <= min(elsewhere):
                yield payment


def _ways(onward: dict[Account, list[Account]], most: int) -> Iterator[tuple[Account, ...]]:
    """Every way of at most so many accounts, none twice, of which the first by name comes first."""

    def walk(way: tuple[Account, ...]) -> Iterator[tuple[Account, ...]]:
        yield way
        if len(way) < most:
            for following in onward.get(way[-1], ()):
                if following > way[0] and following not in way:
                    yield from walk((*way, following))

    for account in sorted(onward):
        yield from walk((account,))
