"""The gate: known attacks on XML, each refused before a parser or a schema could be impressed by it."""

import gzip
import resource
import socket
import time
from pathlib import Path

import pytest

from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.iso20022.gate import ATTRIBUTES_MAX, SIZE_BYTES_MAX, TAGS_MAX, pass_gate

VECTORS = Path(__file__).parents[2] / "vectors/iso20022"
WAGES = (VECTORS / "pacs.008-wages.xml").read_bytes()


def put(new: bytes, before: bytes = b"<Envelope") -> bytes:
    """The wages with something put before an element."""
    assert before in WAGES
    return WAGES.replace(before, new + before, 1)


def swap(old: str, new: str) -> bytes:
    assert old.encode() in WAGES
    return WAGES.replace(old.encode(), new.encode(), 1)


XSI = "http://www.w3.org/2001/XMLSchema-instance"
BILLION_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)
ATTACKS = {
    # A30-A35
    "external entity, file": put(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    "external entity, used": swap("Каримова", "&e;"),
    "parameter entity": put(b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://localhost/x.dtd"> %p;]>'),
    "billion laughs": put(BILLION_LAUGHS + b"]>"),
    "quadratic blow-up": put(b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 30_000 + b'">]>'),
    "any DOCTYPE": put(b"<!DOCTYPE Envelope>"),
    "any DOCTYPE, in small letters": put(b"<!doctype Envelope>"),
    "DOCTYPE after a declaration": b'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE Envelope>' + WAGES,
    # A36-A43
    "comment": put(b"<!-- -->", b"<Document"),
    "comment inside an amount": swap("12500.00", "12<!-- -->500.00"),
    "comment at the end": WAGES + b"<!-- -->",
    "processing instruction": put(b'<?php echo "?>', b"<Document"),
    "stylesheet": put(b'<?xml-stylesheet type="text/xsl" href="http://localhost/x.xsl"?>'),
    "processing instruction inside an amount": swap("12500.00", "12<?x ?>500.00"),
    "CDATA": swap("Каримова Зарина", "<![CDATA[Каримова]]> Зарина"),
    "declaration in the middle": put(b'<?xml version="1.0" encoding="UTF-8"?>', b"<Document"),
    "depth 300": put(b"<a>" * 300 + b"</a>" * 300, b"<AppHdr"),
    "depth 2,000": put(b"<a>" * 2_000 + b"</a>" * 2_000, b"<AppHdr"),
    "depth 10,000": b"<a>" * 10_000 + b"</a>" * 10_000,
    "4,097 tags": put(b"<a/>" * (TAGS_MAX + 1 - WAGES.count(b"<")), b"<AppHdr"),
    "300 attributes": put(b"<a " + b" ".join(b"a%d='%d'" % (n, n) for n in range(300)) + b"/>", b"<AppHdr"),
    "300 attributes, spaced": put(
        b"<a " + b" ".join(b"a%d = '%d'" % (n, n) for n in range(300)) + b"/>", b"<AppHdr"
    ),
    "100,000 attributes": b"<a " + b" ".join(b'a%d=""' % n for n in range(100_000)) + b"/>",
    "an attribute twice": swap('Ccy="RUB"', 'Ccy="RUB" Ccy="TJS"'),
    "20 MB of text": swap("Семье", "С" * 10_000_000),
    "one byte too many": WAGES + b" " * (SIZE_BYTES_MAX + 1 - len(WAGES)),
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>' + WAGES,
    "UTF-7 without saying so": swap("Зарина", "+BBcEMARABDgEPQQw-\x00"),
    "UTF-16 declared, UTF-8 inside": b'<?xml version="1.0" encoding="UTF-16"?>' + WAGES,
    "UTF-16 with a mark": WAGES.decode().encode("utf-16"),
    "UTF-16 without a mark, little endian": WAGES.decode().encode("utf-16-le"),
    "UTF-16 without a mark, big endian": WAGES.decode().encode("utf-16-be"),
    "UTF-32": WAGES.decode().encode("utf-32-be"),
    "EBCDIC": WAGES.decode().encode("cp500", "replace"),
    "Latin-1 declared": b'<?xml version="1.0" encoding="ISO-8859-1"?>' + WAGES,
    "Windows-1251 without saying so": WAGES.decode().encode("cp1251", "replace"),
    "byte order mark": b"\xef\xbb\xbf" + WAGES,
    "overlong UTF-8": WAGES.replace("З".encode(), b"\xc1\xa1", 1),
    "overlong less-than": swap("Семье", "Семье").replace("Семье".encode(), b"\xc0\xbcx\xc0\xbe", 1),
    "a surrogate in UTF-8": WAGES.replace("З".encode(), b"\xed\xa0\x80", 1),
    "beyond Unicode": WAGES.replace("З".encode(), b"\xf4\x90\x80\x80", 1),
    "half a character": WAGES.replace("З".encode(), b"\xd0", 1),
    "a NUL": swap("Зарина", "Зари\x00на"),
    "XML 1.1": b'<?xml version="1.1" encoding="UTF-8"?>' + WAGES,
    "a declaration without encoding": b'<?xml version="1.0"?>' + WAGES,
    "space before the declaration": b' <?xml version="1.0" encoding="UTF-8"?>' + WAGES,
    "compressed": gzip.compress(WAGES),
    "compressed bomb": gzip.compress(b"<a>" + b"0" * 30_000_000 + b"</a>"),
    "XInclude": swap(
        "<PmtId>", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/><PmtId>'
    ),
    "schemaLocation": swap(
        "<Envelope ",
        f'<Envelope xmlns:xsi="{XSI}" xsi:schemaLocation="urn:x http://x" ',
    ),
    "xsi:nil": swap("<Nm>", f'<Nm xmlns:xsi="{XSI}" xsi:nil="true">'),
    "a prefix": WAGES.replace(b"<Document xmlns=", b"<d:Document xmlns:d=").replace(
        b"</Document>", b"</d:Document>"
    ),
    # References
    "reference to NUL": swap("Зарина", "&#0;"),
    "reference to a control": swap("Зарина", "&#1;"),
    "reference to a surrogate": swap("Зарина", "&#xD800;"),
    "reference to no character": swap("Зарина", "&#xFFFF;"),
    "reference beyond Unicode": swap("Зарина", "&#x110000;"),
    "reference without end": swap("Зарина", "&#x41"),
    "reference of 10,000 digits": swap("Зарина", "&#" + "0" * 10_000 + "65;"),
    "entity of HTML": swap("Зарина", "&nbsp;"),
    "a bare ampersand": swap("Зарина", "A & B"),
    # Not well-formed
    "nothing": b"",
    "a space": b" ",
    "truncated": WAGES[:-1],
    "half": WAGES[: len(WAGES) // 2],
    "two roots": WAGES + WAGES,
    "text after it": WAGES + b"x",
    "a bare less-than": swap("Зарина", "A < B"),
    "a bare ]]>": swap("Зарина", "]]>"),
    "JSON": b'{"Document": {}}',
    "random": bytes(range(256)) * 4,
}


@pytest.fixture
def no_socket(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.usefixtures("no_socket")
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_is_refused_as_a_file_of_wrong_format(attack):
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    with pytest.raises(DecodeError) as caught:
        open_envelope(attack)
    assert time.process_time() - start < 0.1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 16 * 1024
    assert caught.value.reason == "FF01"
    assert "Зарина" not in str(caught.value)


ORDINARY = {
    "as it is": WAGES,
    "declared": b'<?xml version="1.0" encoding="UTF-8"?>' + WAGES,
    "declared in small letters, with a line": b'<?xml version="1.0" encoding="utf-8"?>\n' + WAGES,
    "declared standalone": b'<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>' + WAGES,
    "the five entities": swap("Зарина", "&lt;&gt;&amp;&quot;&apos;"),
    "references": swap("Зарина", "&#1047;&#x430;рина"),
    "space after it": WAGES + b"\n",
    "a question and an exclamation": swap("Семье", "Семье?!"),
    "more than 256 equals": swap(
        "Семье", "=" * 100 + "</Ustrd><Ustrd>" + "=" * 130 + "</Ustrd><Ustrd>" + "=" * 99
    ),
    "as large as may be": WAGES + b" " * (SIZE_BYTES_MAX - len(WAGES)),
    "single quotes": WAGES.replace(b'"', b"'"),
}


@pytest.mark.parametrize("message", ORDINARY.values(), ids=ORDINARY.keys())
def test_ordinary_xml_passes(message):
    assert open_envelope(message).header.business_message_id == "SEVR20261124000001"


def test_the_limits_are_exact():
    tags = (TAGS_MAX - 2) // 2
    pass_gate(b"<a>" + b"<b></b>" * tags + b"</a>")
    pass_gate(b"<a " + b" ".join(b'a%d="a=b"' % n for n in range(ATTRIBUTES_MAX)) + b"/>")
    pass_gate(b"<a>" * 256 + b"</a>" * 256)
    for message in (
        b"<a>" + b"<b></b>" * tags + b"<b/></a>",
        b"<a " + b" ".join(b'a%d=""' % n for n in range(ATTRIBUTES_MAX + 1)) + b"/>",
        b"<a>" * 257 + b"</a>" * 257,
    ):
        with pytest.raises(DecodeError):
            pass_gate(message)
    with pytest.raises(DecodeError):
        pass_gate(WAGES, size_bytes_max=len(WAGES) - 1)
    pass_gate(WAGES, size_bytes_max=len(WAGES))


def test_a_line_is_told_where_there_is_one():
    with pytest.raises(DecodeError) as caught:
        pass_gate(b"<a>\n<b>\n</a>")
    assert caught.value.line == 3


def test_more_tags_and_attributes_are_let_through_where_more_bytes_are():
    many = b"<a>" + b"<b/>" * TAGS_MAX + b"</a>"
    with pytest.raises(DecodeError, match="more than 4096 tags"):
        pass_gate(many)
    assert len(pass_gate(many, size_bytes_max=2 * SIZE_BYTES_MAX)) == TAGS_MAX
    with pytest.raises(DecodeError, match="more than 8192 tags"):
        pass_gate(b"<a>" + b"<b/>" * (2 * TAGS_MAX) + b"</a>", size_bytes_max=2 * SIZE_BYTES_MAX)
