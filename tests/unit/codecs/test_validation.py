"""What a schema's refusal means, where no envelope lets it come to that."""

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
