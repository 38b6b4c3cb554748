"""head.001.001.02, Business Application Header: who sends what to whom."""

import msgspec

from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.parts import agent
from corridor.codecs.iso20022.table import INDICATOR, INSTANT, TEXT, Row, Table
from corridor.domain.instants import Instant


class RelatedHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The header of the message that this one answers."""

    from_bic: str
    to_bic: str
    business_message_id: str
    message_definition_id: str
    created_at: Instant


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The business message id is unique for ever among the messages of its signer.

    Shape: ids Max35Text; `message_definition_id` names the Document beside the header (`pacs.008.001.13`).
    """

    from_bic: str
    to_bic: str
    business_message_id: str
    message_definition_id: str
    business_service: str | None = None
    created_at: Instant
    possible_duplicate: bool = False
    related: RelatedHeader | None = None


def _rows(prefix: str, field: str) -> tuple[Row, ...]:
    return (
        agent(f"{prefix}Fr/FIId", f"{field}from_bic"),
        agent(f"{prefix}To/FIId", f"{field}to_bic"),
        Row(f"{prefix}BizMsgIdr", f"{field}business_message_id", TEXT),
        Row(f"{prefix}MsgDefIdr", f"{field}message_definition_id", TEXT),
    )


CODEC = Codec(
    "head.001.001.02",
    Table(
        Header,
        (
            *_rows("", ""),
            Row("BizSvc", "business_service", TEXT),
            Row("CreDt", "created_at", INSTANT),
            Row("PssblDplct", "possible_duplicate", INDICATOR),
            *_rows("Rltd/", "related."),
            Row("Rltd/CreDt", "related.created_at", INSTANT),
        ),
    ),
    root="AppHdr",
)
