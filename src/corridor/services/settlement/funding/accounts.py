"""Whose money it is: the central bank of a currency, and how much of a participant's own is free to leave."""

from corridor.decision import Rejected, Step
from corridor.ledger.accounts import Account
from corridor.services.credit.drawings import own_money
from corridor.services.fx.records import FX_EXPOSURE
from corridor.services.messaging.records import ACTIVE, CENTRAL_BANK, PARTICIPANT, Participant
from corridor.services.messaging.rules import issues
from corridor.services.settlement.clearing import net_in
from corridor.services.settlement.cycle_records import CYCLE, CYCLE_SETTLED
from corridor.services.settlement.days import business_day
from corridor.services.settlement.records import URGENT_RESERVE


def central_bank_of(step: Step, currency: str) -> Participant | Rejected:
    """Return the institution that issues a currency, which must be active to be asked."""
    for each in sorted(step.resident(PARTICIPANT), key=lambda each: each.number):
        if each.role == CENTRAL_BANK and issues(step, each.bic, currency):
            if each.state != ACTIVE:
                return Rejected("AB08", f"{each.bic} is not active", "LqdtyCdtTrf")
            return each
    return Rejected("AM03", f"no central bank here issues {currency}", "TrfdAmt")


def free_money(step: Step, account: Account) -> int:
    """Return how much of a participant's own money nothing holds here.

    Not free are its credit line, what is reserved, what is kept for urgent payments, what it owes netting cycles
    that have not settled: who is owed that would bear the loss; and what a provider has promised by open quotes, which
    are firm.
    """
    reserve = step.get(URGENT_RESERVE, account.id)
    kept = 0 if reserve is None else reserve.on(business_day(step, account.currency))
    owed = sum(
        max(0, -net_in(step, cycle, account.participant, account.currency))
        for cycle in step.resident(CYCLE)
        if cycle.state != CYCLE_SETTLED
    )
    exposure = step.get(FX_EXPOSURE, (account.participant, account.currency))
    promised = 0 if exposure is None else exposure.amount
    return max(0, own_money(step, account) - kept - owed - promised)


def refusal_of_date(step: Step, currency: str, date: str | None, field: str) -> Rejected | None:
    """Say that a date is not the currency's business day, or None."""
    today = business_day(step, currency)
    return (
        None
        if date in (None, today)
        else Rejected("DT01", f"the business day of {currency} is {today}", field)
    )
