"""What both banks are told of settlement money that came to a correspondent account, or left it."""

from corridor.codecs.iso20022.camt054 import Entry, Notification
from corridor.decision import Step
from corridor.domain.money import Money
from corridor.services.settlement.correspondents.answers import sign_of
from corridor.services.settlement.correspondents.records import Correspondent, CorrespondentEntry


def words(entry: CorrespondentEntry) -> str:
    """Say where an entry stands, and if the owner has more by it (CRDT) or less (DBIT): docs/messages.md."""
    return f"account {entry.account}, entry {entry.place}, {sign_of(entry.amount)}, {entry.day}"


def notify(step: Step, account: Correspondent, entry: CorrespondentEntry) -> None:
    """Tell each what was booked on its settlement account, under the number of the entry on the correspondent one."""
    brings = entry.amount > 0
    for bank in account.sides:
        gives = (bank == account.account_owner) == brings
        message_id = step.message_id(bank)
        booked = Entry(
            amount=Money(abs(entry.amount), account.currency),
            credit_debit="DBIT" if gives else "CRDT",
            status="BOOK",
            booked_at=step.now,
            value_date=entry.day,
            servicer_reference=str(account.number),
            domain="PMNT",
            family="ICDT" if gives else "RCDT",
            sub_family="OTHR",
            clearing_system_reference=str(entry.number),
            additional_information=words(entry),
        )
        step.send(
            bank,
            Notification(
                message_id=message_id,
                created_at=step.now,
                notification_id=message_id,
                account=f"{bank}-{account.currency}",
                account_currency=account.currency,
                entries=(booked,),
            ),
        )
