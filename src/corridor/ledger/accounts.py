"""Accounts: the static part, which operators change, and the balance, which only transfers change."""

from enum import IntFlag

import msgspec


class AccountFlag(IntFlag):
    """What an account refuses. Without a flag it refuses nothing."""

    DEBITS_MUST_NOT_EXCEED_CREDITS = (
        1  # all debits, pending ones too, stay within posted credits + credit_limit
    )
    CREDITS_MUST_NOT_EXCEED_DEBITS = 2  # all credits, pending ones too, stay within posted debits
    FROZEN = 4  # no new transfer; a pending one may still be posted or voided
    CLOSED = 8  # nothing but the void or the expiry of what is pending


class Account(msgspec.Struct, frozen=True):
    """The static part of an account, in one currency for ever.

    Units: `credit_limit` in minor units, >= 0; it loosens DEBITS_MUST_NOT_EXCEED_CREDITS to
    debits_pending + debits_posted <= credits_posted + credit_limit, and means nothing without that flag.
    A lower limit or a new flag binds the transfers to come; it undoes none.
    """

    id: int
    participant: str  # BIC of whom the account belongs to
    currency: str
    code: int  # chart.AccountCode
    flags: int = 0  # AccountFlag
    credit_limit: int = 0


class Balance(msgspec.Struct, frozen=True):
    """What has been moved through an account so far: four sums, none negative.

    Units: minor units of the account's currency. Posted sums never fall; pending ones fall when a pending
    transfer ends. What is owed to the account's owner is credits_posted - debits_posted.
    """

    account_id: int
    debits_pending: int = 0
    debits_posted: int = 0
    credits_pending: int = 0
    credits_posted: int = 0
