"""The chart of accounts: what kinds of account the hub keeps, seen from the hub's own books."""

from enum import IntEnum


class AccountCode(IntEnum):
    """The kind of an account.

    A credit balance is owed by the hub to the owner, a debit balance is owed to the hub. "Normal side" is the
    side that grows in ordinary business.
    """

    SETTLEMENT = 1
    """A participant's settlement money in one currency, an FX provider's too. Normal side: credit."""

    ISSUE = 2
    """A central bank's source of settlement money; may go negative without limit. Normal side: debit."""

    FEES = 3
    """The hub's fee income in one currency. Normal side: credit."""

    CLEARING = 4
    """What a participant is owed by, or owes, the netting cycles that have not settled. Normal side: either."""

    CREDIT = 6
    """What a borrower owes and a lender is owed under a facility, in pairs. Normal side: debit, and credit."""

    CORRESPONDENT = 7
    """A nostro, what its owner has with another bank, and the vostro, what that one owes for it, in pairs. Normal
    side: credit, and debit."""
