"""What must hold of one record, or of one beside another: pure, each answer a sentence on what is wrong.

Whoever checks finds the records: `watch.py` with every batch of a simulation, `follow.py` behind a running hub,
`adapters/postgres/verify*.py` in a whole database.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.decision import Table
from corridor.domain.errors import CorridorError
from corridor.domain.money import convert_destination_fixed, convert_source_fixed
from corridor.ledger.accounts import Account, AccountFlag, Balance
from corridor.ledger.chart import AccountCode
from corridor.ledger.transfers import PendingStatus, Transfer
from corridor.reports import liquidity, returns
from corridor.reports.arrangements import arrangement
from corridor.reports.books import ENDS as _ENDS
from corridor.reports.books import RESERVES, Books
from corridor.reports.exchange import inquiry
from corridor.reports.trades import trade
from corridor.services.fx.arrangements.records import ARRANGEMENT
from corridor.services.fx.records import INQUIRY, OPEN, QUOTE, SOURCE, SPENT, Quote
from corridor.services.instant.rules import ANSWER_TIME
from corridor.services.messaging.admission import OPERATOR
from corridor.services.messaging.records import ACCEPTED, IN, OUT, Identity, Message, SettlementAccount
from corridor.services.settlement.clearing import ITEM
from corridor.services.settlement.correspondents.records import BOOKED
from corridor.services.settlement.cycle_records import (
    CYCLE,
    CYCLE_CLOSING,
    CYCLE_OPEN,
    CYCLE_SETTLED,
    ClearingAccount,
    Cycle,
)
from corridor.services.settlement.funding.records import LIQUIDITY_TRANSFER
from corridor.services.settlement.legs import FEE, PRINCIPAL
from corridor.services.settlement.payments import (
    CLEARED,
    CREDITED,
    HELD,
    PAYMENT,
    REJECTED,
    RESERVED,
    SETTLED,
    Payment,
)
from corridor.services.settlement.pvp.records import TRADE
from corridor.services.settlement.records import OBLIGATION, QUEUED, Obligation, Queue
from corridor.services.settlement.records import SETTLED as OBLIGATION_SETTLED
from corridor.services.settlement.returns.records import RETURNED_PAYMENT

Said = tuple[str, StatusReport]
"""An agent, and what it was told."""

MAY_BE_TOLD = {
    HELD: {HELD},
    RESERVED: {HELD, RESERVED},
    CLEARED: {HELD, CLEARED},
    SETTLED: {HELD, RESERVED, CLEARED, SETTLED},
    CREDITED: {HELD, RESERVED, CLEARED, SETTLED, CREDITED},
    REJECTED: {HELD, RESERVED, REJECTED},
}
"""What the agents may have heard of a payment by the time it stands where it stands."""

Way = Mapping[str | None, set[str]]

MAY_FOLLOW: Way = {
    None: {HELD, RESERVED, CLEARED, SETTLED, REJECTED},
    HELD: {RESERVED, CLEARED, SETTLED, REJECTED},
    RESERVED: {SETTLED, REJECTED},
    CLEARED: {SETTLED},
    SETTLED: {CREDITED},
    CREDITED: set[str](),
    REJECTED: set[str](),
}
"""The way of a payment: docs/rulebook.md, section 5."""

MAY_REACH: Way = {
    None: {HELD, RESERVED, CLEARED, SETTLED, CREDITED, REJECTED},
    HELD: {RESERVED, CLEARED, SETTLED, CREDITED, REJECTED},
    RESERVED: {SETTLED, CREDITED, REJECTED},
    CLEARED: {SETTLED, CREDITED},
    SETTLED: {CREDITED},
    CREDITED: set(),
    REJECTED: set(),
}
"""The same for whoever does not see every step of it."""

ENDS = {
    RESERVED: PendingStatus.PENDING,
    SETTLED: PendingStatus.POSTED,
    CREDITED: PendingStatus.POSTED,
    REJECTED: PendingStatus.VOIDED,
}
"""How the reserved legs of a payment stand, by its status."""

_FIXED = (
    "number", "debtor_agent", "creditor_agent", "source_currency", "source_amount", "content",
    "message_id", "instruction_id", "end_to_end_id", "transaction_id", "received_at", "quote_id",
)  # fmt: skip
_PACS_008, _PACS_002 = "pacs.008.001.13", "pacs.002.001.10"


class Story:
    """What the log says of one payment."""

    __slots__ = ("answers", "forwarded", "orders", "persons")

    def __init__(self) -> None:
        self.orders = self.forwarded = self.answers = 0
        self.persons: set[str] = set()

    def tell(self, line: Message) -> None:
        """Take in a line that belongs to the payment."""
        if line.direction == IN and line.outcome == ACCEPTED:
            if line.participant.startswith(OPERATOR):
                self.persons.add(line.participant)
            self.orders += line.definition == _PACS_008
            self.answers += line.definition == _PACS_002
        elif line.direction == OUT:
            self.forwarded += line.definition == _PACS_008


def limits(account: Account, balance: Balance) -> Iterator[str]:
    """The account has not gone beyond what it had and its limit."""
    flags = account.flags
    if flags & AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS:
        debits, cover = (
            balance.debits_pending + balance.debits_posted,
            balance.credits_posted + account.credit_limit,
        )
        if debits > cover:
            yield f"account {account.id} ({account.participant} {account.currency}): {debits} pass {cover}"
    if flags & AccountFlag.CREDITS_MUST_NOT_EXCEED_DEBITS:
        credits_ = balance.credits_pending + balance.credits_posted
        if credits_ > balance.debits_posted:
            yield f"account {account.id}: credits of {credits_} pass its debits of {balance.debits_posted}"


def payment(p: Payment) -> Iterator[str]:
    """The record is one that its status allows: open with a timer, unless it waits in a queue, or final with a time."""
    forwarded, final = p.forwarded_at or 0, p.final_at or 0
    match p.status:
        case "PDNG":
            fits = p.legs == 0 and p.final_at is None
        case "ACSP":
            fits = p.legs > 0 and p.final_at is None and p.forwarded_at is not None
        case "ACPD":
            fits = p.legs == 1 and p.final_at is None and p.forwarded_at is not None
        case "ACSC":
            fits = p.legs > 0 and final >= forwarded and p.credited_at is None
        case "ACCC":
            fits = p.legs > 0 and final >= forwarded and (p.credited_at or 0) >= final
        case "RJCT":
            fits = (p.legs > 0) == (p.forwarded_at is not None) and p.final_at is not None
        case _:
            fits = False
    is_open = p.status in (HELD, RESERVED)
    due_legs = 1 if not p.provider else 3 if p.fee_amount else 2
    if (
        not fits
        or p.open != is_open
        or (p.due_at is not None and not is_open)
        or (p.due_at is None and p.status == RESERVED)
        or bool(p.reason) != (p.status == REJECTED)
        or p.legs not in (0, due_legs)
    ):
        yield f"payment {p.uetr} is {p.status}, but its record is not: {p}"
    moved = (p.destination_currency, p.destination_amount, p.fee_amount, p.rate, p.unit_currency)
    same = (p.source_currency, p.source_amount, 0, None, "")
    if not p.provider and (moved != same or (p.legs and p.quote_id)):
        yield f"payment {p.uetr} has no provider, but is recorded as a conversion"


def follows(before: Payment | None, after: Payment, way: Way = MAY_FOLLOW) -> Iterator[str]:
    """The payment went its way, and nothing that was agreed has changed on it."""
    if before is None:
        if after.status not in way[None]:
            yield f"payment {after.uetr} begins as {after.status}"
        return
    if after.status != before.status and after.status not in way[before.status]:
        yield f"payment {after.uetr}: {after.status} follows {before.status}"
    if any(getattr(before, name) != getattr(after, name) for name in _FIXED):
        yield f"payment {after.uetr}: what was ordered has changed"
    if before.final_at is not None and (before.final_at, before.reason) != (after.final_at, after.reason):
        yield f"payment {after.uetr}: the time or reason of its end has changed"


def times(p: Payment) -> Iterator[str]:
    """Silence ends a payment no sooner than its time; what is final was forwarded before."""
    if p.final_at is None or p.forwarded_at is None:
        return
    if p.final_at < p.forwarded_at:
        yield f"payment {p.uetr} was final before it was forwarded"
    if p.reason == "AB05" and p.final_at < p.forwarded_at + ANSWER_TIME:
        waited_ms = (p.final_at - p.forwarded_at) // 1_000
        yield f"payment {p.uetr}: its creditor agent had only {waited_ms} ms to answer"


def converted(quote: Quote | None, payment: Payment) -> Iterator[str]:
    """The quote that a payment converted on is there, and was spent by it, as it says."""
    if quote is None:
        yield f"payment {payment.uetr} converted on quote {payment.quote_id}, which is not there"
    elif quote.spent_by != payment.number:
        yield f"payment {payment.uetr} has moved money on quote {quote.quote_id}, spent by {quote.spent_by}"
    else:
        yield from spent(quote, payment)


def spent(quote: Quote, p: Payment | None) -> Iterator[str]:
    """A spent quote names the payment that spent it; what it moved is what was quoted, in its time."""
    if (quote.due_at is not None) != (quote.status == OPEN):
        yield f"quote {quote.quote_id} is {quote.status}, but its timer is {quote.due_at}"
    if (quote.status == SPENT) != (quote.spent_by != 0):
        yield f"quote {quote.quote_id} is {quote.status}, spent by {quote.spent_by}"
    if quote.status != SPENT:
        return
    if p is None or p.quote_id != quote.quote_id:
        yield f"quote {quote.quote_id}: payment number {quote.spent_by}, which spent it, does not name it"
        return
    if not p.legs:
        return
    moved = (
        p.debtor_agent, p.creditor_agent, p.provider, p.source_amount, p.source_currency,
        p.destination_amount, p.destination_currency, p.fee_amount, p.unit_currency, p.rate,
    )  # fmt: skip
    quoted = (
        quote.debtor_agent, quote.creditor_agent, quote.provider, quote.source_amount, quote.source_currency,
        quote.destination_amount, quote.destination_currency, quote.fee_amount, quote.base_currency,
        quote.rate,
    )  # fmt: skip
    if moved != quoted:
        yield f"quote {quote.quote_id}: its payment moved something else than was quoted"
    if not quote.created_at <= (p.forwarded_at or 0) <= quote.expires_at:
        yield f"quote {quote.quote_id}: its payment was decided out of its time"


def conversion(quote: Quote) -> Iterator[str]:
    """What a quote promises is what its rate gives for the fixed side, rounded once."""
    try:
        stated = (quote.source, quote.destination, quote.remainder)
        if quote.fixed == SOURCE:
            due = convert_source_fixed(quote.source, quote.agreed_rate)
        else:
            due = convert_destination_fixed(quote.destination, quote.agreed_rate)
    except CorridorError as error:
        yield f"quote {quote.quote_id}: it is no conversion: {error}"
        return
    if stated != (due.source, due.destination, due.remainder):
        yield (
            f"quote {quote.quote_id}: {quote.source} to {quote.destination} with a remainder of"
            f" {quote.remainder}; at its rate it is {due.source} to {due.destination} and {due.remainder}"
        )


def told(p: Payment, said: Sequence[Said], *, all_of_it: bool = True) -> Iterator[str]:
    """Yield what agents were told that is not so and, of `all_of_it`, what they were never told."""
    name = f"payment {p.uetr}"
    status, agents = p.status, {p.debtor_agent, p.creditor_agent}
    heard: dict[str, set[str]] = {}
    for agent, report in said:
        word = report.transaction_status
        heard.setdefault(agent, set()).add(word)
        if agent not in agents:
            yield f"{name}: {agent} was told {word}, but is neither of its agents"
        named = _named(p, agent)
        if named != (stated := _stated(report)):
            yield f"{name}: {agent} was told {word} of {stated}, not of {named}"
        if word not in MAY_BE_TOLD.get(status, ()):
            yield f"{name}: {agent} was told {word}, but the payment is {status}"
        elif word == REJECTED and report.reason != p.reason:
            yield f"{name}: {agent} was told RJCT {report.reason}, the record says {p.reason}"
        elif word in (SETTLED, CREDITED) and report.effective_settlement_at != p.final_at:
            yield f"{name}: {agent} was told another time of settlement than the record's"
    final = {REJECTED: REJECTED, SETTLED: SETTLED, CREDITED: SETTLED}.get(status)
    if all_of_it and final is not None:
        due = agents if p.forwarded_at is not None else {p.debtor_agent}
        for agent in sorted(due):
            if final not in heard.get(agent, ()):
                yield f"{name} is {status}, but {agent} was never told {final}"


def at_once(transfers: Sequence[Transfer]) -> bool:
    """Say whether these moved money without reserving it before."""
    return bool(transfers) and not any(each.flags & (RESERVES | _ENDS) for each in transfers)


def legs(p: Payment, transfers: Sequence[Transfer], books: Books) -> Iterator[str]:
    """Each leg stands as the payment does, with its amount, and nothing else is moved in its name.

    `transfers` are those in its name: what was reserved and the ends of that, or one that moved at once.
    """
    if at_once(transfers):
        code = transfers[0].code
        final = (SETTLED, CREDITED)
        may_be = {PRINCIPAL: final, BOOKED: final, ITEM: (CLEARED, *final)}.get(code, ())
        due_to = (p.debtor_agent, p.creditor_agent, p.source_amount, p.source_currency, code)
        moved = [
            (books.owner(t.debit_account_id), books.owner(t.credit_account_id), t.amount, t.currency, t.code)
            for t in transfers
        ]
        if moved != [due_to] or p.legs != 1 or p.status not in may_be:
            yield f"payment {p.uetr} is {p.status}, but moved {moved} at once, not {due_to}"
        return
    reserved = [each for each in transfers if each.flags & RESERVES]
    ends = len(transfers) - len(reserved)
    if len(reserved) != p.legs or ends != (0 if p.open else p.legs):
        yield f"payment {p.uetr} is {p.status} with {len(reserved)} legs and {ends} ends of them"
        return
    if not reserved:
        return
    due = [(p.source_amount, p.source_currency, PRINCIPAL)]
    if p.provider:
        due.append((p.destination_amount, p.destination_currency, PRINCIPAL))
    if p.fee_amount:
        due.append((p.fee_amount, p.source_currency, FEE))
    if [(each.amount, each.currency, each.code) for each in reserved] != due:
        yield f"payment {p.uetr}: its legs are of {reserved}, not of {due}"
        return
    begins = books.owner(reserved[0].debit_account_id)
    arrives = books.owner(reserved[1 if p.provider else 0].credit_account_id)
    if (begins, arrives) != (p.debtor_agent, p.creditor_agent):
        yield f"payment {p.uetr} moves money from {begins} to {arrives}"
    for leg in reserved:
        stands = books.ended.get(leg.id, PendingStatus.PENDING)
        if stands != ENDS.get(p.status):
            yield f"payment {p.uetr} is {p.status}, but its leg {leg.id} is {stands}"


def evidence(
    p: Payment,
    story: Story,
    held: bool | None,
    obligation: Obligation | None,
    *,
    netted: bool,
    booked: bool = False,
) -> Iterator[str]:
    """What was reserved was ordered, what settled was promised; what was `held` was released by two persons.

    `held` says whether the order is kept as that of a held payment; None if it never was. What has an `obligation` is
    settled gross, without a promise, and pending while it is queued; nobody promises what was `netted`, in a cycle, or
    `booked`, on a correspondent account.
    """
    name = f"payment {p.uetr}"
    if p.legs and not story.orders:
        yield f"{name} was reserved, but no order for it was accepted"
    if p.legs and story.forwarded != 1:
        yield f"{name} was passed on {story.forwarded} times"
    gross = obligation is not None and obligation.state == OBLIGATION_SETTLED
    if p.status in (SETTLED, CREDITED) and not story.answers and not (gross or netted or booked):
        yield f"{name} is {p.status}, but {p.creditor_agent} never promised to credit it"
    queued = obligation is not None and obligation.state == QUEUED
    if (bool(held) or queued) != (p.status == HELD):
        yield f"{name} is {p.status}, but its order is kept as that of a held one, or not kept"
    if held is not None and p.legs and len(story.persons) < 2:
        yield f"{name} was held, and released by {len(story.persons)} persons, not by two"


def obligation(o: Obligation, p: Payment | None) -> Iterator[str]:
    """What waits is a payment that is pending; what settled or was rejected has an end, and waits for nothing."""
    if p is None or (p.number, p.source_amount, p.source_currency) != (o.number, o.amount, o.currency):
        yield f"obligation {o.number} is of no payment, or of another amount than its payment"
        return
    allowed = {QUEUED: {HELD}, OBLIGATION_SETTLED: {SETTLED, CREDITED}}.get(o.state, {REJECTED})
    if p.status not in allowed:
        yield f"obligation {o.number} is {o.state}, but its payment is {p.status}"


def obligation_alone(o: Obligation) -> Iterator[str]:
    """It waits with a timer, or has ended, and settled in its time only."""
    waits = o.state == QUEUED
    if waits != (o.due_at is not None) or waits != (o.ended_at is None):
        yield f"obligation {o.number} is {o.state}, but its timer is {o.due_at} and its end {o.ended_at}"
    if o.state == OBLIGATION_SETTLED and not (o.from_at or 0) <= (o.ended_at or 0) < o.reject_at:
        yield f"obligation {o.number} settled out of its time"


def counted(queues: Iterable[Queue], obligations: Iterable[Obligation]) -> Iterator[str]:
    """What is counted to wait for an account's money is what waits."""
    due: dict[int, Queue] = {}
    for each in obligations:
        if each.state == QUEUED and each.from_at is None:
            queue = due.get(each.debit_account_id) or Queue(each.debit_account_id)
            due[each.debit_account_id] = queue.changed(each.priority, 1, each.amount)
    stated = {each.account_id: each for each in queues}
    for account_id in due.keys() | stated.keys():
        nothing = Queue(account_id)
        if stated.get(account_id, nothing) != due.get(account_id, nothing):
            yield f"account {account_id} is counted to have others waiting than it has"


def identity(line: Message, known: Identity | None) -> Iterator[str]:
    """What came in is known by its id; only what was refused may find its id taken by other content."""
    name = f"batch {line.batch}, line {line.position}: {line.message_id} of {line.participant}"
    if known is None or (known.batch, known.position) > (line.batch, line.position):
        yield f"{name} came in, but is not known"
    elif (known.batch, known.position) < (line.batch, line.position):
        if line.outcome == ACCEPTED or line.content == known.digest:
            yield f"{name} was decided a second time"
    elif (known.digest, known.outcome, known.at) != (line.content, line.outcome, line.at):
        yield f"{name} is known otherwise"


def cycle(c: Cycle) -> Iterator[str]:
    """Its times are those of its state, and what has settled has its proof."""
    times = (c.closed_at is not None, c.settled_at is not None)
    due = {CYCLE_OPEN: (False, False), CYCLE_CLOSING: (True, False), CYCLE_SETTLED: (True, True)}
    told = c.items if c.ended_at is not None else c.told
    if (
        times != due.get(c.state)
        or not c.opened_at <= (c.closed_at or c.opened_at) <= (c.settled_at or c.closed_at or c.opened_at)
        or bool(c.digest) != (c.state == CYCLE_SETTLED)
        or not 0 <= c.told <= told <= c.items
        or (c.ended_at is not None) != (c.state == CYCLE_SETTLED and c.told == c.items)
    ):
        yield f"cycle {c.number} is {c.state}, but its record is not: {c}"


def account(a: Account, entries: Sequence[SettlementAccount | ClearingAccount]) -> Iterator[str]:
    """It is the one settlement or clearing account of its participant in its currency, or one of a pair."""
    if a.code in (AccountCode.CREDIT, AccountCode.CORRESPONDENT) and not entries:
        return
    if [(each.participant, each.currency) for each in entries] != [(a.participant, a.currency)]:
        used = ", ".join(f"{each.participant} {each.currency}" for each in entries) or "nobody"
        yield f"account {a.id} is of {a.participant} in {a.currency}, but used by {used}"


def _named(p: Payment, agent: str) -> tuple[object, ...]:
    """What a status says of which payment it is, by the record."""
    is_debtor = agent == p.debtor_agent
    return (
        p.uetr,
        str(p.number),
        p.message_id if is_debtor else p.forwarded_id or p.message_id,
        p.instruction_id or None,
        p.end_to_end_id,
        p.transaction_id or None,
        p.received_at,
    )


def _stated(report: StatusReport) -> tuple[object, ...]:
    """The same, by the status."""
    return (
        report.original_uetr,
        report.clearing_system_reference,
        report.original_message_id,
        report.original_instruction_id,
        report.original_end_to_end_id,
        report.original_transaction_id,
        report.acceptance_at,
    )


class OfRecord(NamedTuple):
    """What must hold of every record of a table, whatever else there is."""

    name: str
    table: Table[Any]
    check: Callable[[Any], Iterator[str]]


OF_RECORDS: Final = (
    OfRecord("payments", PAYMENT, payment),
    OfRecord("times", PAYMENT, times),
    OfRecord("conversions", QUOTE, conversion),
    OfRecord("inquiry states", INQUIRY, inquiry),
    OfRecord("obligations", OBLIGATION, obligation_alone),
    OfRecord("cut-offs", CYCLE, cycle),
    OfRecord("trade states", TRADE, trade),
    OfRecord("arrangement states", ARRANGEMENT, arrangement),
    OfRecord("liquidity states", LIQUIDITY_TRANSFER, liquidity.record),
    OfRecord("return states", RETURNED_PAYMENT, returns.record),
)
"""A line here, and the simulator, the checker and `corridor verify` ask it of each record that they see."""
