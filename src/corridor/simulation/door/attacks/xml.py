"""What XML can carry besides a message, genuinely signed: nothing of it is resolved, fetched or overlooked."""

import gzip
import zlib
from collections.abc import Callable
from typing import Any, Final

from corridor.simulation.door.attacks.strike import Attack, Send, Strike
from corridor.simulation.door.wire import Answer

AMOUNT: Final = b'<IntrBkSttlmAmt Ccy="RUB">100.00</IntrBkSttlmAmt>'
NAME: Final = "Иван Петров".encode()
Change = Callable[[bytes], bytes]


def changed(change: Change, **how: Any) -> Send:
    """Send an order that was changed before it was signed."""

    async def send(s: Strike) -> Answer:
        body = s.sevr.order(s.house.fresh())
        bent = change(body)
        assert bent != body, "nothing was changed"
        return await s.post(bent, **how)

    return send


def swapped(old: bytes, new: bytes) -> Send:
    """Send an order with something else in it."""
    return changed(lambda body: body.replace(old, new))


def calling(dtd: str, entity: str = "&x;") -> Send:
    """Send an order whose DTD calls outside, where somebody listens."""

    async def send(s: Strike) -> Answer:
        body = s.sevr.order(s.house.fresh()).replace(NAME, entity.encode())
        return await s.post(dtd.replace("URL", s.outside.url).encode() + body)

    return send


def fetching(old: bytes, new: str) -> Send:
    """Send an order that asks for something to be fetched from outside."""

    async def send(s: Strike) -> Answer:
        body = s.sevr.order(s.house.fresh())
        return await s.post(body.replace(old, new.replace("URL", s.outside.url).encode(), 1))

    return send


def encoded(encoding: str, mark: bytes = b"") -> Send:
    """Send an order in another encoding."""
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
    return changed(lambda body: mark + (declared + body.decode()).encode(encoding, "replace"))


def _bomb(body: bytes) -> bytes:
    return body.replace(NAME, b"&l9;")


_LAUGHS: Final = b"<!DOCTYPE E [<!ENTITY l0 'ha'>%b]>" % b"".join(
    b"<!ENTITY l%d '%b'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
)
_QUADRATIC: Final = b"<!DOCTYPE E [<!ENTITY l9 '%b'>]>" % (b"x" * 20_000)


def _refused(number: str, name: str, reason: str, send: Send) -> Attack:
    return Attack(number, name, send, 202, f"admi.002 {reason}", f"refused {reason}")


def _gate(number: str, name: str, send: Send) -> Attack:
    return _refused(number, name, "FF01", send)


SPLIT: Final = (
    _gate("A18", "a comment inside an amount", swapped(b"100.00", b"10<!-- -->0.00")),
    _gate("A18", "an instruction inside an amount", swapped(b"100.00", b"10<?x y?>0.00")),
    _gate("A18", "CDATA inside an amount", swapped(b"100.00", b"10<![CDATA[0.00]]>")),
    _refused("A18", "an element inside an amount", "CH16", swapped(b"100.00", b"10<x/>0.00")),
    _gate("A19", "a prefix for the namespace of an element", swapped(b"<Envelope ", b'<Envelope xmlns:e="urn:x" ')),
    _gate("A19", "the prefix xml bound anew", swapped(b"<Envelope ", b'<Envelope xmlns:xml="urn:x" ')),
    _refused("A19", "an element moved out of its namespace", "CH17", swapped(b"<GrpHdr>", b'<GrpHdr xmlns="">')),
    _gate("A19", "an attribute twice", swapped(b'Ccy="RUB"', b'Ccy="RUB" Ccy="TJS"')),
    _refused("A19", "an attribute that nobody knows", "CH17", swapped(b'Ccy="RUB"', b'Ccy="RUB" x="1"')),
    _refused("A19", "an amount in Arabic digits", "CH16", swapped(b"100.00", "١٠٠.٠٠".encode())),
)  # fmt: skip

ENTITIES: Final = (
    _gate(
        "A30",
        "an external entity: a file",
        calling('<!DOCTYPE E [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
    ),
    _gate("A31", "an external entity: a URL", calling('<!DOCTYPE E [<!ENTITY x SYSTEM "URL">]>')),
    _gate("A31", "an external DTD", calling('<!DOCTYPE E SYSTEM "URL">', "x")),
    _gate("A32", "a parameter entity", calling('<!DOCTYPE E [<!ENTITY % p SYSTEM "URL"> %p;]>', "x")),
    _gate("A33", "a billion laughs", changed(lambda body: _LAUGHS + _bomb(body))),
    _gate(
        "A34", "a quadratic blow-up", changed(lambda body: _QUADRATIC + body.replace(NAME, b"&l9;" * 5_000))
    ),
    _gate("A35", "a DOCTYPE, and nothing in it", changed(lambda body: b"<!DOCTYPE Envelope>" + body)),
    _gate("A35", "a DOCTYPE in small letters", changed(lambda body: b"<!doctype Envelope>" + body)),
    _gate("A30", "an entity nobody declared", swapped(NAME, b"&secret;")),
    _gate("A30", "a reference to a character XML forbids", swapped(NAME, b"Ivan&#0;")),
)

SHAPES: Final = (
    _gate("A36", "a comment before the root", changed(lambda body: b"<!-- -->" + body)),
    _gate("A36", "an instruction after the root", changed(lambda body: body + b"<?x y?>")),
    _gate("A37", "ten thousand levels", swapped(NAME, b"<a>" * 10_000 + b"</a>" * 1_000)),
    _gate("A37", "a thousand levels", swapped(NAME, b"<a>" * 1_000 + b"</a>" * 1_000)),
    _gate("A38", "as many attributes as fit", swapped(b"<Envelope ", b"<Envelope " + b"".join(b'a%d="" ' % n for n in range(6_000)))),
    Attack("A38", "a hundred thousand attributes",
           swapped(b"<Envelope ", b"<Envelope " + b"".join(b'a%d="" ' % n for n in range(100_000))), 413),
    Attack("A39", "20 MB", changed(lambda body: body.replace(NAME, b"x" * (20 << 20))), 413),
    Attack("A39", "one byte too many", changed(lambda body: body + b" " * (65_537 - len(body))), 413),
    _refused("A39", "60 KB in a name", "CH16", swapped(NAME, b"x" * 60_000)),
    _gate("A40", "UTF-16", encoded("utf-16")),
    _gate("A40", "UTF-16 without a mark", encoded("utf-16-le")),
    _gate("A40", "UTF-32", encoded("utf-32")),
    _gate("A40", "UTF-7", encoded("utf-7")),
    _gate("A40", "EBCDIC", encoded("cp037")),
    _gate("A40", "Latin-1 that says so", encoded("iso-8859-1")),
    _gate("A40", "UTF-8 with a mark", changed(lambda body: b"\xef\xbb\xbf" + body)),
    _gate("A40", "a mark of UTF-16 before UTF-8", changed(lambda body: b"\xff\xfe" + body)),
    _gate("A40", "a letter in too many bytes", swapped(NAME, b"Iv\xc1\xa1n")),
    _gate("A40", "half a surrogate pair", swapped(NAME, b"\xed\xa0\x80")),
    _gate("A40", "a zero byte", swapped(NAME, b"Iv\x00an")),
    Attack("A41", "gzip that says so", changed(gzip.compress, more=[("Content-Encoding", "gzip")]), 415),
    Attack("A41", "deflate that says so", changed(zlib.compress, more=[("Content-Encoding", "deflate")]), 415),
    Attack("A41", "a bomb of a thousand to one",
           changed(lambda _: gzip.compress(b"0" * (20 << 20)), more=[("Content-Encoding", "gzip")]), 415),
    _gate("A41", "gzip that does not say so", changed(gzip.compress)),
    _gate("A42", "XInclude", fetching(b"<CreDt>", '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="URL"/><CreDt>')),
    _refused("A42", "XInclude without a prefix", "CH17", fetching(b"<CreDt>", '<include xmlns="http://www.w3.org/2001/XInclude" href="URL"/><CreDt>')),
    _gate("A42", "a stylesheet", changed(lambda body: b'<?xml-stylesheet href="http://127.0.0.1:1/x"?>' + body)),
    _gate("A43", "a schemaLocation", fetching(b"<Document ", '<Document xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x URL" ')),
    _gate("A43", "a noNamespaceSchemaLocation", fetching(b"<Envelope ", '<Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="URL" ')),
)  # fmt: skip

CONTENT: Final = (
    _gate("A44", "the schema of the year before", swapped(b"pacs.008.001.13", b"pacs.008.001.12")),
    _gate("A44", "a document of nobody's namespace", swapped(b"urn:iso:std:iso:20022:tech:xsd:pacs", b"urn:x:pacs")),
    _gate("A44", "an envelope of another version", swapped(b"urn:corridor:envelope:1", b"urn:corridor:envelope:2")),
    _gate("A44", "a header of another version", swapped(b"head.001.001.02", b"head.001.001.01")),
    _gate("A44", "a definition that is not the document's", swapped(b"<MsgDefIdr>pacs.008.001.13", b"<MsgDefIdr>pacs.002.001.10")),
    _refused("A45", "smuggled: supplementary data", "CH17",
             swapped(b"</CdtTrfTxInf>", b"<SplmtryData><Envlp><x/></Envlp></SplmtryData></CdtTrfTxInf>")),
    _refused("A45", "smuggled: an element that nobody knows", "CH17", swapped(b"</CdtTrfTxInf>", b"<Bonus>1</Bonus></CdtTrfTxInf>")),
    _refused("A45", "smuggled: a second amount", "CH17", swapped(AMOUNT, AMOUNT * 2)),
    _refused("A45", "smuggled: a second payment", "CH17",
             changed(lambda b: b.replace(b"</CdtTrfTxInf>", b"</CdtTrfTxInf>" + b[b.index(b"<CdtTrfTxInf>"):b.index(b"</CdtTrfTxInf>")] + b"</CdtTrfTxInf>"))),
    _gate("A46", "two documents in one envelope", changed(lambda b: b[:-11] + b[b.index(b"<Document"):])),
    _gate("A46", "two envelopes", changed(lambda b: b * 2)),
    _gate("A46", "two headers", changed(lambda b: b.replace(b"</AppHdr>", b"</AppHdr>" + b[b.index(b"<AppHdr"):b.index(b"</AppHdr>")] + b"</AppHdr>"))),
    _gate("A46", "a document in the text beside", changed(lambda b: b[:-11] + b"x</Envelope>")),
)  # fmt: skip

ATTACKS: Final = (*SPLIT, *ENTITIES, *SHAPES, *CONTENT)
