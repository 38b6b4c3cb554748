"""What central banks answer, what either side asks, and what silence means: nothing but that a person is told."""

from typing import Final

import msgspec

from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.ledger.transfers import Transfer, TransferFlag
from corridor.services.messaging.rules import open_case
from corridor.services.settlement.funding import tellings
from corridor.services.settlement.funding.orders import OUT
from corridor.services.settlement.funding.records import (
    LIQUIDITY_TRANSFER,
    REJECTED,
    RESERVED,
    SETTLED,
    LiquidityTransfer,
)

_UNKNOWN: Final = Rejected("NOOR", "no such payment or liquidity transfer", "OrgnlUETR")
_POST: Final = int(TransferFlag.POST_PENDING)
_VOID: Final = int(TransferFlag.VOID_PENDING)


def answer_of_central_bank(step: Step, signer: str, report: StatusReport) -> Answer:
    """Decide what a central bank says of what it was asked: it has moved the money (ACSC), or refuses (RJCT).

    The first answer counts; later ones get the stored one.
    """
    transfer = step.get(LIQUIDITY_TRANSFER, report.original_uetr)
    if transfer is None or transfer.central_bank != signer:
        return _UNKNOWN
    step.payment = transfer.number
    match report.transaction_status, transfer.status:
        case "ACSC", "ACSP":
            _end_reservation(step, transfer, _POST)
            _end(step, transfer, SETTLED, "")
        case "RJCT", "ACSP" | "PDNG":
            if transfer.status == RESERVED:
                _end_reservation(step, transfer, _VOID)
            _end(step, transfer, REJECTED, report.reason or "NARR")
        case ("ACSC", "RJCT") | ("RJCT", "ACSC"):
            text = f"said {report.transaction_status} of {transfer.uetr}, which is {transfer.status} for ever"
            open_case(step, "late answer", signer, text)
            tellings.tell(step, transfer, signer)
        case ("ACSC", "ACSC") | ("RJCT", "RJCT"):
            tellings.tell(step, transfer, signer)
        case "ACSC", _:
            return Rejected("CH20", "what was asked for comes by pacs.009", "TxSts")
        case _:
            return Rejected("CH20", "a central bank says ACSC or RJCT", "TxSts")
    return Accepted()


def tell_status(step: Step, signer: str, uetr: str) -> Answer:
    """Tell either side where a liquidity transfer stands; it leaves when that is durable."""
    transfer = step.get(LIQUIDITY_TRANSFER, uetr)
    if transfer is None or signer not in (transfer.participant, transfer.central_bank):
        return _UNKNOWN
    message_id, _ = transfer.known_by(signer)
    if not message_id:  # what was refused the other side is no business of this one
        return _UNKNOWN
    step.payment = transfer.number
    tellings.tell(step, transfer, signer)
    return Accepted()


def wake_liquidity_transfer(step: Step, transfer: LiquidityTransfer) -> None:
    """Tell a person that the central bank has not answered: what it was asked still waits, and stays reserved."""
    step.put(LIQUIDITY_TRANSFER, msgspec.structs.replace(transfer, due_at=None))
    text = f"{transfer.direction} of {transfer.participant}, {transfer.uetr}, is not answered"
    open_case(step, "unanswered", transfer.central_bank, text)


def _end(step: Step, transfer: LiquidityTransfer, status: str, reason: str) -> None:
    ended = msgspec.structs.replace(
        transfer, status=status, open=False, due_at=None, reason=reason, final_at=step.now
    )
    step.put(LIQUIDITY_TRANSFER, ended)
    tellings.tell_both(step, ended)


def _end_reservation(step: Step, transfer: LiquidityTransfer, flag: int) -> None:
    end = Transfer(
        step.number(),
        0,
        0,
        0,
        "",
        flags=flag,
        pending_id=transfer.first_transfer,
        code=OUT,
        reference=transfer.number,
    )
    results = step.post((end,))
    assert not any(results), f"liquidity transfer {transfer.number}: what is reserved does not end: {results}"
