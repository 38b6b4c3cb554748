"""Account numbers: the registry's own examples, and schwifty as a second opinion."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
import schwifty

from corridor.domain.accounts import InvalidAccount, InvalidIBAN, is_iban, parse_iban, parse_other_account

EXAMPLES = [
    line for line in Path(__file__).with_name("iban_examples.txt").read_text().splitlines() if line[0] != "#"
]
STRUCTURES = json.loads(files("corridor.domain").joinpath("data/iban_structures.json").read_text())[
    "structures"
]


def test_the_table_has_every_country_of_the_registry() -> None:
    assert {example[:2] for example in EXAMPLES} == set(STRUCTURES)
    assert len(EXAMPLES) == 89


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_registry_s_examples_are_ibans(example: str) -> None:
    assert parse_iban(example) == example


@pytest.mark.parametrize("example", EXAMPLES)
def test_schwifty_has_the_same_kind_of_character_at_each_place(example: str) -> None:
    assert kinds(schwifty.IBAN(example).spec.bban_spec) == kinds(STRUCTURES[example[:2]])


def kinds(structure: str) -> str:
    """'2!n3!c' as 'nnccc'."""
    return "".join(kind * int(width) for width, kind in re.findall(r"([0-9]+)!([nac])", structure))


def test_iso_13616_check_digits_are_two_to_ninety_eight() -> None:
    # 00, 01 and 99 satisfy the division where 97, 98 and 02 are the digits that the algorithm makes
    made = {text[2:4]: text for text in numbered("GB", "NWBK6016133192")}
    for digits, alias in (("97", "00"), ("98", "01"), ("02", "99")):
        assert is_iban(made[digits])
        assert not is_iban("GB" + alias + made[digits][4:])


def numbered(country: str, beginning: str) -> list[str]:
    """Valid IBANs of many account numbers, made by schwifty."""
    return [str(schwifty.IBAN.from_bban(country, f"{beginning}{number:04d}")) for number in range(1000)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GB",
        "GB29NWBK60161331926818",  # check digits
        "GB29NWBK6016133192681",  # short
        "GB29NWBK601613319268190",  # long
        "GB29 NWBK 6016 1331 9268 19",  # the printed form
        "gb29nwbk60161331926819",
        "GB29NWBK60161331926819\n",
        "TJ29NWBK60161331926819",  # no IBANs in Tajikistan
        "40817810538091310419",
        "GB29NWBKO0161331926819",  # O for 0
    ],
)
def test_no_iban(text: str) -> None:
    with pytest.raises(InvalidIBAN) as refused:
        parse_iban(text, field="CdtrAcct/Id/IBAN")
    assert (refused.value.reason, refused.value.field) == ("AC01", "CdtrAcct/Id/IBAN")


@pytest.mark.parametrize(
    "text",
    ["40817810538091310419", "20202972000000000001", "1", "A" * 34, "12-34/56", "(12) 34.5,6:7?8'9+0", "a b"],
)
def test_any_printable_number_is_an_account(text: str) -> None:
    assert parse_other_account(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1" * 35,
        " 1",
        "1 ",
        "1  2",
        "/1",
        "1/",
        "1//2",
        "1\n",
        "1\t2",
        "1_2",
        "1&2",
        "<1>",
        "счёт 1",
        "٤٠٨",
    ],
)
def test_no_account(text: str) -> None:
    with pytest.raises(InvalidAccount) as refused:
        parse_other_account(text, field="CdtrAcct/Id/Othr/Id")
    assert (refused.value.reason, refused.value.field) == ("AC01", "CdtrAcct/Id/Othr/Id")
