"""Transfers: one debit and one credit of one amount, at once or in two phases."""

from enum import IntEnum, IntFlag
from typing import Annotated, Final

import msgspec

from corridor.domain.instants import Instant

INT64_MAX: Final = 2**63 - 1
"""The largest id, amount and sum the ledger accepts: what a signed 64-bit column holds."""

FIRST_CALLER_ID: Final = 2**48
"""Ids from here on are chosen by callers, in time order; those below are the hub's own ascending numbers."""

Int64 = Annotated[int, msgspec.Meta(ge=0, le=INT64_MAX)]


class TransferFlag(IntFlag):
    LINKED = 1  # stands or falls with the next transfer of the same bulk
    PENDING = 2  # first phase: reserves the amount
    POST_PENDING = 4  # second phase: moves all or part of it and releases the rest
    VOID_PENDING = 8  # second phase: releases it
    OFFSETTING = 16  # of a whole chain: accounts answer to their limits at its end, not on the way


class Transfer(msgspec.Struct, frozen=True, array_like=True):
    """One debit and one credit; written once, never changed, its id used once for ever.

    Shapes: `id` in 1 .. 2**63 - 1, below FIRST_CALLER_ID the hub's own. A post or void names its pending transfer in
    `pending_id` and inherits what it leaves out: account 0, amount 0 (the whole), currency "".
    Units: `amount` in minor units of `currency`; `timeout_s` in seconds, 0 for none, and only when PENDING.
    """

    id: int
    debit_account_id: int
    credit_account_id: int
    amount: int
    currency: str
    flags: int = 0  # TransferFlag
    pending_id: int = 0
    timeout_s: int = 0
    code: Int64 = 0  # why money moves, in the caller's own numbers
    reference: Int64 = 0  # the payment's number


class PendingStatus(IntEnum):
    PENDING = 1
    POSTED = 2
    VOIDED = 3
    EXPIRED = 4


class Pending(msgspec.Struct, frozen=True):
    """Where a pending transfer stands: one row for each, under the transfer's own id.

    `due_at` is set only while it is PENDING with a time-out: from that instant on it can only expire.
    """

    id: int
    debit_account_id: int
    credit_account_id: int
    amount: int
    currency: str
    status: int = PendingStatus.PENDING
    due_at: Instant | None = None

    def ended(self, status: int) -> "Pending":
        """The same with its last status; no time-out is left, so that no timer finds it again."""
        return Pending(
            self.id, self.debit_account_id, self.credit_account_id, self.amount, self.currency, status, None
        )


def inherit(transfer: Transfer, pending: Pending) -> Transfer:
    """The post or void, with what it leaves out taken from its pending transfer."""
    return Transfer(
        transfer.id,
        transfer.debit_account_id or pending.debit_account_id,
        transfer.credit_account_id or pending.credit_account_id,
        transfer.amount or pending.amount,
        transfer.currency or pending.currency,
        transfer.flags,
        transfer.pending_id,
        transfer.timeout_s,
        transfer.code,
        transfer.reference,
    )
