"""pacs.002.001.10, FI to FI Payment Status Report: what became of a payment, or what is promised."""

import msgspec

from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.parts import agent
from corridor.codecs.iso20022.table import CODE, INSTANT, TEXT, Row, Table
from corridor.domain.instants import Instant


class StatusReport(msgspec.Struct, frozen=True, kw_only=True):
    """The status of one payment, by its UETR.

    Shape: statuses are codes of ExternalPaymentTransactionStatus1Code, a reason is one of
    ExternalStatusReason1Code. The settlement time and the clearing system's reference stand in a final status
    only.
    """

    message_id: str
    created_at: Instant
    instructing_agent: str | None = None
    instructed_agent: str | None = None

    original_message_id: str | None = None
    original_message_definition_id: str | None = None
    original_created_at: Instant | None = None
    group_status: str | None = None

    status_id: str | None = None
    original_instruction_id: str | None = None
    original_end_to_end_id: str | None = None
    original_transaction_id: str | None = None
    original_uetr: str
    transaction_status: str
    reason: str | None = None
    additional_information: tuple[str, ...] = ()
    acceptance_at: Instant | None = None
    effective_settlement_at: Instant | None = None
    clearing_system_reference: str | None = None


CODEC = Codec(
    "pacs.002.001.10",
    Table(
        StatusReport,
        (
            Row("GrpHdr/MsgId", "message_id", TEXT),
            Row("GrpHdr/CreDtTm", "created_at", INSTANT),
            agent("GrpHdr/InstgAgt", "instructing_agent"),
            agent("GrpHdr/InstdAgt", "instructed_agent"),
            Row("OrgnlGrpInfAndSts/OrgnlMsgId", "original_message_id", TEXT),
            Row("OrgnlGrpInfAndSts/OrgnlMsgNmId", "original_message_definition_id", TEXT),
            Row("OrgnlGrpInfAndSts/OrgnlCreDtTm", "original_created_at", INSTANT),
            Row("OrgnlGrpInfAndSts/GrpSts", "group_status", TEXT),
            Row("TxInfAndSts/StsId", "status_id", TEXT),
            Row("TxInfAndSts/OrgnlInstrId", "original_instruction_id", TEXT),
            Row("TxInfAndSts/OrgnlEndToEndId", "original_end_to_end_id", TEXT),
            Row("TxInfAndSts/OrgnlTxId", "original_transaction_id", TEXT),
            Row("TxInfAndSts/OrgnlUETR", "original_uetr", CODE),
            Row("TxInfAndSts/TxSts", "transaction_status", TEXT),
            Row("TxInfAndSts/StsRsnInf/Rsn/Cd", "reason", TEXT),
            Row("TxInfAndSts/StsRsnInf/AddtlInf", "additional_information", TEXT, many=True),
            Row("TxInfAndSts/AccptncDtTm", "acceptance_at", INSTANT),
            Row("TxInfAndSts/FctvIntrBkSttlmDt/DtTm", "effective_settlement_at", INSTANT),
            Row("TxInfAndSts/ClrSysRef", "clearing_system_reference", TEXT),
        ),
    ),
    root="FIToFIPmtStsRpt",
)
