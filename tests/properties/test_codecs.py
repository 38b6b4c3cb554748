"""Codecs: what is sealed is opened as it was; whatever bytes come, decoding returns or raises DecodeError."""

import importlib.resources
import random
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.envelope import open_envelope, seal_envelope
from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.codecs.jws import DeliveredHeader, InvalidJWS, ReceiptHeader, SentHeader, compose, parse
from tests.properties.message_strategies import MESSAGES, headers

VECTORS = Path(__file__).parents[1] / "vectors/iso20022"
ENVELOPES = [path.read_bytes() for path in sorted(VECTORS.glob("*.xml"))]
GENUINE = {
    "pacs.008.001.13": ("pacs008", "templates/pacs.008.001.13/pacs.008.001.13.xsd"),
    "camt.052.001.08": ("camt053", "xsd/camt.052.001.08.xsd"),
    "camt.053.001.08": ("camt053", "xsd/camt.053.001.08.xsd"),
    "camt.054.001.08": ("camt053", "xsd/camt.054.001.08.xsd"),
}


@pytest.mark.parametrize("definition", MESSAGES)
def test_what_is_sealed_conforms_and_is_opened_as_it_was(definition):
    """`open_envelope` checks by the rebuilt schemas; where a genuine one exists, it has the last word."""
    genuine = None
    if definition in GENUINE:
        package, path = GENUINE[definition]
        source = (importlib.resources.files(package) / path).read_bytes()
        genuine = etree.XMLSchema(etree.fromstring(source))

    @settings(max_examples=50, suppress_health_check=list(HealthCheck))
    @given(headers(definition), MESSAGES[definition])
    def check(header, message):
        envelope = seal_envelope(header, message)
        opened = open_envelope(envelope)
        assert opened.header == header
        assert opened.message == message
        assert opened.document_definition == definition
        if genuine is not None:
            genuine.assertValid(etree.fromstring(envelope)[1])

    check()


def opens_or_is_refused(envelope: bytes) -> bool:
    """Whether it opens; then what was understood can be said again, and means the same."""
    try:
        opened = open_envelope(envelope)
    except DecodeError:
        return False
    again = open_envelope(seal_envelope(opened.header, opened.message))
    assert (again.header, again.message) == (opened.header, opened.message)
    return True


@given(st.binary(max_size=300))
def test_any_bytes(envelope):
    assert not opens_or_is_refused(envelope)


SNIPPETS = [
    *(b"<", b">", b"/", b"&", b"&#", b"&lt;", b"]]>", b"<!--", b"<![CDATA[", b"<?x ?>", b"<!DOCTYPE x>"),
    *(
        b"</Document>",
        b"<Document>",
        b"<Document",
        b"</Envelope>",
        b"xmlns=''",
        b"xmlns:a='b'",
        b"\x00",
        b"\xff",
    ),
    *(b"\xc0\xbc", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"1e5", b"-1", b" ", b"\n", b'"', b"'", b"=", b"<a/>"),
]


@settings(max_examples=150)
@given(st.integers(0, 2**63))
def test_mutated_bytes(seed):
    """Flipped, cut, doubled and strewn with what breaks parsers: 20 mutants of a real message a seed."""
    dice = random.Random(seed)
    for _ in range(20):
        envelope = bytearray(dice.choice(ENVELOPES))
        for _ in range(dice.choice([1, 1, 2, 5])):
            place, end = sorted(dice.randrange(len(envelope)) for _ in range(2))
            match dice.randrange(5):
                case 0:
                    envelope[place] ^= 1 << dice.randrange(8)
                case 1:
                    del envelope[place : place + dice.randrange(1, 30)]
                case 2:
                    envelope[place:place] = envelope[place:end]
                case 3:
                    envelope[place:place] = dice.choice(SNIPPETS)
                case 4:
                    del envelope[place:]
            envelope = envelope or bytearray(b" ")
        opens_or_is_refused(bytes(envelope))


TEXTS = [
    "",
    " ",
    "\n",
    "x" * 200,
    "0",
    "-1",
    "1e9",
    "NaN",
    "1.999",
    "true",
    "2026-02-30",
    "RUB",
    "Ж" * 40,
    "Z",
]


@settings(max_examples=150)
@given(st.integers(0, 2**63))
def test_mutated_trees(seed):
    """Well-formed and wrong: elements lost, doubled, moved, renamed, filled with others' contents."""
    dice = random.Random(seed)
    for _ in range(10):
        root = etree.fromstring(dice.choice(ENVELOPES))
        for _ in range(dice.choice([1, 1, 1, 2, 4])):
            elements = list(root.iter())[1:]
            if not elements:
                break
            element, other = dice.choice(elements), dice.choice(elements)
            match dice.randrange(6):
                case 0:
                    element.getparent().remove(element)
                case 1:
                    element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))
                case 2:
                    other.append(etree.fromstring(etree.tostring(element, with_tail=False)))
                case 3:
                    element.tag = other.tag
                case 4:
                    element.text = dice.choice(TEXTS)
                case 5:
                    element.set(dice.choice(["Ccy", "x"]), dice.choice(TEXTS))
        opens_or_is_refused(etree.tostring(root, encoding="UTF-8"))


@given(st.text(max_size=200), st.sampled_from([SentHeader, DeliveredHeader, ReceiptHeader]))
def test_any_text_as_a_signature(text, header):
    with pytest.raises(InvalidJWS):
        parse(text, header)


@given(st.binary(max_size=600), st.binary(min_size=64, max_size=64))
def test_any_bytes_as_a_protected_header(content, signature):
    with pytest.raises(InvalidJWS):
        parse(compose(urlsafe_b64encode(content).rstrip(b"="), signature), SentHeader)


def test_the_strategies_reach_what_they_should():
    """A property over messages that never hold an option proves little."""
    seen: set[str] = set()

    @settings(max_examples=60, suppress_health_check=list(HealthCheck), database=None)
    @given(MESSAGES["pacs.008.001.13"])
    def collect(message):
        seen.update(name for name in message.__struct_fields__ if getattr(message, name) not in (None, ()))

    collect()
    assert seen == set(CreditTransfer.__struct_fields__)
