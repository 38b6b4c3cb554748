"""The quick reader on the committed messages; that it is never more lenient, the properties tell."""

from pathlib import Path

import pytest

from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022 import sealed
from corridor.codecs.iso20022.envelope import open_envelope

VECTORS = Path(__file__).parents[2] / "vectors/iso20022"
FILES = sorted(path.name for path in VECTORS.glob("*.xml"))
WAGES = (VECTORS / "pacs.008-wages.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_every_message_is_read_as_the_thorough_reader_reads_it(name):
    text = (VECTORS / name).read_text(encoding="utf-8")
    thorough = open_envelope(text.encode())
    assert sealed.open_sealed(text) == sealed.open_checked(text.encode()) == thorough
    spelt_otherwise = "indented" in name or "&" in text
    assert sealed._open(text) == (None if spelt_otherwise else thorough)


LEFT_TO_THE_THOROUGH = {
    "a message we do not speak": ("xsd:pacs.008.001.13", "xsd:pacs.010.001.03"),
    "another message in the header": ("<MsgDefIdr>pacs.008.001.13<", "<MsgDefIdr>pacs.002.001.10<"),
    "an amount that is none": (">12500.00<", ">12500.001<"),
    "a mandatory element missing": ("<EndToEndId>", "<Trick>"),
    "no name": ("<Nm>Каримов Рустам Алиевич</Nm>", ""),
    "a line at the end": ("</Envelope>", "</Envelope>\n"),
    "a text that disguises": ("Семье", "Семье\u202e"),
}


@pytest.mark.parametrize(("old", "new"), LEFT_TO_THE_THOROUGH.values(), ids=LEFT_TO_THE_THOROUGH.keys())
def test_whatever_is_not_so_spelt_is_left_to_the_thorough_reader(old, new):
    assert old in WAGES
    assert sealed._open(WAGES.replace(old, new)) is None


def test_what_neither_can_read_is_refused():
    with pytest.raises(DecodeError):
        sealed.open_sealed(WAGES.replace(">12500.00<", ">12500.001<"))
