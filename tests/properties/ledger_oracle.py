"""The ledger's oracle: it remembers what was accepted, and works out everything else anew at each question.

There is no balance here and no status: there is a history, and sums over it. There is no cascade of checks:
every reason against a transfer is collected, and the first in the order of TransferResult is the answer.
Slow and obvious on purpose; it shares with the ledger its nouns, and no line of its rules.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from corridor.domain.instants import Instant
from corridor.ledger.accounts import Account, AccountFlag, Balance
from corridor.ledger.results import TransferResult as Result
from corridor.ledger.transfers import PendingStatus, Transfer

MICROSECONDS = 1_000_000
LARGEST = 9_223_372_036_854_775_807

ENDED = {
    PendingStatus.POSTED: Result.PENDING_TRANSFER_ALREADY_POSTED,
    PendingStatus.VOIDED: Result.PENDING_TRANSFER_ALREADY_VOIDED,
    PendingStatus.EXPIRED: Result.PENDING_TRANSFER_EXPIRED,
}
DIFFERENCES = {
    "flags": Result.EXISTS_WITH_DIFFERENT_FLAGS,
    "pending_id": Result.EXISTS_WITH_DIFFERENT_PENDING_ID,
    "timeout_s": Result.EXISTS_WITH_DIFFERENT_TIMEOUT,
    "debit_account_id": Result.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID,
    "credit_account_id": Result.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID,
    "amount": Result.EXISTS_WITH_DIFFERENT_AMOUNT,
    "currency": Result.EXISTS_WITH_DIFFERENT_CURRENCY,
    "code": Result.EXISTS_WITH_DIFFERENT_CODE,
    "reference": Result.EXISTS_WITH_DIFFERENT_REFERENCE,
}


class Accepted(NamedTuple):
    transfer: Transfer
    at: Instant


class Expired(NamedTuple):
    pending_id: int


class Oracle:
    def __init__(self) -> None:
        self.accounts: dict[int, Account] = {}
        self.history: list[Accepted | Expired] = []

    # What the history says.

    def transfers(self) -> list[Transfer]:
        return [event.transfer for event in self.history if isinstance(event, Accepted)]

    def transfer(self, transfer_id: int) -> Transfer | None:
        return next((transfer for transfer in self.transfers() if transfer.id == transfer_id), None)

    def status(self, pending_id: int) -> PendingStatus:
        for event in self.history:
            if event == Expired(pending_id):
                return PendingStatus.EXPIRED
            if isinstance(event, Accepted) and event.transfer.pending_id == pending_id:
                return PendingStatus.POSTED if is_post(event.transfer) else PendingStatus.VOIDED
        return PendingStatus.PENDING

    def due_at(self, pending_id: int) -> Instant | None:
        """When its time-out passes, whether or not it has ended before."""
        for event in self.history:
            if isinstance(event, Accepted) and event.transfer.id == pending_id and event.transfer.timeout_s:
                return event.at + event.transfer.timeout_s * MICROSECONDS
        return None

    def whole(self, transfer: Transfer) -> Transfer:
        """With what a post or void leaves out."""
        pending = self.transfer(transfer.pending_id) if is_second_phase(transfer) else None
        if pending is None:
            return transfer
        inherited = {
            field: getattr(pending, field)
            for field in ("debit_account_id", "credit_account_id", "amount", "currency")
            if not getattr(transfer, field)
        }
        return msgspec.structs.replace(transfer, **inherited)

    def balance(self, account_id: int) -> Balance:
        whole = [self.whole(transfer) for transfer in self.transfers()]
        pending = [t for t in whole if is_pending(t) and self.status(t.id) == PendingStatus.PENDING]
        posted = [t for t in whole if is_post(t) or not has(2 | 4 | 8)(t)]
        return Balance(
            account_id,
            debits_pending=sum(t.amount for t in pending if t.debit_account_id == account_id),
            debits_posted=sum(t.amount for t in posted if t.debit_account_id == account_id),
            credits_pending=sum(t.amount for t in pending if t.credit_account_id == account_id),
            credits_posted=sum(t.amount for t in posted if t.credit_account_id == account_id),
        )

    # What may be added to it.

    def post(self, transfers: Sequence[Transfer], now: Instant, *, chain: bool) -> tuple[Result, ...]:
        if chain:
            return self._all_or_none(transfers, now)
        results: list[Result] = []
        for run in runs(transfers):
            if is_linked(run[-1]):
                results += [Result.LINKED_EVENT_FAILED for _ in run[:-1]] + [Result.LINKED_EVENT_CHAIN_OPEN]
            else:
                results += self._all_or_none(run, now)
        return tuple(results)

    def expire(self, pending_id: int, now: Instant) -> Result:
        pending = self.transfer(pending_id)
        if pending is None or not is_pending(pending):
            return Result.PENDING_TRANSFER_NOT_FOUND
        status = self.status(pending_id)
        if status != PendingStatus.PENDING:
            return ENDED[status]
        due_at = self.due_at(pending_id)
        if due_at is None or due_at > now:
            return Result.PENDING_TRANSFER_NOT_DUE
        self.history.append(Expired(pending_id))
        return Result.OK

    def _all_or_none(self, transfers: Sequence[Transfer], now: Instant) -> tuple[Result, ...]:
        before = list(self.history)
        results = [Result.LINKED_EVENT_FAILED for _ in transfers]
        for place, transfer in enumerate(transfers):
            reasons = list(self.reasons_against(transfer, now))
            if is_offsetting(transfer) != is_offsetting(transfers[0]):
                reasons.append(Result.LINKED_EVENTS_MUST_ALL_BE_OFFSETTING)
            if reasons:
                self.history = before
                results[place] = min(reasons)
                return tuple(results)
            self.history.append(Accepted(transfer, now))
        for place, transfer in enumerate(transfers):
            reasons = list(self.limits_passed(transfer)) if is_offsetting(transfer) else []
            if reasons:
                self.history = before
                results[place] = min(reasons)
                return tuple(results)
        return tuple(Result.OK for _ in transfers)

    def limits_passed(self, t: Transfer) -> Iterator[Result]:
        """By a first phase that is already history."""
        if is_second_phase(t):
            return
        debit, credit = self.balance(t.debit_account_id), self.balance(t.credit_account_id)
        if exceeds_credits(self.accounts[debit.account_id], debit, 0):
            yield Result.EXCEEDS_CREDITS
        if exceeds_debits(self.accounts[credit.account_id], credit, 0):
            yield Result.EXCEEDS_DEBITS

    # Every reason against a transfer, each on its own and in no order.

    def reasons_against(self, t: Transfer, now: Instant) -> Iterator[Result]:
        if t.flags not in range(32):
            yield Result.RESERVED_FLAG
        if t.id not in range(1, LARGEST + 1):
            yield Result.ID_OUT_OF_RANGE
        if sum(kind(t) for kind in (is_pending, is_post, is_void)) > 1:
            yield Result.FLAGS_ARE_MUTUALLY_EXCLUSIVE
        if t.timeout_s and not is_pending(t):
            yield Result.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER
        if t.amount not in range(0 if is_second_phase(t) else 1, LARGEST + 1):
            yield Result.AMOUNT_OUT_OF_RANGE
        yield from self._already_there(t)
        yield from (
            self._against_second_phase(t, now) if is_second_phase(t) else self._against_first_phase(t, now)
        )

    def _already_there(self, t: Transfer) -> Iterator[Result]:
        existing = self.transfer(t.id)
        if existing is not None:
            yield Result.EXISTS
            for field, difference in DIFFERENCES.items():
                if getattr(self.whole(t), field) != getattr(self.whole(existing), field):
                    yield difference

    def _against_first_phase(self, t: Transfer, now: Instant) -> Iterator[Result]:
        if t.pending_id:
            yield Result.PENDING_ID_MUST_BE_ZERO
        if t.timeout_s < 0 or now + t.timeout_s * MICROSECONDS > LARGEST:
            yield Result.TIMEOUT_OUT_OF_RANGE
        if t.debit_account_id == t.credit_account_id:
            yield Result.ACCOUNTS_MUST_BE_DIFFERENT
        debit, credit = self.accounts.get(t.debit_account_id), self.accounts.get(t.credit_account_id)
        if debit is None:
            yield Result.DEBIT_ACCOUNT_NOT_FOUND
        if credit is None:
            yield Result.CREDIT_ACCOUNT_NOT_FOUND
        if debit and credit and debit.currency != credit.currency:
            yield Result.ACCOUNTS_MUST_HAVE_THE_SAME_CURRENCY
        if debit and debit.currency != t.currency:
            yield Result.TRANSFER_MUST_HAVE_THE_SAME_CURRENCY_AS_ACCOUNTS
        if debit:
            yield from self._against_debit(debit, t.amount)
            if not is_offsetting(t) and exceeds_credits(debit, self.balance(debit.id), t.amount):
                yield Result.EXCEEDS_CREDITS
        if credit:
            yield from self._against_credit(credit, t.amount)
            if not is_offsetting(t) and exceeds_debits(credit, self.balance(credit.id), t.amount):
                yield Result.EXCEEDS_DEBITS

    def _against_debit(self, account: Account, amount: int) -> Iterator[Result]:
        balance = self.balance(account.id)
        debits = balance.debits_pending + balance.debits_posted + amount
        if account.flags & AccountFlag.CLOSED:
            yield Result.DEBIT_ACCOUNT_CLOSED
        if account.flags & AccountFlag.FROZEN:
            yield Result.DEBIT_ACCOUNT_FROZEN
        if debits > LARGEST:
            yield Result.OVERFLOWS_DEBITS

    def _against_credit(self, account: Account, amount: int) -> Iterator[Result]:
        balance = self.balance(account.id)
        credits_ = balance.credits_pending + balance.credits_posted + amount
        if account.flags & AccountFlag.CLOSED:
            yield Result.CREDIT_ACCOUNT_CLOSED
        if account.flags & AccountFlag.FROZEN:
            yield Result.CREDIT_ACCOUNT_FROZEN
        if credits_ > LARGEST:
            yield Result.OVERFLOWS_CREDITS

    def _against_second_phase(self, t: Transfer, now: Instant) -> Iterator[Result]:
        if t.pending_id not in range(1, LARGEST + 1):
            yield Result.PENDING_ID_OUT_OF_RANGE
        if t.pending_id == t.id:
            yield Result.PENDING_ID_MUST_BE_DIFFERENT
        pending = self.transfer(t.pending_id)
        if pending is None:
            yield Result.PENDING_TRANSFER_NOT_FOUND
        elif not is_pending(pending):
            yield Result.PENDING_TRANSFER_NOT_PENDING
        else:
            yield from self._against_ending(pending, t, now)

    def _against_ending(self, pending: Transfer, t: Transfer, now: Instant) -> Iterator[Result]:
        if t.debit_account_id not in {0, pending.debit_account_id}:
            yield Result.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID
        if t.credit_account_id not in {0, pending.credit_account_id}:
            yield Result.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID
        if t.currency not in {"", pending.currency}:
            yield Result.PENDING_TRANSFER_HAS_DIFFERENT_CURRENCY
        if is_post(t) and t.amount > pending.amount:
            yield Result.EXCEEDS_PENDING_TRANSFER_AMOUNT
        if is_void(t) and t.amount not in {0, pending.amount}:
            yield Result.PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT
        status = self.status(pending.id)
        if status != PendingStatus.PENDING:
            yield ENDED[status]
        else:
            due_at = self.due_at(pending.id)
            if due_at is not None and now >= due_at:
                yield Result.PENDING_TRANSFER_EXPIRED
        if is_post(t) and self.accounts[pending.debit_account_id].flags & AccountFlag.CLOSED:
            yield Result.DEBIT_ACCOUNT_CLOSED
        if is_post(t) and self.accounts[pending.credit_account_id].flags & AccountFlag.CLOSED:
            yield Result.CREDIT_ACCOUNT_CLOSED


def has(flag: int) -> Callable[[Transfer], bool]:
    return lambda transfer: transfer.flags & flag != 0


is_linked = has(1)
is_pending = has(2)
is_post = has(4)
is_void = has(8)
is_second_phase = has(4 | 8)
is_offsetting = has(16)


def exceeds_credits(account: Account, balance: Balance, amount: int) -> bool:
    limited = account.flags & AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS
    debits = balance.debits_pending + balance.debits_posted + amount
    return bool(limited) and debits > balance.credits_posted + account.credit_limit


def exceeds_debits(account: Account, balance: Balance, amount: int) -> bool:
    limited = account.flags & AccountFlag.CREDITS_MUST_NOT_EXCEED_DEBITS
    credits_ = balance.credits_pending + balance.credits_posted + amount
    return bool(limited) and credits_ > balance.debits_posted


def runs(transfers: Sequence[Transfer]) -> Iterator[list[Transfer]]:
    """Each chain, and each transfer that stands alone."""
    run: list[Transfer] = []
    for transfer in transfers:
        run.append(transfer)
        if not is_linked(transfer):
            yield run
            run = []
    if run:
        yield run
