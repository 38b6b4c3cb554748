"""A cycle from cut-off to finality: closed, proven, settled once, and told; or a member is in default."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from corridor.decision import ACCOUNT, Accepted, Answer, Key, Rejected, Step, Table
from corridor.domain.instants import SECOND, Instant
from corridor.domain.money import amount_text
from corridor.ledger.accounts import Account, AccountFlag
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer, TransferFlag
from corridor.services.messaging.records import PARTICIPANT
from corridor.services.messaging.rules import open_case, settlement_account
from corridor.services.settlement import limits, tellings
from corridor.services.settlement.clearing import clearing_account, open_cycle
from corridor.services.settlement.commands import (
    CloseCycle,
    DeclareDefault,
    ScheduleCycles,
    SettleCycle,
    TellCycle,
)
from corridor.services.settlement.cycle_records import (
    CYCLE,
    CYCLE_CLOSING,
    CYCLE_ITEM,
    CYCLE_OPEN,
    CYCLE_POSITION,
    CYCLE_SETTLED,
    Cycle,
    CyclePosition,
)
from corridor.services.settlement.losses import LossShare
from corridor.services.settlement.payments import PAYMENT, SETTLED
from corridor.services.settlement.positions import Position, digest, nets

NET: Final = 21
"""Transfer code: a net position, between settlement money and what was cleared."""
LOSS: Final = 22
"""Transfer code: what a survivor pays for a member in default."""
SETTLE_WITHIN: Final = 60 * SECOND
"""A closed cycle that has not settled by then is a case for a person."""
TOLD_MAX: Final = 100
DAY_S: Final = 24 * 60 * 60
_OFFSETTING: Final = int(TransferFlag.OFFSETTING)
_REASONS: Final = {
    TransferResult.EXCEEDS_CREDITS: ("AM04", "lacks the money"),
    TransferResult.DEBIT_ACCOUNT_FROZEN: ("AC06", "is blocked"),
    TransferResult.CREDIT_ACCOUNT_FROZEN: ("AC06", "is blocked"),
}


def schedule_cycles(step: Step, command: ScheduleCycles) -> Answer:
    """Let the open cycle, and each that follows, close at multiples of a time from midnight UTC."""
    every_s = command.every_s
    if every_s and not (1 <= every_s <= DAY_S and DAY_S % every_s == 0):
        return Rejected("CH16", "so many times must make a whole day", "every_s")
    cycle = msgspec.structs.replace(open_cycle(step), every_s=every_s)
    step.put(CYCLE, _timed(step, cycle))
    return Accepted()


def close_cycle(step: Step, command: CloseCycle) -> Answer:
    """Cut off the open cycle behind its last item; the next opens in the same decision."""
    cycle = _known(step, command.cycle, CYCLE_OPEN)
    if isinstance(cycle, Rejected):
        return cycle
    before = _closing(step)
    if before is not None:
        return Rejected("NARR", f"cycle {before.number} has not settled yet", "cycle")
    if not cycle.items:
        return Rejected("NARR", f"nothing is in cycle {cycle.number}", "cycle")
    _close(step, cycle)
    return Accepted()


def settle_cycle(step: Step, command: SettleCycle) -> Answer:
    """Settle what the worker has recomputed, if the hub has counted the same: all positions or none, once."""
    cycle = _known(step, command.cycle, CYCLE_CLOSING)
    if isinstance(cycle, Rejected):
        return cycle
    records = _records(step, cycle)
    own = positions_of(records)
    if command.items != cycle.items or command.digest != digest(cycle.number, cycle.items, own):
        return Rejected("NARR", "the positions are not those that the hub has counted", "digest")
    nets_ = nets(own)
    refused = _refuse_shares(step, cycle, nets_, command.shares)
    if refused is not None:
        return refused
    chain = [*_losses(step, command.shares), *_nets(step, nets_)]
    refused = _post(step, chain)
    if refused is not None:
        return refused
    for record in records:
        step.put(CYCLE_POSITION, msgspec.structs.replace(record, open=False))
    step.put(
        CYCLE,
        msgspec.structs.replace(
            cycle,
            state=CYCLE_SETTLED,
            due_at=None,
            settled_at=step.now,
            digest=command.digest,
            first_transfer=chain[0].id if chain else 0,
            transfers=len(chain),
        ),
    )
    return Accepted()


def tell_cycle(step: Step, command: TellCycle) -> Answer:
    """Tell both agents of the next payments of a settled cycle that they are final, since it settled."""
    cycle = _known(step, command.cycle, CYCLE_SETTLED)
    if isinstance(cycle, Rejected):
        return cycle
    if not 1 <= len(command.payments) <= TOLD_MAX:
        return Rejected("CH16", f"1 to {TOLD_MAX} payments are told together", "payments")
    told = cycle.told
    for number, uetr in command.payments:
        item, payment = step.get(CYCLE_ITEM, number), step.get(PAYMENT, uetr)
        if item is None or payment is None or payment.number != number:
            return Rejected("NOOR", f"payment {number} is in no cycle", "payments")
        if (item.cycle, item.sequence) != (cycle.number, told + 1):
            return Rejected("NOOR", f"the next of cycle {cycle.number} is its item {told + 1}", "payments")
        told += 1
        settled = msgspec.structs.replace(payment, status=SETTLED, final_at=cycle.settled_at)
        step.put(PAYMENT, settled)
        step.payment = number
        tellings.tell(step, settled, settled.debtor_agent)
        tellings.tell(step, settled, settled.creditor_agent)
    step.payment = 0
    ended_at = step.now if told == cycle.items else None
    step.put(CYCLE, msgspec.structs.replace(cycle, told=told, ended_at=ended_at))
    return Accepted()


def declare_default(step: Step, command: DeclareDefault) -> Answer:
    """Write down that a member cannot pay what it owes a closed cycle; who bears it follows from the rule."""
    cycle = _known(step, command.cycle, CYCLE_CLOSING)
    if isinstance(cycle, Rejected):
        return cycle
    if step.get(PARTICIPANT, command.participant) is None:
        return Rejected("RC01", "no such participant", "participant")
    if all(each.participant != command.participant for each in _records(step, cycle)):
        return Rejected("NOOR", f"it has no position in cycle {cycle.number}", "participant")
    defaulted = cycle.defaulted.split()
    if command.participant not in defaulted:
        defaulted.append(command.participant)
    step.put(CYCLE, msgspec.structs.replace(cycle, defaulted=" ".join(sorted(defaulted))))
    return Accepted()


def wake_cycle(step: Step, cycle: Cycle) -> None:
    """Close it at its time, unless it is empty or the one before has not settled; or say that it does not settle."""
    if cycle.state == CYCLE_OPEN:
        if cycle.items and _closing(step) is None:
            _close(step, cycle)
        else:
            step.put(CYCLE, _timed(step, cycle))
        return
    why = "; ".join(_obstacles(step, cycle)) or "nobody has proposed it with positions that agree"
    open_case(step, "unsettled cycle", "", f"cycle {cycle.number} is closed, but has not settled: {why}")
    step.put(CYCLE, msgspec.structs.replace(cycle, due_at=None))


def _obstacles(step: Step, cycle: Cycle) -> Iterator[str]:
    for (currency, member), left in capacities(step, cycle).items():
        if _money(step, member, currency).flags & AccountFlag.FROZEN:
            yield f"{member} is blocked in {currency}"
        if left < 0:
            yield f"{member} lacks {amount_text(-left, currency)}"


def capacities(step: Step, cycle: Cycle) -> dict[tuple[str, str], int]:
    """Return what each member would have left once a cycle has settled, below zero if it lacks that."""
    owed = nets(positions_of(_records(step, cycle)))
    return {
        (currency, member): net + limits.available(step, _money(step, member, currency).id)
        for (currency, member), net in owed.items()
    }


def positions_of(records: Sequence[CyclePosition]) -> tuple[Position, ...]:
    """Return the hub's own positions as values."""
    return tuple(Position(r.currency, r.participant, r.product, r.paid, r.received, r.items) for r in records)


def keys(command: CloseCycle | DeclareDefault | SettleCycle) -> Iterator[tuple[Table[Any], Key]]:
    """Name what these read first."""
    yield CYCLE, command.cycle


def keys_of_telling(command: TellCycle) -> Iterator[tuple[Table[Any], Key]]:
    """Name what telling reads: what was cleared has left memory."""
    yield CYCLE, command.cycle
    for number, uetr in command.payments[:TOLD_MAX]:
        yield CYCLE_ITEM, number
        yield PAYMENT, uetr


def _known(step: Step, number: int, state: str) -> Cycle | Rejected:
    """Return a cycle that is in this state; what was done before is said, never done twice."""
    cycle = step.get(CYCLE, number)
    if cycle is None:
        return Rejected("NOOR", f"there is no cycle {number}", "cycle")
    if cycle.ended_at is not None:
        return Rejected("NOOR", f"cycle {number} has ended", "cycle")
    if cycle.state != state:
        return Rejected("NOOR", f"cycle {number} is {cycle.state}, not {state}", "cycle")
    return cycle


def _closing(step: Step) -> Cycle | None:
    for cycle in step.resident(CYCLE):
        if cycle.state == CYCLE_CLOSING:
            return cycle
    return None


def _close(step: Step, cycle: Cycle) -> None:
    due_at = step.now + SETTLE_WITHIN
    step.put(CYCLE, msgspec.structs.replace(cycle, state=CYCLE_CLOSING, closed_at=step.now, due_at=due_at))
    following = Cycle(cycle.number + 1, CYCLE_OPEN, None, step.now, every_s=cycle.every_s)
    step.put(CYCLE, _timed(step, following))


def _timed(step: Step, cycle: Cycle) -> Cycle:
    due_at: Instant | None = None
    if cycle.every_s:
        every = cycle.every_s * SECOND
        due_at = step.now - step.now % every + every
    return msgspec.structs.replace(cycle, due_at=due_at)


def _records(step: Step, cycle: Cycle) -> list[CyclePosition]:
    return [each for each in step.resident(CYCLE_POSITION) if each.cycle == cycle.number]


def _money(step: Step, participant: str, currency: str) -> Account:
    account = settlement_account(step, participant, currency)
    assert account is not None, f"{participant} has a position in {currency}, but no money"
    return account


def _nets(step: Step, nets_: dict[tuple[str, str], int]) -> Iterator[Transfer]:
    for (currency, participant), net in nets_.items():
        money, position = _money(step, participant, currency), clearing_account(step, participant, currency)
        assert position is not None, f"{participant} has a position in {currency}, but no account for it"
        if net:
            debit, credit = (money, position) if net < 0 else (position, money)
            yield Transfer(
                step.number(), debit.id, credit.id, abs(net), currency, flags=_OFFSETTING, code=NET
            )


def _losses(step: Step, shares: Sequence[LossShare]) -> Iterator[Transfer]:
    for share in shares:
        survivor = _money(step, share.survivor, share.currency)
        defaulter = _money(step, share.defaulter, share.currency)
        yield Transfer(
            step.number(),
            survivor.id,
            defaulter.id,
            share.amount,
            share.currency,
            flags=_OFFSETTING,
            code=LOSS,
        )


def _refuse_shares(
    step: Step, cycle: Cycle, nets_: dict[tuple[str, str], int], shares: Sequence[LossShare]
) -> Rejected | None:
    """Losses are shared for declared defaulters only, among those in the cycle, to the unit of what is lacking."""
    more: Counter[tuple[str, str]] = Counter()
    for share in shares:
        receives, gives = (share.currency, share.defaulter), (share.currency, share.survivor)
        if share.amount <= 0 or receives not in nets_ or gives not in nets_ or receives == gives:
            return Rejected("CH16", "a loss is shared between members of the cycle", "shares")
        if share.defaulter not in cycle.defaulted.split():
            return Rejected("AG01", f"{share.defaulter} has not been declared in default", "shares")
        more[receives] += share.amount
        more[gives] -= share.amount
    left = capacities(step, cycle) if shares else {}
    for currency, defaulter in {(share.currency, share.defaulter) for share in shares}:
        over = left[currency, defaulter] + more[currency, defaulter]
        if over:
            text = f"{amount_text(abs(over), currency)} too {'much' if over > 0 else 'little'}"
            return Rejected("NARR", f"the losses of {defaulter} come to {text}", "shares")
    return None


def _post(step: Step, chain: Sequence[Transfer]) -> Rejected | None:
    for transfer, result in zip(chain, step.post(chain), strict=True):
        if result is not TransferResult.OK and result is not TransferResult.LINKED_EVENT_FAILED:
            reason, text = _REASONS.get(result, ("AM09", result.name.lower().replace("_", " ")))
            credited = result is TransferResult.CREDIT_ACCOUNT_FROZEN
            account = step.get(ACCOUNT, transfer.credit_account_id if credited else transfer.debit_account_id)
            who = "nobody" if account is None else account.participant
            return Rejected(reason, f"{who} {text} in {transfer.currency}", "cycle")
    return None
