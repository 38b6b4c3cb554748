"""A simulated bank's customers and what it owes them."""

from collections.abc import Iterable

import msgspec

from corridor.domain.errors import CorridorError


class AccountClosed(CorridorError):
    """The debtor's account is closed."""

    reason = "AC05"


class NotCovered(CorridorError):
    """The debtor's account does not cover the amount."""

    reason = "AM04"


class Account(msgspec.Struct, frozen=True):
    """A customer's account. `balance` counts what is reserved for payments under way, too. Units: minor.

    `brought` is what came otherwise than by payments: at the opening, and in cash.
    """

    number: str
    currency: str
    name: str
    phone: str
    balance: int
    reserved: int = 0
    closed: bool = False
    brought: int = 0

    @property
    def available(self) -> int:
        """What the customer may dispose of."""
        return self.balance - self.reserved


class Book:
    """The accounts, and which of them have changed since they were last stored."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self.accounts = {account.number: account for account in accounts}
        self._by_phone = {
            account.phone: account.number for account in self.accounts.values() if account.phone
        }
        self._changed: dict[str, Account] = {}

    def find(self, number: str | None, phone: str | None) -> Account | None:
        """The account with the number or, if none is given, the one that the phone stands for."""
        return self.accounts.get(number or self._by_phone.get(phone or "", ""))

    def reserve(self, number: str, amount: int) -> None:
        """Keep an amount for a payment under way. Raises: AccountClosed (AC05), NotCovered (AM04)."""
        account = self.accounts[number]
        if account.closed:
            raise AccountClosed
        if account.available < amount:
            raise NotCovered
        self._set(account, account.balance, account.reserved + amount)

    def release(self, number: str, amount: int) -> None:
        """The payment will not be made: the customer may dispose of the amount again."""
        account = self.accounts[number]
        self._set(account, account.balance, account.reserved - amount)

    def debit(self, number: str, amount: int) -> None:
        """The payment was made: what was reserved has left."""
        account = self.accounts[number]
        self._set(account, account.balance - amount, account.reserved - amount)

    def credit(self, number: str, amount: int) -> None:
        """A payment has come."""
        account = self.accounts[number]
        self._set(account, account.balance + amount, account.reserved)

    def deposit(self, number: str, amount: int) -> None:
        """The customer has brought cash."""
        account = self.accounts[number]
        self._set(account, account.balance + amount, account.reserved, account.brought + amount)

    def close(self, number: str) -> None:
        """Take no more payments."""
        account = msgspec.structs.replace(self.accounts[number], closed=True)
        self.accounts[number] = self._changed[number] = account

    def take_changed(self) -> list[Account]:
        """The accounts that have changed since the last call."""
        changed = list(self._changed.values())
        self._changed.clear()
        return changed

    def _set(self, account: Account, balance: int, reserved: int, brought: int | None = None) -> None:
        assert 0 <= reserved <= balance, f"account {account.number}: {reserved} reserved of {balance}"
        changed = Account(
            account.number,
            account.currency,
            account.name,
            account.phone,
            balance,
            reserved,
            account.closed,
            account.brought if brought is None else brought,
        )
        self.accounts[account.number] = self._changed[account.number] = changed
