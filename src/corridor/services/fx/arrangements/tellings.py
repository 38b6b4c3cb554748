"""What two central banks are told of their netting: each entry on the account that it is on."""

from corridor.codecs.iso20022.camt054 import CurrencyExchange, Entry, Notification
from corridor.decision import Step
from corridor.domain.money import Money
from corridor.services.fx.arrangements.records import ArrangementNetting


def tell_netted(step: Step, netting: ArrangementNetting) -> None:
    """Tell each what it has paid in its own currency (DBIT), and what it has got in the other's (CRDT)."""
    base = Money(netting.base_paid, netting.base_currency)
    quote = Money(netting.quote_paid, netting.quote_currency)
    for paid, other, payer, receiver in (
        (base, quote, netting.base_bank, netting.quote_bank),
        (quote, base, netting.quote_bank, netting.base_bank),
    ):
        if paid.minor:
            _send(step, netting, payer, paid, other, "DBIT")
            _send(step, netting, receiver, paid, other, "CRDT")


def words(netting: ArrangementNetting) -> str:
    """Say what was owed, in both currencies, and by whom more: docs/messages.md."""
    base = Money(netting.base_owed, netting.base_currency)
    quote = Money(netting.quote_owed, netting.quote_currency)
    owed = f"{netting.quote_bank} owed {base}, {netting.base_bank} {quote}"
    return f"NETTED {netting.day}, arrangement {netting.arrangement}, {owed}, at {netting.rate:f}"


def _send(
    step: Step,
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
        unit_currency=netting.base_currency,
        rate=netting.rate,
    )
    entry = Entry(
        reference=str(netting.arrangement),
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
        additional_information=words(netting),
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
