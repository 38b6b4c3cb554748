"""What both sides of a liquidity transfer are told: the messages that pass it on, and one status in one wording."""

import msgspec

from corridor.codecs.iso20022.camt050 import LiquidityTransfer as Order
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs009 import InstitutionTransfer
from corridor.decision import Step
from corridor.services.settlement.days import business_day
from corridor.services.settlement.funding.records import REJECTED, SETTLED, LiquidityTransfer


def forward_order(step: Step, order: Order, transfer: LiquidityTransfer) -> None:
    """Pass a participant's wish on to the central bank, under an id of the hub's."""
    forwarded = msgspec.structs.replace(
        order,
        message_id=transfer.central_bank_message_id,
        created_at=step.now,
        settlement_date=business_day(step, transfer.currency),
    )
    step.send(transfer.central_bank, forwarded)


def forward_credit(step: Step, credit: InstitutionTransfer, transfer: LiquidityTransfer) -> None:
    """Tell the participant what has been credited to it, with the hub's number of it."""
    step.send(
        transfer.participant,
        msgspec.structs.replace(
            credit,
            message_id=step.message_id(transfer.participant),
            created_at=step.now,
            clearing_system_reference=str(transfer.number),
            interbank_settlement_date=business_day(step, transfer.currency),
            instructing_agent=step.hub,
            instructed_agent=transfer.participant,
        ),
    )


def tell_both(step: Step, transfer: LiquidityTransfer) -> None:
    """Tell both sides how it has ended; who has never heard of it does not now."""
    if transfer.participant_message_id:
        tell(step, transfer, transfer.participant)
    if transfer.central_bank_message_id:
        tell(step, transfer, transfer.central_bank)


def tell(step: Step, transfer: LiquidityTransfer, side: str) -> None:
    """Tell one side the status: number and time are the same for both, and its own message is named."""
    message_id, definition = transfer.known_by(side)
    step.send(
        side,
        StatusReport(
            message_id=step.message_id(side),
            created_at=step.now,
            instructing_agent=step.hub,
            instructed_agent=side,
            original_message_id=message_id,
            original_message_definition_id=definition,
            original_instruction_id=transfer.instruction_id or None,
            original_end_to_end_id=transfer.end_to_end_id,
            original_transaction_id=transfer.transaction_id or None,
            original_uetr=transfer.uetr,
            transaction_status=transfer.status,
            reason=transfer.reason if transfer.status == REJECTED else None,
            acceptance_at=transfer.received_at,
            effective_settlement_at=transfer.final_at if transfer.status == SETTLED else None,
            clearing_system_reference=str(transfer.number),
        ),
    )
