"""The invariants of the records, asked batch by batch: what a batch costs is bounded by what it wrote.

A watch keeps books of its own, made from transfers and lines of the log alone, and compares; it believes no
balance, no counter and no status that the hub has written.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from corridor.decision import ACCOUNT, BALANCE, PENDING, TRANSFER, Table
from corridor.domain.instants import Instant
from corridor.ledger.accounts import Account, Balance
from corridor.ledger.chart import AccountCode
from corridor.ledger.transfers import Transfer
from corridor.ports import Writes
from corridor.reports import arrangements, checks, credit, liquidity, returns, trades
from corridor.reports.books import Books
from corridor.reports.correspondents import Correspondents
from corridor.reports.cycles import Cycles
from corridor.reports.exchange import Answers, Exposures
from corridor.reports.invariants import INVARIANTS, Broken
from corridor.reports.log import Chain
from corridor.services.credit.records import (
    CREDIT_LINE,
    DRAWDOWN,
    FACILITY,
    FACILITY_DAY,
    PLEDGE,
    CreditLine,
    Facility,
    FacilityDay,
    Pledge,
)
from corridor.services.fx.arrangements.records import (
    ARRANGEMENT,
    ARRANGEMENT_NETTING,
    NETTED,
    Arrangement,
)
from corridor.services.fx.records import OPEN, OPEN_QUOTES, QUOTE, Quote
from corridor.services.instant.records import HELD_PAYMENT
from corridor.services.messaging.records import (
    BLOB,
    CENTRAL_BANK,
    IDENTITY,
    MAILBOX,
    MESSAGE,
    OUT,
    PARTICIPANT,
    SETTLEMENT_ACCOUNT,
)
from corridor.services.settlement.correspondents.records import CORRESPONDENT
from corridor.services.settlement.cycle_records import CLEARING_ACCOUNT
from corridor.services.settlement.funding.records import LIQUIDITY_TRANSFER, LiquidityTransfer
from corridor.services.settlement.legs import FEE, PRINCIPAL
from corridor.services.settlement.payments import PAYMENT, RESERVED, Payment
from corridor.services.settlement.pvp.records import TRADE, Trade
from corridor.services.settlement.pvp.settling import PVP
from corridor.services.settlement.records import OBLIGATION, QUEUE, Obligation, Queue
from corridor.services.settlement.returns.records import RETURNED_PAYMENT, ReturnedPayment

Rows = Mapping[Table[Any], Sequence[Any]]


class Watch:
    """Follows the journal. `checked` counts how often each invariant was asked."""

    def __init__(self, chain: Chain) -> None:
        self.checked: Counter[str] = Counter()
        self.batch = 0
        self.head = bytes(32)
        self.at: Instant = 0
        self.payments: dict[str, Payment] = {}
        self.books = Books()
        self.mailboxes: dict[str, int] = {}
        self._chain = chain
        self._by_number: dict[int, str] = {}
        self._legs: defaultdict[int, list[Transfer]] = defaultdict(list)
        self._stories: defaultdict[int, checks.Story] = defaultdict(checks.Story)
        self._held: dict[str, bool] = {}
        self._obligations: dict[int, Obligation] = {}
        self._queues: dict[int, Queue] = {}
        self._cycles = Cycles()
        self._correspondents = Correspondents()
        self._trades: dict[int, Trade] = {}
        self._arrangements: dict[int, Arrangement] = {}
        self._central_banks: set[str] = set()
        self.liquidity: dict[str, LiquidityTransfer] = {}
        self._liquidity: dict[int, str] = {}
        self.returned: dict[str, ReturnedPayment] = {}
        self._identities: dict[tuple[str, str], bytes] = {}
        self._quotes: dict[str, Quote] = {}
        self._open_quotes: Counter[str] = Counter()
        self._exposures = Exposures()
        self._answers = Answers()
        self._facilities: dict[int, Facility] = {}
        self._facility_days: defaultdict[int, list[FacilityDay]] = defaultdict(list)
        self._lines: dict[tuple[str, str], CreditLine] = {}
        self._pledges: dict[tuple[str, str], Pledge] = {}
        self._last_number = 0
        self._broken: list[Broken] = []

    def commit(self, writes: Writes) -> Sequence[Broken]:
        """Ask every invariant of what a batch wrote; return those that do not hold."""
        rows: Rows = writes.rows
        self._log(writes, rows)
        for name, table, check in checks.OF_RECORDS:
            for record in rows.get(table, ()):
                self._ask(name, check(record))
        for account in rows.get(ACCOUNT, ()):
            if account.id not in self.books.accounts:
                self._ask("accounts", self._account(account, rows))
            self.books.accounts[account.id] = account
        for transfer in rows.get(TRANSFER, ()):
            self._ask("transfers", self.books.transfer(transfer))
            self._ask("issue", liquidity.issue(transfer, self.books))
            if transfer.reference:
                self._legs[transfer.reference].append(transfer)
        for pending in rows.get(PENDING, ()):
            self._ask("pending", self.books.pending(pending))
        self._ask_balances(rows.get(BALANCE, ()), rows.get(ACCOUNT, ()))
        self._ask_identities(rows.get(IDENTITY, ()))
        for held in rows.get(HELD_PAYMENT, ()):
            self._held[held.uetr] = held.open
        self._obligations.update({each.number: each for each in rows.get(OBLIGATION, ())})
        self._ask("cycles", self._cycles.commit(rows, self.books))
        self._ask("correspondents", self._correspondents.commit(rows, self.books))
        for payment in rows.get(PAYMENT, ()):
            self._payment(payment)
        self._ask_queues(rows)
        self._ask_trades(rows)
        self._ask_arrangements(rows)
        self._ask_liquidity(rows)
        self._ask_returns(rows)
        self._ask_quotes(rows.get(QUOTE, ()), rows.get(OPEN_QUOTES, ()))
        self._ask("exposures", self._exposures.commit(rows))
        for sentences in self._answers.commit(rows, self._quotes):
            self._ask("inquiries", sentences)
        self._ask_credit(rows)
        self._ask("numbers", self._numbers(writes.last_number, rows))
        self._ask_mailboxes(rows.get(MAILBOX, ()))
        broken, self._broken = self._broken, []
        return broken

    def finish(self) -> Sequence[Broken]:
        """Ask in full what single batches are asked in part: at the end of a phase."""
        for account_id in tuple(self.books.sides):
            self._ask("rebuild", self.books.rebuilt(account_id))
        for transfer_id, transfer in self.books.reserved.items():
            if transfer_id not in self.books.ended and transfer.code in (PRINCIPAL, FEE):
                payment = self.payments.get(self._by_number.get(transfer.reference, ""))
                status = payment.status if payment else "not there"
                sentence = (
                    f"transfer {transfer_id} reserves for payment {transfer.reference}, which is {status}"
                )
                self._ask("holds", () if status == RESERVED else (sentence,))
        for payment in self.payments.values():
            self._ask("legs", self._moved(payment))
        for facility in self._facilities.values():
            self._ask("interest", self._reckoned(facility))
        broken, self._broken = self._broken, []
        return broken

    def _ask(self, name: str, sentences: Iterable[str]) -> None:
        assert name in INVARIANTS, name
        self.checked[name] += 1
        for sentence in sentences:
            self._broken.append(Broken(name, sentence))

    # the log

    def _log(self, writes: Writes, rows: Rows) -> None:
        messages = rows.get(MESSAGE, ())
        self._ask("chain", self._link(writes, rows))
        for line in messages:
            if line.payment:
                self._stories[line.payment].tell(line)
            if line.direction == OUT:
                last = self.mailboxes.get(line.participant, 0)
                wrong = f"after message {last} to {line.participant} comes {line.number}"
                self._ask("mailboxes", () if line.number == last + 1 else (wrong,))
                self.mailboxes[line.participant] = line.number

    def _link(self, writes: Writes, rows: Rows) -> Iterator[str]:
        if writes.number != self.batch + 1:
            yield f"after batch {self.batch} comes batch {writes.number}"
        if writes.at < self.at:
            yield f"batch {writes.number} is older than the one before it"
        head = self._chain(self.head, writes.number, writes.at, rows.get(MESSAGE, ()), rows.get(TRANSFER, ()))
        if head != writes.head or [blob.head for blob in rows.get(BLOB, ())] != [head]:
            yield f"batch {writes.number}: its lines and transfers do not lead to the head that it stored"
        self.batch, self.at, self.head = writes.number, writes.at, writes.head

    def _ask_identities(self, identities: Iterable[Any]) -> None:
        for each in identities:
            key = (each.signer, each.message_id)
            wrong = f"message {each.message_id} of {each.signer} was decided a second time"
            self._ask("identities", (wrong,) if key in self._identities else ())
            self._identities[key] = each.digest

    def _ask_mailboxes(self, mailboxes: Iterable[Any]) -> None:
        for each in mailboxes:
            due = self.mailboxes.get(each.participant, 0)
            wrong = f"mailbox of {each.participant} counts {each.last_number} messages, the log {due}"
            self._ask("mailboxes", () if each.last_number == due else (wrong,))

    def _numbers(self, last: int, rows: Rows) -> Iterator[str]:
        if last < self._last_number:
            yield f"the hub's last number went back from {self._last_number} to {last}"
        self._last_number = last
        for payment in rows.get(PAYMENT, ()):
            if payment.number > last:
                yield f"payment number {payment.number} is beyond the hub's last, {last}"

    # the ledger

    def _account(self, account: Account, rows: Rows) -> Iterator[str]:
        if account.code == AccountCode.CREDIT:
            parties = {(bic, f.currency) for f in rows.get(FACILITY, ()) for bic in (f.lender, f.borrower)}
            if (account.participant, account.currency) not in parties:
                yield f"account {account.id} of {account.participant} keeps no facility's debt"
            return
        if account.code == AccountCode.CORRESPONDENT:
            sides = {(bic, c.currency) for c in rows.get(CORRESPONDENT, ()) for bic in c.sides}
            if (account.participant, account.currency) not in sides:
                yield f"account {account.id} of {account.participant} is a side of no correspondent account"
            return
        entries = [
            (each.participant, each.currency)
            for each in (*rows.get(SETTLEMENT_ACCOUNT, ()), *rows.get(CLEARING_ACCOUNT, ()))
            if each.account_id == account.id
        ]
        if entries != [(account.participant, account.currency)] and rows.get(PARTICIPANT):
            yield f"account {account.id} is of {account.participant}, but settles for {entries}"

    def _ask_balances(self, balances: Sequence[Balance], changed: Iterable[Account]) -> None:
        touched: set[str] = set()
        for balance in balances:
            self._ask("balances", self.books.balance(balance))
            account = self.books.accounts.get(balance.account_id)
            if account is not None:
                self._ask("limits", checks.limits(account, balance))
                touched.add(account.currency)
        for account in changed:
            stored = self.books.stored.get(account.id)
            if stored is not None:
                self._ask("limits", checks.limits(account, stored))
        for currency in touched:
            self._ask("conservation", self.books.conserves(currency))

    # payments

    def _payment(self, payment: Payment) -> None:
        before = self.payments.get(payment.uetr)
        self._ask("states", checks.follows(before, payment))
        self.payments[payment.uetr] = payment
        self._by_number[payment.number] = payment.uetr
        self._ask("legs", self._moved(payment))
        held = self._held.get(payment.uetr)
        obligation = self._obligations.get(payment.number)
        story, netted = self._stories[payment.number], payment.number in self._cycles.items
        booked = payment.number in self._correspondents.entries
        evidence = checks.evidence(payment, story, held, obligation, netted=netted, booked=booked)
        self._ask("evidence", evidence)

    def _moved(self, payment: Payment) -> Iterator[str]:
        return checks.legs(payment, self._legs.get(payment.number, ()), self.books)

    def _ask_queues(self, rows: Rows) -> None:
        for obligation in rows.get(OBLIGATION, ()):
            self._ask("queue", checks.obligation(obligation, self.payments.get(obligation.uetr)))
        if rows.get(OBLIGATION) or rows.get(QUEUE):
            self._queues.update({each.account_id: each for each in rows.get(QUEUE, ())})
            self._ask("queue", checks.counted(self._queues.values(), self._obligations.values()))

    def _ask_trades(self, rows: Rows) -> None:
        self._trades.update({each.number: each for each in rows.get(TRADE, ())})
        numbers = {each.reference for each in rows.get(TRANSFER, ()) if each.code == PVP}
        for number in sorted(numbers | {each.number for each in rows.get(TRADE, ())}):
            moved = self._legs.get(number, ())
            self._ask("trades", trades.legs(number, self._trades.get(number), moved))

    def _ask_arrangements(self, rows: Rows) -> None:
        self._central_banks |= {each.bic for each in rows.get(PARTICIPANT, ()) if each.role == CENTRAL_BANK}
        changed = rows.get(ARRANGEMENT, ())
        self._arrangements.update({each.number: each for each in changed})
        touched = {each.id for each in rows.get(ACCOUNT, ())}
        touched |= {id_ for each in changed for id_ in (each.base_account_id, each.quote_account_id)}
        if touched:
            running = self._arrangements.values()
            said = arrangements.swings(running, self.books.accounts, self._central_banks, touched)
            self._ask("swings", said)
        done = {each.number: each for each in rows.get(ARRANGEMENT_NETTING, ())}
        moved = {each.reference for each in rows.get(TRANSFER, ()) if each.code == NETTED}
        for number in sorted(moved | done.keys()):
            legs = self._legs.get(number, ())
            self._ask("arrangements", arrangements.netting(number, done.get(number), legs, self.books))

    def _ask_liquidity(self, rows: Rows) -> None:
        changed = {each.number: each for each in rows.get(LIQUIDITY_TRANSFER, ())}
        self.liquidity |= {each.uetr: each for each in changed.values()}
        self._liquidity |= {each.number: each.uetr for each in changed.values()}
        numbers = {each.reference for each in rows.get(TRANSFER, ()) if liquidity.is_liquidity(each)}
        for number in sorted(numbers | changed.keys()):
            moved = self._legs.get(number, ())
            found = self.liquidity.get(self._liquidity.get(number, ""))
            self._ask("liquidity", liquidity.moves(number, found, moved, self.books))

    def _ask_returns(self, rows: Rows) -> None:
        written = {each.number: each for each in rows.get(RETURNED_PAYMENT, ())}
        for each in rows.get(RETURNED_PAYMENT, ()):
            wrong = f"payment {each.uetr} was returned a second time"
            self._ask("returns", (wrong,) if each.uetr in self.returned else ())
            self.returned[each.uetr] = each
        numbers = {each.reference for each in rows.get(TRANSFER, ()) if returns.is_return(each)}
        for number in sorted(numbers | written.keys()):
            found = written.get(number)
            payment = None if found is None else self.payments.get(found.uetr)
            moved = self._legs.get(number, ())
            self._ask("returns", returns.moves(number, found, payment, moved, self.books))

    def _ask_quotes(self, quotes: Iterable[Quote], counts: Iterable[Any]) -> None:
        for quote in quotes:
            before = self._quotes.get(quote.quote_id)
            payment = self.payments.get(self._by_number.get(quote.spent_by, ""))
            self._ask("quotes", self._spent(before, quote, payment))
            by = (quote.status == OPEN) - (before is not None and before.status == OPEN)
            self._open_quotes[quote.debtor_agent] += by
            self._quotes[quote.quote_id] = quote
        for each in counts:
            due = self._open_quotes[each.debtor_agent]
            wrong = f"{each.debtor_agent} is counted to have {each.quotes} open quotes, but has {due}"
            self._ask("exposures", () if each.quotes == due else (wrong,))

    # credit

    def _ask_credit(self, rows: Rows) -> None:
        """Ask every facility and line that a batch has touched, by a record, a transfer, an account or collateral."""
        touched = {facility.number for facility in rows.get(FACILITY, ())}
        touched |= {transfer.reference for transfer in rows.get(TRANSFER, ()) if transfer.code == DRAWDOWN}
        self._facilities |= {facility.number: facility for facility in rows.get(FACILITY, ())}
        for day in rows.get(FACILITY_DAY, ()):
            self._facility_days[day.facility].append(day)
        for number in touched:
            self._ask("facilities", credit.facility(self._facilities[number], self.books.stored))
        for pledge in rows.get(PLEDGE, ()):
            self._pledges[PLEDGE.key(pledge)] = pledge  # type: ignore[index]  # a pair
        for line in rows.get(CREDIT_LINE, ()):
            self._lines[line.participant, line.currency] = line
        if any(rows.get(table) for table in (PLEDGE, CREDIT_LINE, ACCOUNT)):
            for (participant, currency), line in self._lines.items():
                account = self._settles(participant, currency)
                self._ask("collateral", credit.line(line, account, self._pledges.values()))

    def _settles(self, participant: str, currency: str) -> Account | None:
        key = (participant, currency, AccountCode.SETTLEMENT)
        found = (a for a in self.books.accounts.values() if (a.participant, a.currency, a.code) == key)
        return next(found, None)

    def _reckoned(self, facility: Facility) -> Iterator[str]:
        debt = facility.debt_account_id
        moved = [
            (each.id, each.amount if each.debit_account_id == debt else -each.amount)
            for each in self._legs.get(facility.number, ())
            if debt in (each.debit_account_id, each.credit_account_id)
        ]
        days = self._facility_days[facility.number]
        yield from credit.facility_days(facility, days, moved, self.books.stored)

    def _spent(self, before: Quote | None, quote: Quote, payment: Payment | None) -> Iterator[str]:
        if before is not None and before.status != OPEN:
            yield f"quote {quote.quote_id} was {before.status} and is {quote.status}"
        yield from checks.spent(quote, payment)
