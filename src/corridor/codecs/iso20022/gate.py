"""What may not even reach the parser.

A business message needs elements, attributes and text; nothing else of XML has ever carried a payment, and
much of it has carried attacks: entities, DTDs, comments inside an amount, two encodings of one byte string,
prefixes that make one name look like another. The gate looks at the bytes alone, so that no parser's habits
matter; what it lets through is parsed once, by a parser that would not load anything either.
"""

import re

from lxml import etree
from lxml.etree import _Element

from corridor.codecs.errors import DecodeError

SIZE_BYTES_MAX = 64 * 1024
TAGS_MAX = 4_096  # start and end tags together: twice the elements, and more than twice the depth
ATTRIBUTES_MAX = 256

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DECLARATION = re.compile(rb'<\?xml version="1\.0" encoding="(?i:UTF-8)"(?: standalone="(?:yes|no)")?[ ]?\?>')
_REFERENCE = re.compile(rb"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")
_ATTRIBUTE = re.compile(rb"=\s*[\"']")

# One for the process: a parser has its own lock and costs more to make than a message to read.
_PARSER = etree.XMLParser(
    encoding="UTF-8",  # whatever the first bytes look like
    resolve_entities=False,
    load_dtd=False,
    no_network=True,
    huge_tree=False,
    collect_ids=False,
)


def pass_gate(message: bytes, *, size_bytes_max: int = SIZE_BYTES_MAX) -> _Element:
    """The root element of well-formed XML 1.0 in UTF-8 that has elements, attributes, text and nothing else.

    Refused with reason FF01: more than `size_bytes_max` bytes; more than 4,096 tags or 256 attributes, in
    proportion where more than 64 KiB are allowed; another encoding or a byte order mark, DOCTYPE, comments,
    processing instructions, CDATA sections, entities but the five of XML, references to characters XML forbids,
    namespace prefixes, more than 256 levels.
    Raises: DecodeError.
    """
    if len(message) > size_bytes_max:
        raise DecodeError(f"The message has more than {size_bytes_max} bytes.")
    body = message
    if message.startswith(_BYTE_ORDER_MARK):  # the parser would skip it
        raise DecodeError("A byte order mark is not allowed.")
    if message.startswith(b"<?"):
        declaration = _DECLARATION.match(message)
        if declaration is None:
            raise DecodeError('The XML declaration must be <?xml version="1.0" encoding="UTF-8"?>.', line=1)
        body = message[declaration.end() :]
    _only_data(body, max(1, size_bytes_max // SIZE_BYTES_MAX))
    try:
        return etree.fromstring(message, _PARSER)
    except etree.XMLSyntaxError as error:
        # libxml2's text quotes names out of the message, so only the place is told.
        raise DecodeError("The message is not well-formed XML in UTF-8.", line=error.lineno) from None


def _only_data(body: bytes, times: int) -> None:
    if b"!" in body and b"<!" in body:
        raise DecodeError("DOCTYPE, comments and CDATA sections are not allowed.")
    if b"?" in body and b"<?" in body:
        raise DecodeError("Processing instructions are not allowed.")
    if b"&" in body and len(_REFERENCE.findall(body)) != body.count(b"&"):
        raise DecodeError("Entities are not allowed.")
    if b"xmlns:" in body:
        raise DecodeError("Namespace prefixes are not allowed.")
    tags, attributes = times * TAGS_MAX, times * ATTRIBUTES_MAX
    if body.count(b"<") > tags:
        raise DecodeError(f"The message has more than {tags} tags.")
    if body.count(b"=") > attributes and len(_ATTRIBUTE.findall(body)) > attributes:
        raise DecodeError(f"The message has more than {attributes} attributes.")
