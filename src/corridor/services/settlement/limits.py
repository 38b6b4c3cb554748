"""Limits, asked by every way of settlement in one place: bilateral, multilateral, and what is kept for the urgent.

Limits of a day are of obligations, not of money: of what a bank may come to be down by towards another, or all. So what
nobody can take back counts, for who sends and for who receives, in the decision that binds both: a gross payment when
it settles, an instant one when it is reserved (for its receiver when it has settled, for until then it may be refused),
a netted one when it enters its cycle. The settlement of the cycle, which moves what is counted already, adds nothing.
What is received on a correspondent account does not count: it is a claim that no central bank's money follows.

Money and credit lines the ledger asks by itself: what is counted as received but has not settled pays for nothing. A
payment between accounts for which nobody has set anything pays for two look-ups.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from corridor.decision import ACCOUNT, Accepted, Answer, Rejected, Step
from corridor.domain.errors import CorridorError
from corridor.domain.instants import DAY, Instant, at, iso_date
from corridor.domain.money import MAX_MINOR
from corridor.ledger.accounts import Account
from corridor.ledger.chart import AccountCode
from corridor.services.messaging.rules import settlement_account
from corridor.services.settlement.commands import SetSettlementLimit, SetUrgentReserve
from corridor.services.settlement.days import business_day
from corridor.services.settlement.records import (
    ALL,
    DAY_USE,
    SETTLEMENT_LIMIT,
    URGENT,
    URGENT_RESERVE,
    DayUse,
    SettlementLimit,
    UrgentReserve,
)

KEPT = Rejected("AM04", "what is left is kept for urgent payments", "IntrBkSttlmAmt")
BILATERAL = Rejected("AM14", "it passes the limit agreed for this creditor agent", "IntrBkSttlmAmt")
MULTILATERAL = Rejected("AM23", "it passes the limit of what may be sent in a day", "IntrBkSttlmAmt")


class Movement(NamedTuple):
    """Money that is to move from one account to another."""

    debit_account_id: int
    credit_account_id: int
    currency: str
    amount: int
    priority: int


def refuse(step: Step, movements: Sequence[Movement]) -> Rejected | None:
    """Say which limit these movements together pass, or None. Those that do nothing worse pass none.

    To be asked before they are posted.
    """
    watched = [move for move in movements if counts(step, move.debit_account_id)]
    if not watched:
        return None
    net: Counter[tuple[int, int]] = Counter()
    spent: Counter[int] = Counter()  # by all but the urgent, net of what comes in
    for move in movements:
        debit, credit = move.debit_account_id, move.credit_account_id
        for side, other, amount in ((debit, credit, move.amount), (credit, debit, -move.amount)):
            net[side, ALL] += amount
            net[side, other] += amount
        spent[credit] -= move.amount
        if move.priority != URGENT:
            spent[debit] += move.amount
    for move in watched:
        account_id = move.debit_account_id
        day = business_day(step, move.currency)
        reserve = step.get(URGENT_RESERVE, account_id)
        kept = 0 if reserve is None else reserve.on(day)
        if kept and 0 < spent[account_id] > available(step, account_id) - kept:
            return KEPT
        for counterparty_id, refusal in ((move.credit_account_id, BILATERAL), (ALL, MULTILATERAL)):
            limit = step.get(SETTLEMENT_LIMIT, (account_id, counterparty_id))
            most = None if limit is None else limit.on(day)
            more = net[account_id, counterparty_id]
            if most is not None and more > 0:
                use = _use(step, account_id, counterparty_id, day)
                if use.sent - use.received + more > most:
                    return refusal
    return None


def counts(step: Step, account_id: int) -> bool:
    """Say whether the account has a limit or reserve, so that what it sends and receives is counted."""
    return step.get(DAY_USE, (account_id, ALL)) is not None


def available(step: Step, account_id: int) -> int:
    """Return what an account may spend: money and credit line, less what is reserved for payments under way."""
    account, balance = step.get(ACCOUNT, account_id), step.balance(account_id)
    assert account is not None, f"there is no account {account_id}"
    return balance.credits_posted - balance.debits_posted - balance.debits_pending + account.credit_limit


def count(
    step: Step, move: Movement, *, sent: int = 0, received: int = 0, since: Instant | None = None
) -> None:
    """Count what has been sent, or has arrived, for whoever is limited.

    What is reserved counts as sent; what has entered a cycle as sent and as arrived.

    What is taken back counts only if it was sent `since`, on this business day.
    """
    debit, credit, currency = move.debit_account_id, move.credit_account_id, move.currency
    for account_id, other, out, back in ((debit, credit, sent, 0), (credit, debit, 0, received)):
        if (out or back) and counts(step, account_id):
            day = business_day(step, currency)
            if since is None or business_day(step, currency, since) == day:
                _count(step, account_id, other, day, out, back)


def set_settlement_limit(step: Step, command: SetSettlementLimit) -> Answer:
    """Limit what a participant sends another, or everybody, in a business day."""
    account = _limited(step, command.participant, command.currency)
    if account is None:
        return Rejected("AC01", "no such settlement account", "participant")
    counterparty_id = ALL
    if command.creditor:
        creditor = settlement_account(step, command.creditor, command.currency)
        if creditor is None or creditor.id == account.id:
            return Rejected("AC01", "no such settlement account of another", "creditor")
        counterparty_id = creditor.id
    today = business_day(step, command.currency)
    known = step.get(SETTLEMENT_LIMIT, (account.id, counterparty_id))
    now = None if known is None else known.on(today)
    first = today if now is not None or command.amount is None else _after(today)
    term = _term(now, command.amount, command.on, today, first)
    if isinstance(term, Rejected):
        return term
    limit = SettlementLimit(account.id, counterparty_id, *term)
    step.put(SETTLEMENT_LIMIT, limit)
    _begin_to_count(step, account.id, counterparty_id)
    return Accepted()


def set_urgent_reserve(step: Step, command: SetUrgentReserve) -> Answer:
    """Keep some of a participant's money for urgent payments."""
    account = _limited(step, command.participant, command.currency)
    if account is None:
        return Rejected("AC01", "no such settlement account", "participant")
    today = business_day(step, command.currency)
    known = step.get(URGENT_RESERVE, account.id)
    term = _term(0 if known is None else known.on(today), command.amount, command.on, today, today)
    if isinstance(term, Rejected):
        return term
    amount, next_amount, next_on = term
    step.put(URGENT_RESERVE, UrgentReserve(account.id, amount or 0, next_amount or 0, next_on))
    _begin_to_count(step, account.id, ALL)
    return Accepted()


def _limited(step: Step, participant: str, currency: str) -> Account | None:
    account = settlement_account(step, participant, currency)
    return account if account is not None and account.code == AccountCode.SETTLEMENT else None


def _term(
    now: int | None, amount: int | None, on: str, today: str, first: str
) -> tuple[int | None, int | None, str] | Rejected:
    """Return what holds, what will, and from which business day on; `first` is the earliest."""
    if amount is not None and not 0 <= amount <= MAX_MINOR:
        return Rejected("AM12", "a limit is zero or an amount", "amount")
    try:
        at(on or first, "00:00:00Z")
    except CorridorError as error:
        return Rejected(error.reason, "a date reads like 2026-11-24", "on")
    day = on or first
    if day < first:
        return Rejected("DT01", f"the earliest business day for this is {first}", "on")
    return (amount, None, "") if day == today else (now, amount, day)


def _after(day: str) -> str:
    return iso_date(at(day, "00:00:00Z") + DAY)


def _begin_to_count(step: Step, account_id: int, counterparty_id: int) -> None:
    for other in {ALL, counterparty_id}:
        if step.get(DAY_USE, (account_id, other)) is None:
            step.put(DAY_USE, DayUse(account_id, other))


def _use(step: Step, account_id: int, counterparty_id: int, day: str) -> DayUse:
    """Return what was counted on this business day."""
    use = step.get(DAY_USE, (account_id, counterparty_id))
    if use is not None and use.day == day:
        return use
    return DayUse(account_id, counterparty_id, day)


def _count(step: Step, account_id: int, counterparty_id: int, day: str, sent: int, received: int) -> None:
    for other in (ALL, counterparty_id):
        if step.get(DAY_USE, (account_id, other)) is not None:
            use = _use(step, account_id, other, day)
            counted = DayUse(account_id, other, day, use.sent + sent, use.received + received)
            step.put(DAY_USE, counted)
