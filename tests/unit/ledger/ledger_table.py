"""A small table language for the ledger: one event a row, what must come of it in the last column.

account  ID CURRENCY [debits_limited] [credits_limited] [frozen] [closed] [limit=N]      opens or changes
start    ID DEBITS_PENDING DEBITS_POSTED CREDITS_PENDING CREDITS_POSTED                  as if moved before
transfer ID DEBIT CREDIT AMOUNT CURRENCY [pending] [post=ID] [void=ID] [timeout=S] ...   RESULT
expire   PENDING_ID                                                                      RESULT
at       SECOND
pending  ID                                                                              STATUS [due=SECOND]
balance  ID DEBITS_PENDING DEBITS_POSTED CREDITS_PENDING CREDITS_POSTED                  checks

"-" is what a post or void leaves out. A `linked` transfer is posted in one bulk with the rows after it, to
the first that is not linked or to the end of the table.
"""

from collections.abc import Iterator

import msgspec

from corridor.domain.instants import SECOND, Instant
from corridor.ledger.accounts import Account, AccountFlag, Balance
from corridor.ledger.chart import AccountCode
from corridor.ledger.posting import Posting
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import INT64_MAX, Pending, PendingStatus, Transfer, TransferFlag

ACCOUNT_FLAGS = {
    "debits_limited": AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS,
    "credits_limited": AccountFlag.CREDITS_MUST_NOT_EXCEED_DEBITS,
    "frozen": AccountFlag.FROZEN,
    "closed": AccountFlag.CLOSED,
}
TRANSFER_FLAGS = {
    "linked": TransferFlag.LINKED,
    "pending": TransferFlag.PENDING,
    "post": TransferFlag.POST_PENDING,
    "void": TransferFlag.VOID_PENDING,
    "offsetting": TransferFlag.OFFSETTING,
}
WORDS = {"-": 0, "max": INT64_MAX, "max+1": INT64_MAX + 1}


class DictBook:
    """A Book in four dicts."""

    def __init__(self) -> None:
        self.accounts: dict[int, Account] = {}
        self.balances: dict[int, Balance] = {}
        self.transfers: dict[int, Transfer] = {}
        self.pendings: dict[int, Pending] = {}

    def account(self, account_id: int) -> Account | None:
        return self.accounts.get(account_id)

    def balance(self, account_id: int) -> Balance:
        assert account_id in self.accounts
        return self.balances.get(account_id, Balance(account_id))

    def transfer(self, transfer_id: int) -> Transfer | None:
        return self.transfers.get(transfer_id)

    def pending(self, pending_id: int) -> Pending | None:
        return self.pendings.get(pending_id)

    def write(self, posting: Posting) -> None:
        for transfer in posting.transfers:
            assert transfer.id not in self.transfers
            self.transfers[transfer.id] = transfer
        self.balances.update((balance.account_id, balance) for balance in posting.balances())
        self.pendings.update(posting.pendings)


class Table:
    """Runs a table; `results` are those reached, in order.

    With `write_each_row` every row is a command of its own, written to the book; without, one Posting stages
    them all until an account changes. The table cannot tell the difference.
    """

    def __init__(self, text: str, *, write_each_row: bool) -> None:
        self.book = DictBook()
        self.posting = Posting(self.book)
        self.now: Instant = 0
        self.results: list[TransferResult] = []
        bulk: list[tuple[str, Transfer, TransferResult]] = []
        for row in rows(text):
            verb, *words = row.split()
            if verb == "transfer":
                transfer = transfer_of(words[:-1])
                bulk.append((row, transfer, TransferResult[words[-1]]))
                if transfer.flags & TransferFlag.LINKED:
                    continue
                self._post(bulk)
                bulk = []
            else:
                getattr(self, f"_{verb}")(row, words)
            if write_each_row:
                self._write()
        self._post(bulk)

    def _post(self, bulk: list[tuple[str, Transfer, TransferResult]]) -> None:
        results = self.posting.post([transfer for _, transfer, _ in bulk], self.now, chain=False)
        for (row, _, expected), result in zip(bulk, results, strict=True):
            assert result is expected, f"{row} - but got {result.name}"
        self.results += results

    def _write(self) -> None:
        self.book.write(self.posting)
        self.posting = Posting(self.book)

    def _account(self, row: str, words: list[str]) -> None:
        self._write()
        account = Account(number(words[0]), "SEVRRUM0", words[1], AccountCode.SETTLEMENT)
        for word in words[2:]:
            if word.startswith("limit="):
                account = msgspec.structs.replace(account, credit_limit=number(word[6:]))
            else:
                account = msgspec.structs.replace(account, flags=account.flags | ACCOUNT_FLAGS[word])
        self.book.accounts[account.id] = account

    def _start(self, row: str, words: list[str]) -> None:
        balance = Balance(*map(number, words))
        self.book.balances[balance.account_id] = balance

    def _expire(self, row: str, words: list[str]) -> None:
        result = self.posting.expire(int(words[0]), self.now)
        assert result is TransferResult[words[1]], f"{row} - but got {result.name}"
        self.results.append(result)

    def _at(self, row: str, words: list[str]) -> None:
        self.now = int(words[0]) * SECOND

    def _pending(self, row: str, words: list[str]) -> None:
        pending = self.posting.pendings.get(int(words[0])) or self.book.pendings[int(words[0])]
        due_at = int(words[2].removeprefix("due=")) * SECOND if words[2:] else None
        assert (pending.status, pending.due_at) == (PendingStatus[words[1]], due_at), f"{row} - but {pending}"

    def _balance(self, row: str, words: list[str]) -> None:
        balance = self.posting.balance(int(words[0]))
        assert balance == Balance(*map(number, words)), f"{row} - but {balance}"


def rows(text: str) -> Iterator[str]:
    for line in text.splitlines():
        row = line.partition("#")[0].strip()
        if row:
            yield row


def number(word: str) -> int:
    return WORDS[word] if word in WORDS else int(word)


def transfer_of(words: list[str]) -> Transfer:
    id_, debit_account_id, credit_account_id, amount = map(number, words[:4])
    currency = "" if words[4] == "-" else words[4]
    fields = {"flags": 0}
    for word in words[5:]:
        name, equals, value = word.partition("=")
        if name in TRANSFER_FLAGS:
            fields["flags"] |= TRANSFER_FLAGS[name]
            name = "pending_id"
        if equals:
            fields["timeout_s" if name == "timeout" else name] = number(value)
    return msgspec.structs.replace(
        Transfer(id_, debit_account_id, credit_account_id, amount, currency), **fields
    )
