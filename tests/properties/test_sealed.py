"""The quick reader of what the house has written: as the thorough one, and never more lenient than its tables."""

import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022 import sealed
from corridor.codecs.iso20022.envelope import open_envelope, seal_envelope
from corridor.codecs.iso20022.gate import pass_gate
from corridor.codecs.iso20022.messages import HEADER
from corridor.codecs.iso20022.messages import MESSAGES as CODECS
from tests.properties.message_strategies import MESSAGES, headers


def quickly(envelope: str):
    """The header and the message; None where the quick way leaves them to the thorough one."""
    opened = sealed._open(envelope)
    return opened and (opened.header, opened.message)


def without_schemas(envelope: bytes, definition: str):
    """What `open_envelope` would read if it trusted the writer with the schemas."""
    app_hdr, document = pass_gate(envelope)
    return HEADER.decode(app_hdr), CODECS[definition].decode(document)


@pytest.mark.parametrize("definition", MESSAGES)
def test_what_is_sealed_is_read_quickly_and_alike(definition):
    @settings(max_examples=100, suppress_health_check=list(HealthCheck))
    @given(headers(definition), MESSAGES[definition])
    def check(header, message):
        envelope = seal_envelope(header, message)
        text = envelope.decode()
        assert sealed.open_sealed(text) == open_envelope(envelope)
        assert (quickly(text) == (header, message)) or "&" in text

    check()


def outcome(read, envelope: bytes):
    """What is read, or why it is not."""
    try:
        return read(envelope)
    except DecodeError as error:
        return error.reason, error.field, str(error)


def mutant(text: str, dice: random.Random) -> str:
    """One place changed: a character, a piece doubled or lost, or an element's content."""
    if dice.random() < 0.5:
        start, end = dice.choice([match.span() for match in re.finditer("(?<=>)[^<>]+(?=<)", text)])
        return text[:start] + dice.choice(CONTENTS) + text[end:]
    place, end = sorted(dice.randrange(len(text)) for _ in range(2))
    piece = dice.choice([dice.choice(CHARACTERS), text[place : place + dice.randrange(40)]])
    return text[:place] + piece + text[end if dice.random() < 0.2 else place + 1 :]


CONTENTS = ["", " ", "0", "1.5", "-1", "1e9", "RUB", "Ж" * 200, "2026-02-30", "2026-11-24T02:15:25Z", "true"]
CHARACTERS = "<>/&\"'= \nAz09-.\x00\u202e"


@pytest.mark.parametrize("definition", MESSAGES)
def test_mutants_are_read_alike_or_not_quickly(definition):
    """Whatever is read quickly is what the tables say of the bytes."""
    read = 0

    @settings(max_examples=50, suppress_health_check=list(HealthCheck), database=None)
    @given(headers(definition), MESSAGES[definition], st.integers(0, 2**63))
    def check(header, message, seed):
        nonlocal read
        dice = random.Random(seed)
        text = re.sub("&[a-z]+;", "x", seal_envelope(header, message).decode())
        for _ in range(20):
            changed = mutant(text, dice)
            quick = quickly(changed)
            if quick is not None:
                read += changed != text
                assert quick == without_schemas(changed.encode(), definition)
            assert outcome(sealed.open_checked, changed.encode()) == outcome(open_envelope, changed.encode())

    check()
    assert read > 20, "hardly a mutant was read: the property says little"


@pytest.mark.parametrize("definition", MESSAGES)
def test_other_spellings_are_opened_thoroughly(definition):
    @settings(max_examples=10, suppress_health_check=list(HealthCheck))
    @given(headers(definition), MESSAGES[definition])
    def check(header, message):
        text = seal_envelope(header, message).decode()
        for other in (text.replace("><", "> <", 1), text.replace("<AppHdr ", "<AppHdr  ", 1), text + "\n"):
            assert quickly(other) is None
            assert sealed.open_sealed(other).message == message

    check()


def test_what_neither_can_read_is_refused():
    with pytest.raises(DecodeError):
        sealed.open_sealed("<Envelope/>")


@pytest.mark.parametrize("definition", MESSAGES)
def test_the_header_names_the_document(definition):
    @settings(max_examples=5, suppress_health_check=list(HealthCheck))
    @given(headers(definition), MESSAGES[definition])
    def check(header, message):
        text = seal_envelope(header, message).decode()
        other = text.replace(f"<MsgDefIdr>{definition}<", "<MsgDefIdr>pacs.010.001.03<", 1)
        assert quickly(other) is None
        with pytest.raises(DecodeError, match="another message definition"):
            sealed.open_sealed(other)

    check()
