"""What can be wrong with bytes, as small changes: of bits, numbers, texts, elements, members, encodings, lengths.

Every one takes a source of chance and bytes, and returns other bytes; the same chance gives the same bytes.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

Mutation = Callable[[Random, bytes], bytes]

NUMBERS: Final = (
    b"0", b"-1", b"+1", b"00", b"1e5", b"1E400", b"0x10", b"NaN", b"Infinity", b"-0", b"1.", b".5", b"1,5", b"",
    b"9" * 18, b"9" * 19, b"9" * 400, b"18446744073709551616", b"-9223372036854775809", b"1_000", b"\xd9\xa3",
)  # fmt: skip
TEXTS: Final = (
    b"", b" ", b"\x00", b"\x7f", b"\r\n", b"\t", b"\x1b[2J", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xf0\x9f\x92\xa9", b"\xcc\x81" * 50, b"A" * 5_000, b"\\u0000",
    b"\\ud800", b"%00", b"%s%n", b"../../etc/passwd", b"' OR '1'='1", b"{{7*7}}", b"&lt;&amp;", b"&#0;", b"&#x10FFFF;",
    b"&x;", b"]]>", b"<!-- -->", b"<?x y?>", b"<![CDATA[x]]>", b"<!DOCTYPE x>", b'<a b="c"/>', b'"', b"'", b"}", b"]",
)  # fmt: skip
NAMESPACES: Final = (
    b"", b"urn:x", b"urn:corridor:envelope:1", b"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.12",
    b"urn:iso:std:iso:20022:tech:xsd:head.001.001.02", b"urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10",
)  # fmt: skip
ENCODINGS: Final = ("utf-16", "utf-16-le", "utf-32", "utf-7", "cp037", "iso-8859-5")
JSON_VALUES: Final = (
    b"null", b"true", b"[]", b"{}", b"0", b"-1", b"1.5", b"1e999", b"NaN", b'""', b'"\\ud800"', b"[" * 300 + b"]" * 300,
    b"1" * 5_000, b'{"a":1,"a":2}',
)  # fmt: skip

_NUMBER: Final = re.compile(rb"[0-9]+(?:\.[0-9]+)?")
_TEXT: Final = re.compile(rb">([^<>]+)<|\"([^\"]*)\"")
_TAG: Final = re.compile(rb"<(/?)([A-Za-z0-9]{1,40})")
_LEAF: Final = re.compile(rb"<([A-Za-z0-9]{1,40})(?: [^<>]*)?>[^<>]*</\1>")
_XMLNS: Final = re.compile(rb'xmlns="([^"]*)"')
_START: Final = re.compile(rb"<[A-Za-z0-9]{1,40}(?=[ >])")
_MEMBER: Final = re.compile(rb'"[a-z_0-9]+":(?:"[^"]*"|[0-9]+)')
_VALUE: Final = re.compile(rb'(?<=":)(?:"[^"]*"|[0-9]+)')


def _at(dice: Random, content: bytes) -> int:
    return dice.randrange(len(content) + 1)


def _span(dice: Random, content: bytes) -> tuple[int, int]:
    start = _at(dice, content)
    return start, min(len(content), start + dice.choice((1, 2, 4, 16, 64, 500)))


def flip(dice: Random, content: bytes) -> bytes:
    """One bit."""
    if not content:
        return b"\x00"
    bent = bytearray(content)
    bent[dice.randrange(len(bent))] ^= 1 << dice.randrange(8)
    return bytes(bent)


def overwrite(dice: Random, content: bytes) -> bytes:
    """Some bytes by others."""
    start, end = _span(dice, content)
    return content[:start] + dice.randbytes(end - start) + content[end:]


def insert(dice: Random, content: bytes) -> bytes:
    """A text of trouble anywhere."""
    at = _at(dice, content)
    return content[:at] + dice.choice(TEXTS) + content[at:]


def delete(dice: Random, content: bytes) -> bytes:
    """A span."""
    start, end = _span(dice, content)
    return content[:start] + content[end:]


def double(dice: Random, content: bytes) -> bytes:
    """A span, written again."""
    start, end = _span(dice, content)
    return content[:end] + content[start:end] * dice.choice((1, 1, 1, 50)) + content[end:]


def move(dice: Random, content: bytes) -> bytes:
    """A span, to another place."""
    start, end = _span(dice, content)
    rest = content[:start] + content[end:]
    at = _at(dice, rest)
    return rest[:at] + content[start:end] + rest[at:]


def cut(dice: Random, content: bytes) -> bytes:
    """The end."""
    return content[: _at(dice, content)]


def repeat(_dice: Random, content: bytes) -> bytes:
    """Everything, twice."""
    return content + content


def stretch(dice: Random, content: bytes) -> bytes:
    """Far more of one byte."""
    at = _at(dice, content)
    return (
        content[:at]
        + dice.choice((b" ", b"<", b"&", b"A", b"[", b"=")) * dice.choice((100, 5_000, 70_000))
        + content[at:]
    )


def _replace(pattern: re.Pattern[bytes], group: int, values: Sequence[bytes]) -> Mutation:
    def mutate(dice: Random, content: bytes) -> bytes:
        found = [match for match in pattern.finditer(content) if match.start(group) >= 0]
        if not found:
            return flip(dice, content)
        match = dice.choice(found)
        return content[: match.start(group)] + dice.choice(values) + content[match.end(group) :]

    return mutate


number = _replace(_NUMBER, 0, NUMBERS)
text = _replace(_TEXT, 1, TEXTS)
namespace = _replace(_XMLNS, 1, NAMESPACES)
value = _replace(_VALUE, 0, JSON_VALUES)


def element(dice: Random, content: bytes) -> bytes:
    """An element left out, doubled, moved or put into itself."""
    leaves = list(_LEAF.finditer(content))
    if not leaves:
        return flip(dice, content)
    leaf, other = dice.choice(leaves), dice.choice(leaves)
    whole = leaf.group()
    without = content[: leaf.start()] + content[leaf.end() :]
    match dice.randrange(4):
        case 0:
            return without
        case 1:
            return content[: leaf.end()] + whole + content[leaf.end() :]
        case 2:
            at = min(other.start(), len(without))
            return without[:at] + whole + without[at:]
        case _:
            name = leaf.group(1)
            return (
                content[: leaf.start()]
                + b"<"
                + name
                + b">"
                + whole
                + b"</"
                + name
                + b">"
                + content[leaf.end() :]
            )


def tag(dice: Random, content: bytes) -> bytes:
    """A tag renamed as another one."""
    tags = list(_TAG.finditer(content))
    if not tags:
        return flip(dice, content)
    one, other = dice.choice(tags), dice.choice(tags)
    return content.replace(one.group(2), other.group(2), dice.choice((1, 2, -1)))


def attribute(dice: Random, content: bytes) -> bytes:
    """An attribute more."""
    starts = list(_START.finditer(content))
    if not starts:
        return flip(dice, content)
    end = dice.choice(starts).end()
    more = dice.choice(
        (b' a="1"', b' xmlns:p="urn:p"', b' xml:lang="x"', b' Ccy="TJS"', b' xmlns=""', b' a="1"' * 300)
    )
    return content[:end] + more + content[end:]


def encoding(dice: Random, content: bytes) -> bytes:
    """Another encoding, or another declaration of it."""
    name = dice.choice(ENCODINGS)
    decoded = content.decode("utf-8", "replace")
    match dice.randrange(3):
        case 0:
            return decoded.encode(name, "replace")
        case 1:
            return f'<?xml version="1.0" encoding="{name}"?>'.encode() + content
        case _:
            return dice.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00")) + content


def member(dice: Random, content: bytes) -> bytes:
    """A member of JSON left out, doubled or renamed."""
    members = list(_MEMBER.finditer(content))
    if not members:
        return flip(dice, content)
    one = dice.choice(members)
    match dice.randrange(3):
        case 0:
            return content[: one.start()] + content[one.end() :].lstrip(b",")
        case 1:
            return content[: one.end()] + b"," + one.group() + content[one.end() :]
        case _:
            return content[: one.start() + 1] + b"x" + content[one.start() + 1 :]


def jose(dice: Random, content: bytes) -> bytes:
    """The protected header of a JWS changed and encoded again."""
    header, dots, signature = content.partition(b"..")
    try:
        plain = urlsafe_b64decode(header + b"=" * (-len(header) % 4))
    except ValueError:
        return flip(dice, content)
    bent = dice.choice((flip, number, value, member, insert, delete))(dice, plain)
    return urlsafe_b64encode(bent).rstrip(b"=") + dots + signature


def length(dice: Random, content: bytes) -> bytes:
    """The length that a frame begins with."""
    told = dice.choice(
        (0, 1, len(content), len(content) - 5, 2**26, 2**26 + 1, 2**31, 2**32 - 1, dice.randrange(2**32))
    )
    return max(0, told).to_bytes(4, "big") + content[4:]


def reframe(dice: Random, content: bytes) -> bytes:
    """The content of a frame changed, and its length told as it is."""
    bent = content[:4] + dice.choice((flip, overwrite, insert, delete, double, cut))(dice, content[4:])
    return len(bent[4:]).to_bytes(4, "big") + bent[4:]


BYTES: Final = (flip, overwrite, insert, delete, double, move, cut, repeat, stretch)
OF_XML: Final = (*BYTES, number, text, text, namespace, element, element, tag, attribute, encoding)
OF_JSON: Final = (*BYTES, number, text, value, value, member, member, encoding)
OF_JWS: Final = (*BYTES, jose, jose, jose, jose)
OF_QUERY: Final = (*BYTES, number)
OF_FRAMES: Final = (*BYTES, length, reframe, reframe, reframe)


def mutate(dice: Random, content: bytes, among: Sequence[Mutation]) -> bytes:
    """Change bytes once, or a few times."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        content = dice.choice(among)(dice, content)
    return content
