"""Obligations netted: what each participant owes or is owed, bilaterally and towards all others together.

>>> items = (Item("A", "B", "RUB", 100), Item("B", "A", "RUB", 60), Item("B", "C", "RUB", 30))
>>> [(position.participant, position.net) for position in net(items).positions]
[('A', -40), ('B', 10), ('C', 30)]
"""

from collections.abc import Iterable

import msgspec

Participant = str


class Item(msgspec.Struct, frozen=True):
    """One obligation: the debtor owes the creditor so many minor units of the currency."""

    debtor: Participant
    creditor: Participant
    currency: str
    amount: int


class BilateralPosition(msgspec.Struct, frozen=True):
    """What two participants owe each other; `first` comes before `second` by name.

    `paid` is what the first owes the second, `received` what the second owes the first.
    """

    first: Participant
    second: Participant
    currency: str
    paid: int
    received: int
    items: int

    @property
    def net(self) -> int:
        """Positive if the first is owed."""
        return self.received - self.paid


class NetPosition(msgspec.Struct, frozen=True):
    """What one participant owes, and is owed by, all others together; an item counts at both its ends."""

    participant: Participant
    currency: str
    paid: int
    received: int
    items: int

    @property
    def net(self) -> int:
        """Positive if the participant is owed."""
        return self.received - self.paid


class Netting(msgspec.Struct, frozen=True):
    """The positions of some items, ordered by currency and participant."""

    positions: tuple[NetPosition, ...]
    bilateral: tuple[BilateralPosition, ...]


class Difference(msgspec.Struct, frozen=True):
    """Where positions are not what the items sum to: what is claimed, and what was found."""

    participant: Participant
    currency: str
    claimed: tuple[int, int, int]
    found: tuple[int, int, int]


def net(items: Iterable[Item]) -> Netting:
    """One position per participant and currency; the net positions of a currency sum to zero.

    Units: minor units of each item's own currency; currencies are never mixed.
    """
    between: dict[tuple[str, str, str], list[int]] = {}
    for item in items:
        key = (item.currency, item.debtor, item.creditor)
        sums = between.get(key)
        if sums is None:
            between[key] = [item.amount, 1]
        else:
            sums[0] += item.amount
            sums[1] += 1
    return Netting(_multilateral(between), _bilateral(between))


def prove(items: Iterable[Item], positions: Iterable[NetPosition]) -> tuple[Difference, ...]:
    """Every position that is not the sum of its items, those that are missing or too many among them.

    None means: each position is the sum of its items, and the positions of a currency sum to zero. Nothing of
    `net` is used, so that a fault there cannot hide here.
    """
    found: dict[tuple[str, str], list[int]] = {}
    for item in items:
        owing = found.setdefault((item.currency, item.debtor), [0, 0, 0])
        owing[0] += item.amount
        owing[2] += 1
        owed = found.setdefault((item.currency, item.creditor), [0, 0, 0])
        owed[1] += item.amount
        owed[2] += 1
    nothing = (0, 0, 0)
    claimed: dict[tuple[str, str], tuple[int, int, int]] = {}
    twice = []
    for position in positions:
        key = (position.currency, position.participant)
        claim = (position.paid, position.received, position.items)
        if key in claimed:
            twice.append(Difference(position.participant, position.currency, claim, nothing))
        claimed[key] = claim
    differences = []
    for currency, participant in sorted(claimed.keys() | found.keys()):
        claim = claimed.get((currency, participant), nothing)
        paid, received, count = found.get((currency, participant), nothing)
        if claim != (paid, received, count):
            differences.append(Difference(participant, currency, claim, (paid, received, count)))
    return (*twice, *differences)


def _multilateral(between: dict[tuple[str, str, str], list[int]]) -> tuple[NetPosition, ...]:
    sums: dict[tuple[str, str], list[int]] = {}
    for (currency, debtor, creditor), (amount, items) in between.items():
        owing = sums.setdefault((currency, debtor), [0, 0, 0])
        owing[0] += amount
        owing[2] += items
        owed = sums.setdefault((currency, creditor), [0, 0, 0])
        owed[1] += amount
        owed[2] += items
    return tuple(
        NetPosition(participant, currency, paid, received, items)
        for (currency, participant), (paid, received, items) in sorted(sums.items())
    )


def _bilateral(between: dict[tuple[str, str, str], list[int]]) -> tuple[BilateralPosition, ...]:
    nothing = [0, 0]
    positions = []
    for currency, first, second in sorted({(currency, min(a, b), max(a, b)) for currency, a, b in between}):
        if first != second:
            paid, there = between.get((currency, first, second), nothing)
            received, back = between.get((currency, second, first), nothing)
            positions.append(BilateralPosition(first, second, currency, paid, received, there + back))
    return tuple(positions)
