"""What both agents are told of a return: the message that passes it on, and one status in one wording."""

import msgspec

from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs004 import PaymentReturn
from corridor.decision import Step
from corridor.domain.instants import iso
from corridor.domain.money import Money
from corridor.services.settlement.days import business_day
from corridor.services.settlement.payments import SETTLED, Payment
from corridor.services.settlement.returns.records import PACS_004, ReturnedPayment
from corridor.services.settlement.tellings import FORWARDED


def forward(step: Step, message: PaymentReturn, payment: Payment, returned: ReturnedPayment) -> None:
    """Pass the return on to the debtor agent, in the words of its own order, with the hub's numbers of both."""
    step.send(
        returned.debtor_agent,
        msgspec.structs.replace(
            message,
            message_id=returned.forwarded_id,
            created_at=step.now,
            original_message_id=payment.message_id,
            original_message_definition_id=FORWARDED,
            original_created_at=None,
            original_instruction_id=payment.instruction_id or None,
            original_end_to_end_id=payment.end_to_end_id,
            original_transaction_id=payment.transaction_id or None,
            original_clearing_system_reference=str(payment.number),
            original_settlement_amount=Money(payment.source_amount, payment.source_currency),
            original_settlement_date=None,
            settlement_date=business_day(step, returned.currency),
            clearing_system_reference=str(returned.number),
            instructing_agent=step.hub,
            instructed_agent=returned.debtor_agent,
        ),
    )


def tell_both(step: Step, returned: ReturnedPayment, *information: str) -> None:
    """Tell both that it is final: number and time are the same, and each knows it by the message that it has of it."""
    for agent, message_id in (
        (returned.debtor_agent, returned.forwarded_id),
        (returned.creditor_agent, returned.message_id),
    ):
        step.send(
            agent,
            StatusReport(
                message_id=step.message_id(agent),
                created_at=step.now,
                instructing_agent=step.hub,
                instructed_agent=agent,
                original_message_id=message_id,
                original_message_definition_id=PACS_004,
                original_end_to_end_id=returned.end_to_end_id,
                original_transaction_id=returned.return_id,
                original_uetr=returned.uetr,
                transaction_status=SETTLED,
                additional_information=information,
                acceptance_at=returned.received_at,
                effective_settlement_at=returned.final_at,
                clearing_system_reference=str(returned.number),
            ),
        )


def in_words(returned: ReturnedPayment) -> str:
    """Say in a status of the payment that it was returned, when, why, and under which number."""
    return f"returned {iso(returned.final_at)}, {returned.reason}, number {returned.number}"
