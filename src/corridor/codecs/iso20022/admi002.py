"""admi.002.001.01, Message Reject: a message that could not be taken as a message at all."""

import msgspec

from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.table import INSTANT, TEXT, Row, Table
from corridor.domain.instants import Instant


class MessageReject(msgspec.Struct, frozen=True, kw_only=True):
    """The message with the business message id `related_reference` was refused.

    Shape: `reason` is a code of ExternalStatusReason1Code; `error_location` is the path of the element at
    fault.
    """

    related_reference: str
    reason: str
    rejected_at: Instant | None = None
    error_location: str | None = None
    description: str | None = None
    additional_data: str | None = None


CODEC = Codec(
    "admi.002.001.01",
    Table(
        MessageReject,
        (
            Row("RltdRef/Ref", "related_reference", TEXT),
            Row("Rsn/RjctgPtyRsn", "reason", TEXT),
            Row("Rsn/RjctnDtTm", "rejected_at", INSTANT),
            Row("Rsn/ErrLctn", "error_location", TEXT),
            Row("Rsn/RsnDesc", "description", TEXT),
            Row("Rsn/AddtlData", "additional_data", TEXT),
        ),
    ),
    root="admi.002.001.01",
)
