"""Phone numbers: one valid number of every country, two spellings, and what is refused."""

import phonenumbers
import pytest

from corridor.domain.phones import InvalidPhone, Phone, iso_phone, parse_phone

# The mobile number that the numbering plans' maintainers give as an example, for each country.
EXAMPLES = [
    Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    if (number := phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE))
]


def test_every_country_s_example_is_read_in_both_spellings() -> None:
    assert len(EXAMPLES) > 200
    for phone in EXAMPLES:
        assert parse_phone(phone) == phone
        assert parse_phone(iso_phone(phone)) == phone
        assert iso_phone(phone).partition("-")[0] == f"+{phonenumbers.parse(phone).country_code}"


def test_punctuation_of_the_iso_spelling_is_dropped() -> None:
    assert parse_phone("+7-(916)123-45-67") == "+79161234567"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "917000001",
        "992917000001",
        "+",
        "+992",
        "+992-",
        "+99291700000",  # a digit short
        "+9929170000011",  # a digit long
        "+71111111111",  # of the right length, but in nobody's plan
        "+0-917000001",
        "+7-8-9161234567",  # with a trunk prefix
        "+992 917000001",
        "+992-917000001;ext=1",
        "+1-800-FLOWERS",
        "+992917000001\n",
        "+٩٩٢917000001",
        "+" + "9" * 40,
    ],
)
def test_no_phone(text: str) -> None:
    with pytest.raises(InvalidPhone) as refused:
        parse_phone(text, field="PrxyAcct")
    assert (refused.value.reason, refused.value.field) == ("BE23", "PrxyAcct")


def test_a_number_of_no_country_has_no_iso_spelling() -> None:
    with pytest.raises(InvalidPhone):
        iso_phone(Phone("+0000000"))
