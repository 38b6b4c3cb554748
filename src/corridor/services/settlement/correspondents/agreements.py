"""The life of a correspondent account: offered by one bank, accepted by the other, closed at zero by both."""

from typing import Final

import msgspec

from corridor.decision import ACCOUNT, Accepted, Answer, Rejected, Step
from corridor.domain.instants import DAY
from corridor.domain.money import MAX_MINOR, amount_text
from corridor.ledger.accounts import Account, AccountFlag
from corridor.ledger.chart import AccountCode
from corridor.services.messaging.records import ACTIVE, BANK, PARTICIPANT
from corridor.services.messaging.rules import settlement_account
from corridor.services.settlement.correspondents.answers import correspondent_answer
from corridor.services.settlement.correspondents.commands import (
    AcceptCorrespondent,
    CloseCorrespondent,
    OfferCorrespondent,
)
from corridor.services.settlement.correspondents.records import (
    CANCELLED,
    CLOSED,
    CORRESPONDENT,
    CORRESPONDENT_RELATION,
    OFFERED,
    OPEN,
    Correspondent,
    CorrespondentRelation,
)

OFFER_TIME: Final = 7 * DAY
"""So long an offer stands."""
OFFERS_MAX: Final = 200
"""So many accounts that one bank has offered may be live: they are kept in memory."""


def offer_correspondent(step: Step, command: OfferCorrespondent) -> Answer:
    """Keep an offer until the other bank takes it, or its time has passed."""
    signer = command.origin.signer
    refused = _refusal_of_terms(command) or _refusal_of_parties(step, command)
    if refused is not None:
        return refused
    if sum(each.offered_by == signer for each in step.resident(CORRESPONDENT)) >= OFFERS_MAX:
        return Rejected("DS0K", f"{OFFERS_MAX} accounts that you have offered are live", "account_owner")
    if live_account(step, command.account_servicer, command.account_owner, command.currency) is not None:
        return Rejected("DU03", "such an account is open, or offered", "account_owner")
    account = Correspondent(
        number=step.number(),
        account_servicer=command.account_servicer,
        account_owner=command.account_owner,
        currency=command.currency,
        overdraft_amount=command.overdraft,
        ceiling_amount=command.ceiling,
        state=OFFERED,
        live=True,
        due_at=step.now + OFFER_TIME,
        offered_by=signer,
        offered_at=step.now,
    )
    step.put(CORRESPONDENT, account)
    _relate(step, account, account.number)
    return answer(step, account)


def accept_correspondent(step: Step, command: AcceptCorrespondent) -> Answer:
    """Take an offer: the account is open, on both sides."""
    account = found(step, command.account, command.origin.signer)
    if isinstance(account, Rejected):
        return account
    if account.state != OFFERED:
        return Rejected("CH20", f"the account is {account.state}", "account")
    if account.offered_by == command.origin.signer:
        return Rejected("AG01", "the other bank accepts", "account")
    assert account.due_at is not None, f"offer {account.number} stands for ever"
    if account.due_at <= step.now:
        return Rejected("TM01", "the offer has lapsed", "account")
    limited = int(AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS)
    nostro = _account(step, account, account.account_owner, limited, account.overdraft_amount)
    ceiling = account.ceiling_amount
    vostro = _account(step, account, account.account_servicer, limited if ceiling else 0, ceiling)
    opened = msgspec.structs.replace(
        account,
        state=OPEN,
        due_at=None,
        accepted_at=step.now,
        nostro_account_id=nostro.id,
        vostro_account_id=vostro.id,
    )
    step.put(CORRESPONDENT, opened)
    return answer(step, opened)


def close_correspondent(step: Step, command: CloseCorrespondent) -> Answer:
    """End an offer, as either bank; ask for the end of an account, or agree to it: then nothing may be on it."""
    signer = command.origin.signer
    account = found(step, command.account, signer)
    if isinstance(account, Rejected):
        return account
    if account.state == OFFERED:
        return answer(step, _end(step, account, CANCELLED))
    if account.state != OPEN:
        return Rejected("CH20", f"the account is {account.state}", "account")
    if account.close_asked_by == signer:
        return Rejected("DU03", "you have asked already; the other bank has not", "account")
    if not account.close_asked_by:
        asked = msgspec.structs.replace(account, close_asked_by=signer)
        step.put(CORRESPONDENT, asked)
        return answer(step, asked)
    standing = balance(step, account)
    if standing:
        return Rejected(
            "AM14", f"{amount_text(standing, account.currency)} is on it, and must go first", "account"
        )
    for account_id in (account.nostro_account_id, account.vostro_account_id):
        kept = step.get(ACCOUNT, account_id)
        assert kept is not None, f"account {account_id} of correspondent {account.number} is not there"
        step.put(ACCOUNT, msgspec.structs.replace(kept, flags=int(kept.flags | AccountFlag.CLOSED)))
    return answer(step, _end(step, account, CLOSED))


def offer_due(step: Step, account: Correspondent) -> None:
    """Nobody has taken an offer in its time: it lapses."""
    _end(step, account, CANCELLED)


def found(step: Step, number: int, signer: str) -> Correspondent | Rejected:
    """Return an account that the signer is a side of; others hear that there is none."""
    account = step.get(CORRESPONDENT, number)
    if account is None or signer not in account.sides:
        return Rejected("NOOR", "no such correspondent account", "account")
    return account


def live_account(step: Step, servicer: str, owner: str, currency: str) -> Correspondent | None:
    """Return the account that a bank keeps for another in a currency, or is offered to; None if there is none."""
    relation = step.get(CORRESPONDENT_RELATION, (servicer, owner, currency))
    return None if relation is None or not relation.number else step.get(CORRESPONDENT, relation.number)


def balance(step: Step, account: Correspondent) -> int:
    """Return what the servicer owes the owner; negative if the owner owes it."""
    if not account.nostro_account_id:
        return 0
    stands = step.balance(account.nostro_account_id)
    return stands.credits_posted - stands.debits_posted


def answer(step: Step, account: Correspondent) -> Accepted:
    """Return the account as it stands now."""
    return Accepted(msgspec.json.encode(correspondent_answer(account, balance(step, account))))


def _end(step: Step, account: Correspondent, state: str) -> Correspondent:
    ended = msgspec.structs.replace(account, state=state, live=False, due_at=None, ended_at=step.now)
    step.put(CORRESPONDENT, ended)
    _relate(step, account, 0)
    return ended


def _relate(step: Step, account: Correspondent, number: int) -> None:
    key = (account.account_servicer, account.account_owner, account.currency)
    step.put(CORRESPONDENT_RELATION, CorrespondentRelation(*key, number))


def _account(step: Step, account: Correspondent, of: str, flags: int, limit: int) -> Account:
    made = Account(step.number(), of, account.currency, int(AccountCode.CORRESPONDENT), flags, limit)
    step.put(ACCOUNT, made)
    return made


def _refusal_of_terms(command: OfferCorrespondent) -> Rejected | None:
    for field, amount in (("overdraft", command.overdraft), ("ceiling", command.ceiling)):
        if not 0 <= amount <= MAX_MINOR:
            return Rejected("AM12", "it is zero or an amount", field)
    return None


def _refusal_of_parties(step: Step, command: OfferCorrespondent) -> Rejected | None:
    signer, servicer, owner = command.origin.signer, command.account_servicer, command.account_owner
    if signer not in (servicer, owner):
        return Rejected("AG01", "one of the two banks offers", "account_servicer")
    if servicer == owner:
        return Rejected("AG03", "nobody keeps an account for itself", "account_owner")
    field, other = ("account_owner", owner) if signer == servicer else ("account_servicer", servicer)
    participant = step.get(PARTICIPANT, other)
    if participant is None or participant.role != BANK:
        return Rejected("RC04", "that is no bank that takes part", field)
    if participant.state != ACTIVE:
        return Rejected("AG10", f"{other} is not active", field)
    for bic in (servicer, owner):
        if settlement_account(step, bic, command.currency) is None:
            return Rejected("AM03", f"{bic} holds no {command.currency} here", "currency")
    return None
