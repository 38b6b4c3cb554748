"""The life of a facility: offered, accepted, run day by day, settled at its end; or given up."""

from typing import Final

import msgspec

from corridor.decision import ACCOUNT, Answer, Rejected, Step
from corridor.domain.dates import midnight, next_date
from corridor.domain.instants import iso_date
from corridor.domain.money import amount_text
from corridor.ledger.accounts import Account, AccountFlag
from corridor.ledger.chart import AccountCode
from corridor.services.credit.accruals import drawn, reckon
from corridor.services.credit.commands import AcceptFacility, CancelFacility, OfferFacility
from corridor.services.credit.drawings import (
    answer,
    found,
    owed_amount,
    own_money,
    pay,
    settlement_accounts,
)
from corridor.services.credit.records import (
    ACTIVE,
    CANCELLED,
    CREDIT_SOURCE,
    ENDED,
    FACILITY,
    OFFERED,
    OVERDUE,
    CreditSource,
    Facility,
)
from corridor.services.credit.terms import refusal_of_terms
from corridor.services.messaging import records as messaging
from corridor.services.messaging.records import BANK, PARTICIPANT
from corridor.services.messaging.rules import open_case, settlement_account

OFFERS_MAX: Final = 100
"""So many facilities may one lender have open at a time: they are kept in memory."""
SOURCES_MAX: Final = 100
"""So many may pay by themselves for one borrower in a currency: a payment that lacks money looks at each."""


def offer_facility(step: Step, command: OfferFacility) -> Answer:
    """Keep an offer until the borrower takes it, or the date on which it would have begun has passed."""
    lender = command.origin.signer
    refused = refusal_of_terms(command, iso_date(step.now)) or _refusal_of_parties(step, command)
    if refused is not None:
        return refused
    if sum(each.lender == lender for each in step.resident(FACILITY)) >= OFFERS_MAX:
        return Rejected("DS0K", f"{OFFERS_MAX} facilities of the lender are open", "borrower")
    facility = Facility(
        number=step.number(),
        lender=lender,
        borrower=command.borrower,
        currency=command.currency,
        limit_amount=command.limit,
        rate=command.rate,
        fee_rate=command.fee_rate,
        day_count=command.day_count,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        automatic=command.automatic,
        secured=command.secured,
        utilisation_max_bps=command.utilisation_max_bps,
        average_max_bps=command.average_max_bps,
        state=OFFERED,
        open=True,
        due_at=midnight(next_date(command.starts_on)),
        offered_at=step.now,
        open_day=command.starts_on,
    )
    step.put(FACILITY, facility)
    return answer(step, facility)


def accept_facility(step: Step, command: AcceptFacility) -> Answer:
    """Take an offer: from now on it binds both, and its accounts say what is owed."""
    facility = _offer(step, command)
    if isinstance(facility, Rejected):
        return facility
    if facility.borrower != command.origin.signer:
        return Rejected("AG01", "only the borrower accepts", "facility")
    if iso_date(step.now) > facility.starts_on:
        return Rejected("TM01", "the offer has lapsed", "facility")
    if facility.automatic and len(_sources(step, facility)) >= SOURCES_MAX:
        return Rejected("DS0K", f"{SOURCES_MAX} facilities pay by themselves in it already", "facility")
    limited = int(AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS)
    debt = _account(step, facility, facility.borrower, limited, facility.limit_amount)
    claim = _account(step, facility, facility.lender, limited)
    charges = _account(step, facility, facility.borrower)
    income = _account(step, facility, facility.lender, limited)
    accepted = msgspec.structs.replace(
        facility,
        state=ACTIVE,
        accepted_at=step.now,
        debt_account_id=debt.id,
        claim_account_id=claim.id,
        charges_account_id=charges.id,
        income_account_id=income.id,
    )
    step.put(FACILITY, accepted)
    _source(step, accepted)
    return answer(step, accepted)


def cancel_facility(step: Step, command: CancelFacility) -> Answer:
    """End an offer, as either party; or, as the borrower, a facility under which nothing is drawn.

    The lender has promised its money until the end, and earns a fee for that.
    """
    facility = found(step, command.facility, command.origin.signer)
    if isinstance(facility, Rejected):
        return facility
    if facility.state == OFFERED:
        return answer(step, _end(step, facility, CANCELLED))
    if facility.state != ACTIVE:
        return Rejected("CH20", f"the facility is {facility.state}", "facility")
    if facility.borrower != command.origin.signer:
        return Rejected("AG01", "the lender has promised it until its end", "facility")
    facility = reckon(step, facility)
    if drawn(step, facility):
        return Rejected("AM14", "something is drawn; repay it first", "facility")
    paid = _settle(step, facility)
    return paid if isinstance(paid, Rejected) else answer(step, _end(step, paid, ENDED))


def facility_due(step: Step, facility: Facility) -> None:
    """A date has ended: let an offer lapse, or reckon; with the month, and at the end, take what is due.

    At the end the hub takes what the borrower has, day by day, until nothing is owed. Interest goes on meanwhile.
    """
    if facility.state == OFFERED:
        _end(step, facility, CANCELLED)
        return
    assert facility.due_at is not None, f"facility {facility.number} is due without a time"
    ended, today = iso_date(facility.due_at - 1), iso_date(step.now)
    facility = msgspec.structs.replace(reckon(step, facility), due_at=midnight(next_date(today)))
    step.put(FACILITY, facility)
    if today >= facility.ends_on:
        _finish(step, facility)
    elif ended[:7] != today[:7]:
        _take(step, facility, facility.interest_due + facility.fee_due)


def _finish(step: Step, facility: Facility) -> None:
    facility = _take(step, facility, owed_amount(step, facility))
    owed = owed_amount(step, facility)
    if not owed:
        _end(step, facility, ENDED)
    elif facility.state == ACTIVE:
        text = f"facility {facility.number}: {amount_text(owed, facility.currency)} is owed"
        open_case(step, OVERDUE, facility.borrower, text)
        step.put(FACILITY, msgspec.structs.replace(facility, state=OVERDUE))
        _source(step, facility, gone=True)


def _take(step: Step, facility: Facility, wanted: int) -> Facility:
    """Take what the borrower has of its own, as far as it goes."""
    _, borrower = settlement_accounts(step, facility)
    amount = min(wanted, own_money(step, borrower))
    if not amount:
        return facility
    paid = pay(step, facility, amount)
    return facility if isinstance(paid, Rejected) else paid


def _settle(step: Step, facility: Facility) -> Facility | Rejected:
    owed = owed_amount(step, facility)
    return pay(step, facility, owed) if owed else facility


def _end(step: Step, facility: Facility, state: str) -> Facility:
    ended = msgspec.structs.replace(facility, state=state, open=False, due_at=None, ended_at=step.now)
    step.put(FACILITY, ended)
    _source(step, facility, gone=True)
    return ended


def _offer(step: Step, command: AcceptFacility) -> Facility | Rejected:
    facility = found(step, command.facility, command.origin.signer)
    if isinstance(facility, Rejected) or facility.state == OFFERED:
        return facility
    return Rejected("CH20", f"the facility is {facility.state}", "facility")


def _refusal_of_parties(step: Step, command: OfferFacility) -> Rejected | None:
    if command.borrower == command.origin.signer:
        return Rejected("AG03", "nobody borrows of itself", "borrower")
    borrower = step.get(PARTICIPANT, command.borrower)
    if borrower is None or borrower.role != BANK:
        return Rejected("RC04", "the borrower is no bank that takes part", "borrower")
    if borrower.state != messaging.ACTIVE:
        return Rejected("AG10", "the borrower is not active", "borrower")
    for bic in (command.origin.signer, command.borrower):
        if settlement_account(step, bic, command.currency) is None:
            return Rejected("AM03", f"{bic} holds no {command.currency} here", "currency")
    return None


def _account(step: Step, facility: Facility, owner: str, flags: int = 0, limit: int = 0) -> Account:
    account = Account(step.number(), owner, facility.currency, int(AccountCode.CREDIT), flags, limit)
    step.put(ACCOUNT, account)
    return account


def _source(step: Step, facility: Facility, *, gone: bool = False) -> None:
    """Enter an automatic facility among those that pay by themselves, or take it out."""
    if not facility.automatic:
        return
    key, number = (facility.borrower, facility.currency), str(facility.number)
    others = [each for each in _sources(step, facility) if each != number]
    if gone and step.get(CREDIT_SOURCE, key) is None:
        return  # an offer that nobody took
    step.put(CREDIT_SOURCE, CreditSource(*key, " ".join(others if gone else [*others, number])))


def _sources(step: Step, facility: Facility) -> list[str]:
    """Return the numbers of those that pay by themselves for its borrower."""
    known = step.get(CREDIT_SOURCE, (facility.borrower, facility.currency))
    return [] if known is None else known.facilities.split()
