"""What must hold of correspondent accounts: both sides mirror each other, within what was agreed, entry by entry.

As in `checks.py`, each answer is a sentence on what is wrong, and whoever checks finds the records.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from corridor.decision import BALANCE, TRANSFER, Table
from corridor.ledger.accounts import Balance
from corridor.ledger.chart import AccountCode
from corridor.ledger.transfers import Transfer
from corridor.reports.books import Books
from corridor.services.settlement.correspondents.records import (
    BOOKED,
    CLOSED,
    CORRESPONDENT,
    CORRESPONDENT_DAY,
    CORRESPONDENT_ENTRY,
    CORRESPONDENT_POSITION,
    CORRESPONDENT_RELATION,
    FUNDED,
    GIVEN_BACK,
    OFFERED,
    OPEN,
    WITHDRAWN,
    Correspondent,
    CorrespondentDay,
    CorrespondentEntry,
    CorrespondentPosition,
    CorrespondentRelation,
)

Rows = Mapping[Table[Any], Sequence[Any]]


def standing(c: Correspondent, balances: Mapping[int, Balance]) -> Iterator[str]:
    """What the servicer owes is what the owner has, within overdraft and ceiling; the record is one of its state."""
    name = f"correspondent account {c.number}"
    if {c.state in (OFFERED, OPEN), c.ended_at is None} != {c.live} or (c.due_at is not None) != (
        c.state == OFFERED
    ):
        yield f"{name} is {c.state}, live {c.live}, with a timer at {c.due_at}, ended at {c.ended_at}"
    opened = c.accepted_at is not None
    if {bool(c.nostro_account_id), bool(c.vostro_account_id), c.state in (OPEN, CLOSED)} != {opened}:
        yield f"{name} is {c.state} with the accounts {c.nostro_account_id} and {c.vostro_account_id}"
        return
    nostro, vostro = _net(balances, c.nostro_account_id), _net(balances, c.vostro_account_id)
    if nostro != -vostro:
        yield f"{name}: {c.account_owner} has {nostro}, {c.account_servicer} owes {-vostro}"
    if nostro < -c.overdraft_amount:
        yield f"{name}: {c.account_owner} owes {-nostro}, with an overdraft of {c.overdraft_amount}"
    if c.ceiling_amount and nostro > c.ceiling_amount:
        yield f"{name}: {c.account_servicer} owes {nostro}, with a ceiling of {c.ceiling_amount}"
    if c.state == CLOSED and nostro:
        yield f"{name} is closed, and {nostro} is on it"


def related(relations: Iterable[CorrespondentRelation], live: Iterable[Correspondent]) -> Iterator[str]:
    """Two banks have one account at a time in a currency and a direction, and it is found."""
    due = {(c.account_servicer, c.account_owner, c.currency): c.number for c in live if c.live}
    stated = {(r.account_servicer, r.account_owner, r.currency): r.number for r in relations if r.number}
    for key in sorted(due.keys() | stated.keys()):
        if due.get(key) != stated.get(key):
            yield f"{key[1]} is said to have account {stated.get(key)} with {key[0]}, not {due.get(key)}"


def asked(rows: Rows) -> Iterator[Iterator[str]]:
    """Ask what is live of a whole look; entries are for `corridor verify`."""
    balances = {each.account_id: each for each in rows[BALANCE]}
    for each in rows[CORRESPONDENT]:
        yield standing(each, balances)
    yield related(rows[CORRESPONDENT_RELATION], rows[CORRESPONDENT])


def booked(
    e: CorrespondentEntry, c: Correspondent | None, transfers: Iterable[Transfer], books: Books
) -> Iterator[str]:
    """An entry was booked by one transfer between both sides, and settlement money moved beside it if it says so."""
    name = f"entry {e.number} of correspondent account {e.account}"
    if c is None:
        yield f"{name} is of no account"
        return
    between = (c.nostro_account_id, c.vostro_account_id)
    debit, credit = between if e.amount < 0 else between[::-1]
    made = [each for each in transfers if each.code in (FUNDED, WITHDRAWN, BOOKED, GIVEN_BACK)]
    code = made[0].code if made else BOOKED
    due = [(debit, credit, abs(e.amount), c.currency, code)]
    moved = [(t.debit_account_id, t.credit_account_id, t.amount, t.currency, t.code) for t in made]
    if code not in (BOOKED, GIVEN_BACK):
        sides = (c.account_owner, c.account_servicer)
        settled, moved = made[0], moved[1:]
        owners = (books.owner(settled.debit_account_id), books.owner(settled.credit_account_id))
        brought = (code == FUNDED) == (e.amount > 0)
        if (owners, settled.amount) != (sides if code == FUNDED else sides[::-1], abs(e.amount)):
            yield f"{name}: settlement money moved by {settled}"
        if not brought:
            yield f"{name} is of {e.amount}, but was made by transfers of code {code}"
    if moved != due or made[-1].id != e.transfer_id:
        yield f"{name}: it was booked by {moved}, not by {due}"


class Correspondents:
    """Follows accounts batch by batch, adds up entries by itself, and says where the hub has counted otherwise."""

    def __init__(self) -> None:
        self.entries: dict[int, CorrespondentEntry] = {}
        self.accounts: dict[int, Correspondent] = {}
        self._relations: dict[tuple[str, str, str], CorrespondentRelation] = {}
        self._of: defaultdict[int, list[CorrespondentEntry]] = defaultdict(list)

    def commit(self, rows: Rows, books: Books) -> Iterator[str]:
        """Take in what a batch wrote; its transfers and balances are in the books already."""
        accounts, entries = rows.get(CORRESPONDENT, ()), rows.get(CORRESPONDENT_ENTRY, ())
        self.accounts.update({each.number: each for each in accounts})
        named: defaultdict[int, list[Transfer]] = defaultdict(list)
        moved: set[int] = set()
        for transfer in rows.get(TRANSFER, ()):
            named[transfer.reference].append(transfer)
            if self._on_one(transfer, books):
                moved.add(transfer.id)
        if moved != {each.transfer_id for each in entries}:
            yield f"transfers {sorted(moved)} move correspondent accounts, entries say otherwise"
        for entry in sorted(entries, key=lambda each: (each.account, each.place)):
            yield from booked(entry, self.accounts.get(entry.account), named[entry.number], books)
            yield from self._follows(entry)
        for number in {each.number for each in accounts} | {each.account for each in entries}:
            if number in self.accounts:
                yield from standing(self.accounts[number], books.stored)
        for day in rows.get(CORRESPONDENT_DAY, ()):
            yield from self._day(day)
        for position in rows.get(CORRESPONDENT_POSITION, ()):
            yield from self._position(position)
        if accounts:
            for each in rows.get(CORRESPONDENT_RELATION, ()):
                self._relations[each.account_servicer, each.account_owner, each.currency] = each
            yield from related(self._relations.values(), self.accounts.values())

    def _on_one(self, transfer: Transfer, books: Books) -> bool:
        ids = (transfer.debit_account_id, transfer.credit_account_id)
        codes = (books.accounts[each].code for each in ids if each in books.accounts)
        return AccountCode.CORRESPONDENT in codes

    def _follows(self, entry: CorrespondentEntry) -> Iterator[str]:
        before = self._of[entry.account]
        place, stood, day = (before[-1].place, before[-1].balance, before[-1].day) if before else (0, 0, "")
        if (entry.place, entry.balance) != (place + 1, stood + entry.amount) or entry.day < day:
            yield f"entry {entry} of correspondent account {entry.account} does not follow {place}, {stood}"
        before.append(entry)
        self.entries[entry.number] = entry

    def _day(self, day: CorrespondentDay) -> Iterator[str]:
        due = self._sums(day.number, day.day)
        if (day.entries, day.debits, day.credits, day.closing) != due:
            yield f"correspondent account {day.number} closed {day.day} as {day}, its entries say {due}"

    def _position(self, position: CorrespondentPosition) -> Iterator[str]:
        due = self._sums(position.number, position.day)[:3]
        stated = (position.day_entries, position.debits, position.credits)
        if stated != due or position.place != len(self._of[position.number]):
            yield f"correspondent account {position.number} counts {position}, its entries say {due}"

    def _sums(self, number: int, day: str) -> tuple[int, int, int, int]:
        of_day = [each for each in self._of[number] if each.day == day]
        debits = sum(max(0, -each.amount) for each in of_day)
        credits_ = sum(max(0, each.amount) for each in of_day)
        return len(of_day), debits, credits_, of_day[-1].balance if of_day else 0


def _net(balances: Mapping[int, Balance], account_id: int) -> int:
    balance = balances.get(account_id)
    return 0 if balance is None else balance.credits_posted - balance.debits_posted
