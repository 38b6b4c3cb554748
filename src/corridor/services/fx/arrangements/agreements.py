"""The life of an arrangement: offered by one central bank, accepted by the other, ended by either."""

from typing import Final

import msgspec

from corridor.decision import ACCOUNT, Accepted, Answer, Rejected, Step
from corridor.domain.instants import DAY, Instant, at, iso_date
from corridor.domain.money import MAX_MINOR
from corridor.ledger.accounts import Account, AccountFlag
from corridor.ledger.chart import AccountCode
from corridor.services.fx.arrangements.answers import arrangement_answer
from corridor.services.fx.arrangements.commands import AcceptArrangement, EndArrangement, OfferArrangement
from corridor.services.fx.arrangements.records import (
    ARRANGEMENT,
    ARRANGEMENT_PAIR,
    CANCELLED,
    ENDED,
    ENDING,
    OFFERED,
    OPEN,
    Arrangement,
    ArrangementPair,
)
from corridor.services.fx.records import FX_PAIR, FxPair
from corridor.services.messaging.records import (
    ACTIVE,
    CENTRAL_BANK,
    PARTICIPANT,
    SETTLEMENT_ACCOUNT,
    SettlementAccount,
)
from corridor.services.messaging.rules import issues, settlement_account

OFFER_TIME: Final = 7 * DAY
"""So long an offer stands."""


def offer_arrangement(step: Step, command: OfferArrangement) -> Answer:
    """Keep an offer until the other central bank takes it, or its time has passed."""
    signer, other = command.origin.signer, command.central_bank
    pair = _pair(step, command)
    refused = _refusal(step, command) if isinstance(pair, FxPair) else pair
    if isinstance(refused, Rejected):
        return refused
    assert isinstance(pair, FxPair)
    if arrangement_of(step, pair.base_currency, pair.quote_currency) is not None:
        return Rejected("DU03", "these currencies have an arrangement, or one is offered", "other_currency")
    accounts = {(signer, command.other_currency), (other, command.currency)}
    if any(accounts & set(each.accounts) for each in step.resident(ARRANGEMENT)):
        return Rejected("DU03", "an account is another arrangement's, with its own swing", "central_bank")
    ours, theirs = (signer, command.swing), (other, command.other_swing)
    base, quote = (ours, theirs) if command.currency == pair.base_currency else (theirs, ours)
    offered = Arrangement(
        number=step.number(),
        base_bank=base[0],
        quote_bank=quote[0],
        base_currency=pair.base_currency,
        quote_currency=pair.quote_currency,
        base_swing_amount=base[1],
        quote_swing_amount=quote[1],
        state=OFFERED,
        live=True,
        due_at=step.now + OFFER_TIME,
        offered_by=signer,
        offered_at=step.now,
    )
    step.put(ARRANGEMENT, offered)
    step.put(ARRANGEMENT_PAIR, ArrangementPair(pair.base_currency, pair.quote_currency, offered.number))
    return answer(step, offered)


def accept_arrangement(step: Step, command: AcceptArrangement) -> Answer:
    """Take an offer: from now on payers of both may pay in their own currency."""
    signer = command.origin.signer
    offered = found(step, command.arrangement, signer)
    if isinstance(offered, Rejected):
        return offered
    if offered.state != OFFERED:
        return Rejected("CH20", f"the arrangement is {offered.state}", "arrangement")
    if offered.offered_by == signer:
        return Rejected("AG01", "the other central bank accepts", "arrangement")
    assert offered.due_at is not None, f"offer {offered.number} stands for ever"
    if offered.due_at <= step.now:
        return Rejected("TM01", "the offer has lapsed", "arrangement")
    base = _let_owe(step, offered.quote_bank, offered.base_currency, offered.base_swing_amount)
    quote = _let_owe(step, offered.base_bank, offered.quote_currency, offered.quote_swing_amount)
    today = iso_date(step.now)
    opened = msgspec.structs.replace(
        offered,
        state=OPEN,
        due_at=end_of(today),
        accepted_at=step.now,
        nets_on=today,
        base_account_id=base.id,
        quote_account_id=quote.id,
    )
    step.put(ARRANGEMENT, opened)
    return answer(step, opened)


def end_arrangement(step: Step, command: EndArrangement) -> Answer:
    """End an offer, as either; or let nothing more be quoted, and the arrangement end once all is netted."""
    arrangement = found(step, command.arrangement, command.origin.signer)
    if isinstance(arrangement, Rejected):
        return arrangement
    if arrangement.state == OFFERED:
        return answer(step, close(step, arrangement, CANCELLED))
    if arrangement.state != OPEN:
        return Rejected("CH20", f"the arrangement is {arrangement.state}", "arrangement")
    ending = msgspec.structs.replace(arrangement, state=ENDING)
    step.put(ARRANGEMENT, ending)
    return answer(step, ending)


def close(step: Step, arrangement: Arrangement, state: str) -> Arrangement:
    """Let it be over: nobody may owe any more. What a central bank has stays its own."""
    if state == ENDED:
        _let_owe(step, arrangement.quote_bank, arrangement.base_currency, 0)
        _let_owe(step, arrangement.base_bank, arrangement.quote_currency, 0)
    closed = msgspec.structs.replace(arrangement, state=state, live=False, due_at=None, ended_at=step.now)
    step.put(ARRANGEMENT, closed)
    step.put(ARRANGEMENT_PAIR, ArrangementPair(arrangement.base_currency, arrangement.quote_currency, 0))
    return closed


def found(step: Step, number: int, signer: str) -> Arrangement | Rejected:
    """Return an arrangement that the signer is a side of; others hear that there is none."""
    arrangement = step.get(ARRANGEMENT, number)
    if arrangement is None or signer not in arrangement.sides:
        return Rejected("NOOR", "no such arrangement", "arrangement")
    return arrangement


def arrangement_of(step: Step, base_currency: str, quote_currency: str) -> Arrangement | None:
    """Return the live arrangement of a pair as it is traded, None if there is none."""
    pair = step.get(ARRANGEMENT_PAIR, (base_currency, quote_currency))
    return None if pair is None or not pair.number else step.get(ARRANGEMENT, pair.number)


def stands(step: Step, account_id: int) -> int:
    """Return what is on an account, below zero if its owner owes it; reserved amounts are not moved yet."""
    balance = step.balance(account_id)
    return balance.credits_posted - balance.debits_posted


def end_of(day: str) -> Instant:
    """Return when a day ends, in UTC."""
    return at(day, "00:00:00Z") + DAY


def answer(step: Step, arrangement: Arrangement) -> Accepted:
    """Return the arrangement as it stands now."""
    base, quote = (
        stands(step, account_id) if account_id else 0
        for account_id in (arrangement.base_account_id, arrangement.quote_account_id)
    )
    return Accepted(msgspec.json.encode(arrangement_answer(arrangement, base, quote)))


def _let_owe(step: Step, owner: str, currency: str, swing: int) -> Account:
    """Let a central bank owe up to its swing in the other's currency, on the one account that it has in it."""
    account = settlement_account(step, owner, currency)
    if account is None:
        limited = int(AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS)
        account = Account(step.number(), owner, currency, int(AccountCode.SETTLEMENT), limited, swing)
        step.put(SETTLEMENT_ACCOUNT, SettlementAccount(owner, currency, account.id))
    else:
        account = msgspec.structs.replace(account, credit_limit=swing)
    step.put(ACCOUNT, account)
    return account


def _pair(step: Step, command: OfferArrangement) -> FxPair | Rejected:
    ours, theirs = command.currency, command.other_currency
    pair = step.get(FX_PAIR, (ours, theirs)) or step.get(FX_PAIR, (theirs, ours))
    return pair or Rejected("AM03", f"{ours} and {theirs} are not traded here", "other_currency")


def _refusal(step: Step, command: OfferArrangement) -> Rejected | None:
    signer, other = command.origin.signer, command.central_bank
    participant = step.get(PARTICIPANT, other)
    if participant is None or participant.role != CENTRAL_BANK or other == signer:
        return Rejected("RC04", "that is no other central bank that takes part", "central_bank")
    if participant.state != ACTIVE:
        return Rejected("AG10", f"{other} is not active", "central_bank")
    for field, bank, code, foreign in (
        ("currency", signer, command.currency, command.other_currency),
        ("other_currency", other, command.other_currency, command.currency),
    ):
        if not issues(step, bank, code) or issues(step, bank, foreign):
            return Rejected("AG01", f"{bank} must issue {code}, and not {foreign}", field)
    for field, amount in (("swing", command.swing), ("other_swing", command.other_swing)):
        if not 0 <= amount <= MAX_MINOR:
            return Rejected("AM12", "it is zero or an amount", field)
    return None
