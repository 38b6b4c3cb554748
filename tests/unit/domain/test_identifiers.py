"""Identifiers by published example, and what is refused."""

import uuid

import pytest

from corridor.domain.errors import CorridorError
from corridor.domain.identifiers import (
    InvalidBIC,
    InvalidCountry,
    InvalidLEI,
    InvalidUETR,
    mod_97_10,
    parse_bic,
    parse_country,
    parse_lei,
    parse_uetr,
    uetr_bytes,
    uetr_text,
)

# RFC 9562, appendix A.3: example of a UUIDv4 value
RFC_9562_EXAMPLE = "919108f7-52d1-4320-9bac-f847db4148a8"


@pytest.mark.parametrize(
    "text",
    [
        *("DEUTDEFF", "DEUTDEFF500", "NEDSZAJJXXX"),  # examples of the article ISO 9362, en.wikipedia.org
        *("CORRXXM0", "SEVRRUM0", "PAMRTJ20"),
        "1234TJ20",  # digits in the party prefix, since ISO 9362:2014
    ],
)
def test_a_bic_is_taken_as_it_is(text: str) -> None:
    assert parse_bic(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "DEUTDEF", "DEUTDEFF5", "DEUTDEFF50", "DEUTDEFF5000", "deutdeff", "DEUT1EFF", "DEUTDE.F"),
        *("DEUTDEFF ", "DEUT DEFF", "DEUTDEFF\n", "ДEUTDEFF"),
    ],
)
def test_no_bic(text: str) -> None:
    refused(parse_bic, text, InvalidBIC, "RC01")


@pytest.mark.parametrize(
    "text",
    [
        "506700GE1G29325QX363",  # of the Global LEI Foundation itself
        # examples of the article Legal Entity Identifier, en.wikipedia.org
        *("54930084UKLVMY22DS16", "213800WSGIIZCXF1P572", "5493000IBP32UQZ0KL24"),
    ],
)
def test_a_lei_is_taken_as_it_is(text: str) -> None:
    assert parse_lei(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "506700GE1G29325QX364", "506700GE1G29325QX3", "506700GE1G29325QX3630", "506700ge1g29325qx363"),
        *("506700GE1G29325QX3A3", "506700GE1G2932 5QX36", "506700GE1G29325QX363\n", "٥06700GE1G29325QX363"),
    ],
)
def test_no_lei(text: str) -> None:
    refused(parse_lei, text, InvalidLEI, "BE15")


@pytest.mark.parametrize("text", ["", "T", "TJK", "tj", "T1", "TJ\n", "ТJ"])
def test_no_country(text: str) -> None:
    assert parse_country("TJ") == "TJ"
    refused(parse_country, text, InvalidCountry, "BE09")


def test_a_uetr_is_taken_as_it_is_and_is_sixteen_bytes() -> None:
    uetr = parse_uetr(RFC_9562_EXAMPLE)
    assert uetr == RFC_9562_EXAMPLE
    assert uetr_bytes(uetr) == uuid.UUID(RFC_9562_EXAMPLE).bytes
    assert uetr_text(uetr_bytes(uetr)) == uetr


@pytest.mark.parametrize(
    "text",
    [
        "",
        RFC_9562_EXAMPLE.upper(),
        RFC_9562_EXAMPLE.replace("-", ""),
        "{" + RFC_9562_EXAMPLE + "}",
        RFC_9562_EXAMPLE + "\n",
        "919108f7-52d1-1320-9bac-f847db4148a8",  # version 1
        "919108f7-52d1-4320-cbac-f847db4148a8",  # another variant
        "00000000-0000-0000-0000-000000000000",
    ],
)
def test_no_uetr(text: str) -> None:
    refused(parse_uetr, text, InvalidUETR, "CH16")


def test_mod_97_10_counts_letters_from_ten() -> None:
    assert (mod_97_10("97"), mod_97_10("A"), mod_97_10("Z"), mod_97_10("A1")) == (0, 10, 35, 101 % 97)


def refused(parse: object, text: str, error: type[CorridorError], code: str) -> None:
    assert callable(parse)
    with pytest.raises(error) as raised:
        parse(text, field="Where/It/Stood")
    assert (raised.value.reason, raised.value.field) == (code, "Where/It/Stood")
