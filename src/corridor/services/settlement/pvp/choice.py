"""Which matched trades settle together: those covered by themselves, pairs that offset, and the most of all.

A trade is two payments that enter or stay together, so what one brings in one currency pays for another.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

import msgspec

from corridor.services.settlement.waiting import Account, Pair, Room, Selection, Waiting

TOGETHER: Final = 100
"""So many that are covered by themselves are proposed at once."""
CONSIDERED: Final = 250
"""Of more trades the first so many are considered: no more may settle together."""


class Matched(msgspec.Struct, frozen=True):
    """A matched trade whose time has come. Its legs are what the first side pays and what the second pays."""

    number: int
    legs: tuple[Waiting, Waiting]


class Trades(msgspec.Struct, frozen=True):
    """What waits and what room there is, as of a batch.

    The room is what trades may use: nothing of an account that is frozen or on which payments of higher priority wait.
    """

    batch: int
    matched: Sequence[Matched]
    room: Room


def settleable(trades: Trades) -> Iterator[Selection]:
    """Everything that may settle now, each on top of those before: what is covered, what offsets, and pairs.

    What is left at the end can settle neither alone, nor in pairs, nor all together.
    """
    waiting, room = sorted(trades.matched, key=lambda each: each.number), trades.room
    while waiting:
        considered = waiting[:CONSIDERED]
        for method, find, why in _WAYS:
            found = find(considered, room)
            if found:
                yield _selection(found, method, why)
                waiting, room = (
                    _without(waiting, found),
                    room.after([leg for each in found for leg in each.legs]),
                )
                break
        else:
            if len(considered) == len(waiting):
                return
            waiting = waiting[CONSIDERED:]


def fits(trades: Collection[Matched], room: Room) -> bool:
    """Say whether these may settle as one chain, judged at its end."""
    net, between = _nets(trades)
    return all(amount <= 0 or amount <= room.of(account) for account, amount in net.items()) and all(
        amount <= 0 or amount <= room.bilateral.get(pair, amount) for pair, amount in between.items()
    )


def most_together(trades: Sequence[Matched], room: Room) -> list[Matched]:
    """Return many that fit: all, less the last of whoever is short, plus what of those fits in again.

    If all fit they are returned; what is returned fits always. It need not be the largest such set.
    """
    chosen = list(trades)
    left: list[Matched] = []
    while chosen and (spoils := _last_of_the_short(chosen, room)):
        chosen.remove(spoils)
        left.append(spoils)
    if chosen:
        for trade in sorted(left, key=lambda each: each.number):
            if fits([*chosen, trade], room):
                chosen.append(trade)
    return chosen


def _alone(trades: Sequence[Matched], room: Room) -> list[Matched]:
    """Return those that are covered by themselves, one after the other."""
    found: list[Matched] = []
    for trade in trades:
        if len(found) < TOGETHER and fits([trade], room):
            found.append(trade)
            room = room.after(trade.legs)
    return found


def _last_of_the_short(chosen: Sequence[Matched], room: Room) -> Matched | None:
    net, between = _nets(chosen)
    short = {account for account, amount in net.items() if 0 < amount > room.of(account)}
    over = {pair for pair, amount in between.items() if 0 < amount > room.bilateral.get(pair, amount)}
    spoiling = [
        trade
        for trade in chosen
        if any(
            (leg.debtor, leg.currency) in short or (leg.debtor, leg.creditor, leg.currency) in over
            for leg in trade.legs
        )
    ]
    return max(spoiling, key=lambda each: each.number, default=None)


def _pair(trades: Sequence[Matched], room: Room) -> Sequence[Matched]:
    """Return the first two that fit together, each paying where the other receives."""
    receiving = {each.number: {(leg.creditor, leg.currency) for leg in each.legs} for each in trades}
    for pair in combinations(trades, 2):
        one, other = pair
        if any((leg.debtor, leg.currency) in receiving[other.number] for leg in one.legs) and fits(
            pair, room
        ):
            return pair
    return ()


def _nets(trades: Collection[Matched]) -> tuple[Mapping[Account, int], Mapping[Pair, int]]:
    net: Counter[Account] = Counter()
    between: Counter[Pair] = Counter()
    for trade in trades:
        for leg in trade.legs:
            net[leg.debtor, leg.currency] += leg.amount
            net[leg.creditor, leg.currency] -= leg.amount
            between[leg.debtor, leg.creditor, leg.currency] += leg.amount
            between[leg.creditor, leg.debtor, leg.currency] -= leg.amount
    return net, between


def _without(trades: Sequence[Matched], gone: Collection[Matched]) -> list[Matched]:
    numbers = {each.number for each in gone}
    return [each for each in trades if each.number not in numbers]


def _selection(trades: Collection[Matched], method: str, explanation: str) -> Selection:
    numbers = tuple(sorted(each.number for each in trades))
    value = sum(leg.amount for trade in trades for leg in trade.legs)
    return Selection(numbers, value, method, explanation)


_WAYS: Final[tuple[tuple[str, Callable[[Sequence[Matched], Room], Sequence[Matched]], str], ...]] = (
    ("alone", _alone, "each side has what it sells"),
    ("together", most_together, "what the sides receive pays for what they sell"),
    ("pair", _pair, "what each side of one trade receives pays for the other"),
)


def what_each_lacks(trades: Trades) -> dict[int, str]:
    """Say of each trade for what it waits, as things stand now."""
    lacks = {}
    for trade in trades.matched:
        net, _ = _nets([trade])
        short = sorted(account for account, amount in net.items() if 0 < amount > trades.room.of(account))
        words = " and ".join(f"{currency} of {side}" for side, currency in short)
        lacks[trade.number] = words or ("the settler" if fits([trade], trades.room) else "a limit")
    return lacks
