"""What must hold of facilities, of the dates they have reckoned, and of credit lines beside their collateral.

As in `checks.py`, each answer is a sentence on what is wrong, and whoever checks finds the records.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from corridor.decision import BALANCE, Table
from corridor.domain.errors import CorridorError
from corridor.ledger.accounts import Account, Balance
from corridor.services.credit.collateral import counts_for
from corridor.services.credit.records import (
    ACTIVE,
    CREDIT_LINE,
    CREDIT_SOURCE,
    ENDED,
    FACILITY,
    FACILITY_DAY,
    HELD,
    OFFERED,
    OVERDUE,
    PLEDGE,
    CreditLine,
    CreditSource,
    Facility,
    FacilityDay,
    Pledge,
)
from corridor.services.credit.terms import end_day
from corridor.services.messaging.records import SETTLEMENT_ACCOUNT


def facility(f: Facility, balances: Mapping[int, Balance]) -> Iterator[str]:
    """What is drawn and due is what the balances of the facility's accounts say, and never above the limit."""
    name = f"facility {f.number}"
    if {f.state in (OFFERED, ACTIVE, OVERDUE), f.due_at is not None, f.ended_at is None} != {f.open}:
        yield f"{name} is {f.state}, open {f.open}, with a timer at {f.due_at}, ended at {f.ended_at}"
    accounts = (f.debt_account_id, f.claim_account_id, f.charges_account_id, f.income_account_id)
    if (f.accepted_at is not None) != all(accounts):
        yield f"{name} is {f.state} with the accounts {accounts}"
        return
    debt, claim, charges, income = (_net(balances, account) for account in accounts)
    if debt != -claim or charges != -income:
        yield f"{name}: {-debt} is drawn and {claim} claimed; {-charges} is owed and {income} earned"
    if not 0 <= -debt <= f.limit_amount:
        yield f"{name}: {-debt} is drawn, of a limit of {f.limit_amount}"
    if -charges != f.interest_due + f.fee_due:
        yield f"{name}: interest and fees due are {f.interest_due} and {f.fee_due}, its account says {-charges}"
    if f.state == ENDED and (debt or charges):
        yield f"{name} has ended, and {-debt} is drawn, {-charges} due"


def sources(listed: Iterable[CreditSource], facilities: Iterable[Facility]) -> Iterator[str]:
    """Payments draw by themselves on the automatic facilities that are active, and on no others."""
    due: dict[tuple[str, str], set[int]] = {}
    for f in facilities:
        if f.automatic and f.state == ACTIVE:
            due.setdefault((f.borrower, f.currency), set()).add(f.number)
    stated = {
        (s.borrower, s.currency): {int(n) for n in s.facilities.split() if n.isdecimal()} for s in listed
    }
    for key in sorted(due.keys() | stated.keys()):
        if due.get(key, set()) != stated.get(key, set()):
            yield f"the payments of {key[0]} in {key[1]} draw on {stated.get(key)}, not on {due.get(key)}"


def facility_days(
    f: Facility,
    days: Sequence[FacilityDay],
    moved: Sequence[tuple[int, int]],
    balances: Mapping[int, Balance],
) -> Iterator[str]:
    """The dates of a facility, in their order, are reckoned from what was drawn, each from the one before, and posted.

    `moved`: in their order, the transfers that drew or, with a minus, paid back, each as its number and amount.
    """
    name, rest, drawn, fallen_due = f"facility {f.number}", iter(moved), 0, 0
    reckoned = msgspec.structs.replace(
        f, open_day=f.starts_on, interest_due=0, interest_left=0, fee_due=0, fee_left=0, days=0, drawn_sum=0
    )
    following = next(rest, None)
    for stored in days:
        while following is not None and following[0] <= stored.last_transfer:
            drawn += following[1]
            following = next(rest, None)
        try:
            reckoned, due = end_day(reckoned, drawn, stored.last_transfer)
        except (
            CorridorError,
            KeyError,
            ValueError,
        ) as error:  # what is stored are no terms, no date, no amount
            yield f"{name} cannot be reckoned: {error!r}"
            return
        fallen_due += due.interest_amount + due.fee_amount
        if stored != due:
            yield f"{name}: {stored} is stored, its transfers lead to {due}"
            return
    stands = (f.open_day, f.interest_left, f.fee_left, f.days, f.drawn_sum)
    r = reckoned
    if stands != (r.open_day, r.interest_left, r.fee_left, r.days, r.drawn_sum):
        yield f"{name} stands at {stands}, which is not where its dates lead"
    income = balances.get(f.income_account_id)
    if fallen_due != (0 if income is None else income.credits_posted):
        yield f"{name}: {fallen_due} has fallen due by its dates, its account says {income}"


def last_days(f: Facility) -> list[str]:
    """Return the last two dates that a facility has reckoned, or the one, or none."""
    first = date.fromisoformat(f.open_day)
    return [(first - timedelta(days=n)).isoformat() for n in range(min(f.days, 2), 0, -1)]


def last_day(f: Facility, days: Sequence[FacilityDay | None]) -> Iterator[str]:
    """The last date of a facility follows from the one before, and the facility stands where it ended."""
    if not days:
        return
    before, last = days[0] if len(days) > 1 else None, days[-1]
    if last is None or (len(days) > 1 and before is None):
        yield f"facility {f.number}: of the dates before {f.open_day} one was not reckoned"
        return
    left = (0, 0) if before is None else (before.interest_left, before.fee_left)
    start = msgspec.structs.replace(f, open_day=last.day, interest_left=left[0], fee_left=left[1])
    due = end_day(start, last.drawn_amount, last.last_transfer)[1]
    if last != due or (f.interest_left, f.fee_left) != (last.interest_left, last.fee_left):
        yield f"facility {f.number}: {last} is stored, {due} was to be"


def line(credit_line: CreditLine, account: Account | None, pledges: Iterable[Pledge]) -> Iterator[str]:
    """The limit of an account is its line or its collateral, whichever is less; more only while a timer lowers it."""
    name = f"the line of {credit_line.participant} in {credit_line.currency}"
    if account is None:
        yield f"{name} is for no account"
        return
    held = (HELD, 0, credit_line.participant, credit_line.currency)
    collateral = sum(counts_for(p) for p in pledges if (p.state, p.facility, p.pledger, p.currency) == held)
    due = min(credit_line.line_amount, collateral)
    if account.credit_limit < due or (account.credit_limit > due and credit_line.due_at is None):
        yield f"{name} and its collateral cover {due}, but its account's limit is {account.credit_limit}"


def asked(
    rows: Mapping[Table[Any], Sequence[Any]], accounts: Mapping[int, Account]
) -> Iterator[tuple[str, Iterator[str]]]:
    """Ask by name what is open of facilities and lines; all dates but the last one are for `corridor verify`."""
    days = {(each.facility, each.day): each for each in rows[FACILITY_DAY]}
    balances = {each.account_id: each for each in rows[BALANCE]}
    for each in rows[FACILITY]:
        yield "facilities", facility(each, balances)
        yield "interest", last_day(each, [days.get((each.number, day)) for day in last_days(each)])
    yield "facilities", sources(rows[CREDIT_SOURCE], rows[FACILITY])
    settles = {(each.participant, each.currency): each.account_id for each in rows[SETTLEMENT_ACCOUNT]}
    for each in rows[CREDIT_LINE]:
        account = accounts.get(settles.get((each.participant, each.currency), 0))
        yield "collateral", line(each, account, rows[PLEDGE])


def _net(balances: Mapping[int, Balance], account_id: int) -> int:
    balance = balances.get(account_id)
    return 0 if balance is None else balance.credits_posted - balance.debits_posted
