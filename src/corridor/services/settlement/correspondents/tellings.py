"""What both banks are told of settlement money that came to a correspondent account, or left it."""

from corridor.codecs.iso20022.camt054 import Entry, Notification
from corridor.decision import Step
from corridor.domain.instants import iso_date
from corridor.domain.money import Money
from corridor.services.settlement.correspondents.records import Correspondent


def notify(step: Step, account: Correspondent, number: int, amount: int, *, brings: bool) -> None:
    """Tell each what was booked on its settlement account, under the number of the entry on the correspondent one.

    `AcctSvcrRef` is the correspondent account's number.
    """
    word = "FUNDED" if brings else "WITHDRAWN"
    said = f"{word}, account {account.number} of {account.account_owner} with {account.account_servicer}"
    for bank in account.sides:
        gives = (bank == account.account_owner) == brings
        message_id = step.message_id(bank)
        entry = Entry(
            amount=Money(amount, account.currency),
            credit_debit="DBIT" if gives else "CRDT",
            status="BOOK",
            booked_at=step.now,
            value_date=iso_date(step.now),
            servicer_reference=str(account.number),
            domain="PMNT",
            family="ICDT" if gives else "RCDT",
            sub_family="OTHR",
            clearing_system_reference=str(number),
            additional_information=said,
        )
        step.send(
            bank,
            Notification(
                message_id=message_id,
                created_at=step.now,
                notification_id=message_id,
                account=f"{bank}-{account.currency}",
                account_currency=account.currency,
                entries=(entry,),
            ),
        )
