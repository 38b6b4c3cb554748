"""What became of a transfer: every outcome has a name, and of several the first in this list is reported."""

from enum import IntEnum
from typing import assert_never


class TransferResult(IntEnum):
    """The outcome of one transfer, in order of precedence. A refused one leaves no trace: its id stays free.

    The numbers leave room, so that a new outcome takes its place in the order without moving another.
    """

    OK = 0
    """Accepted; did not exist before."""

    LINKED_EVENT_CHAIN_OPEN = 1
    """The last transfer of the bulk is linked to a next one, which is not there."""
    LINKED_EVENT_FAILED = 2
    """Nothing wrong with this transfer, or not looked at: another one of its chain was refused."""
    LINKED_EVENTS_MUST_ALL_BE_OFFSETTING = 3
    """In this respect the transfer differs from the first one of its chain."""

    RESERVED_FLAG = 10
    """A bit of `flags` has no meaning."""
    ID_OUT_OF_RANGE = 11
    """`id` must lie in 1 .. 2**63 - 1."""

    EXISTS_WITH_DIFFERENT_FLAGS = 20
    """The id is taken by a transfer with other flags."""
    EXISTS_WITH_DIFFERENT_PENDING_ID = 21
    """The id is taken by the post or void of another pending transfer."""
    EXISTS_WITH_DIFFERENT_TIMEOUT = 22
    """The id is taken by a transfer with another time-out."""
    EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID = 23
    """The id is taken by a transfer that debits another account."""
    EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID = 24
    """The id is taken by a transfer that credits another account."""
    EXISTS_WITH_DIFFERENT_AMOUNT = 25
    """The id is taken by a transfer of another amount."""
    EXISTS_WITH_DIFFERENT_CURRENCY = 26
    """The id is taken by a transfer in another currency."""
    EXISTS_WITH_DIFFERENT_CODE = 27
    """The id is taken by a transfer with another code."""
    EXISTS_WITH_DIFFERENT_REFERENCE = 28
    """The id is taken by a transfer with another reference."""
    EXISTS = 29
    """This very transfer was accepted before; it moved money then, and does not again."""

    FLAGS_ARE_MUTUALLY_EXCLUSIVE = 40
    """At most one of PENDING, POST_PENDING and VOID_PENDING."""
    PENDING_ID_MUST_BE_ZERO = 41
    """Only a post or void names a pending transfer."""
    PENDING_ID_OUT_OF_RANGE = 42
    """A post or void must name its pending transfer by an id in 1 .. 2**63 - 1."""
    PENDING_ID_MUST_BE_DIFFERENT = 43
    """A post or void cannot name itself."""
    TIMEOUT_RESERVED_FOR_PENDING_TRANSFER = 44
    """Only a pending transfer has a time-out."""
    TIMEOUT_OUT_OF_RANGE = 45
    """`timeout_s` is negative, or ends beyond what an instant can hold."""
    AMOUNT_OUT_OF_RANGE = 46
    """`amount` must lie in 1 .. 2**63 - 1; in a post or void it may be 0, for the whole."""
    ACCOUNTS_MUST_BE_DIFFERENT = 47
    """Debit and credit account are the same."""

    DEBIT_ACCOUNT_NOT_FOUND = 60
    """No account has this `debit_account_id`."""
    CREDIT_ACCOUNT_NOT_FOUND = 61
    """No account has this `credit_account_id`."""
    ACCOUNTS_MUST_HAVE_THE_SAME_CURRENCY = 62
    """Debit and credit account are in two currencies."""
    TRANSFER_MUST_HAVE_THE_SAME_CURRENCY_AS_ACCOUNTS = 63
    """The accounts are in one currency, the transfer in another."""

    PENDING_TRANSFER_NOT_FOUND = 70
    """No transfer has the id `pending_id`."""
    PENDING_TRANSFER_NOT_PENDING = 71
    """The transfer named by `pending_id` moved its money at once."""
    PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID = 72
    """`debit_account_id` is neither 0 nor that of the pending transfer."""
    PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID = 73
    """`credit_account_id` is neither 0 nor that of the pending transfer."""
    PENDING_TRANSFER_HAS_DIFFERENT_CURRENCY = 74
    """`currency` is neither empty nor that of the pending transfer."""
    EXCEEDS_PENDING_TRANSFER_AMOUNT = 75
    """A post of more than was reserved."""
    PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT = 76
    """A void of another amount than was reserved; what is voided in part is posted in part."""
    PENDING_TRANSFER_ALREADY_POSTED = 77
    """The pending transfer ended in a post."""
    PENDING_TRANSFER_ALREADY_VOIDED = 78
    """The pending transfer ended in a void."""
    PENDING_TRANSFER_EXPIRED = 79
    """The time-out of the pending transfer has passed."""
    PENDING_TRANSFER_NOT_DUE = 80
    """Asked to expire a pending transfer before its time-out, or one without."""

    DEBIT_ACCOUNT_CLOSED = 90
    """The debit account is closed; only a void is accepted."""
    CREDIT_ACCOUNT_CLOSED = 91
    """The credit account is closed; only a void is accepted."""
    DEBIT_ACCOUNT_FROZEN = 92
    """The debit account is frozen; only a post or void is accepted."""
    CREDIT_ACCOUNT_FROZEN = 93
    """The credit account is frozen; only a post or void is accepted."""

    OVERFLOWS_DEBITS = 100
    """All debits of the debit account, pending and posted, would pass 2**63 - 1."""
    OVERFLOWS_CREDITS = 101
    """All credits of the credit account, pending and posted, would pass 2**63 - 1."""
    EXCEEDS_CREDITS = 102
    """The debit account has not enough posted credits and credit limit left."""
    EXCEEDS_DEBITS = 103
    """The credit account has not enough posted debits left."""

    @property
    def transient(self) -> bool:
        """Whether the same transfer may be accepted later, when accounts have changed.

        A transfer that failed with its chain has no reason of its own: ask the one that broke the chain.
        """
        match self:
            case (
                TransferResult.DEBIT_ACCOUNT_NOT_FOUND
                | TransferResult.CREDIT_ACCOUNT_NOT_FOUND
                | TransferResult.PENDING_TRANSFER_NOT_FOUND
                | TransferResult.PENDING_TRANSFER_NOT_DUE
                | TransferResult.DEBIT_ACCOUNT_CLOSED
                | TransferResult.CREDIT_ACCOUNT_CLOSED
                | TransferResult.DEBIT_ACCOUNT_FROZEN
                | TransferResult.CREDIT_ACCOUNT_FROZEN
                | TransferResult.OVERFLOWS_DEBITS
                | TransferResult.OVERFLOWS_CREDITS
                | TransferResult.EXCEEDS_CREDITS
                | TransferResult.EXCEEDS_DEBITS
            ):
                return True
            case (
                TransferResult.OK
                | TransferResult.LINKED_EVENT_CHAIN_OPEN
                | TransferResult.LINKED_EVENT_FAILED
                | TransferResult.LINKED_EVENTS_MUST_ALL_BE_OFFSETTING
                | TransferResult.RESERVED_FLAG
                | TransferResult.ID_OUT_OF_RANGE
                | TransferResult.EXISTS_WITH_DIFFERENT_FLAGS
                | TransferResult.EXISTS_WITH_DIFFERENT_PENDING_ID
                | TransferResult.EXISTS_WITH_DIFFERENT_TIMEOUT
                | TransferResult.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID
                | TransferResult.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID
                | TransferResult.EXISTS_WITH_DIFFERENT_AMOUNT
                | TransferResult.EXISTS_WITH_DIFFERENT_CURRENCY
                | TransferResult.EXISTS_WITH_DIFFERENT_CODE
                | TransferResult.EXISTS_WITH_DIFFERENT_REFERENCE
                | TransferResult.EXISTS
                | TransferResult.FLAGS_ARE_MUTUALLY_EXCLUSIVE
                | TransferResult.PENDING_ID_MUST_BE_ZERO
                | TransferResult.PENDING_ID_OUT_OF_RANGE
                | TransferResult.PENDING_ID_MUST_BE_DIFFERENT
                | TransferResult.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER
                | TransferResult.TIMEOUT_OUT_OF_RANGE
                | TransferResult.AMOUNT_OUT_OF_RANGE
                | TransferResult.ACCOUNTS_MUST_BE_DIFFERENT
                | TransferResult.ACCOUNTS_MUST_HAVE_THE_SAME_CURRENCY
                | TransferResult.TRANSFER_MUST_HAVE_THE_SAME_CURRENCY_AS_ACCOUNTS
                | TransferResult.PENDING_TRANSFER_NOT_PENDING
                | TransferResult.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID
                | TransferResult.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID
                | TransferResult.PENDING_TRANSFER_HAS_DIFFERENT_CURRENCY
                | TransferResult.EXCEEDS_PENDING_TRANSFER_AMOUNT
                | TransferResult.PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT
                | TransferResult.PENDING_TRANSFER_ALREADY_POSTED
                | TransferResult.PENDING_TRANSFER_ALREADY_VOIDED
                | TransferResult.PENDING_TRANSFER_EXPIRED
            ):
                return False
            case _ as never:
                assert_never(never)
