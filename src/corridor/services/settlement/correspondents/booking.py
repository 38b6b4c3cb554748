"""What is booked on a correspondent account: settlement money that comes and goes, and payments.

Every booking moves both sides by one transfer, so that what one bank owes is what the other has.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.domain.money import amount_text
from corridor.ledger.accounts import Account, AccountFlag
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer
from corridor.services.messaging.records import ACTIVE, PARTICIPANT
from corridor.services.messaging.rules import settlement_account
from corridor.services.settlement import limits
from corridor.services.settlement.correspondents.agreements import answer, balance, found, live_account
from corridor.services.settlement.correspondents.commands import FundCorrespondent, WithdrawCorrespondent
from corridor.services.settlement.correspondents.records import (
    BOOKED,
    CORRESPONDENT_DAY,
    CORRESPONDENT_ENTRY,
    CORRESPONDENT_POSITION,
    FUNDED,
    OPEN,
    WITHDRAWN,
    Correspondent,
    CorrespondentDay,
    CorrespondentEntry,
    CorrespondentPosition,
)
from corridor.services.settlement.correspondents.tellings import notify, words
from corridor.services.settlement.days import business_day
from corridor.services.settlement.finality import settle_at_once
from corridor.services.settlement.legs import REFUSALS
from corridor.services.settlement.limits import Movement
from corridor.services.settlement.payments import Payment
from corridor.services.settlement.records import NORMAL, URGENT

INSTRUCTED, INSTRUCTING = "INDA", "INGA"
"""Settlement methods: on the account that the creditor agent keeps for the debtor agent, or the other way round."""
OVERDRAWN: Final = Rejected(
    "AM04", "what is on the correspondent account, and its overdraft, do not cover it", "IntrBkSttlmAmt"
)
ABOVE_CEILING: Final = Rejected(
    "AM14", "more would be on the correspondent account than both banks have agreed", "IntrBkSttlmAmt"
)
_UNFIT: Final = (
    ("agreed_rate", "AgrdRate", "what is booked has one currency"),
    ("settlement_priority", "SttlmPrty", "what is booked never waits"),
    ("till_time", "SttlmTmReq", "what is booked settles at once"),
    ("from_time", "SttlmTmReq", "what is booked settles at once"),
    ("reject_time", "SttlmTmReq", "what is booked settles at once"),
)


def book(step: Step, order: CreditTransfer, payment: Payment) -> Accepted | Rejected:
    """Settle an order of the channel BOOK on the correspondent account of its two agents, now or not at all."""
    account = _account_of(step, order, payment)
    if isinstance(account, Rejected):
        return account
    move = movement(step, payment)
    if isinstance(move, Rejected):
        return move
    refused = limits.refuse(step, [move])
    if refused is not None:
        return refused
    entry = enter_payment(step, account, payment, BOOKED)
    if isinstance(entry, Rejected):
        return entry
    limits.count(step, move, sent=move.amount)  # what the other bank has got is a claim, not money
    settle_at_once(step, payment, order, entry.transfer_id, words(entry))
    return Accepted()


def enter_payment(
    step: Step, account: Correspondent, payment: Payment, code: int
) -> CorrespondentEntry | Rejected:
    """Move a payment's amount on the account from its debtor agent to its creditor agent, or say why not."""
    paid_by_owner = payment.debtor_agent == account.account_owner
    transfer = _transfer(step, account, payment.number, payment.source_amount, code, brings=not paid_by_owner)
    (result,) = step.post((transfer,))
    if result is not TransferResult.OK:
        beyond = {TransferResult.EXCEEDS_CREDITS: OVERDRAWN if paid_by_owner else ABOVE_CEILING}
        known = beyond.get(result) or REFUSALS.get(result)
        return known or Rejected("AM09", result.name.lower().replace("_", " "))
    return enter(step, account, payment.number, transfer, payment.uetr)


def fund_correspondent(step: Step, command: FundCorrespondent) -> Answer:
    """Move settlement money from owner to servicer, and put it on the account: both in one chain, or neither."""
    account = _moved_by_owner(step, command)
    if isinstance(account, Rejected):
        return account
    return _move(step, account, command.amount, FUNDED)


def withdraw_correspondent(step: Step, command: WithdrawCorrespondent) -> Answer:
    """Give the owner back, in settlement money of the servicer, what it has. An overdraft is for payments."""
    account = _moved_by_owner(step, command)
    if isinstance(account, Rejected):
        return account
    own = max(0, balance(step, account))
    if command.amount > own:
        return Rejected("AM04", f"no more than {amount_text(own, account.currency)} is on it", "amount")
    return _move(step, account, command.amount, WITHDRAWN)


def enter(
    step: Step, account: Correspondent, number: int, transfer: Transfer, uetr: str = ""
) -> CorrespondentEntry:
    """Write down what a transfer has done to the account, in its place and business day. Days never go back."""
    stands = balance(step, account)
    brings = transfer.credit_account_id == account.nostro_account_id
    amount = transfer.amount if brings else -transfer.amount
    known = step.get(CORRESPONDENT_POSITION, account.number)
    today = business_day(step, account.currency)
    if known is None:
        position = CorrespondentPosition(account.number, 0, today, 0, 0, 0)
    elif today > known.day:
        sums = (known.day_entries, known.debits, known.credits)
        step.put(CORRESPONDENT_DAY, CorrespondentDay(account.number, known.day, *sums, stands - amount))
        position = CorrespondentPosition(account.number, known.place, today, 0, 0, 0)
    else:
        position = known
    position = CorrespondentPosition(
        account.number,
        position.place + 1,
        position.day,
        position.day_entries + 1,
        position.debits + max(0, -amount),
        position.credits + max(0, amount),
    )
    step.put(CORRESPONDENT_POSITION, position)
    entry = CorrespondentEntry(
        number, account.number, position.place, position.day, transfer.id, amount, stands, uetr
    )
    step.put(CORRESPONDENT_ENTRY, entry)
    return entry


def refuse_method(order: CreditTransfer) -> Rejected | None:
    """Refuse an order whose settlement method and channel say two things; None if they do not."""
    on_account = order.settlement_method in (INSTRUCTED, INSTRUCTING)
    if on_account == (order.clearing_channel == "BOOK"):
        return None
    text = "BOOK settles by INDA or INGA, and these by BOOK"
    return Rejected("CH16", text, "GrpHdr/SttlmInf/SttlmMtd")


def _account_of(step: Step, order: CreditTransfer, payment: Payment) -> Correspondent | Rejected:
    for name, field, text in _UNFIT:
        if getattr(order, name):
            return Rejected("CH17", text, field)
    code = payment.source_currency
    today = business_day(step, code)
    if order.interbank_settlement_date not in (None, today):
        return Rejected("DT01", f"the business day of {code} is {today}", "IntrBkSttlmDt")
    servicer, owner = payment.debtor_agent, payment.creditor_agent
    if order.settlement_method == INSTRUCTED:
        servicer, owner = owner, servicer
    account = live_account(step, servicer, owner, code)
    if account is None or account.state != OPEN:
        return Rejected("AM03", f"{servicer} keeps no account of {owner} in {code}", "IntrBkSttlmAmt/Ccy")
    return account


def movement(step: Step, payment: Payment) -> Movement | Rejected:
    """Return it as limits see it: on settlement accounts, and not against what is kept there for urgent payments."""
    code = payment.source_currency
    ids = []
    for bic, field in ((payment.debtor_agent, "DbtrAgt"), (payment.creditor_agent, "CdtrAgt")):
        settles = _settles(step, bic, code)
        if settles.flags & AccountFlag.FROZEN:
            return Rejected("AC06", "a settlement account is blocked", field)
        ids.append(settles.id)
    debit, credit = ids
    return Movement(debit, credit, code, payment.source_amount, URGENT)


def _moved_by_owner(
    step: Step, command: FundCorrespondent | WithdrawCorrespondent
) -> Correspondent | Rejected:
    account = found(step, command.account, command.origin.signer)
    if isinstance(account, Rejected):
        return account
    if account.account_owner != command.origin.signer:
        return Rejected("AG01", "only the owner brings money, and takes it back", "account")
    if account.state != OPEN:
        return Rejected("CH20", f"the account is {account.state}", "account")
    servicer = step.get(PARTICIPANT, account.account_servicer)
    if servicer is None or servicer.state != ACTIVE:
        return Rejected("AG10", f"{account.account_servicer} is not active", "account")
    if command.currency != account.currency:
        return Rejected("CURR", f"the account is in {account.currency}", "amount.currency")
    if command.amount <= 0:
        return Rejected("AM01", "the amount is zero", "amount")
    return account


def _move(step: Step, account: Correspondent, amount: int, code: int) -> Answer:
    brings, number = code == FUNDED, step.number()
    owner = _settles(step, account.account_owner, account.currency).id
    servicer = _settles(step, account.account_servicer, account.currency).id
    debit, credit = (owner, servicer) if brings else (servicer, owner)
    move = Movement(debit, credit, account.currency, amount, NORMAL)
    refused = limits.refuse(step, [move])
    if refused is not None:
        return msgspec.structs.replace(refused, field="amount")
    settles = Transfer(step.number(), debit, credit, amount, account.currency, code=code, reference=number)
    books = _transfer(step, account, number, amount, code, brings=brings)
    refused = _refusal(step.post((settles, books)))
    if refused is not None:
        return refused
    limits.count(step, move, sent=amount, received=amount)
    notify(step, account, enter(step, account, number, books))
    return answer(step, account)


def _refusal(results: Sequence[TransferResult]) -> Rejected | None:
    """Say why a chain of settlement money and booking was not posted."""
    settled, booked = results
    if booked is TransferResult.EXCEEDS_CREDITS:
        return msgspec.structs.replace(ABOVE_CEILING, field="amount")
    if settled is TransferResult.OK:
        return None
    known = REFUSALS.get(settled) or Rejected("AM09", settled.name.lower().replace("_", " "))
    return msgspec.structs.replace(known, field="amount")


def _transfer(
    step: Step, account: Correspondent, number: int, amount: int, code: int, *, brings: bool
) -> Transfer:
    """Return what moves the two accounts: `brings` gives the owner more, and lets the servicer owe it."""
    nostro, vostro = account.nostro_account_id, account.vostro_account_id
    debit, credit = (vostro, nostro) if brings else (nostro, vostro)
    return Transfer(step.number(), debit, credit, amount, account.currency, code=code, reference=number)


def _settles(step: Step, bic: str, code: str) -> Account:
    account = settlement_account(step, bic, code)
    assert account is not None, f"{bic} has a correspondent account in {code}, but none here"
    return account
