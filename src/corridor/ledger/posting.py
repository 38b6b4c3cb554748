"""Posting: the rules that accept or refuse transfers, and their effects until the caller writes them."""

from collections.abc import Sequence
from typing import Final

from corridor.domain.instants import SECOND, Instant
from corridor.ledger.accounts import AccountFlag, Balance
from corridor.ledger.book import Book, StagedAccount
from corridor.ledger.duplicates import compare
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import INT64_MAX, Pending, PendingStatus, Transfer, TransferFlag, inherit

__all__ = ["Book", "Posting"]

# As plain values: looking up a member of an enumeration, or combining two, costs a tenth of a transfer.
_OK: Final = TransferResult.OK
_LINKED: Final = int(TransferFlag.LINKED)
_PENDING: Final = int(TransferFlag.PENDING)
_POST: Final = int(TransferFlag.POST_PENDING)
_VOID: Final = int(TransferFlag.VOID_PENDING)
_OFFSETTING: Final = int(TransferFlag.OFFSETTING)
_PHASES: Final = _PENDING | _POST | _VOID
_RESERVED: Final = ~(_LINKED | _PHASES | _OFFSETTING)
_DEBITS_LIMITED: Final = int(AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS)
_CREDITS_LIMITED: Final = int(AccountFlag.CREDITS_MUST_NOT_EXCEED_DEBITS)
_FROZEN: Final = int(AccountFlag.FROZEN)
_CLOSED: Final = int(AccountFlag.CLOSED)
_STATUS_PENDING: Final = int(PendingStatus.PENDING)
_STATUS_POSTED: Final = int(PendingStatus.POSTED)
_STATUS_VOIDED: Final = int(PendingStatus.VOIDED)
_STATUS_EXPIRED: Final = int(PendingStatus.EXPIRED)
_ENDED: Final = {
    _STATUS_POSTED: TransferResult.PENDING_TRANSFER_ALREADY_POSTED,
    _STATUS_VOIDED: TransferResult.PENDING_TRANSFER_ALREADY_VOIDED,
    _STATUS_EXPIRED: TransferResult.PENDING_TRANSFER_EXPIRED,
}


class Posting:
    """The staged effects of one command on a Book; nothing outside changes, and dropping it is the undo.

    Each call sees what the calls before it have staged. An account is read from the Book at its first touch.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._accounts: dict[int, StagedAccount] = {}
        self._transfers: dict[int, Transfer] = {}
        self.pendings: dict[int, Pending] = {}
        """The pending transfers made or ended here, each as it stands now."""
        self._ended_here: dict[int, Pending] = {}  # of those made here and ended again, how they were made

    @property
    def transfers(self) -> list[Transfer]:
        """The accepted transfers, in order; posts and voids with what they inherited filled in."""
        return list(self._transfers.values())

    def balances(self) -> list[Balance]:
        """The balances that differ from those of the Book."""
        return [now for staged in self._accounts.values() if (now := staged.balance()) != staged.before]

    def balance(self, account_id: int) -> Balance:
        """The balance of a known account, with what is staged."""
        staged = self._accounts.get(account_id)
        return self._book.balance(account_id) if staged is None else staged.balance()

    def post(
        self, transfers: Sequence[Transfer], now: Instant, *, chain: bool = True
    ) -> tuple[TransferResult, ...]:
        """One result for each transfer; what is refused leaves no trace.

        With `chain` all are accepted or none, whatever their LINKED flags. Without it each stands alone, but
        LINKED ties it to the next, and such a chain, too, is accepted whole or not at all.
        In a refused chain the transfer that broke it carries the reason, the others LINKED_EVENT_FAILED.
        An OFFSETTING chain is judged against the limits of accounts once, as they stand at its end.
        """
        if chain:
            return self._chain(transfers, now)
        results: list[TransferResult] = []
        linked: list[Transfer] = []
        for transfer in transfers:
            flags = int(transfer.flags)
            if flags & _LINKED:
                linked.append(transfer)
            elif linked or flags & _OFFSETTING:
                results += self._chain((*linked, transfer), now)
                linked.clear()
            else:
                results.append(self._transfer(transfer, now, 0))
        if linked:
            results += (TransferResult.LINKED_EVENT_FAILED,) * (len(linked) - 1)
            results.append(TransferResult.LINKED_EVENT_CHAIN_OPEN)
        return tuple(results)

    def expire(self, pending_id: int, now: Instant) -> TransferResult:
        """Release a pending transfer whose time-out has passed, whatever has become of its accounts."""
        pending = self._pending(pending_id)
        if pending is None:
            return TransferResult.PENDING_TRANSFER_NOT_FOUND
        if pending.status != _STATUS_PENDING:
            return _ENDED[pending.status]
        if pending.due_at is None or now < pending.due_at:
            return TransferResult.PENDING_TRANSFER_NOT_DUE
        self._end(pending, _STATUS_EXPIRED, *self._sides(pending))
        return _OK

    def _chain(self, transfers: Sequence[Transfer], now: Instant) -> tuple[TransferResult, ...]:
        mark = len(self._transfers)
        offsetting = int(transfers[0].flags) & _OFFSETTING if transfers else 0
        for index, transfer in enumerate(transfers):
            result = self._transfer(transfer, now, offsetting)
            if result is not _OK:
                return self._refuse(transfers, index, result, mark)
        if offsetting:
            for index, transfer in enumerate(transfers):
                result = self._judge(transfer)
                if result is not _OK:
                    return self._refuse(transfers, index, result, mark)
        return (_OK,) * len(transfers)

    def _refuse(
        self, transfers: Sequence[Transfer], index: int, result: TransferResult, mark: int
    ) -> tuple[TransferResult, ...]:
        """Take back what has been staged since `mark`; the transfer at `index` carries the reason."""
        while len(self._transfers) > mark:
            self._undo(self._transfers.popitem()[1])
        results = [TransferResult.LINKED_EVENT_FAILED] * len(transfers)
        results[index] = result
        return tuple(results)

    def _judge(self, t: Transfer) -> TransferResult:
        """Ask the limits of the accounts of a staged transfer. Posts and voids are not asked, as elsewhere."""
        if int(t.flags) & (_POST | _VOID):
            return _OK
        debit = self._accounts[t.debit_account_id]
        debits = debit.debits_pending + debit.debits_posted
        if debit.flags & _DEBITS_LIMITED and debits > debit.credits_posted + debit.credit_limit:
            return TransferResult.EXCEEDS_CREDITS
        credit = self._accounts[t.credit_account_id]
        credits_ = credit.credits_pending + credit.credits_posted
        if credit.flags & _CREDITS_LIMITED and credits_ > credit.debits_posted:
            return TransferResult.EXCEEDS_DEBITS
        return _OK

    def _transfer(self, t: Transfer, now: Instant, offsetting: int) -> TransferResult:
        """Decide one transfer, in the order of TransferResult, and stage it if it is accepted.

        With `offsetting` the limits are left to the end of its chain.
        """
        flags = int(t.flags) if t.flags else 0
        if flags & _OFFSETTING != offsetting:
            return TransferResult.LINKED_EVENTS_MUST_ALL_BE_OFFSETTING
        if flags & _RESERVED:
            return TransferResult.RESERVED_FLAG
        if not 0 < t.id <= INT64_MAX:
            return TransferResult.ID_OUT_OF_RANGE
        existing = self._transfers.get(t.id) or self._book.transfer(t.id)
        if existing is not None:
            return self._exists(t, existing)
        if flags & (_POST | _VOID):
            return self._second_phase(t, flags & _PHASES, now)

        if t.pending_id:
            return TransferResult.PENDING_ID_MUST_BE_ZERO
        due_at = None
        if t.timeout_s:
            if not flags & _PENDING:
                return TransferResult.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER
            due_at = now + t.timeout_s * SECOND
            if not now < due_at <= INT64_MAX:
                return TransferResult.TIMEOUT_OUT_OF_RANGE
        amount = t.amount
        if not 0 < amount <= INT64_MAX:
            return TransferResult.AMOUNT_OUT_OF_RANGE
        debit_account_id = t.debit_account_id
        credit_account_id = t.credit_account_id
        if debit_account_id == credit_account_id:
            return TransferResult.ACCOUNTS_MUST_BE_DIFFERENT

        debit = self._accounts.get(debit_account_id) or self._touch(debit_account_id)
        if debit is None:
            return TransferResult.DEBIT_ACCOUNT_NOT_FOUND
        credit = self._accounts.get(credit_account_id) or self._touch(credit_account_id)
        if credit is None:
            return TransferResult.CREDIT_ACCOUNT_NOT_FOUND
        if debit.currency != credit.currency:
            return TransferResult.ACCOUNTS_MUST_HAVE_THE_SAME_CURRENCY
        if debit.currency != t.currency:
            return TransferResult.TRANSFER_MUST_HAVE_THE_SAME_CURRENCY_AS_ACCOUNTS
        if debit.flags & _CLOSED:
            return TransferResult.DEBIT_ACCOUNT_CLOSED
        if credit.flags & _CLOSED:
            return TransferResult.CREDIT_ACCOUNT_CLOSED
        if debit.flags & _FROZEN:
            return TransferResult.DEBIT_ACCOUNT_FROZEN
        if credit.flags & _FROZEN:
            return TransferResult.CREDIT_ACCOUNT_FROZEN

        debits = debit.debits_pending + debit.debits_posted + amount
        if debits > INT64_MAX:
            return TransferResult.OVERFLOWS_DEBITS
        credits_ = credit.credits_pending + credit.credits_posted + amount
        if credits_ > INT64_MAX:
            return TransferResult.OVERFLOWS_CREDITS
        if not offsetting:
            if debit.flags & _DEBITS_LIMITED and debits > debit.credits_posted + debit.credit_limit:
                return TransferResult.EXCEEDS_CREDITS
            if credit.flags & _CREDITS_LIMITED and credits_ > credit.debits_posted:
                return TransferResult.EXCEEDS_DEBITS

        # Nothing below can fail: the transfer is accepted.
        self._transfers[t.id] = t
        if flags & _PENDING:
            debit.debits_pending += amount
            credit.credits_pending += amount
            self.pendings[t.id] = Pending(
                t.id, t.debit_account_id, t.credit_account_id, amount, t.currency, _STATUS_PENDING, due_at
            )
        else:
            debit.debits_posted += amount
            credit.credits_posted += amount
        return _OK

    def _second_phase(self, t: Transfer, phase: int, now: Instant) -> TransferResult:
        """Decide a post or void. Limits are not asked again: what is pending has counted since it began."""
        if phase not in (_POST, _VOID):
            return TransferResult.FLAGS_ARE_MUTUALLY_EXCLUSIVE
        if not 0 < t.pending_id <= INT64_MAX:
            return TransferResult.PENDING_ID_OUT_OF_RANGE
        if t.pending_id == t.id:
            return TransferResult.PENDING_ID_MUST_BE_DIFFERENT
        if t.timeout_s:
            return TransferResult.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER
        if not 0 <= t.amount <= INT64_MAX:
            return TransferResult.AMOUNT_OUT_OF_RANGE

        pending = self._pending(t.pending_id)
        if pending is None:
            if self._transfers.get(t.pending_id) or self._book.transfer(t.pending_id):
                return TransferResult.PENDING_TRANSFER_NOT_PENDING
            return TransferResult.PENDING_TRANSFER_NOT_FOUND
        if not (t.debit_account_id and t.credit_account_id and t.amount and t.currency):
            t = inherit(t, pending)
        if t.debit_account_id != pending.debit_account_id:
            return TransferResult.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID
        if t.credit_account_id != pending.credit_account_id:
            return TransferResult.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID
        if t.currency != pending.currency:
            return TransferResult.PENDING_TRANSFER_HAS_DIFFERENT_CURRENCY
        if t.amount > pending.amount and phase == _POST:
            return TransferResult.EXCEEDS_PENDING_TRANSFER_AMOUNT
        if t.amount != pending.amount and phase == _VOID:
            return TransferResult.PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT
        if pending.status != _STATUS_PENDING:
            return _ENDED[pending.status]
        if pending.due_at is not None and pending.due_at <= now:
            return TransferResult.PENDING_TRANSFER_EXPIRED
        debit, credit = self._sides(pending)
        if debit.flags & _CLOSED and phase == _POST:
            return TransferResult.DEBIT_ACCOUNT_CLOSED
        if credit.flags & _CLOSED and phase == _POST:
            return TransferResult.CREDIT_ACCOUNT_CLOSED

        # Nothing below can fail: the transfer is accepted.
        self._transfers[t.id] = t
        if phase == _POST:
            debit.debits_posted += t.amount
            credit.credits_posted += t.amount
            self._end(pending, _STATUS_POSTED, debit, credit)
        else:
            self._end(pending, _STATUS_VOIDED, debit, credit)
        return _OK

    def _exists(self, t: Transfer, existing: Transfer) -> TransferResult:
        if t.pending_id and t.pending_id == existing.pending_id:
            pending = self._pending(t.pending_id)
            assert pending is not None, f"pending transfer {t.pending_id} was ended, but is not there"
            t = inherit(t, pending)
        return compare(t, existing)

    def _end(self, pending: Pending, status: int, debit: StagedAccount, credit: StagedAccount) -> None:
        debit.debits_pending -= pending.amount
        credit.credits_pending -= pending.amount
        assert debit.debits_pending >= 0, f"pending debits below zero: account {pending.debit_account_id}"
        assert credit.credits_pending >= 0, f"pending credits below zero: account {pending.credit_account_id}"
        made_here = self.pendings.get(pending.id)
        if made_here is not None:
            self._ended_here[pending.id] = made_here
        self.pendings[pending.id] = pending.ended(status)

    def _undo(self, t: Transfer) -> None:
        """Take back what accepting `t` has staged, after those that followed it have been taken back."""
        flags = int(t.flags)
        debit = self._accounts[t.debit_account_id]
        credit = self._accounts[t.credit_account_id]
        if flags & _PENDING:
            debit.debits_pending -= t.amount
            credit.credits_pending -= t.amount
            del self.pendings[t.id]
            return
        if not flags & _VOID:
            debit.debits_posted -= t.amount
            credit.credits_posted -= t.amount
        if flags & (_POST | _VOID):
            ended = self.pendings.pop(t.pending_id)
            debit.debits_pending += ended.amount
            credit.credits_pending += ended.amount
            made_here = self._ended_here.pop(t.pending_id, None)
            if made_here is not None:
                self.pendings[t.pending_id] = made_here

    def _pending(self, pending_id: int) -> Pending | None:
        return self.pendings.get(pending_id) or self._book.pending(pending_id)

    def _touch(self, account_id: int) -> StagedAccount | None:
        if not 0 < account_id <= INT64_MAX:
            return None  # without asking the Book, which may have to look in a 64-bit column
        account = self._book.account(account_id)
        if account is None:
            return None
        staged = self._accounts[account_id] = StagedAccount(account, self._book.balance(account_id))
        return staged

    def _sides(self, pending: Pending) -> tuple[StagedAccount, StagedAccount]:
        debit = self._accounts.get(pending.debit_account_id) or self._touch(pending.debit_account_id)
        credit = self._accounts.get(pending.credit_account_id) or self._touch(pending.credit_account_id)
        assert debit is not None, f"pending transfer {pending.id} debits an account that is not there"
        assert credit is not None, f"pending transfer {pending.id} credits an account that is not there"
        return debit, credit
