"""Payments that screening stopped for persons to decide: held before any reservation, released by two."""

import msgspec

from corridor.decision import Step
from corridor.domain.instants import SECOND
from corridor.services.compliance.records import ScreeningPolicy
from corridor.services.instant.commands import CreditTransfer
from corridor.services.instant.records import HELD_PAYMENT, HeldPayment
from corridor.services.messaging.records import CASE
from corridor.services.messaging.rules import open_case
from corridor.services.settlement import tellings
from corridor.services.settlement.payments import HELD, PAYMENT, Payment


def hold(step: Step, command: CreditTransfer, payment: Payment, policy: ScreeningPolicy) -> None:
    """Keep the order as it came; the debtor agent hears PDNG and no more."""
    held = msgspec.structs.replace(
        payment, status=HELD, open=True, due_at=step.now + policy.hold_limit_s * SECOND
    )
    hits = "; ".join(
        f"{hit.score} {hit.list_name} {hit.entry_id}: {hit.explanation}" for hit in command.screening.hits
    )
    case = open_case(step, "held", payment.debtor_agent, hits[:1000])
    order = msgspec.msgpack.encode(command)
    step.put(HELD_PAYMENT, HeldPayment(payment.uetr, open=True, case=case, order=order))
    step.put(PAYMENT, held)
    tellings.tell(step, held, held.debtor_agent)


def end(step: Step, payment: Payment) -> None:
    """Close what was kept of a held payment, and its case."""
    held = step.get(HELD_PAYMENT, payment.uetr)
    assert held is not None, f"payment {payment.number} is held without its order"
    step.put(HELD_PAYMENT, msgspec.structs.replace(held, open=False, order=b""))
    case = step.get(CASE, held.case)
    if case is not None and case.closed_at is None:
        step.put(CASE, msgspec.structs.replace(case, closed_at=step.now))
