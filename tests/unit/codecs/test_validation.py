"""What a schema's refusal means, where no envelope lets it come to that."""

import re
from pathlib import Path

import pytest

from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.gate import pass_gate
from corridor.codecs.iso20022.messages import HEADER
from corridor.codecs.iso20022.validation import validate

VECTORS = Path(__file__).parents[2] / "vectors/iso20022"


def test_a_document_is_no_header():
    _, document = pass_gate((VECTORS / "pacs.028.xml").read_bytes())
    with pytest.raises(DecodeError) as caught:
        validate(document, HEADER.definition)
    assert (caught.value.reason, caught.value.field) == ("FF01", "Document")


def test_what_is_missing_is_called_by_its_name_alone():
    message = (VECTORS / "pacs.028.xml").read_bytes()
    header, _ = pass_gate(re.sub(rb"<BizMsgIdr>.*</CreDt>", b"", message))
    with pytest.raises(DecodeError, match=r"is missing: BizMsgIdr\.$") as caught:
        validate(header, HEADER.definition)
    assert (caught.value.reason, caught.value.field) == ("CH21", "AppHdr")
