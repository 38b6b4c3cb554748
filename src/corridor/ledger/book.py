"""The book that posting reads, and an account of it while a command is being decided."""

from typing import Protocol

from corridor.ledger.accounts import Account, Balance
from corridor.ledger.transfers import Pending, Transfer


class Book(Protocol):
    """Accounts, balances, transfers and pending transfers by id; None where there is no such id.

    Raises: whatever the implementation likes, for what it has not loaded. Posting lets it pass; the Posting
    is to be dropped then.
    """

    def account(self, account_id: int, /) -> Account | None: ...
    def balance(self, account_id: int, /) -> Balance:
        """The balance of a known account: zeros when nothing has been moved through it."""
        ...

    def transfer(self, transfer_id: int, /) -> Transfer | None: ...
    def pending(self, pending_id: int, /) -> Pending | None: ...


class StagedAccount:
    """An account as it was at first touch, and its balance with what has been staged since."""

    __slots__ = (
        "before",
        "credit_limit",
        "credits_pending",
        "credits_posted",
        "currency",
        "debits_pending",
        "debits_posted",
        "flags",
    )

    def __init__(self, account: Account, balance: Balance) -> None:
        assert account.id == balance.account_id
        self.currency = account.currency
        self.flags = int(account.flags)
        self.credit_limit = account.credit_limit
        self.before = balance
        self.debits_pending = balance.debits_pending
        self.debits_posted = balance.debits_posted
        self.credits_pending = balance.credits_pending
        self.credits_posted = balance.credits_posted

    def balance(self) -> Balance:
        return Balance(
            self.before.account_id,
            self.debits_pending,
            self.debits_posted,
            self.credits_pending,
            self.credits_posted,
        )
