"""Check digits find every wrong digit, and another implementation agrees about IBANs."""

import json
import string
from importlib.resources import files

import schwifty
from hypothesis import assume, given
from hypothesis import strategies as st
from schwifty.exceptions import SchwiftyException

from corridor.domain.accounts import is_iban, parse_iban
from corridor.domain.errors import CorridorError
from corridor.domain.identifiers import InvalidLEI, mod_97_10, parse_lei, parse_uetr, uetr_bytes, uetr_text
from corridor.domain.phones import Phone, iso_phone, parse_phone

DIGITS, LETTERS = string.digits, string.ascii_uppercase
STRUCTURES: dict[str, str] = json.loads(
    files("corridor.domain").joinpath("data/iban_structures.json").read_text()
)["structures"]
KINDS = {"n": DIGITS, "a": LETTERS, "c": DIGITS + LETTERS}


def with_check_digits(before: str, rest: str) -> str:
    """`before`, two check digits, `rest`; the digits are worked out over rest + before, as ISO 7064 says."""
    return f"{before}{98 - mod_97_10(rest + before + '00'):02d}{rest}"


@st.composite
def ibans(draw: st.DrawFn) -> str:
    country = draw(st.sampled_from(sorted(STRUCTURES)))
    parts = (part for part in STRUCTURES[country].replace("!", " ").split() if part)
    bban, width = "", int(next(parts))
    for part in parts:  # "4!n12!c" -> 4, n12, c
        bban += draw(st.text(KINDS[part[0]], min_size=width, max_size=width))
        width = int(part[1:] or 0)
    return with_check_digits(country, bban)


@st.composite
def leis(draw: st.DrawFn) -> str:
    return with_check_digits(draw(st.text(DIGITS + LETTERS, min_size=18, max_size=18)), "")


@st.composite
def wrong_once(draw: st.DrawFn, right: st.SearchStrategy[str]) -> str:
    """A right text with one character replaced by another of its kind."""
    text = draw(right)
    index = draw(st.integers(0, len(text) - 1))
    kind = DIGITS if text[index] in DIGITS else LETTERS
    other = draw(st.sampled_from(kind.replace(text[index], "")))
    return text[:index] + other + text[index + 1 :]


@st.composite
def swapped_once(draw: st.DrawFn, right: st.SearchStrategy[str]) -> str:
    """A right text with two neighbouring digits swapped."""
    text = draw(right)
    index = draw(st.integers(0, len(text) - 2))
    one, other = text[index], text[index + 1]
    assume(one != other and one in DIGITS and other in DIGITS)
    return text[:index] + other + one + text[index + 2 :]


def schwifty_accepts(text: str) -> bool:
    try:
        schwifty.IBAN(text)
    except SchwiftyException:
        return False
    return True


@given(ibans())
def test_a_made_iban_is_an_iban_for_us_and_for_schwifty(iban: str) -> None:
    assert parse_iban(iban) == iban
    assert schwifty_accepts(iban)


@given(wrong_once(ibans()) | swapped_once(ibans()))
def test_one_wrong_character_makes_no_iban(text: str) -> None:
    assert not is_iban(text)


@given(ibans(), st.integers(2, 33), st.sampled_from(DIGITS + LETTERS), st.integers(0, 1))
def test_schwifty_agrees_about_any_other_text(iban: str, index: int, character: str, width: int) -> None:
    text = iban[:index] + character + iban[index + width :]
    assert is_iban(text) == schwifty_accepts(text)


@given(leis())
def test_a_made_lei_is_a_lei(lei: str) -> None:
    assert parse_lei(lei) == lei


@given(wrong_once(leis()) | swapped_once(leis()))
def test_one_wrong_character_makes_no_lei(text: str) -> None:
    try:
        parse_lei(text)
    except InvalidLEI:
        return
    raise AssertionError(text)


@given(st.uuids(version=4))
def test_a_uetr_and_its_bytes_name_each_other(uuid: object) -> None:
    uetr = parse_uetr(str(uuid))
    assert uetr_text(uetr_bytes(uetr)) == uetr


@given(st.text(DIGITS + "-()", min_size=3, max_size=16).map("+".__add__))
def test_a_phone_is_read_from_both_spellings_or_refused(text: str) -> None:
    try:
        phone = parse_phone(text)
    except CorridorError:
        return
    assert phone == "+" + "".join(character for character in text if character in DIGITS)
    assert parse_phone(iso_phone(Phone(phone))) == phone
