"""What persons decide about held payments: one that is released is decided anew."""

import msgspec

from corridor.decision import Accepted, Answer, Handler, Rejected, Step
from corridor.services.instant import holds
from corridor.services.instant.commands import CreditTransfer, RefusePayment, ReleasePayment
from corridor.services.instant.records import HELD_PAYMENT, HeldPayment
from corridor.services.instant.rules import check, proceed
from corridor.services.messaging.commands import Command
from corridor.services.messaging.rules import refuse_silently
from corridor.services.settlement.finality import reject
from corridor.services.settlement.payments import PAYMENT, Payment

_orders = msgspec.msgpack.Decoder(CreditTransfer)


def release_payment(step: Step, command: ReleasePayment) -> Answer:
    """Decide a held payment anew, with agents, policies and the quote as they are now.

    A quote that has expired meanwhile refuses the payment: nobody but the sender may agree to another rate.
    """
    found = _held(step, command)
    if isinstance(found, Rejected):
        return found
    held, payment = found
    order = _orders.decode(held.order)
    outcome = check(step, order) or proceed(step, order, payment)
    holds.end(step, payment)
    if isinstance(outcome, Rejected):
        reject(step, payment, outcome.reason)
    return Accepted()


def refuse_payment(step: Step, command: RefusePayment) -> Answer:
    """Refuse a held payment; the debtor agent hears RR04 and no more."""
    found = _held(step, command)
    if isinstance(found, Rejected):
        return found
    _, payment = found
    holds.end(step, payment)
    reject(step, payment, "RR04")
    return Accepted()


def _held(step: Step, command: ReleasePayment | RefusePayment) -> tuple[HeldPayment, Payment] | Rejected:
    payment = step.get(PAYMENT, command.uetr)
    held = step.get(HELD_PAYMENT, command.uetr)
    if payment is None or held is None or not held.open:
        return Rejected("NOOR", "no such held payment", "uetr")
    step.payment = payment.number
    return held, payment


HANDLERS: dict[type[Command], Handler] = {
    ReleasePayment: Handler(release_payment, refuse_silently),
    RefusePayment: Handler(refuse_payment, refuse_silently),
}
