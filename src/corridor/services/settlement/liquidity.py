"""How much money a day of payments needs, and how long payments wait where there is less.

At once, every bank must hold the deepest debit that the order of arrival takes it to. At the end of the day,
it must hold what it sends more than it receives, whatever the system does. Between the two the system saves:
a bank holds the end of the day and a share of what lies between, payments that are not covered wait, and queue,
offsetting and optimisation settle them.
"""

from bisect import insort
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from corridor.services.settlement.optimisation import optimise
from corridor.services.settlement.waiting import NORMAL, Account, Room, Waiting

SHARES: Final = 16
"""A share of what lies between end of the day and all at once is so many sixteenths."""


class DayPayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A payment as it arrived: `time` in seconds since the day began, amount in minor units."""

    time: int
    debtor: str
    creditor: str
    currency: str
    amount: int
    priority: int = NORMAL


class Need(msgspec.Struct, frozen=True):
    """What one account needs in a day: all at once, and at the very least."""

    gross: int
    least: int

    def share(self, sixteenths: int) -> int:
        """The least, and so many sixteenths of what lies between, rounded up."""
        return self.least + -(-(self.gross - self.least) * sixteenths // SHARES)


class Rules(msgspec.Struct, frozen=True):
    """How a replay settles what is not covered on arrival: the queue is optimised every so many arrivals."""

    every: int = 50


class Replay(msgspec.Struct, frozen=True):
    """A day replayed: what settled and when it did.

    `used` is the deepest debit of each account: the money that it really needed. Delays are in seconds, and
    what never settled counts until the end of the day. `together` is how many payments an optimisation settled.
    """

    used: Mapping[Account, int]
    settled: int
    unsettled: int
    together: int
    delay_total: int
    delay_max: int

    @property
    def delay_average(self) -> int:
        """In seconds, rounded down, over all payments."""
        return self.delay_total // max(1, self.settled + self.unsettled)


class Line(msgspec.Struct, frozen=True):
    """One line of a comparison: the money in use, by currency, if banks hold a share, and the delay it costs."""

    sixteenths: int
    need: Mapping[str, int]
    replay: Replay


class Saving(msgspec.Struct, frozen=True):
    """A day compared: needed at once, needed at the very least, and what is needed in between."""

    payments: int
    value: Mapping[str, int]
    gross: Mapping[str, int]
    least: Mapping[str, int]
    lines: tuple[Line, ...]


def needs(day: Sequence[DayPayment]) -> dict[Account, Need]:
    """What each account that sends needs in a day."""
    balance: dict[Account, int] = {}
    deepest: dict[Account, int] = {}
    for payment in in_order(day):
        debtor, creditor = (payment.debtor, payment.currency), (payment.creditor, payment.currency)
        balance[debtor] = balance.get(debtor, 0) - payment.amount
        balance[creditor] = balance.get(creditor, 0) + payment.amount
        deepest[debtor] = min(deepest.get(debtor, 0), balance[debtor])
    return {
        account: Need(-depth, max(0, -balance[account]))
        for account, depth in sorted(deepest.items())
        if depth
    }


def in_order(day: Sequence[DayPayment]) -> list[DayPayment]:
    """The payments as they arrived; those of one second in the order given."""
    return sorted(day, key=lambda payment: payment.time)


def replay(day: Sequence[DayPayment], funds: Mapping[Account, int], rules: Rules) -> Replay:
    """Settle a day with these funds: on arrival what is covered and has nobody in front, the rest from the queue."""
    return _Day(funds, rules).run(in_order(day))


def compare(day: Sequence[DayPayment], rules: Rules, shares: Sequence[int]) -> Saving:
    """Replay a day for each share of the money between the least and all at once."""
    each = needs(day)
    lines = []
    for share in shares:
        funds = {account: need.share(share) for account, need in each.items()}
        done = replay(day, funds, rules)
        lines.append(Line(share, _by_currency(done.used), done))
    value: dict[str, int] = {}
    for payment in day:
        value[payment.currency] = value.get(payment.currency, 0) + payment.amount
    return Saving(
        len(day), value,
        _by_currency({account: need.gross for account, need in each.items()}),
        _by_currency({account: need.least for account, need in each.items()}),
        tuple(lines),
    )  # fmt: skip


def _by_currency(amounts: Mapping[Account, int]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for (_, currency), amount in amounts.items():
        sums[currency] = sums.get(currency, 0) + amount
    return sums


class _Day:
    """Balances, queues in their order, and what has happened so far."""

    def __init__(self, funds: Mapping[Account, int], rules: Rules) -> None:
        self._funds = funds
        self._balance = dict(funds)
        self._lowest = dict(funds)
        self._rules = rules
        self._queues: dict[Account, list[Waiting]] = {}
        self._arrived: list[DayPayment] = []
        self._settled = self._together = self._delay_total = self._delay_max = 0

    def run(self, day: Sequence[DayPayment]) -> Replay:
        for number, payment in enumerate(day):
            self._arrived.append(payment)
            waiting = Waiting(
                number, payment.debtor, payment.creditor, payment.currency, payment.amount,
                payment.priority, number,
            )  # fmt: skip
            account = (payment.debtor, payment.currency)
            insort(self._queues.setdefault(account, []), waiting, key=lambda each: each.order)
            self._release(account, payment.time)
            if (number + 1) % self._rules.every == 0:
                self._optimise(payment.time)
        end = day[-1].time if day else 0
        self._optimise(end)
        unsettled = [waiting for queue in self._queues.values() for waiting in queue]
        for waiting in unsettled:
            self._wait(waiting, end)
        used = {account: self._funds.get(account, 0) - low for account, low in self._lowest.items()}
        return Replay(
            used, self._settled, len(unsettled), self._together, self._delay_total, self._delay_max
        )  # fmt: skip

    def _release(self, account: Account, now: int) -> None:
        """Settle from the front of a queue while it is covered, and then those queues that got the money."""
        richer = [account]
        while richer:
            account = richer.pop()
            queue = self._queues.get(account, [])
            while queue and queue[0].amount <= self._balance.get(account, 0):
                payment = queue.pop(0)
                self._move(payment)
                self._end(payment, now)
                richer.append((payment.creditor, payment.currency))

    def _optimise(self, now: int) -> None:
        waiting = [payment for queue in self._queues.values() for payment in queue]
        numbers = frozenset(optimise(waiting, Room(self._balance)).numbers)
        settling = [payment for payment in waiting if payment.number in numbers]
        for payment in settling:
            self._queues[payment.debtor, payment.currency].remove(payment)
        for payment in settling:  # judged at its end, so only then are the lowest balances noted
            self._move(payment, note=False)
        for payment in settling:
            account = (payment.debtor, payment.currency)
            self._lowest[account] = min(self._lowest.get(account, 0), self._balance[account])
            self._end(payment, now)
        self._together += len(settling)
        for account in sorted(self._queues):
            self._release(account, now)

    def _move(self, payment: Waiting, *, note: bool = True) -> None:
        debtor, creditor = (payment.debtor, payment.currency), (payment.creditor, payment.currency)
        self._balance[debtor] = self._balance.get(debtor, 0) - payment.amount
        self._balance[creditor] = self._balance.get(creditor, 0) + payment.amount
        if note:
            self._lowest[debtor] = min(self._lowest.get(debtor, 0), self._balance[debtor])

    def _end(self, payment: Waiting, now: int) -> None:
        self._settled += 1
        self._wait(payment, now)

    def _wait(self, payment: Waiting, until: int) -> None:
        delay = until - self._arrived[payment.number].time
        self._delay_total += delay
        self._delay_max = max(self._delay_max, delay)
