"""The invariants of the records, asked batch by batch: what a batch costs is bounded by what it wrote.

A watch keeps books of its own, made from transfers and lines of the log alone, and compares; it believes no
balance, no counter and no status that the hub has written.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from corridor.decision import ACCOUNT, BALANCE, PENDING, TRANSFER, Table
from corridor.domain.instants import Instant
from corridor.ledger.accounts import Account, Balance
from corridor.ledger.transfers import Pending, PendingStatus, Transfer, TransferFlag
from corridor.ports import Writes
from corridor.reports import checks
from corridor.reports.invariants import INVARIANTS
from corridor.services.fx.records import FX_EXPOSURE, OPEN, OPEN_QUOTES, QUOTE, Quote
from corridor.services.instant.legs import FEE, PRINCIPAL
from corridor.services.instant.records import (
    CREDITED,
    HELD,
    HELD_PAYMENT,
    PAYMENT,
    RESERVED,
    SETTLED,
    Payment,
)
from corridor.services.messaging.admission import OPERATOR
from corridor.services.messaging.records import (
    ACCEPTED,
    BLOB,
    IDENTITY,
    IN,
    MAILBOX,
    MESSAGE,
    OUT,
    PARTICIPANT,
    SETTLEMENT_ACCOUNT,
    Message,
)

Rows = Mapping[Table[Any], Sequence[Any]]
Chain = Callable[[bytes, int, Instant, Sequence[Message], Sequence[Transfer]], bytes]
"""How the hub computes the head after a batch."""

_RESERVES = int(TransferFlag.PENDING)
_ENDS = int(TransferFlag.POST_PENDING | TransferFlag.VOID_PENDING)
_POSTS = int(TransferFlag.POST_PENDING)
_PACS_008, _PACS_002 = "pacs.008.001.13", "pacs.002.001.10"


class Broken(NamedTuple):
    """An invariant that does not hold, and why."""

    name: str
    sentence: str


class Sides:
    """What an account's transfers add up to."""

    __slots__ = ("credits_pending", "credits_posted", "debits_pending", "debits_posted")

    def __init__(self) -> None:
        self.debits_pending = self.debits_posted = self.credits_pending = self.credits_posted = 0

    def balance(self, account_id: int) -> Balance:
        """Return them as the hub would write them."""
        return Balance(
            account_id, self.debits_pending, self.debits_posted, self.credits_pending, self.credits_posted
        )


class Story:
    """What the log says of one payment."""

    __slots__ = ("answers", "forwarded", "orders", "persons")

    def __init__(self) -> None:
        self.orders = self.forwarded = self.answers = 0
        self.persons: set[str] = set()


class Watch:
    """Follows the journal. `checked` counts how often each invariant was asked."""

    def __init__(self, chain: Chain) -> None:
        self.checked: Counter[str] = Counter()
        self.batch = 0
        self.head = bytes(32)
        self.at: Instant = 0
        self.accounts: dict[int, Account] = {}
        self.payments: dict[str, Payment] = {}
        self.sides: defaultdict[int, Sides] = defaultdict(Sides)
        self.reserved: dict[int, Transfer] = {}
        self.ended: dict[int, int] = {}
        self.mailboxes: dict[str, int] = {}
        self._chain = chain
        self._by_number: dict[int, str] = {}
        self._legs: defaultdict[int, list[Transfer]] = defaultdict(list)
        self._stored: dict[int, Balance] = {}
        self._sums: Counter[str] = Counter()
        self._stories: defaultdict[int, Story] = defaultdict(Story)
        self._held: dict[str, bool] = {}
        self._identities: dict[tuple[str, str], bytes] = {}
        self._quotes: dict[str, Quote] = {}
        self._open_quotes: Counter[str] = Counter()
        self._exposures: Counter[tuple[str, str]] = Counter()
        self._last_number = 0
        self._broken: list[Broken] = []

    def commit(self, writes: Writes) -> Sequence[Broken]:
        """Ask every invariant of what a batch wrote; return those that do not hold."""
        rows: Rows = writes.rows
        self._log(writes, rows)
        for account in rows.get(ACCOUNT, ()):
            self.accounts[account.id] = account
            self._ask("accounts", self._account(account, rows))
        for transfer in rows.get(TRANSFER, ()):
            self._ask("transfers", self._transfer(transfer))
        for pending in rows.get(PENDING, ()):
            self._ask("pending", self._pending(pending))
        self._ask_balances(rows.get(BALANCE, ()), rows.get(ACCOUNT, ()))
        self._ask_identities(rows.get(IDENTITY, ()))
        for held in rows.get(HELD_PAYMENT, ()):
            self._held[held.uetr] = held.open
        for payment in rows.get(PAYMENT, ()):
            self._payment(payment)
        self._ask_quotes(rows.get(QUOTE, ()), rows.get(FX_EXPOSURE, ()), rows.get(OPEN_QUOTES, ()))
        self._ask("numbers", self._numbers(writes.last_number, rows))
        self._ask_mailboxes(rows.get(MAILBOX, ()))
        broken, self._broken = self._broken, []
        return broken

    def finish(self) -> Sequence[Broken]:
        """Ask in full what single batches are asked in part: at the end of a phase."""
        for account_id, sides in self.sides.items():
            stored = self._stored.get(account_id, Balance(account_id))
            self._ask("rebuild", _unequal(account_id, stored, sides.balance(account_id)))
        for transfer_id, transfer in self.reserved.items():
            if transfer_id not in self.ended and transfer.code in (PRINCIPAL, FEE):
                payment = self.payments.get(self._by_number.get(transfer.reference, ""))
                status = payment.status if payment else "not there"
                sentence = (
                    f"transfer {transfer_id} reserves for payment {transfer.reference}, which is {status}"
                )
                self._ask("holds", () if status == RESERVED else (sentence,))
        for payment in self.payments.values():
            self._ask("legs", self._moved(payment))
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
                self._tell(line)
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

    def _tell(self, line: Message) -> None:
        story = self._stories[line.payment]
        if line.direction == IN and line.outcome == ACCEPTED:
            if line.participant.startswith(OPERATOR):
                story.persons.add(line.participant)
            story.orders += line.definition == _PACS_008
            story.answers += line.definition == _PACS_002
        elif line.direction == OUT:
            story.forwarded += line.definition == _PACS_008

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
        if account.id in self.sides or account.id in self._stored:
            return  # known: only its limit or a flag has changed
        entries = [
            (each.participant, each.currency)
            for each in rows.get(SETTLEMENT_ACCOUNT, ())
            if each.account_id == account.id
        ]
        if entries != [(account.participant, account.currency)] and rows.get(PARTICIPANT):
            yield f"account {account.id} is of {account.participant}, but settles for {entries}"

    def _transfer(self, transfer: Transfer) -> Iterator[str]:
        debit = self.accounts.get(transfer.debit_account_id)
        credit = self.accounts.get(transfer.credit_account_id)
        if debit is None or credit is None or debit is credit:
            yield f"transfer {transfer.id} moves money between no two accounts"
            return
        if not debit.currency == credit.currency == transfer.currency or transfer.amount <= 0:
            yield f"transfer {transfer.id}: {transfer.amount} {transfer.currency} between other currencies"
        amount, flags = transfer.amount, transfer.flags
        debits, credits_ = self.sides[debit.id], self.sides[credit.id]
        if flags & _RESERVES:
            if transfer.id in self.reserved:
                yield f"transfer {transfer.id} reserves a second time"
            self.reserved[transfer.id] = transfer
            debits.debits_pending += amount
            credits_.credits_pending += amount
        elif flags & _ENDS:
            reserved = self.reserved.get(transfer.pending_id)
            if reserved is None or transfer.pending_id in self.ended:
                yield f"transfer {transfer.id} ends {transfer.pending_id}, which is not reserved (any more)"
                return
            posted = bool(flags & _POSTS)
            self.ended[transfer.pending_id] = PendingStatus.POSTED if posted else PendingStatus.VOIDED
            debits.debits_pending -= reserved.amount
            credits_.credits_pending -= reserved.amount
            if posted:
                debits.debits_posted += amount
                credits_.credits_posted += amount
        else:
            debits.debits_posted += amount
            credits_.credits_posted += amount
        if transfer.reference:
            self._legs[transfer.reference].append(transfer)

    def _pending(self, pending: Pending) -> Iterator[str]:
        reserved = self.reserved.get(pending.id)
        if reserved is None:
            yield f"pending {pending.id} has no transfer that reserved it"
            return
        due = self.ended.get(pending.id, PendingStatus.PENDING)
        if pending.status == PendingStatus.EXPIRED and due == PendingStatus.PENDING and reserved.timeout_s:
            self.ended[pending.id] = PendingStatus.EXPIRED
            self.sides[reserved.debit_account_id].debits_pending -= reserved.amount
            self.sides[reserved.credit_account_id].credits_pending -= reserved.amount
        elif (pending.status, pending.amount) != (due, reserved.amount):
            yield f"pending {pending.id} is {pending.status} with {pending.amount}, its transfers say {due}"

    def _ask_balances(self, balances: Sequence[Balance], changed: Iterable[Account]) -> None:
        touched: set[str] = set()
        for balance in balances:
            account = self.accounts.get(balance.account_id)
            if account is None:
                self._ask("balances", (f"balance of account {balance.account_id}, which is not there",))
                continue
            due = self.sides[balance.account_id].balance(balance.account_id)
            self._ask("balances", _unequal(balance.account_id, balance, due))
            self._ask("limits", checks.limits(account, balance))
            before = self._stored.get(balance.account_id, Balance(balance.account_id))
            currency = account.currency
            touched.add(currency)
            self._sums[currency] += _net(balance) - _net(before)
            self._sums[f"{currency} pending"] += _net_pending(balance) - _net_pending(before)
            self._stored[balance.account_id] = balance
        for account in changed:
            stored = self._stored.get(account.id)
            if stored is not None:
                self._ask("limits", checks.limits(account, stored))
        for currency in touched:
            sums = self._sums[currency], self._sums[f"{currency} pending"]
            wrong = f"{currency}: balances add up to {sums[0]}, pending ones to {sums[1]}, not to 0"
            self._ask("conservation", (wrong,) if any(sums) else ())

    # payments

    def _payment(self, payment: Payment) -> None:
        before = self.payments.get(payment.uetr)
        self._ask("payments", checks.payment(payment))
        self._ask("states", checks.follows(before, payment))
        self._ask("times", checks.times(payment))
        self.payments[payment.uetr] = payment
        self._by_number[payment.number] = payment.uetr
        self._ask("legs", self._moved(payment))
        self._ask("evidence", self._evidence(payment))

    def _moved(self, payment: Payment) -> Iterator[str]:
        """Each leg stands as the payment does, with its amount, and nothing else is moved in its name."""
        legs = [each for each in self._legs.get(payment.number, ()) if each.flags & _RESERVES]
        ends = len(self._legs.get(payment.number, ())) - len(legs)
        if len(legs) != payment.legs or ends != (0 if payment.open else payment.legs):
            yield f"payment {payment.uetr} is {payment.status} with {len(legs)} legs and {ends} ends of them"
            return
        due = [(payment.source_amount, payment.source_currency, PRINCIPAL)]
        if payment.provider:
            due.append((payment.destination_amount, payment.destination_currency, PRINCIPAL))
        if payment.fee_amount:
            due.append((payment.fee_amount, payment.source_currency, FEE))
        if legs and [(each.amount, each.currency, each.code) for each in legs] != due:
            yield f"payment {payment.uetr}: its legs are of {legs}, not of {due}"
        if legs:
            ends_of = {self.accounts[leg.debit_account_id].participant for leg in legs}
            begins, arrives = (self.accounts[legs[0].debit_account_id], self._creditor(payment, legs))
            if (begins.participant, arrives) != (payment.debtor_agent, payment.creditor_agent):
                yield f"payment {payment.uetr} moves money from {ends_of} to {arrives}"
        status = checks.ENDS.get(payment.status)
        for leg in legs:
            stands = self.ended.get(leg.id, PendingStatus.PENDING)
            if stands != status:
                yield f"payment {payment.uetr} is {payment.status}, but its leg {leg.id} is {stands}"

    def _creditor(self, payment: Payment, legs: Sequence[Transfer]) -> str:
        last = legs[1] if payment.provider else legs[0]
        return self.accounts[last.credit_account_id].participant

    def _evidence(self, payment: Payment) -> Iterator[str]:
        story, name = self._stories[payment.number], f"payment {payment.uetr}"
        if payment.legs and not story.orders:
            yield f"{name} was reserved, but no order for it was accepted"
        if payment.legs and story.forwarded != 1:
            yield f"{name} was passed on {story.forwarded} times"
        if payment.status in (SETTLED, CREDITED) and not story.answers:
            yield f"{name} is {payment.status}, but {payment.creditor_agent} never promised to credit it"
        if self._held.get(payment.uetr, False) != (payment.status == HELD):
            yield f"{name} is {payment.status}, but its order is kept as that of a held one, or not kept"
        if payment.uetr in self._held and payment.legs and len(story.persons) < 2:
            yield f"{name} was held, and released by {len(story.persons)} persons, not by two"

    def _ask_quotes(self, quotes: Iterable[Quote], exposures: Iterable[Any], counts: Iterable[Any]) -> None:
        for quote in quotes:
            before = self._quotes.get(quote.quote_id)
            payment = self.payments.get(self._by_number.get(quote.spent_by, ""))
            self._ask("quotes", self._spent(before, quote, payment))
            if before is None:
                self._ask("conversions", checks.conversion(quote))
            by = (quote.status == OPEN) - (before is not None and before.status == OPEN)
            self._open_quotes[quote.debtor_agent] += by
            self._exposures[quote.provider, quote.destination_currency] += by * quote.destination_amount
            self._quotes[quote.quote_id] = quote
        for each in exposures:
            due = self._exposures[each.provider, each.currency]
            wrong = f"{each.provider} is counted to promise {each.amount} {each.currency}, its quotes {due}"
            self._ask("exposures", () if each.amount == due else (wrong,))
        for each in counts:
            due = self._open_quotes[each.debtor_agent]
            wrong = f"{each.debtor_agent} is counted to have {each.quotes} open quotes, but has {due}"
            self._ask("exposures", () if each.quotes == due else (wrong,))

    def _spent(self, before: Quote | None, quote: Quote, payment: Payment | None) -> Iterator[str]:
        if before is not None and before.status != OPEN:
            yield f"quote {quote.quote_id} was {before.status} and is {quote.status}"
        yield from checks.spent(quote, payment)


def _unequal(account_id: int, stored: Balance, due: Balance) -> Iterator[str]:
    if stored != due:
        yield f"account {account_id}: {stored} is stored, but its transfers add up to {due}"


def _net(balance: Balance) -> int:
    return balance.credits_posted - balance.debits_posted


def _net_pending(balance: Balance) -> int:
    return balance.credits_pending - balance.debits_pending
