"""pacs.004.001.09, Payment Return: a payment that is final goes back, whole, to where it came from.

Version 9 is of the family of pacs.002.001.10 and pacs.009.001.08. It has no UETR of its own: a return is known by that
of the payment.
"""

import msgspec

from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.parts import agent
from corridor.codecs.iso20022.table import AMOUNT, CODE, DATE, INSTANT, TEXT, Row, Table, fixed
from corridor.domain.instants import Instant
from corridor.domain.money import Money


class PaymentReturn(msgspec.Struct, frozen=True, kw_only=True):
    """So much of the payment with this UETR goes back, as `instructing_agent` tells it to `instructed_agent`.

    Shape: agents are BICs, dates `2026-11-24`, ids Max35Text; a reason is one of ExternalReturnReason1Code.
    """

    message_id: str
    created_at: Instant
    clearing_system: str | None = None

    return_id: str
    original_message_id: str | None = None
    original_message_definition_id: str | None = None
    original_created_at: Instant | None = None
    original_instruction_id: str | None = None
    original_end_to_end_id: str | None = None
    original_transaction_id: str | None = None
    original_uetr: str
    original_clearing_system_reference: str | None = None
    original_settlement_amount: Money | None = None
    original_settlement_date: str | None = None

    returned_amount: Money
    settlement_date: str | None = None
    clearing_system_reference: str | None = None
    instructing_agent: str
    instructed_agent: str
    reason: str
    additional_information: tuple[str, ...] = ()


_TRANSACTION = (
    Row("RtrId", "return_id", TEXT),
    Row("OrgnlGrpInf/OrgnlMsgId", "original_message_id", TEXT),
    Row("OrgnlGrpInf/OrgnlMsgNmId", "original_message_definition_id", TEXT),
    Row("OrgnlGrpInf/OrgnlCreDtTm", "original_created_at", INSTANT),
    Row("OrgnlInstrId", "original_instruction_id", TEXT),
    Row("OrgnlEndToEndId", "original_end_to_end_id", TEXT),
    Row("OrgnlTxId", "original_transaction_id", TEXT),
    Row("OrgnlUETR", "original_uetr", CODE),
    Row("OrgnlClrSysRef", "original_clearing_system_reference", TEXT),
    Row("OrgnlIntrBkSttlmAmt", "original_settlement_amount", AMOUNT),
    Row("OrgnlIntrBkSttlmDt", "original_settlement_date", DATE),
    Row("RtrdIntrBkSttlmAmt", "returned_amount", AMOUNT),
    Row("IntrBkSttlmDt", "settlement_date", DATE),
    Row("ClrSysRef", "clearing_system_reference", TEXT),
    agent("InstgAgt", "instructing_agent"),
    agent("InstdAgt", "instructed_agent"),
    Row("RtrRsnInf/Rsn/Cd", "reason", TEXT),
    Row("RtrRsnInf/AddtlInf", "additional_information", TEXT, many=True),
)

CODEC = Codec(
    "pacs.004.001.09",
    Table(
        PaymentReturn,
        (
            Row("GrpHdr/MsgId", "message_id", TEXT),
            Row("GrpHdr/CreDtTm", "created_at", INSTANT),
            Row("GrpHdr/NbOfTxs", "", fixed("1", "AM18", "A message carries exactly one transaction.")),
            Row(
                "GrpHdr/SttlmInf/SttlmMtd",
                "",
                fixed("CLRG", "CH16", "A return settles the way the payment did, and says CLRG."),
            ),
            Row("GrpHdr/SttlmInf/ClrSys/Prtry", "clearing_system", TEXT),
            *(Row(f"TxInf/{row.path}", *row[1:]) for row in _TRANSACTION),
        ),
    ),
    root="PmtRtr",
)
