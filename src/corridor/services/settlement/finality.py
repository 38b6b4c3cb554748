"""The two ends of a payment: settled or rejected, and both sides are told the same."""

import msgspec

from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.decision import Step
from corridor.services.settlement import legs, tellings
from corridor.services.settlement.payments import PAYMENT, REJECTED, SETTLED, Payment


def settle(step: Step, payment: Payment) -> None:
    """Post every reserved leg at once. From the commit of this batch on the payment is final."""
    legs.post(step, payment)
    settled = msgspec.structs.replace(payment, status=SETTLED, open=False, due_at=None, final_at=step.now)
    step.put(PAYMENT, settled)
    tellings.tell(step, settled, payment.debtor_agent)
    tellings.tell(step, settled, payment.creditor_agent)
    if payment.provider:
        tellings.notify_provider(step, settled)


def settle_at_once(
    step: Step, payment: Payment, order: CreditTransfer, transfer_id: int, *information: str
) -> None:
    """Make a payment final whose money this decision has posted in one transfer; no promise was needed."""
    settled = msgspec.structs.replace(
        payment,
        status=SETTLED,
        open=False,
        due_at=None,
        first_transfer=transfer_id,
        legs=1,
        forwarded_at=step.now,
        forwarded_id=step.message_id(payment.creditor_agent),
        final_at=step.now,
    )
    step.put(PAYMENT, settled)
    tellings.forward(step, order, settled)
    tellings.tell(step, settled, payment.debtor_agent, *information)
    tellings.tell(step, settled, payment.creditor_agent, *information)


def reject(step: Step, payment: Payment, reason: str) -> None:
    """End a payment without moving anything, and tell whoever has heard of it."""
    rejected = msgspec.structs.replace(
        payment, status=REJECTED, open=False, due_at=None, reason=reason, final_at=step.now
    )
    step.put(PAYMENT, rejected)
    tellings.tell(step, rejected, payment.debtor_agent)
    if payment.forwarded_at is not None:
        tellings.tell(step, rejected, payment.creditor_agent)
