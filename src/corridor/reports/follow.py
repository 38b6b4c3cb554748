"""The invariants behind a running hub: the log batch by batch, and records as they stand by then.

`Watch` sees every version of every record; a `Follower` sees a database, where each record has its last version and
many batches may lie between two looks. It keeps books of its own, made from transfers and lines of the log alone,
for what is open and for nothing else: what a look costs is bounded by what was written since the one before.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml import etree

from corridor.codecs.errors import DecodeError
from corridor.decision import ACCOUNT, BALANCE, PENDING, Key, Table
from corridor.domain.instants import Instant
from corridor.ledger.accounts import Balance
from corridor.ledger.transfers import FIRST_CALLER_ID, Transfer
from corridor.reports import checks, correspondents, credit, liquidity
from corridor.reports.arrangements import swings
from corridor.reports.books import ENDS, RESERVES, Books, Sides
from corridor.reports.cycles import cleared
from corridor.reports.exchange import exposures, open_inquiries
from corridor.reports.findings import Findings
from corridor.reports.invariants import Broken
from corridor.reports.log import Log, Logged, status_in
from corridor.reports.moves import Moves
from corridor.reports.seen import Kept, Line, Rows, Seen
from corridor.reports.trails import REGISTRY
from corridor.services.credit.records import Facility
from corridor.services.fx.arrangements.records import ARRANGEMENT, ARRANGEMENT_NETTING
from corridor.services.fx.records import INQUIRY, QUOTE
from corridor.services.fx.records import OPEN as QUOTE_OPEN
from corridor.services.instant.records import HELD_PAYMENT
from corridor.services.messaging.records import (
    AUDIT,
    CENTRAL_BANK,
    IDENTITY,
    IN,
    MAILBOX,
    OUT,
    PARTICIPANT,
    SETTLEMENT_ACCOUNT,
    SIGNING_KEY,
    Mailbox,
    Message,
)
from corridor.services.settlement.clearing import ITEM
from corridor.services.settlement.correspondents.records import BOOKED, CORRESPONDENT_ENTRY
from corridor.services.settlement.cycle_records import CLEARING_ACCOUNT, CYCLE_ITEM, CYCLE_POSITION
from corridor.services.settlement.funding.records import LIQUIDITY_TRANSFER
from corridor.services.settlement.legs import FEE, PRINCIPAL
from corridor.services.settlement.payments import PAYMENT, RESERVED, Payment
from corridor.services.settlement.pvp.records import TRADE
from corridor.services.settlement.records import OBLIGATION, QUEUE
from corridor.services.settlement.returns.records import RETURNED_PAYMENT

_PACS_002 = "pacs.002.001.10"
_UETR = re.compile(rb"""(?:UETR>|"uetr":")([0-9a-f-]{36})[<"]""")
"""In a message, or in what an operator orders of a held payment."""


class Follower:
    """Goes where the log goes, and says what does not hold."""

    def __init__(self, log: Log, hub: str) -> None:
        self.checked: Counter[str] = Counter()
        self.broken: Counter[str] = Counter()
        self.last: dict[str, int] = {}
        """The batch at which each invariant was asked last."""
        self.last_transfer = 0
        self._log = log
        self._hub = hub
        self._number = 0
        self._summed = False
        self._books = Books()
        self._mailboxes: dict[str, int] = {}
        self._named: defaultdict[int, list[Transfer]] = defaultdict(list)
        self._moves = Moves()
        self._open: dict[str, Payment] = {}
        self._findings: dict[str, Findings] = {}
        self._forget()
        self._accounts: set[int] = set()
        self._receivers: set[str] = set()

    @property
    def batch(self) -> int:
        """The last batch that was followed."""
        return self._log.batch

    @property
    def at(self) -> Instant:
        """The time of it."""
        return self._log.at

    @property
    def head(self) -> bytes:
        """The head of the chain after it."""
        return self._log.head

    def begin(self, seen: Seen, reserved: Sequence[Transfer]) -> None:
        """Take what is stored, in a whole look, as the start: what came before is for `corridor verify`.

        `reserved` is what is reserved by then.
        """
        line, rows = seen.line, seen.rows
        self._log.begin(line.batch, line.at, line.head)
        self._number = self.last_transfer = line.last_number
        self._restore(rows[BALANCE], reserved)
        self._mailboxes = {each.participant: each.last_number for each in rows[MAILBOX]}
        self._log.trails.known = []
        for table in REGISTRY:
            self._log.trails.begin(table, rows[table])

    def resume(self, kept: Kept) -> None:
        """Go on from what was kept."""
        line = kept.line
        self._log.begin(line.batch, line.at, line.head)
        self._number, self.last_transfer = line.last_number, kept.last_transfer
        self._restore(kept.balances, kept.reserved)
        self._mailboxes = dict(kept.mailboxes)
        self._log.trails.known = kept.registry
        self.checked, self.broken = Counter(kept.checked), Counter(kept.broken)
        self.last = dict(kept.last)

    def keep(self) -> Kept:
        """Return what it takes to go on from here."""
        return Kept(
            Line(self._hub, self.batch, self.at, self._number, self.head),
            self.last_transfer,
            [sides.balance(account_id) for account_id, sides in self._books.sides.items()],
            list(self._books.reserved.values()),
            self._mailboxes,
            self._log.trails.known,
            self.checked,
            self.broken,
            self.last,
        )

    def know(self, rows: Rows) -> None:
        """Take in what batches to come build on: accounts and keys."""
        self._books.accounts = {account.id: account for account in rows[ACCOUNT]}
        self._log.know(rows[SIGNING_KEY])

    def follow(self, batch: Logged, found: bytes | None) -> None:
        """Ask everything of one batch; `found` is the head that is found by its number."""
        self._log.read(batch)
        blob = batch.blob
        wrong = f"the head after batch {blob.batch} is not that of the log, or is missing"
        self._ask("heads", () if found == blob.head else (wrong,))
        for transfer in batch.transfers:
            self._transfer(transfer)
        for line in batch.lines:
            evidence = batch.content[line.start : line.start + line.size]
            if line.payment:
                self._touch(line, evidence)
            if line.direction == OUT:
                self._sent(line, evidence)
            elif line.direction == IN:
                self._came.append(line)
            self._audited |= line.direction == AUDIT

    def wanted(self, line: Line) -> dict[Table[Any], list[Key]]:
        """Return the keys of what must be seen to judge the batches that were followed since the last look."""
        uetrs = [uetr for uetr in self._touched.values() if uetr]
        wanted: dict[Table[Any], list[Key]] = {
            PAYMENT: list(uetrs),
            HELD_PAYMENT: list(uetrs),
            OBLIGATION: list(self._touched),
            CYCLE_ITEM: list(self._touched),
            CORRESPONDENT_ENTRY: list(self._touched),
            TRADE: list(self._touched),
            ARRANGEMENT_NETTING: list(self._touched),
            INQUIRY: list(self._touched),
            RETURNED_PAYMENT: list(uetrs),
            LIQUIDITY_TRANSFER: [*uetrs, *self._moves.waiting],
            IDENTITY: [(each.participant, each.message_id) for each in self._came],
            PENDING: list(self._pendings),
            **self._log.trails.closing,
        }
        if line.batch == self.batch:
            wanted[BALANCE] = list(self._accounts)
            wanted[MAILBOX] = list(self._receivers)
            wanted[PENDING] += [each.id for each in self._books.reserved.values() if each.timeout_s]
        return wanted

    def wanted_of(self, payments: Iterable[Payment]) -> list[Key]:
        """Return the quotes that must be seen beside these payments."""
        return [each.quote_id for each in payments if each.legs and each.quote_id]

    def dates_of(self, facilities: Iterable[Facility]) -> list[Key]:
        """Return the last two dates of these facilities, which must be seen beside them."""
        return [(each.number, day) for each in facilities for day in credit.last_days(each)]

    @property
    def payments(self) -> list[int]:
        """The payments whose lines must be seen."""
        return list(self._touched)

    @property
    def audited(self) -> bool:
        """The registry was changed since the last look, so it must be seen whole."""
        return self._audited

    @property
    def uncounted(self) -> tuple[int, int]:
        """The numbers of transfers above one, up to another, under which those of the log must be all."""
        return self._counted, self.last_transfer

    def lose(self, line: Line) -> None:
        """Go on behind batches that should be there and are not."""
        self._ask(
            "chain", [f"the log ends with batch {self.batch}, but the hub has committed batch {line.batch}"]
        )
        self._log.begin(line.batch, line.at, line.head)

    def compare(self, seen: Seen) -> None:
        """Judge records against the log, and forget what is no longer needed.

        Where the log was not yet followed to the end, records may be ahead of it: what then cannot be judged waits.
        """
        line, rows = seen.line, seen.rows
        caught_up = line.batch == self.batch
        for name, table, check in checks.OF_RECORDS:
            for record in rows.get(table, ()):
                self._ask(name, check(record))
        self._ask("numbers", self._numbers(line, rows))
        if self._moved:
            wrong = f"the log names {self._moved} new transfers, but {seen.transfers} are stored under their numbers"
            self._ask("transfers", () if seen.transfers == self._moved else (wrong,))
        self._ask_identities(rows)
        for pending in self._ask_pendings(seen, caught_up=caught_up):
            self._ask("pending", pending)
        until = None if caught_up else self.at
        for asked in self._moves.judge(rows, self._told, self._books, self._from, until):
            self._ask(*asked)
        self._ask_payments(seen, caught_up=caught_up)
        if caught_up:
            self._ask("chain", self._end(line))
            self._ask_balances(seen)
            self._ask_mailboxes(rows.get(MAILBOX, ()))
            self._accounts, self._receivers = set(), set()
        if seen.whole or self._audited:
            self._ask_registry(seen)
        if seen.whole:
            self._ask_quotes(rows)
            self._ask_holds(rows[PAYMENT])
            self._ask("queue", checks.counted(rows[QUEUE], rows[OBLIGATION]))
            if caught_up:
                self._ask("cycles", cleared(rows[CYCLE_POSITION], self._books))
                for name, sentences in credit.asked(rows, self._books.accounts):
                    self._ask(name, sentences)
                for sentences in correspondents.asked(rows):
                    self._ask("correspondents", sentences)
        for number in {self._books.reserved[ended].reference for ended in self._books.ended}:
            self._named.pop(number, None)
        self._books.forget()
        self._log.trails.forget()
        self._number = max(self._number, line.last_number)
        self._forget()

    def hear(self, found: Findings) -> None:
        """Count what somebody else has found."""
        self._findings[found.name] = found

    def said(self) -> list[Broken]:
        """Return what does not hold, and count what was asked since the last time."""
        said: list[Broken] = []
        for found in (*self._log.findings, *self._findings.values()):
            taken = found.take()
            if taken.checked:
                self.checked[taken.name] += taken.checked
                self.last[taken.name] = self.batch
            if taken.broken:
                self.broken[taken.name] += taken.broken
                said += [Broken(taken.name, sentence) for sentence in taken.violations]
        return said

    def _ask(self, name: str, sentences: Iterable[str]) -> None:
        if name not in self._findings:
            self._findings[name] = Findings(name)
        self._findings[name].judge(sentences)

    def _restore(self, balances: Iterable[Balance], reserved: Iterable[Transfer]) -> None:
        self._books, self._summed = Books(), False
        self._named.clear()
        self._open.clear()
        self._accounts, self._receivers = set(), set()
        self._books.sides.update({each.account_id: Sides(each) for each in balances})
        self._moves.begin(reserved)
        for transfer in reserved:
            self._books.reserved[transfer.id] = transfer
            if _is_named(transfer):
                self._named[transfer.reference].append(transfer)
        self._forget()

    def _forget(self) -> None:
        self._from = self._log.at
        self._touched: dict[int, str] = {}
        self._told: defaultdict[int, list[checks.Said]] = defaultdict(list)
        self._came: list[Message] = []
        self._pendings: set[int] = set()
        self._moved = 0
        self._counted = self.last_transfer
        self._audited = False

    # the log

    def _transfer(self, transfer: Transfer) -> None:
        self._ask("transfers", self._books.transfer(transfer))
        self._ask("issue", liquidity.issue(transfer, self._books))
        self._accounts |= {transfer.debit_account_id, transfer.credit_account_id}
        if transfer.flags & RESERVES:
            self._pendings.add(transfer.id)
        elif transfer.flags & ENDS:
            self._pendings.add(transfer.pending_id)
        if transfer.id < FIRST_CALLER_ID:
            wrong = (
                f"transfer {transfer.id} has a number that was given out before, up to {self.last_transfer}"
            )
            self._ask("numbers", () if transfer.id > self.last_transfer else (wrong,))
            self.last_transfer = max(self.last_transfer, transfer.id)
            self._moved += 1
        if _is_named(transfer):
            self._named[transfer.reference].append(transfer)
        if self._moves.take(transfer) or _is_named(transfer):
            self._touched.setdefault(transfer.reference, "")

    def _touch(self, line: Message, evidence: bytes) -> None:
        """Note which payment is spoken of; what the hub itself has sent says it best."""
        found = _UETR.search(evidence)
        if found and (line.direction == OUT or not self._touched.get(line.payment)):
            self._touched[line.payment] = found[1].decode()
        self._touched.setdefault(line.payment, "")

    def _sent(self, line: Message, evidence: bytes) -> None:
        last = self._mailboxes.get(line.participant, 0)
        wrong = f"after message {last} to {line.participant} comes {line.number}"
        self._ask("mailboxes", () if line.number == last + 1 else (wrong,))
        self._mailboxes[line.participant] = line.number
        self._receivers.add(line.participant)
        if line.payment and line.definition == _PACS_002:
            try:
                self._told[line.payment].append((line.participant, status_in(evidence)))
            except (DecodeError, etree.XMLSyntaxError, IndexError) as error:
                self._ask("told", [f"payment number {line.payment}: status in batch {line.batch}: {error!r}"])

    def _end(self, line: Line) -> Iterator[str]:
        if (self.at, self.head) != (line.at, line.head):
            yield f"the log ends with batch {self.batch}, but the hub's own line has another time or head of it"

    def _ask_identities(self, rows: Rows) -> None:
        known = {(each.signer, each.message_id): each for each in rows.get(IDENTITY, ())}
        for line in self._came:
            identity = known.get((line.participant, line.message_id))
            self._ask("identities", checks.identity(line, identity))

    def _ask_mailboxes(self, mailboxes: Iterable[Mailbox]) -> None:
        for each in mailboxes:
            due = self._mailboxes.get(each.participant, 0)
            wrong = f"mailbox of {each.participant} counts {each.last_number} messages, the log {due}"
            self._ask("mailboxes", () if each.last_number == due else (wrong,))

    def _numbers(self, line: Line, rows: Rows) -> Iterator[str]:
        if line.last_number < max(self._number, self.last_transfer):
            yield f"the hub's last number is {line.last_number}; it has given out {self.last_transfer}"
        for payment in rows.get(PAYMENT, ()):
            if payment.number > line.last_number:
                yield f"payment number {payment.number} is beyond the hub's last, {line.last_number}"

    # the ledger

    def _ask_pendings(self, seen: Seen, *, caught_up: bool) -> Iterator[Iterable[str]]:
        rows = {each.id: each for each in seen.rows.get(PENDING, ())}
        for pending in rows.values():
            yield self._books.pending(pending, ahead=not caught_up)
        due = self._pendings | (
            self._books.reserved.keys() - self._books.ended.keys() if seen.whole else set()
        )
        for gone in due - rows.keys():
            yield (f"transfer {gone} reserves, but no row says that it still does, or how it ended",)

    def _ask_balances(self, seen: Seen) -> None:
        rows = {each.account_id: each for each in seen.rows.get(BALANCE, ())}
        currencies: set[str] = set()
        due = self._accounts | (self._books.sides.keys() if seen.whole else set())
        for account_id in due | rows.keys():
            balance = rows.get(account_id, Balance(account_id))
            self._ask("balances", self._books.balance(balance))
            account = self._books.accounts.get(account_id)
            if account is not None:
                self._ask("limits", checks.limits(account, balance))
                currencies.add(account.currency)
        self._summed |= seen.whole
        if self._summed:
            for currency in sorted(currencies):
                self._ask("conservation", self._books.conserves(currency))

    def _ask_holds(self, payments: Iterable[Payment]) -> None:
        waiting = {each.number for each in payments if each.status == RESERVED}
        for transfer in self._books.reserved.values():
            if transfer.id not in self._books.ended and transfer.code in (PRINCIPAL, FEE):
                wrong = f"transfer {transfer.id} reserves for payment number {transfer.reference}, which does not wait"
                self._ask("holds", () if transfer.reference in waiting else (wrong,))

    # payments

    def _ask_payments(self, seen: Seen, *, caught_up: bool) -> None:
        payments = {each.number: each for each in seen.rows.get(PAYMENT, ())}
        held = {each.uetr: each.open for each in seen.rows.get(HELD_PAYMENT, ())}
        obligations = {each.number: each for each in seen.rows.get(OBLIGATION, ())}
        netted = {each.number for each in seen.rows.get(CYCLE_ITEM, ())}
        booked = {each.number for each in seen.rows.get(CORRESPONDENT_ENTRY, ())}
        others = self._moves.numbers(seen.rows) | {each.number for each in seen.rows.get(INQUIRY, ())}
        quotes = {each.quote_id: each for each in seen.rows.get(QUOTE, ())}
        stories: defaultdict[int, checks.Story] = defaultdict(checks.Story)
        for line in seen.lines:
            stories[line.payment].tell(line)
        for number, uetr in self._touched.items():
            payment = payments.get(number)
            if payment is None and number in others:
                continue
            if payment is None:
                what = f"payment {uetr or 'of which nothing was sent'}, number {number}"
                self._ask("payments", [f"the log speaks of {what}, but it is not there"])
                continue
            obligation = obligations.get(number)
            story, ways = stories[number], {"netted": number in netted, "booked": number in booked}
            self._ask("evidence", checks.evidence(payment, story, held.get(payment.uetr), obligation, **ways))
            if obligation is not None:
                self._ask("queue", checks.obligation(obligation, payment))
            # What was netted is told batches after it became final: the log may not yet have come so far.
            if caught_up or number not in netted:
                self._ask("told", self._heard(payment, caught_up=caught_up))
            if payment.legs and payment.quote_id:
                self._ask("quotes", checks.converted(quotes.get(payment.quote_id), payment))
        for payment in payments.values():
            before = self._open.pop(payment.uetr, None)
            self._ask("states", checks.follows(before, payment, checks.MAY_REACH))
            if payment.open:
                self._open[payment.uetr] = payment
            named = self._named.get(payment.number, [])
            ends = any(not each.flags & RESERVES for each in named)
            # The legs of one that ended before are no longer known, nor yet those of one that is ahead of the log.
            if ends or (caught_up and (payment.open or not payment.legs)):
                self._ask("legs", checks.legs(payment, named, self._books))
            if checks.at_once(named):
                del self._named[payment.number]

    def _heard(self, payment: Payment, *, caught_up: bool) -> Iterator[str]:
        """All agents of a payment that has ended since the last look were told so since."""
        final = payment.final_at
        ended = final is not None and final > self._from and (caught_up or final < self.at)
        return checks.told(payment, self._told[payment.number], all_of_it=ended)

    def _ask_quotes(self, rows: Rows) -> None:
        for quote in rows[QUOTE]:
            if quote.status == QUOTE_OPEN:
                self._ask("quotes", checks.spent(quote, None))
        for sentences in exposures(rows):
            self._ask("exposures", sentences)
        for sentences in open_inquiries(rows):
            self._ask("inquiries", sentences)

    # who may do what

    def _ask_registry(self, seen: Seen) -> None:
        entries = defaultdict(list)
        for entry in (*seen.rows[SETTLEMENT_ACCOUNT], *seen.rows[CLEARING_ACCOUNT]):
            entries[entry.account_id].append(entry)
        for account in seen.rows[ACCOUNT]:
            self._ask("accounts", checks.account(account, entries[account.id]))
        banks = {each.bic for each in seen.rows[PARTICIPANT] if each.role == CENTRAL_BANK}
        known = {each.id: each for each in seen.rows[ACCOUNT]}
        self._ask("swings", swings(seen.rows[ARRANGEMENT], known, banks, known))
        if seen.line.batch == self.batch:
            for table in REGISTRY:
                self._log.trails.compare(table, seen.rows[table])


def _is_named(transfer: Transfer) -> bool:
    """It is made in the name of a payment."""
    ends = transfer.pending_id and not liquidity.is_liquidity(transfer)
    return bool(transfer.reference and (transfer.code in (PRINCIPAL, FEE, ITEM, BOOKED) or ends))
