"""What may be done about a payment that waits: by its owner, the debtor agent, and by operators."""

from collections.abc import Iterator
from typing import Any

import msgspec

from corridor.decision import Accepted, Answer, Key, Rejected, Step, Table
from corridor.services.settlement.commands import (
    CancelObligation,
    MoveObligation,
    RejectObligation,
    SetObligationPriority,
)
from corridor.services.settlement.finality import reject
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.queue import count, end
from corridor.services.settlement.records import (
    CANCELLED,
    OBLIGATION,
    PRIORITIES,
    QUEUED,
    REJECTED,
    Obligation,
)

CANCELLED_BY_USER = "DS02"
Owned = MoveObligation | CancelObligation | SetObligationPriority


def move_obligation(step: Step, command: MoveObligation) -> Answer:
    """Put it before or behind the others of its priority."""
    obligation = _owned(step, command)
    if isinstance(obligation, Rejected):
        return obligation
    if obligation.from_at is not None:
        return Rejected("DT01", "its time to wait has not come yet", "uetr")
    # The hub's numbers ascend: of two that were put first, the later one is.
    place = -step.number() if command.to == "first" else step.number()
    step.put(OBLIGATION, msgspec.structs.replace(obligation, place=place))
    return Accepted()


def set_obligation_priority(step: Step, command: SetObligationPriority) -> Answer:
    """Give it another priority, behind the others that have it."""
    obligation = _owned(step, command)
    if isinstance(obligation, Rejected):
        return obligation
    priority = PRIORITIES[command.priority]
    if priority == obligation.priority:
        return Accepted()
    changed = msgspec.structs.replace(obligation, priority=priority, place=step.number())
    if obligation.from_at is None:
        count(step, obligation, -1)
        count(step, changed, 1)
    step.put(OBLIGATION, changed)
    return Accepted()


def cancel_obligation(step: Step, command: CancelObligation) -> Answer:
    """Take it back: its payment is rejected, nothing has moved."""
    obligation = _owned(step, command)
    if isinstance(obligation, Rejected):
        return obligation
    return _reject(step, obligation, CANCELLED)


def reject_obligation(step: Step, command: RejectObligation) -> Answer:
    """End it for its owner, as two operators want."""
    obligation = _waiting(step, command.uetr)
    if isinstance(obligation, Rejected):
        return obligation
    return _reject(step, obligation, REJECTED)


def keys(command: Owned | RejectObligation) -> Iterator[tuple[Table[Any], Key]]:
    """Name what these commands read first."""
    yield PAYMENT, command.uetr


def _reject(step: Step, obligation: Obligation, state: str) -> Accepted:
    payment = step.get(PAYMENT, obligation.uetr)
    assert payment is not None, f"obligation {obligation.number} is of no payment"
    end(step, obligation, state)
    reject(step, payment, CANCELLED_BY_USER)
    return Accepted()


def _owned(step: Step, command: Owned) -> Obligation | Rejected:
    obligation = _waiting(step, command.uetr)
    if isinstance(obligation, Obligation) and obligation.debtor != command.origin.signer:
        step.payment = 0
        return Rejected("NOOR", "no such payment of yours waits", "uetr")
    return obligation


def _waiting(step: Step, uetr: str) -> Obligation | Rejected:
    payment = step.get(PAYMENT, uetr)
    obligation = None if payment is None or not payment.open else step.get(OBLIGATION, payment.number)
    if obligation is None or obligation.state != QUEUED:
        return Rejected("NOOR", "no such payment of yours waits", "uetr")
    step.payment = obligation.number
    return obligation
