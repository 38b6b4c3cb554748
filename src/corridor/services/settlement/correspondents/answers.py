"""What a bank is told about a correspondent account, as JSON."""

import msgspec

from corridor.domain.instants import Instant, iso
from corridor.services.fx.answers import Amount, amount_of
from corridor.services.settlement.correspondents.records import Correspondent


class CorrespondentAnswer(msgspec.Struct, frozen=True):
    """An account: who keeps it for whom, on which terms, and what is on it.

    `credit_debit` is CRDT if the servicer owes the owner the balance, else DBIT. A ceiling of null is none.
    """

    account: int
    state: str
    account_servicer: str
    account_owner: str
    overdraft: Amount
    ceiling: Amount | None
    balance: Amount
    credit_debit: str
    offered_by: str
    close_asked_by: str | None
    offered_at: str
    accepted_at: str | None
    ended_at: str | None


class Difference(msgspec.Struct, frozen=True):
    """An entry of the mirror that the ledger has otherwise: with this amount, or, null, not on that day."""

    number: int
    stated: str
    booked: str | None


class ReconciliationAnswer(msgspec.Struct, frozen=True):
    """What the ledger has of a business day of an account, and where the mirror differs.

    Amounts are minor units with their sign, negative where the owner has less. `lacking` counts entries of the day that
    a mirror with entries does not show.
    """

    account: int
    day: str
    agrees: bool
    closing: str
    entries: int
    debits: str
    credits: str
    lacking: int
    differences: tuple[Difference, ...]


def sign_of(balance: int) -> str:
    """Return how a balance reads in the servicer's book, as ISO has it: CRDT is owed to the owner."""
    return "DBIT" if balance < 0 else "CRDT"


def correspondent_answer(account: Correspondent, balance: int) -> CorrespondentAnswer:
    """Return the account as its two banks are told it."""
    code = account.currency
    return CorrespondentAnswer(
        account=account.number,
        state=account.state,
        account_servicer=account.account_servicer,
        account_owner=account.account_owner,
        overdraft=amount_of(account.overdraft_amount, code),
        ceiling=amount_of(account.ceiling_amount, code) if account.ceiling_amount else None,
        balance=amount_of(abs(balance), code),
        credit_debit=sign_of(balance),
        offered_by=account.offered_by,
        close_asked_by=account.close_asked_by or None,
        offered_at=iso(account.offered_at),
        accepted_at=_moment(account.accepted_at),
        ended_at=_moment(account.ended_at),
    )


def _moment(instant: Instant | None) -> str | None:
    return None if instant is None else iso(instant)
