"""pacs.028.001.03, FI to FI Payment Status Request: what became of the payment with this UETR."""

import msgspec

from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.parts import agent
from corridor.codecs.iso20022.table import CODE, INSTANT, TEXT, Row, Table
from corridor.domain.instants import Instant


class StatusRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A question about one payment, by its UETR. Shape: ids Max35Text."""

    message_id: str
    created_at: Instant
    instructing_agent: str | None = None
    instructed_agent: str | None = None

    original_message_id: str | None = None
    original_message_definition_id: str | None = None
    original_created_at: Instant | None = None

    status_request_id: str | None = None
    original_instruction_id: str | None = None
    original_end_to_end_id: str | None = None
    original_transaction_id: str | None = None
    original_uetr: str


CODEC = Codec(
    "pacs.028.001.03",
    Table(
        StatusRequest,
        (
            Row("GrpHdr/MsgId", "message_id", TEXT),
            Row("GrpHdr/CreDtTm", "created_at", INSTANT),
            agent("GrpHdr/InstgAgt", "instructing_agent"),
            agent("GrpHdr/InstdAgt", "instructed_agent"),
            Row("OrgnlGrpInf/OrgnlMsgId", "original_message_id", TEXT),
            Row("OrgnlGrpInf/OrgnlMsgNmId", "original_message_definition_id", TEXT),
            Row("OrgnlGrpInf/OrgnlCreDtTm", "original_created_at", INSTANT),
            Row("TxInf/StsReqId", "status_request_id", TEXT),
            Row("TxInf/OrgnlInstrId", "original_instruction_id", TEXT),
            Row("TxInf/OrgnlEndToEndId", "original_end_to_end_id", TEXT),
            Row("TxInf/OrgnlTxId", "original_transaction_id", TEXT),
            Row("TxInf/OrgnlUETR", "original_uetr", CODE),
        ),
    ),
    root="FIToFIPmtStsReq",
)
