"""A trial of the ledger against its oracle: random commands go to both, and after each call all is compared.

All that is random is chosen through one function, `choose(options)`: Hypothesis gives one that it can shrink,
a seeded generator one that is fast.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

import msgspec

from corridor.ledger.accounts import Account, AccountFlag, Balance
from corridor.ledger.chart import AccountCode
from corridor.ledger.posting import Posting
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Pending, PendingStatus, Transfer
from tests.properties.ledger_oracle import LARGEST, Oracle, is_pending, is_second_phase

T = TypeVar("T")

CURRENCIES = {"RUB": [1, 2, 3, 4], "TJS": [5, 6]}
ACCOUNT_IDS = [account_id for ids in CURRENCIES.values() for account_id in ids]
ISSUES = [1, 5]  # never limited, so that there is money
DIRECTIONS = [
    (currency, debit, credit)
    for currency, ids in CURRENCIES.items()
    for debit in ids
    for credit in ids
    for _ in range(5 if debit in ISSUES else 1)
    if debit != credit
]
PENDING, POST, VOID = 2, 4, 8
PHASES = [0, 0, 0, PENDING, PENDING, PENDING, POST, POST, POST, VOID, VOID]
LINKED = [0, 0, 0, 0, 0, 1]
OFFSETTING = [0, 0, 0, 16]
LENGTHS = [1, 1, 1, 2, 2, 3, 4]
LIMITS = [1, 1, 1, 1, 1, 0, 0, 2, 3]
STOPS = [*[0] * 12, AccountFlag.FROZEN, AccountFlag.CLOSED, AccountFlag.FROZEN | AccountFlag.CLOSED]
CREDIT_LIMITS = [0, 0, 50, 200]
AMOUNTS = [1, 2, 10, 30, 50, 51, 99, 100, 100, 100]
HUGE_AMOUNTS = [1, 50, LARGEST // 3, LARGEST // 2, LARGEST]
NOW_AND_THEN = [*[False] * 7, True]


def odd_values(transfer: Transfer) -> dict[str, Sequence[object]]:
    """What may be wrong with each field."""
    return {
        "id": [0, -1, LARGEST, LARGEST + 1],
        "debit_account_id": [0, 99, LARGEST + 1, *ACCOUNT_IDS],
        "credit_account_id": [0, 99, LARGEST + 1, *ACCOUNT_IDS],
        "amount": [0, -1, 1, 200, LARGEST, LARGEST + 1],
        "currency": ["", "RUB", "TJS", "EUR"],
        "flags": range(-4, 36),
        "pending_id": [0, -1, 1, 2, 3, 4, LARGEST + 1, transfer.id],
        "timeout_s": [-1, 1, 9_223_372_036_854],
        "code": [1],
        "reference": [1],
    }


class Choose(Protocol):
    def __call__(self, options: Sequence[T], /) -> T: ...


class Store:
    """What is committed: a Book in four dicts."""

    def __init__(self) -> None:
        self.accounts: dict[int, Account] = {}
        self.balances: dict[int, Balance] = {}
        self.transfers: dict[int, Transfer] = {}
        self.pendings: dict[int, Pending] = {}

    def account(self, account_id: int) -> Account | None:
        return self.accounts.get(account_id)

    def balance(self, account_id: int) -> Balance:
        return self.balances.get(account_id, Balance(account_id))

    def transfer(self, transfer_id: int) -> Transfer | None:
        return self.transfers.get(transfer_id)

    def pending(self, pending_id: int) -> Pending | None:
        return self.pendings.get(pending_id)

    def copy(self) -> tuple[object, ...]:
        return dict(self.accounts), dict(self.balances), dict(self.transfers), dict(self.pendings)


class Trial:
    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.store = Store()
        self.oracle = Oracle()
        self.now = 1_000_000_000
        self.last_id = 0
        self.amounts = choose([AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, HUGE_AMOUNTS])
        self.results: list[TransferResult] = []
        for currency, ids in CURRENCIES.items():
            for account_id in ids:
                code = AccountCode.ISSUE if account_id in ISSUES else AccountCode.SETTLEMENT
                self._set_account(Account(account_id, "SEVRRUM0", currency, code, self._limits(account_id)))

    def change_account(self) -> None:
        choose = self.choose
        account = self.store.accounts[choose(ACCOUNT_IDS)]
        flags = self._limits(account.id) | choose(STOPS)
        self._set_account(msgspec.structs.replace(account, flags=flags, credit_limit=choose(CREDIT_LIMITS)))

    def wait(self) -> None:
        self.now += self.choose([1, 999_999, 1_000_000, 4_000_000])

    def command(self) -> None:
        """Some calls on one Posting; then it is committed, or dropped without a trace."""
        history, before = list(self.oracle.history), self.store.copy()
        posting = Posting(self.store)
        for _ in range(self.choose([1, 1, 2, 3])):
            self.choose([self._post, self._post, self._post, self._post, self._expire])(posting)
            for account_id in ACCOUNT_IDS:
                assert posting.balance(account_id) == self.oracle.balance(account_id)
        assert self.store.copy() == before
        if self.choose([True, True, True, False]):
            self._commit(posting)
        else:
            self.oracle.history = history

    def check(self) -> None:
        """What is stored is the history, and money is conserved in each currency."""
        assert list(self.store.transfers.values()) == [
            self.oracle.whole(transfer) for transfer in self.oracle.transfers()
        ]
        assert set(self.store.pendings) == {t.id for t in self.oracle.transfers() if is_pending(t)}
        for pending in self.store.pendings.values():
            assert pending.status == self.oracle.status(pending.id)
            is_open = pending.status == PendingStatus.PENDING
            assert pending.due_at == (self.oracle.due_at(pending.id) if is_open else None)
        for ids in CURRENCIES.values():
            balances = [self.store.balance(account_id) for account_id in ids]
            assert balances == [self.oracle.balance(account_id) for account_id in ids]
            assert sum(b.debits_posted for b in balances) == sum(b.credits_posted for b in balances)
            assert sum(b.debits_pending for b in balances) == sum(b.credits_pending for b in balances)
            for b in balances:
                assert min(b.debits_pending, b.debits_posted, b.credits_pending, b.credits_posted) >= 0
                assert b.debits_pending + b.debits_posted <= LARGEST
                assert b.credits_pending + b.credits_posted <= LARGEST

    def _limits(self, account_id: int) -> int:
        return 0 if account_id in ISSUES else self.choose(LIMITS)

    def _set_account(self, account: Account) -> None:
        self.store.accounts[account.id] = self.oracle.accounts[account.id] = account

    def _post(self, posting: Posting) -> None:
        transfers: list[Transfer] = []
        for _ in range(self.choose(LENGTHS)):
            transfers.append(self._transfer([*self.oracle.transfers(), *transfers]))
        offsetting = self.choose(OFFSETTING)
        if offsetting:
            transfers = [msgspec.structs.replace(t, flags=t.flags | offsetting) for t in transfers]
        chain = self.choose([True, False])

        results = posting.post(transfers, self.now, chain=chain)

        assert results == self.oracle.post(transfers, self.now, chain=chain)
        self.results += results
        for transfer, result in zip(transfers, results, strict=True):
            if result is TransferResult.OK and not is_second_phase(transfer):
                self._assert_within_limits(
                    posting.balance(transfer.debit_account_id), posting.balance(transfer.credit_account_id)
                )

    def _expire(self, posting: Posting) -> None:
        started = self._started(self.oracle.transfers())
        pending_id = self.choose(started).id if started else 1
        result = posting.expire(pending_id, self.now)
        assert result == self.oracle.expire(pending_id, self.now)
        self.results.append(result)

    def _commit(self, posting: Posting) -> None:
        for balance in posting.balances():
            assert balance != self.store.balance(balance.account_id)
            self.store.balances[balance.account_id] = balance
        for transfer in posting.transfers:
            assert transfer.id not in self.store.transfers
            self.store.transfers[transfer.id] = transfer
        self.store.pendings.update(posting.pendings)

    def _assert_within_limits(self, debited: Balance, credited: Balance) -> None:
        debit, credit = self.store.accounts[debited.account_id], self.store.accounts[credited.account_id]
        if debit.flags & AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS:
            debits = debited.debits_pending + debited.debits_posted
            assert debits <= debited.credits_posted + debit.credit_limit
        if credit.flags & AccountFlag.CREDITS_MUST_NOT_EXCEED_DEBITS:
            assert credited.credits_pending + credited.credits_posted <= credited.debits_posted

    def _transfer(self, known: Sequence[Transfer]) -> Transfer:
        """Mostly one that may be accepted; now and then an old one again, or with one field changed."""
        choose = self.choose
        phase = choose(PHASES)
        started = self._started(known)
        again = choose(NOW_AND_THEN)
        if known and again:
            transfer = choose(known)
        elif phase in {POST, VOID} and started:
            transfer = self._second_phase(choose(started), phase)
        else:
            currency, debit, credit = choose(DIRECTIONS)
            transfer = Transfer(self._fresh_id(), debit, credit, choose(self.amounts), currency)
            if phase == PENDING:
                transfer = msgspec.structs.replace(transfer, flags=phase, timeout_s=choose([0, 0, 1, 5]))
        if choose(NOW_AND_THEN):
            field, values = choose(list(odd_values(transfer).items()))
            transfer = msgspec.structs.replace(transfer, **{field: choose(values)})
        return msgspec.structs.replace(transfer, flags=transfer.flags | choose(LINKED))

    def _second_phase(self, pending: Transfer, phase: int) -> Transfer:
        part = self.choose([0, pending.amount // 2]) if phase == POST else 0
        inheriting = Transfer(self._fresh_id(), 0, 0, part, "", phase, pending.id)
        return self.choose([inheriting, self.oracle.whole(inheriting)])

    def _started(self, known: Sequence[Transfer]) -> list[Transfer]:
        """The pending transfers; only the open ones, but for now and then."""
        started = [transfer for transfer in known if is_pending(transfer) and not is_second_phase(transfer)]
        if self.choose(NOW_AND_THEN):
            return started
        return [transfer for transfer in started if self.oracle.status(transfer.id) == PendingStatus.PENDING]

    def _fresh_id(self) -> int:
        self.last_id += 1
        return self.last_id
