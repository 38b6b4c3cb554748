"""What lender and borrower are told of money that credit has moved: one notification to each."""

from typing import Final

from corridor.codecs.iso20022.camt054 import Entry, Notification
from corridor.decision import Step
from corridor.domain.instants import iso_date
from corridor.domain.money import Money
from corridor.services.credit.records import CREDIT_FEE, DRAWDOWN, INTEREST, REPAYMENT, Facility

_SUB_FAMILIES: Final = {DRAWDOWN: "DDWN", REPAYMENT: "PPAY", INTEREST: "INTR", CREDIT_FEE: "FEES"}
"""Of the bank transaction code LDAS, loans, and FTLN, fixed term loans."""


def notify(step: Step, facility: Facility, code: int, amount: int) -> None:
    """Tell both what was booked on their settlement accounts, under the number of the facility."""
    lends = code == DRAWDOWN
    for bank, gives in ((facility.lender, lends), (facility.borrower, not lends)):
        message_id = step.message_id(bank)
        entry = Entry(
            amount=Money(amount, facility.currency),
            credit_debit="DBIT" if gives else "CRDT",
            status="BOOK",
            booked_at=step.now,
            value_date=iso_date(step.now),
            domain="LDAS",
            family="FTLN",
            sub_family=_SUB_FAMILIES[code],
            clearing_system_reference=str(facility.number),
        )
        step.send(
            bank,
            Notification(
                message_id=message_id,
                created_at=step.now,
                notification_id=message_id,
                account=f"{bank}-{facility.currency}",
                account_currency=facility.currency,
                entries=(entry,),
            ),
        )
