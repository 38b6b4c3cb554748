"""The money of a payment: which transfers reserve it, and how they end together."""

from collections.abc import Sequence
from typing import Final

import msgspec

from corridor.decision import Rejected, Step
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer, TransferFlag
from corridor.services.credit.rules import post_covered
from corridor.services.fx import positions
from corridor.services.fx.positions import Exchange, passes_position
from corridor.services.messaging.rules import settlement_account
from corridor.services.settlement import limits
from corridor.services.settlement.limits import Movement
from corridor.services.settlement.payments import Payment
from corridor.services.settlement.records import NORMAL

PRINCIPAL: Final = 10
"""Transfer code: money of the payment itself."""
FEE: Final = 11
"""Transfer code: the hub's fee."""

_PENDING: Final = int(TransferFlag.PENDING)
_POST: Final = int(TransferFlag.POST_PENDING)
_VOID: Final = int(TransferFlag.VOID_PENDING)

REFUSALS: Final = {
    TransferResult.EXCEEDS_CREDITS: Rejected(
        "AM04", "the settlement account does not cover it", "IntrBkSttlmAmt"
    ),
    TransferResult.DEBIT_ACCOUNT_FROZEN: Rejected("AC06", "a settlement account is blocked", "DbtrAgt"),
    TransferResult.CREDIT_ACCOUNT_FROZEN: Rejected("AC06", "a settlement account is blocked", "CdtrAgt"),
    TransferResult.DEBIT_ACCOUNT_CLOSED: Rejected("AC05", "a settlement account is closed", "DbtrAgt"),
    TransferResult.CREDIT_ACCOUNT_CLOSED: Rejected("AC07", "a settlement account is closed", "CdtrAgt"),
    TransferResult.AMOUNT_OUT_OF_RANGE: Rejected("AM01", "the amount is zero or too large", "IntrBkSttlmAmt"),
}

POSITION_PASSED: Final = Rejected("AM23", "it passes the limit of the provider's position", "AgrdRate/QtId")


def reserve(step: Step, payment: Payment) -> Payment | Rejected:
    """Reserve every leg as one linked chain, or none.

    One currency is one leg, agent to agent. Two are: debtor agent to provider in the source currency,
    provider to creditor agent in the destination currency, and the fee, if any, in the source currency.
    """
    chain: list[Transfer] = []
    for debit, credit, currency, amount, code in _legs(step, payment):
        debit_account = settlement_account(step, debit, currency)
        credit_account = settlement_account(step, credit, currency)
        if debit_account is None or credit_account is None:
            agent = debit if debit_account is None else credit
            return Rejected("AM03", f"{agent} holds no {currency} here", "IntrBkSttlmAmt/Ccy")
        chain.append(
            Transfer(
                step.number(),
                debit_account.id,
                credit_account.id,
                amount,
                currency,
                flags=_PENDING,
                code=code,
                reference=payment.number,
            )
        )
    moves = list(map(_movement, chain)) if _counted(step, chain) else ()
    refused = limits.refuse(step, moves) if moves else None
    if refused is not None:
        return refused
    if payment.provider and passes_position(step, _exchange(payment), quoted=False):
        return POSITION_PASSED
    posted, results = post_covered(step, chain)
    for result in results:
        if result is not TransferResult.OK and result is not TransferResult.LINKED_EVENT_FAILED:
            return REFUSALS.get(result) or Rejected("AM09", result.name.lower().replace("_", " "))
    for move in moves:
        limits.count(step, move, sent=move.amount)
    if payment.provider:
        positions.reserve(step, _exchange(payment), 1)
    return msgspec.structs.replace(payment, first_transfer=posted[0].id, legs=len(posted))


def post(step: Step, payment: Payment) -> None:
    """Move every reserved leg. It cannot fail: what is reserved is only ever ended here."""
    _end(step, payment, _POST)
    if payment.provider:
        positions.settle(step, _exchange(payment))


def void(step: Step, payment: Payment) -> None:
    """Release every reserved leg."""
    _end(step, payment, _VOID)
    if payment.provider:
        positions.reserve(step, _exchange(payment), -1)


def _end(step: Step, payment: Payment, flag: int) -> None:
    chain = [
        Transfer(step.number(), 0, 0, 0, "", flags=flag, pending_id=pending_id, reference=payment.number)
        for pending_id in range(payment.first_transfer, payment.first_transfer + payment.legs)
    ]
    results = step.post(chain)
    assert not any(results), f"payment {payment.number}: reserved legs do not end: {results}"
    for leg in step.posting.transfers[-len(chain) :]:
        if flag == _POST and limits.counts(step, leg.credit_account_id):
            limits.count(step, _movement(leg), received=leg.amount)
        elif flag == _VOID and limits.counts(step, leg.debit_account_id):
            limits.count(step, _movement(leg), sent=-leg.amount, since=payment.forwarded_at)


def _counted(step: Step, chain: Sequence[Transfer]) -> bool:
    """Say whether somebody's limit or reserve is asked, so that what nobody has set costs a look-up a leg."""
    return any(limits.counts(step, leg.debit_account_id) for leg in chain)


def _movement(leg: Transfer) -> Movement:
    return Movement(leg.debit_account_id, leg.credit_account_id, leg.currency, leg.amount, NORMAL)


def _exchange(payment: Payment) -> Exchange:
    sold, bought = payment.destination_amount, payment.source_amount
    return Exchange(payment.provider, payment.destination_currency, sold, payment.source_currency, bought)


def _legs(step: Step, payment: Payment) -> list[tuple[str, str, str, int, int]]:
    source, destination = payment.source_currency, payment.destination_currency
    if not payment.provider:
        return [(payment.debtor_agent, payment.creditor_agent, source, payment.source_amount, PRINCIPAL)]
    legs = [
        (payment.debtor_agent, payment.provider, source, payment.source_amount, PRINCIPAL),
        (payment.provider, payment.creditor_agent, destination, payment.destination_amount, PRINCIPAL),
    ]
    if payment.fee_amount:
        legs.append((payment.debtor_agent, step.hub, source, payment.fee_amount, FEE))
    return legs
