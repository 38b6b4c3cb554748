"""Correspondent accounts, as their two banks speak of them: an offer, an account, and a day of one's own book."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from corridor.client.facilities import Owed
from corridor.client.requests import amount_members
from corridor.domain.money import Money

Method = Literal["INDA", "INGA"]
"""On which account a payment settles: INDA, what the creditor agent keeps for us; INGA, what we keep for it."""


class AccountTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What one of two banks offers the other: who keeps the account, whose it is, and how far each may owe.

    `overdraft`: the owner; `ceiling`: the servicer, None for no limit. Both are in the account's currency.
    """

    account_servicer: str
    account_owner: str
    overdraft: Money
    ceiling: Money | None = None


class CorrespondentAccount(msgspec.Struct, frozen=True):
    """An account as it stands. `credit_debit` is CRDT if the servicer owes the owner its balance, else DBIT."""

    account: int
    state: str
    account_servicer: str
    account_owner: str
    overdraft: Owed
    balance: Owed
    credit_debit: str
    close_asked_by: str | None = None


class BookEntry(msgspec.Struct, frozen=True):
    """An entry of one's own book, under the hub's number. Units: minor; negative if the owner has less by it."""

    number: int
    amount: int


class BookDay(msgspec.Struct, frozen=True):
    """A business day of an account in one's own book. Units: minor; negative if the owner owes the servicer."""

    account: int
    day: str
    currency: str
    closing: int
    count: int
    entries: Sequence[BookEntry] = ()


class Difference(msgspec.Struct, frozen=True):
    """An entry that the ledger has with another amount or, None, not on that day."""

    number: int
    stated: str
    booked: str | None


class Reconciled(msgspec.Struct, frozen=True):
    """What the ledger has of the day, in minor units; `lacking` entries of it one's own book does not show."""

    account: int
    day: str
    agrees: bool
    closing: str
    entries: int
    debits: str
    credits: str
    lacking: int
    differences: tuple[Difference, ...]


def account_members(terms: AccountTerms) -> dict[str, Any]:
    members = {
        "account_servicer": terms.account_servicer,
        "account_owner": terms.account_owner,
        "currency": terms.overdraft.currency,
        "overdraft": amount_members(terms.overdraft),
    }
    return members if terms.ceiling is None else {**members, "ceiling": amount_members(terms.ceiling)}


def book_members(day: BookDay) -> dict[str, Any]:
    """Amounts have no sign: CRDT and DBIT say it, as in the servicer's book."""
    return {
        "account": day.account,
        "day": day.day,
        "closing_balance": amount_members(Money(abs(day.closing), day.currency)),
        "credit_debit": _sign(day.closing),
        "count": day.count,
        "entries": [
            {"number": each.number, "amount": str(abs(each.amount)), "credit_debit": _sign(each.amount)}
            for each in day.entries
        ],
    }


def _sign(amount: int) -> str:
    return "DBIT" if amount < 0 else "CRDT"


read_account = msgspec.json.Decoder(CorrespondentAccount).decode
read_reconciled = msgspec.json.Decoder(Reconciled).decode
