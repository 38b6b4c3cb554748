"""A set of payments under change: what is in it, what room it leaves, and what may enter or leave next."""

from collections.abc import Sequence
from itertools import compress

from corridor.services.settlement.waiting import Account, Room, Waiting


class Board:
    """Payments by their order in the queues, and those chosen so far. Nothing is checked on `choose` or `drop`.

    Accounts and payments are numbers here, which is what makes trying fast. `room` is what an account may
    still send with what is chosen, below zero if too much is; `limit` is the same of a pair, for pairs that
    have a limit.
    """

    def __init__(self, waiting: Sequence[Waiting], room: Room) -> None:
        self.waiting = sorted(waiting, key=lambda payment: payment.order)
        accounts = sorted(
            {(bank, each.currency) for each in self.waiting for bank in (each.debtor, each.creditor)}
        )
        numbers = {account: number for number, account in enumerate(accounts)}
        grades = {
            priority: grade for grade, priority in enumerate(sorted({w.priority for w in self.waiting}))
        }
        self.accounts: list[Account] = accounts
        self.debtor = [numbers[each.debtor, each.currency] for each in self.waiting]
        self.creditor = [numbers[each.creditor, each.currency] for each in self.waiting]
        self.amount = [each.amount for each in self.waiting]
        self.grade = [grades[each.priority] for each in self.waiting]
        self.chosen = bytearray(len(self.waiting))
        self.room = [room.of(account) for account in accounts]
        self.sending = [0] * len(accounts)
        self._sending_pair: dict[tuple[int, int], int] = {}
        self.kept = [[0] * len(grades) for _ in accounts]
        self.left = [[0] * len(grades) for _ in accounts]
        for debtor, grade in zip(self.debtor, self.grade, strict=True):
            self.left[debtor][grade] += 1
        self.out: list[list[int]] = [[] for _ in accounts]
        self.into: list[list[int]] = [[] for _ in accounts]
        for payment, (debtor, creditor) in enumerate(zip(self.debtor, self.creditor, strict=True)):
            self.out[debtor].append(payment)
            self.into[creditor].append(payment)
        self.limit = {
            (numbers[debtor, currency], numbers[creditor, currency]): limit
            for (debtor, creditor, currency), limit in room.bilateral.items()
            if (debtor, currency) in numbers and (creditor, currency) in numbers
        }
        self._limited: dict[int, list[int]] = {}
        for debtor, creditor in sorted(self.limit):
            self._limited.setdefault(debtor, []).append(creditor)

    def choose(self, payment: int) -> None:
        self._move(payment, 1)

    def drop(self, payment: int) -> None:
        self._move(payment, -1)

    def _move(self, payment: int, sign: int) -> None:
        debtor, creditor = self.debtor[payment], self.creditor[payment]
        amount, grade = sign * self.amount[payment], self.grade[payment]
        self.chosen[payment] += sign
        self.room[debtor] -= amount
        self.room[creditor] += amount
        self.sending[debtor] += sign
        self.kept[debtor][grade] += sign
        self.left[debtor][grade] -= sign
        if self.limit:
            self._sending_pair[debtor, creditor] = self._sending_pair.get((debtor, creditor), 0) + sign
            for pair, change in (((debtor, creditor), -amount), ((creditor, debtor), amount)):
                if pair in self.limit:
                    self.limit[pair] += change

    def welcomes(self, payment: int) -> bool:
        """Nothing of higher priority of its debtor is left behind, and the limit of its pair lets it enter."""
        debtor = self.debtor[payment]
        if any(self.left[debtor][: self.grade[payment]]):
            return False
        return (
            not self.limit
            or self.limit.get((debtor, self.creditor[payment]), self.amount[payment]) >= self.amount[payment]
        )

    def over_limit(self, account: int) -> list[int]:
        """Whom the account, with what is chosen, sends more than their limit; none to whom it sends nothing."""
        return [
            creditor
            for creditor in self._limited.get(account, ())
            if self.limit[account, creditor] < 0 and self._sending_pair.get((account, creditor), 0) > 0
        ]

    def fits(self, payment: int) -> bool:
        """The payment may enter as the only one."""
        return self.room[self.debtor[payment]] >= self.amount[payment] and self.welcomes(payment)

    def lowest(self, account: int) -> int:
        """The lowest priority of which the account has something chosen: only that may leave; -1 if none."""
        return max((grade for grade, kept in enumerate(self.kept[account]) if kept), default=-1)

    def short(self, account: int) -> int:
        """How much the account sends above its room; never anything if it sends nothing."""
        return max(0, -self.room[account]) if self.sending[account] else 0

    @property
    def value(self) -> int:
        return sum(compress(self.amount, self.chosen))

    @property
    def settling(self) -> list[Waiting]:
        """What is chosen, in the order of the queues."""
        return list(compress(self.waiting, self.chosen))
