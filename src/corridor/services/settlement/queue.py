"""Gross settlement: at once if nobody waits in front and everything is covered, else when it can.

Nothing here looks at more than the counts of an account: what a decision costs does not grow with the queue.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.decision import Accepted, Answer, Key, Rejected, Step, Table
from corridor.domain.instants import Instant, iso
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer, TransferFlag
from corridor.services.credit.rules import post_covered
from corridor.services.messaging.rules import open_case, settlement_account
from corridor.services.settlement import limits, tellings
from corridor.services.settlement.commands import SettleObligations
from corridor.services.settlement.days import Times, times_of
from corridor.services.settlement.finality import reject, settle_at_once
from corridor.services.settlement.legs import PRINCIPAL, REFUSALS
from corridor.services.settlement.limits import Movement
from corridor.services.settlement.payments import HELD, PAYMENT, Payment
from corridor.services.settlement.records import (
    NORMAL,
    OBLIGATION,
    PRIORITIES,
    QUEUE,
    QUEUED,
    QUEUED_ORDER,
    REJECTED,
    SETTLED,
    Obligation,
    Queue,
    QueuedOrder,
)

ITEMS_MAX: Final = 500
METHOD_MAX: Final = 35
AT_ONCE: Final = "at once"
TIMED_OUT: Final = "AB03"
_OFFSETTING: Final = int(TransferFlag.OFFSETTING)
_MAY_PASS: Final = frozenset({"AM04", "AM14", "AM23"})
"""Reasons that more money, or another day's limit, takes away."""
_orders = msgspec.msgpack.Decoder(CreditTransfer)


def settle_gross(step: Step, order: CreditTransfer, payment: Payment) -> Accepted | Rejected:
    """Settle an order of the channel RTGS now, or let it wait."""
    if order.agreed_rate is not None:
        return Rejected("CH17", "what is settled gross has one currency", "AgrdRate")
    times = times_of(step, order)
    if isinstance(times, Rejected):
        return times
    obligation = _obligation(step, order, payment, times)
    if isinstance(obligation, Rejected):
        return obligation
    if times.from_at is None:
        posted = _post_if_first(step, obligation)
        if isinstance(posted, int):
            step.put(OBLIGATION, _ended(step, obligation, SETTLED, AT_ONCE))
            settle_at_once(step, payment, order, posted)
            return Accepted()
        if posted.reason not in _MAY_PASS:
            return posted
        count(step, obligation, 1)
    waiting = msgspec.structs.replace(payment, status=HELD, open=True, due_at=None)
    step.put(PAYMENT, waiting)
    step.put(OBLIGATION, obligation)
    step.put(QUEUED_ORDER, QueuedOrder(obligation.number, msgspec.msgpack.encode(order)))
    tellings.tell(step, waiting, waiting.debtor_agent)
    return Accepted()


def settle_obligations(step: Step, command: SettleObligations) -> Answer:
    """Settle what the worker has found: checked anew, all or none."""
    numbers = command.numbers
    if not 1 <= len(numbers) <= ITEMS_MAX or len(set(numbers)) < len(numbers):
        return Rejected("CH16", f"1 to {ITEMS_MAX} different payments settle together", "numbers")
    if not 1 <= len(command.method) <= METHOD_MAX:
        return Rejected("CH16", f"a method has 1 to {METHOD_MAX} characters", "method")
    chosen: list[Obligation] = []
    for number in numbers:
        found = step.get(OBLIGATION, number)
        if found is None or found.state != QUEUED or found.from_at is not None or found.reject_at <= step.now:
            return Rejected("NOOR", f"payment {number} does not wait", "numbers")
        chosen.append(found)
    refused = _passes_by(step, chosen)
    if refused is not None:
        return refused
    posted = _post(step, chosen)
    if isinstance(posted, Rejected):
        return posted
    for place, obligation in enumerate(chosen):
        _settle(step, obligation, posted + place, command.method)
    step.payment = 0
    return Accepted()


def wake_obligation(step: Step, obligation: Obligation) -> None:
    """Do what the time asks for: end it (AB03), let it begin to wait, or warn."""
    step.payment = obligation.number
    if obligation.reject_at <= step.now:
        end(step, obligation, REJECTED)
        reject(step, payment_of(step, obligation), TIMED_OUT)
    elif obligation.from_at is not None and obligation.from_at <= step.now:
        _begin(step, obligation)
    else:
        assert obligation.till_at is not None, f"obligation {obligation.number} has nothing to wake for"
        text = f"payment {obligation.uetr} has not settled by {iso(obligation.till_at)}"
        open_case(step, "unsettled", obligation.debtor, text)
        step.put(OBLIGATION, _timed(msgspec.structs.replace(obligation, till_at=None)))


def end(step: Step, obligation: Obligation, state: str, method: str = "") -> None:
    """Let an obligation wait no longer; nobody needs its order any more."""
    if obligation.from_at is None:
        count(step, obligation, -1)
    step.put(OBLIGATION, _ended(step, obligation, state, method))
    step.put(QUEUED_ORDER, QueuedOrder(obligation.number, b""))


def count(step: Step, obligation: Obligation, by: int) -> None:
    """Count one that begins (1) or ceases (-1) to wait for its account's money."""
    queue = step.get(QUEUE, obligation.debit_account_id) or Queue(obligation.debit_account_id)
    step.put(QUEUE, queue.changed(obligation.priority, by, by * obligation.amount))


def payment_of(step: Step, obligation: Obligation) -> Payment:
    """Return the payment that waits."""
    payment = step.get(PAYMENT, obligation.uetr)
    assert payment is not None, f"obligation {obligation.number} is of no payment"
    return payment


def keys(command: SettleObligations) -> Iterator[tuple[Table[Any], Key]]:
    """Name what settling reads that memory does not hold: the orders."""
    for number in command.numbers[:ITEMS_MAX]:
        yield OBLIGATION, number
        yield QUEUED_ORDER, number


def _begin(step: Step, obligation: Obligation) -> None:
    """From now on it waits for money, behind the others of its priority."""
    begun = _timed(
        msgspec.structs.replace(obligation, from_at=None, place=step.number(), entered_at=step.now)
    )
    posted = _post_if_first(step, begun)
    count(step, begun, 1)
    if isinstance(posted, int):
        _settle(step, begun, posted, "at its time")
    else:
        step.put(OBLIGATION, begun)


def _settle(step: Step, obligation: Obligation, transfer_id: int, method: str) -> None:
    """Make final what has been posted, and pass on the order."""
    kept = step.get(QUEUED_ORDER, obligation.number)
    assert kept is not None, f"obligation {obligation.number} has lost its order"
    step.payment = obligation.number
    end(step, obligation, SETTLED, method)
    settle_at_once(step, payment_of(step, obligation), _orders.decode(kept.order), transfer_id)


def _post_if_first(step: Step, obligation: Obligation) -> int | Rejected:
    queue = step.get(QUEUE, obligation.debit_account_id)
    if queue is not None and queue.waiting(obligation.priority):
        return Rejected("AM04", "others wait in front of it")
    return _post(step, [obligation])


def _post(step: Step, obligations: Sequence[Obligation]) -> int | Rejected:
    """Move the money of all or of none; return the id of the first transfer, which the others follow."""
    moves = [
        Movement(o.debit_account_id, o.credit_account_id, o.currency, o.amount, o.priority)
        for o in obligations
    ]
    refused = limits.refuse(step, moves)
    if refused is not None:
        return refused
    flags = _OFFSETTING if len(obligations) > 1 else 0
    chain = [
        Transfer(
            step.number(),
            o.debit_account_id,
            o.credit_account_id,
            o.amount,
            o.currency,
            flags=flags,
            code=PRINCIPAL,
            reference=o.number,
        )
        for o in obligations
    ]
    alone = len(chain) == 1  # several are settled against each other so that nobody needs credit
    posted, results = post_covered(step, chain) if alone else (chain, step.post(chain))
    for result in results:
        if result is not TransferResult.OK and result is not TransferResult.LINKED_EVENT_FAILED:
            return REFUSALS.get(result) or Rejected("AM09", result.name.lower().replace("_", " "))
    for move in moves:
        limits.count(step, move, sent=move.amount, received=move.amount)
    return posted[0].id


def _passes_by(step: Step, chosen: Sequence[Obligation]) -> Rejected | None:
    """Refuse a choice after which one of higher priority would still wait."""
    counts: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for obligation in chosen:
        counts[obligation.debit_account_id][obligation.priority] += 1
    for account_id, of_account in counts.items():
        queue, last = step.get(QUEUE, account_id), max(of_account)
        assert queue is not None, f"account {account_id} has obligations, but no queue"
        if last and queue.waiting(last - 1) > sum(of_account[priority] for priority in range(last)):
            return Rejected("NARR", f"one of higher priority waits on account {account_id}", "numbers")
    return None


def _obligation(step: Step, order: CreditTransfer, payment: Payment, times: Times) -> Obligation | Rejected:
    currency = payment.source_currency
    debit = settlement_account(step, payment.debtor_agent, currency)
    credit = settlement_account(step, payment.creditor_agent, currency)
    if debit is None or credit is None:
        agent = payment.debtor_agent if debit is None else payment.creditor_agent
        return Rejected("AM03", f"{agent} holds no {currency} here", "IntrBkSttlmAmt/Ccy")
    return _timed(
        Obligation(
            number=payment.number,
            uetr=payment.uetr,
            state=QUEUED,
            due_at=None,
            debtor=payment.debtor_agent,
            creditor=payment.creditor_agent,
            debit_account_id=debit.id,
            credit_account_id=credit.id,
            currency=currency,
            amount=payment.source_amount,
            priority=PRIORITIES.get(order.settlement_priority or "", NORMAL),
            place=payment.number,
            entered_at=step.now,
            from_at=times.from_at,
            till_at=times.till_at,
            reject_at=times.reject_at,
        )
    )


def _ended(step: Step, obligation: Obligation, state: str, method: str) -> Obligation:
    return msgspec.structs.replace(obligation, state=state, due_at=None, ended_at=step.now, method=method)


def _timed(obligation: Obligation) -> Obligation:
    """Return it with the time when something is to be done about it."""
    instants: list[Instant | None] = [obligation.from_at, obligation.till_at, obligation.reject_at]
    due_at = min(instant for instant in instants if instant is not None)
    return msgspec.structs.replace(obligation, due_at=due_at)
