"""What the hub tells the agents and the provider of a payment: one truth, in one wording."""

from typing import Final

import msgspec

from corridor.codecs.iso20022.camt054 import CurrencyExchange, Entry, Notification
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs008 import Charge, CreditTransfer
from corridor.decision import Step
from corridor.domain.money import Money
from corridor.services.settlement.days import business_day
from corridor.services.settlement.payments import CREDITED, SETTLED, Payment

FORWARDED: Final = "pacs.008.001.13"


def forward(step: Step, order: CreditTransfer, payment: Payment) -> None:
    """Ask the creditor agent: the same payment with what it will receive, the rate and the charges."""
    fee = Money(payment.fee_amount, payment.source_currency)
    step.send(
        payment.creditor_agent,
        msgspec.structs.replace(
            order,
            message_id=payment.forwarded_id,
            created_at=step.now,
            clearing_system_reference=str(payment.number),
            instructing_agent=step.hub,
            instructed_agent=payment.creditor_agent,
            interbank_settlement_amount=Money(payment.destination_amount, payment.destination_currency),
            interbank_settlement_date=business_day(step, payment.destination_currency),
            acceptance_at=payment.received_at,
            instructed_amount=order.instructed_amount or order.interbank_settlement_amount,
            exchange_rate=order.agreed_rate.rate if order.agreed_rate is not None else None,
            charges=(*order.charges, Charge(amount=fee, agent=step.hub))
            if payment.fee_amount
            else order.charges,
        ),
    )


def tell(step: Step, payment: Payment, agent: str, *information: str) -> None:
    """Tell an agent the payment's status: its own message is named, number and time are the same for all."""
    is_debtor = agent == payment.debtor_agent
    settled = payment.status in (SETTLED, CREDITED)
    step.send(
        agent,
        StatusReport(
            message_id=step.message_id(agent),
            created_at=step.now,
            instructing_agent=step.hub,
            instructed_agent=agent,
            original_message_id=payment.message_id
            if is_debtor
            else payment.forwarded_id or payment.message_id,
            original_message_definition_id=FORWARDED,
            original_instruction_id=payment.instruction_id or None,
            original_end_to_end_id=payment.end_to_end_id,
            original_transaction_id=payment.transaction_id or None,
            original_uetr=payment.uetr,
            transaction_status=payment.status,
            reason=payment.reason or None,
            additional_information=information,
            acceptance_at=payment.received_at,
            effective_settlement_at=payment.final_at if settled else None,
            clearing_system_reference=str(payment.number),
        ),
    )


def notify_provider(step: Step, payment: Payment) -> None:
    """Tell the FX provider what its two accounts gained and gave, one notification each."""
    assert payment.rate is not None, f"payment {payment.number} has a provider but no rate"
    source = Money(payment.source_amount, payment.source_currency)
    destination = Money(payment.destination_amount, payment.destination_currency)
    for amount, counter_value, side, sub_family in (
        (source, destination, "CRDT", "FCDP"),
        (destination, source, "DBIT", "FCWD"),
    ):
        message_id = step.message_id(payment.provider)
        entry = Entry(
            amount=amount,
            credit_debit=side,
            status="BOOK",
            booked_at=step.now,
            value_date=business_day(step, amount.currency),
            domain="PMNT",
            family="CNTR",
            sub_family=sub_family,
            uetr=payment.uetr,
            clearing_system_reference=str(payment.number),
            counter_value=counter_value,
            exchange=CurrencyExchange(
                source_currency=source.currency,
                target_currency=destination.currency,
                unit_currency=payment.unit_currency,
                rate=payment.rate,
                contract_id=payment.quote_id.replace("-", ""),
            ),
        )
        step.send(
            payment.provider,
            Notification(
                message_id=message_id,
                created_at=step.now,
                notification_id=message_id,
                account=f"{payment.provider}-{amount.currency}",
                account_currency=amount.currency,
                entries=(entry,),
            ),
        )
