"""What travels: one header and one document, in an envelope whose exact bytes are signed.

<Envelope xmlns="urn:corridor:envelope:1">
  <AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02">...</AppHdr>
  <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.13">...</Document>
</Envelope>
"""

import hashlib
from collections.abc import Callable

import msgspec
from lxml.etree import _Element

from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.gate import SIZE_BYTES_MAX, pass_gate
from corridor.codecs.iso20022.head001 import Header
from corridor.codecs.iso20022.messages import HEADER, MESSAGES, Message
from corridor.codecs.iso20022.validation import validate

NAMESPACE = "urn:corridor:envelope:1"

_ENVELOPE = f"{{{NAMESPACE}}}Envelope"
_APP_HDR = f"{{{HEADER.namespace}}}AppHdr"
_DOCUMENTS = {f"{{{codec.namespace}}}Document": codec for codec in MESSAGES.values()}
_BY_RECORD = {codec.record: codec for codec in MESSAGES.values()}
_START, _END = f'<Envelope xmlns="{NAMESPACE}">', "</Envelope>"


class Opened(msgspec.Struct, frozen=True):
    """A message that has passed gate, schemas and tables. `document_digest` is its content's identity."""

    header: Header
    document_definition: str
    message: Message
    document_digest: bytes


def open_envelope(
    envelope: bytes,
    *,
    size_bytes_max: int = SIZE_BYTES_MAX,
    read: Callable[[bytes], Opened | None] = lambda _envelope: None,
) -> Opened:
    """The header and the message, checked by schema, and the SHA-256 of the Document's bytes as received.

    `read` may know a quicker way to the same values, once gate and schemas are passed; None if it does not.

    Raises: DecodeError, and nothing else, whatever the bytes.
    """
    root = pass_gate(envelope, size_bytes_max=size_bytes_max)
    app_hdr, document = _two_parts(root)
    codec = _DOCUMENTS.get(document.tag)
    if codec is None:
        raise DecodeError("The document is of no message definition in use.", field="Document")
    validate(app_hdr, HEADER.definition)
    validate(document, codec.definition)
    known = read(envelope)
    if known is not None:
        return known
    header = HEADER.decode(app_hdr)
    if header.message_definition_id != codec.definition:
        raise DecodeError("The header names another message definition.", field="AppHdr/MsgDefIdr")
    message = codec.decode(document)
    digest = hashlib.sha256(_document_bytes(envelope)).digest()
    return Opened(header, codec.definition, message, digest)


def seal_envelope(header: Header, message: Message) -> bytes:
    """The envelope's bytes, the same for the same values.

    The values are those that `open_envelope` returns or the domain's checks let pass; `sample_check` tells.
    """
    codec = _BY_RECORD[type(message)]
    assert header.message_definition_id == codec.definition, header.message_definition_id
    return f"{_START}{HEADER.render(header)}{codec.render(message)}{_END}".encode()


def sample_check(envelope: bytes) -> None:
    """What we send, a receiver can read: for tests, and in operation for one message in many.

    Raises: DecodeError.
    """
    open_envelope(envelope)


def _two_parts(root: _Element) -> tuple[_Element, _Element]:
    if root.tag != _ENVELOPE or root.attrib:
        raise DecodeError(f"The root must be Envelope in the namespace {NAMESPACE}.", field="Envelope")
    if len(root) != 2 or root[0].tag != _APP_HDR:
        raise DecodeError(
            "The envelope holds one AppHdr of head.001.001.02 and one Document.", field="Envelope"
        )
    app_hdr, document = root
    if f"{root.text or ''}{app_hdr.tail or ''}{document.tail or ''}".strip():
        raise DecodeError("The envelope holds text beside its two parts.", field="Envelope")
    return app_hdr, document


def _document_bytes(envelope: bytes) -> bytes:
    """From `<Document` to `</Document>`: after gate, schemas and tables, each stands in the bytes only once.

    Neither comments, CDATA nor prefixes can hide one, `<` is no character of text or attributes, and no
    element of any table has a name that begins so.
    """
    start, end = envelope.find(b"<Document"), envelope.rfind(b"</Document>")
    if end < start:
        raise DecodeError("The end tag must read </Document>.", field="Document")
    return envelope[start : end + len(b"</Document>")]
