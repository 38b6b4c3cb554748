"""When a member cannot pay what it owes a cycle: who bears how much. The written rule is docs/rulebook.md, section 13.

>>> allocate(100, {"A": 1, "B": 1, "C": 1})
{'A': 34, 'B': 33, 'C': 33}
>>> shares = share_losses("RUB", {"A": -100, "B": 80, "C": 90}, {("A", "B"): 1, ("A", "C"): 3})
>>> [(share.defaulter, share.survivor, share.amount) for share in shares]
[('A', 'B', 25), ('A', 'C', 75)]
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec


class LossShare(msgspec.Struct, frozen=True):
    """What a survivor pays for a defaulter, in minor units of a currency."""

    defaulter: str
    survivor: str
    currency: str
    amount: int


def allocate(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Divide an amount in proportion to weights; every unit is allocated.

    Each gets its share rounded down; the units left go one by one to the largest remainders, of equal ones to the
    name that sorts first. Shape: at least one weight above zero, none below.
    """
    whole = sum(weights.values())
    shares = {name: amount * weight // whole for name, weight in sorted(weights.items())}
    left = amount - sum(shares.values())
    by_remainder = sorted(shares, key=lambda name: (-(amount * weights[name] % whole), name))
    for name in by_remainder[:left]:
        shares[name] += 1
    return shares


def share_losses(
    currency: str, capacity: Mapping[str, int], dealt: Mapping[tuple[str, str], int]
) -> tuple[LossShare, ...]:
    """Say who pays for those that are short, so that nobody is.

    `capacity` is what each member would have left once the cycle has settled: cover and credit line, and its net
    position; who is below zero is short of that. `dealt` is what two members, named in order, have paid each other
    in the cycle, both ways together. Whoever cannot bear its share bears what it can, and is a defaulter for the rest.

    Raises: Uncovered, if all members together do not have what is owed.
    """
    left = dict(sorted(capacity.items()))
    defaulted: set[str] = set()
    shares: list[LossShare] = []
    while short := [name for name, amount in left.items() if amount < 0]:
        defaulted.update(short)
        survivors = [name for name in left if name not in defaulted]
        for defaulter in short:
            weights = _weights(defaulter, survivors, dealt)
            if not weights:
                raise Uncovered(currency)
            for survivor, amount in allocate(-left[defaulter], weights).items():
                if amount:
                    left[survivor] -= amount
                    shares.append(LossShare(defaulter, survivor, currency, amount))
            left[defaulter] = 0
    return tuple(shares)


def misallocated(
    shares: Sequence[LossShare], dealt: Mapping[tuple[str, str], int]
) -> tuple[tuple[LossShare, int, int], ...]:
    """Divide the losses of a currency anew, and return where the rule gives another share: what was moved, and is due.

    What members had at the time need not be known. Who has received something had what it paid for others, less that;
    whoever has not could bear its share.
    """
    moved, paid, received = Counter[tuple[str, str]](), Counter[str](), Counter[str]()
    for share in shares:
        moved[share.defaulter, share.survivor] += share.amount
        paid[share.survivor] += share.amount
        received[share.defaulter] += share.amount
    currency, enough = shares[0].currency, sum(paid.values())
    members = {member for pair in dealt for member in pair} | paid.keys() | received.keys()
    capacity = {each: paid[each] - received[each] if received[each] else enough for each in members}
    due = Counter[tuple[str, str]]()
    with suppress(Uncovered):  # then nothing of it is by the rule
        for share in share_losses(currency, capacity, dealt):
            due[share.defaulter, share.survivor] += share.amount
    return tuple(
        (LossShare(*pair, currency, moved[pair]), moved[pair], due[pair])
        for pair in sorted(moved.keys() | due.keys())
        if moved[pair] != due[pair]
    )


class Uncovered(Exception):
    """All members together lack what is owed in this currency: there is nobody left to bear it."""


def _weights(defaulter: str, survivors: list[str], dealt: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Return what each survivor dealt with the defaulter; if none did, what each dealt with anybody, else one each."""
    between = {name: dealt.get((min(name, defaulter), max(name, defaulter)), 0) for name in survivors}
    if any(between.values()):
        return {name: weight for name, weight in between.items() if weight}
    anybody = {name: sum(amount for pair, amount in dealt.items() if name in pair) for name in survivors}
    if any(anybody.values()):
        return {name: weight for name, weight in anybody.items() if weight}
    return dict.fromkeys(survivors, 1)
