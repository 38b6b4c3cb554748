"""What two central banks are told of their netting: each entry on the account that it is on."""

from corridor.codecs.iso20022.camt054 import CurrencyExchange, Entry, Notification
from corridor.decision import Step
from corridor.domain.money import Money
from corridor.services.fx.arrangements.records import Arrangement, ArrangementNetting


def tell_netted(step: Step, arrangement: Arrangement, netting: ArrangementNetting) -> None:
    """Tell each what it has paid in its own currency (DBIT), and what it has got in the other's (CRDT)."""
    base = Money(netting.base_paid, arrangement.base_currency)
    quote = Money(netting.quote_paid, arrangement.quote_currency)
    for paid, other, payer, receiver in (
        (base, quote, arrangement.base_bank, arrangement.quote_bank),
        (quote, base, arrangement.quote_bank, arrangement.base_bank),
    ):
        if paid.minor:
            _send(step, arrangement, netting, payer, paid, other, "DBIT")
            _send(step, arrangement, netting, receiver, paid, other, "CRDT")


def words(arrangement: Arrangement, netting: ArrangementNetting) -> str:
    """Say what was owed, in both currencies, and by whom more: docs/messages.md."""
    base = Money(netting.base_owed, arrangement.base_currency)
    quote = Money(netting.quote_owed, arrangement.quote_currency)
    owed = f"{arrangement.quote_bank} owed {base}, {arrangement.base_bank} {quote}"
    return f"NETTED {netting.day}, arrangement {arrangement.number}, {owed}, at {netting.rate:f}"


def _send(
    step: Step,
    arrangement: Arrangement,
    netting: ArrangementNetting,
    bank: str,
    amount: Money,
    counter_value: Money,
    sign: str,
) -> None:
    message_id = step.message_id(bank)
    exchange = CurrencyExchange(
        source_currency=amount.currency,
        target_currency=counter_value.currency,
        unit_currency=arrangement.base_currency,
        rate=netting.rate,
    )
    entry = Entry(
        reference=str(arrangement.number),
        amount=amount,
        credit_debit=sign,
        status="BOOK",
        booked_at=step.now,
        value_date=netting.day,
        domain="FORX",
        family="NTAV",
        sub_family="NTAV",
        clearing_system_reference=str(netting.number),
        counter_value=counter_value,
        exchange=exchange,
        additional_information=words(arrangement, netting),
    )
    step.send(
        bank,
        Notification(
            message_id=message_id,
            created_at=step.now,
            notification_id=message_id,
            account=f"{bank}-{amount.currency}",
            account_currency=amount.currency,
            entries=(entry,),
        ),
    )
