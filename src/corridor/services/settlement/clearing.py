"""An order for a netting cycle: its money moves at once between positions, and becomes final with the cycle.

What a decision costs does not grow with the cycle: it adds to two positions and to a count.
"""

from typing import Final

import msgspec

from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.decision import ACCOUNT, Accepted, Answer, Rejected, Step
from corridor.domain.money import MAX_MINOR, amount_text
from corridor.ledger.accounts import Account, AccountFlag
from corridor.ledger.chart import AccountCode
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer
from corridor.services.messaging.rules import settlement_account
from corridor.services.settlement import limits, tellings
from corridor.services.settlement.commands import SetClearingCap
from corridor.services.settlement.cycle_records import (
    CLEARING_ACCOUNT,
    CYCLE,
    CYCLE_CLOSING,
    CYCLE_ITEM,
    CYCLE_OPEN,
    CYCLE_POSITION,
    PRODUCTS,
    ClearingAccount,
    Cycle,
    CycleItem,
    CyclePosition,
    product_of,
)
from corridor.services.settlement.days import business_day
from corridor.services.settlement.goods import goods_codes
from corridor.services.settlement.legs import REFUSALS
from corridor.services.settlement.limits import Movement
from corridor.services.settlement.payments import CLEARED, PAYMENT, Payment
from corridor.services.settlement.records import URGENT

ITEM: Final = 20
"""Transfer code: a payment's money between two positions."""
CAPPED: Final = Rejected("AM23", "it passes the net debit cap", "IntrBkSttlmAmt")
_UNFIT: Final = (
    ("agreed_rate", "AgrdRate", "what is netted has one currency"),
    ("settlement_priority", "SttlmPrty", "what is netted waits for its cycle"),
    ("till_time", "SttlmTmReq", "what is netted settles with its cycle"),
    ("from_time", "SttlmTmReq", "what is netted settles with its cycle"),
    ("reject_time", "SttlmTmReq", "what is netted settles with its cycle"),
)


def clear(step: Step, order: CreditTransfer, payment: Payment) -> Accepted | Rejected:
    """Take an order of the channel MPNS into the open cycle: cycle and place in it are fixed here, for ever."""
    for name, field, text in _UNFIT:
        if getattr(order, name):
            return Rejected("CH17", text, field)
    currency, amount = payment.source_currency, payment.source_amount
    today = business_day(step, currency)
    if order.interbank_settlement_date not in (None, today):
        return Rejected("DT01", f"the business day of {currency} is {today}", "IntrBkSttlmDt")
    debit = _account(step, payment.debtor_agent, currency, "AC06", "DbtrAgt")
    credit = _account(step, payment.creditor_agent, currency, "AC06", "CdtrAgt")
    for found in (debit, credit):
        if isinstance(found, Rejected):
            return found
    assert isinstance(debit, Account)
    assert isinstance(credit, Account)
    move = _movement(step, payment)
    refused = limits.refuse(step, [move])
    if refused is not None:
        return refused
    if amount > spendable(step, debit):
        return CAPPED
    transfer = Transfer(
        step.number(), debit.id, credit.id, amount, currency, code=ITEM, reference=payment.number
    )
    (result,) = step.post((transfer,))
    if result is not TransferResult.OK:
        return REFUSALS.get(result) or Rejected("AM09", result.name.lower().replace("_", " "))
    limits.count(step, move, sent=amount, received=amount)
    cycle = open_cycle(step)
    cycle = msgspec.structs.replace(cycle, items=cycle.items + 1)
    step.put(CYCLE, cycle)
    product = product_of(order.category_purpose, order.purpose, goods=bool(goods_codes(order)))
    _add(step, cycle, payment.debtor_agent, currency, product, amount, 0)
    _add(step, cycle, payment.creditor_agent, currency, product, 0, amount)
    step.put(
        CYCLE_ITEM,
        CycleItem(payment.number, cycle.number, cycle.items, product, transfer.id, payment.uetr),
    )
    cleared = msgspec.structs.replace(
        payment,
        status=CLEARED,
        open=False,
        due_at=None,
        first_transfer=transfer.id,
        legs=1,
        forwarded_at=step.now,
        forwarded_id=step.message_id(payment.creditor_agent),
    )
    step.put(PAYMENT, cleared)
    tellings.forward(step, order, cleared)
    place = f"cycle {cycle.number}, item {cycle.items}"
    tellings.tell(step, cleared, cleared.debtor_agent, place)
    return Accepted()


def set_clearing_cap(step: Step, command: SetClearingCap) -> Answer:
    """Let a participant take part in netting in a currency, up to a cap; change that."""
    participant, currency = command.participant, command.currency
    settles = settlement_account(step, participant, currency)
    if settles is None or settles.code != AccountCode.SETTLEMENT:
        return Rejected("AC01", "no such settlement account", "participant")
    if not 0 <= command.cap <= MAX_MINOR:
        return Rejected("AM12", "a cap is zero or an amount", "cap")
    account = clearing_account(step, participant, currency)
    if account is None:
        flags = int(AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS)
        account = Account(step.number(), participant, currency, int(AccountCode.CLEARING), flags, command.cap)
        step.put(ACCOUNT, account)
        step.put(CLEARING_ACCOUNT, ClearingAccount(participant, currency, account.id))
        return Accepted()
    used = account.credit_limit - spendable(step, account)
    if used > command.cap:
        return Rejected("AM14", f"{amount_text(used, currency)} of it is in use", "cap")
    step.put(ACCOUNT, msgspec.structs.replace(account, credit_limit=command.cap))
    return Accepted()


def clearing_account(step: Step, participant: str, currency: str) -> Account | None:
    """Return the account that holds a participant's position in a currency."""
    entry = step.get(CLEARING_ACCOUNT, (participant, currency))
    return None if entry is None else step.get(ACCOUNT, entry.account_id)


def spendable(step: Step, account: Account) -> int:
    """Return how much more may be sent into cycles: what a closed cycle will pay out is not spent before it does.

    So the settlement of that cycle can never be refused for the cap.
    """
    coming = 0
    for cycle in step.resident(CYCLE):
        if cycle.state == CYCLE_CLOSING:
            coming = max(0, net_in(step, cycle, account.participant, account.currency))
    return limits.available(step, account.id) - coming


def net_in(step: Step, cycle: Cycle, participant: str, currency: str) -> int:
    """Return a participant's net position in a cycle that has not settled."""
    found = (
        step.open(CYCLE_POSITION, (cycle.number, participant, currency, product)) for product in PRODUCTS
    )
    return sum(position.net for position in found if position is not None)


def open_cycle(step: Step) -> Cycle:
    """Return the cycle that takes items. There is always one: the first opens with its first item."""
    for cycle in step.resident(CYCLE):
        if cycle.state == CYCLE_OPEN:
            return cycle
    return Cycle(1, CYCLE_OPEN, None, step.now)


def _account(step: Step, bank: str, currency: str, blocked: str, field: str) -> Account | Rejected:
    settles, clears = settlement_account(step, bank, currency), clearing_account(step, bank, currency)
    if settles is None or clears is None:
        return Rejected("AM03", f"{bank} takes no part in netting of {currency}", "IntrBkSttlmAmt/Ccy")
    if settles.flags & AccountFlag.FROZEN:
        return Rejected(blocked, "a settlement account is blocked", field)
    return clears


def _movement(step: Step, payment: Payment) -> Movement:
    """Return it as limits see it: on settlement accounts, and not against what is kept there for urgent payments."""
    currency = payment.source_currency
    debit = settlement_account(step, payment.debtor_agent, currency)
    credit = settlement_account(step, payment.creditor_agent, currency)
    assert debit is not None
    assert credit is not None
    return Movement(debit.id, credit.id, currency, payment.source_amount, URGENT)


def _add(
    step: Step, cycle: Cycle, participant: str, currency: str, product: str, paid: int, received: int
) -> None:
    key = (cycle.number, participant, currency, product)
    known = step.open(CYCLE_POSITION, key) or CyclePosition(*key)
    step.put(
        CYCLE_POSITION,
        msgspec.structs.replace(
            known, paid=known.paid + paid, received=known.received + received, items=known.items + 1
        ),
    )
