"""What `POST /v1/messages` carries: from exact bytes to a frozen command, if only a refusal."""

from collections.abc import Callable
from hashlib import sha256
from typing import Final

from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022 import camt050, pacs002, pacs004, pacs008, pacs009, pacs028
from corridor.codecs.iso20022.envelope import Opened
from corridor.codecs.iso20022.gate import pass_gate
from corridor.codecs.iso20022.head001 import Header
from corridor.codecs.iso20022.messages import HEADER
from corridor.codecs.iso20022.sealed import open_checked
from corridor.codecs.iso20022.validation import validate
from corridor.domain.errors import CorridorError
from corridor.gateway.authentication import Sender
from corridor.gateway.metrics import Metrics
from corridor.gateway.screening import Screener
from corridor.ports import Clock
from corridor.services.instant.commands import CreditTransfer, StatusReport, StatusRequest
from corridor.services.messaging.commands import Command, Origin, Refused
from corridor.services.settlement.funding.commands import CreditParticipant, TransferLiquidity
from corridor.services.settlement.returns.commands import ReturnPayment

_BETWEEN_AGENTS: Final = (
    pacs008.CreditTransfer,
    pacs002.StatusReport,
    pacs028.StatusRequest,
    pacs004.PaymentReturn,
    pacs009.InstitutionTransfer,
)
"""Messages that name who instructs whom."""
UNREADABLE: Final = "unreadable"
"""The definition of what names none."""


class Messages:
    """Makes commands of participants' messages; nothing that an authenticated sender sends is dropped."""

    def __init__(
        self,
        hub: str,
        screener: Screener,
        clock: Clock,
        metrics: Metrics,
        read: Callable[[bytes], Opened] = open_checked,
    ) -> None:
        self._hub = hub
        self._screener = screener
        self._clock = clock
        self._metrics = metrics
        self._open = read

    def command(self, sender: Sender, body: bytes) -> Command:
        """Return what the hub is to decide."""
        now = self._clock.now()
        try:
            opened = self._open(body)
        except DecodeError as error:
            return self._refuse(_origin_of_unreadable(sender, body, now), error)
        header = opened.header
        origin = sender.origin(
            header.business_message_id, opened.document_definition, opened.document_digest, now, body
        )
        try:
            self._check_addresses(sender.participant, opened)
            match opened.message:
                case pacs008.CreditTransfer() as message:
                    return CreditTransfer(origin, message, self._screener.screen(message))
                case pacs002.StatusReport() as message:
                    return StatusReport(origin, message)
                case pacs028.StatusRequest() as message:
                    return StatusRequest(origin, message)
                case pacs004.PaymentReturn() as message:
                    return ReturnPayment(origin, message)
                case camt050.LiquidityTransfer() as message:
                    return TransferLiquidity(origin, message)
                case pacs009.InstitutionTransfer() as message:
                    return CreditParticipant(origin, message)
            raise DecodeError(
                "Participants do not send messages of this definition.", field="AppHdr/MsgDefIdr"
            )
        except CorridorError as error:
            return self._refuse(origin, error)

    def _check_addresses(self, signer: str, opened: Opened) -> None:
        header, message = opened.header, opened.message
        if header.from_bic != signer:
            raise DecodeError("A participant sends for itself only.", field="AppHdr/Fr", reason="DS0G")
        if header.to_bic != self._hub:
            raise DecodeError("Messages are sent to the hub.", field="AppHdr/To", reason="AGNT")
        if isinstance(message, _BETWEEN_AGENTS):
            if message.instructing_agent not in (None, signer):
                raise DecodeError("The instructing agent is the sender.", field="InstgAgt", reason="AGNT")
            if message.instructed_agent not in (None, self._hub):
                raise DecodeError("The instructed agent is the hub.", field="InstdAgt", reason="AGNT")

    def _refuse(self, origin: Origin, error: CorridorError) -> Refused:
        self._metrics.refusals[error.reason,] += 1
        return Refused(origin, error.reason, error.message, error.field or "")


def _origin_of_unreadable(sender: Sender, body: bytes, now: int) -> Origin:
    """Where the document cannot be read, the whole body is what identifies the message."""
    digest = sha256(body).digest()
    header = _header(body)
    if header is None:
        return sender.origin(digest.hex()[:35], UNREADABLE, digest, now, body)
    return sender.origin(header.business_message_id, header.message_definition_id, digest, now, body)


def _header(body: bytes) -> Header | None:
    """Return the header if that much can be read, so that the refusal names the message."""
    try:
        root = pass_gate(body)
        if not len(root):
            return None
        validate(root[0], HEADER.definition)
        header: Header = HEADER.decode(root[0])
    except DecodeError:
        return None
    return header
