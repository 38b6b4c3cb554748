"""Telephone numbers: one spelling inside (E.164), another in messages (ISO 20022 PhoneNumber)."""

import re
from typing import NewType

from corridor.domain.errors import CorridorError

Phone = NewType("Phone", str)
"""E.164: '+', country code, national number; digits only."""

_SPELLING = re.compile(r"\+[0-9]{1,3}-?[0-9()\-]{1,30}")
_PUNCTUATION = str.maketrans("", "", "()-")


class InvalidPhone(CorridorError):
    """The phone number must be a valid number in international form, like +992917000001."""

    reason = "BE23"  # a phone number is an alias here: "... used as the account proxy is unknown or invalid"


def parse_phone(text: str, *, field: str | None = None) -> Phone:
    """A number that the numbering plan of its country allows, in E.164, from E.164 or the ISO 20022 spelling.

    Whether anybody answers it, nobody knows; whether it is registered, the directory does.
    Raises: InvalidPhone (BE23). Source: ITU-T E.164; ISO 20022 PhoneNumber; plans from package phonenumbers.

    >>> parse_phone("+992-917000001")
    '+992917000001'
    """
    import phonenumbers  # noqa: PLC0415  slow to import, and most processes never see a phone number

    if not _SPELLING.fullmatch(text):
        raise InvalidPhone(field=field)
    digits = text.translate(_PUNCTUATION)
    try:
        number = phonenumbers.parse(digits)
    except phonenumbers.NumberParseException:
        raise InvalidPhone(field=field) from None
    # `parse` drops what it takes for a trunk prefix; such a number is refused, not repaired.
    if phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) != digits:
        raise InvalidPhone(field=field)
    if not phonenumbers.is_valid_number(number):  # stricter than possible: not length alone, but the plan
        raise InvalidPhone(field=field)
    return Phone(digits)


def iso_phone(phone: Phone) -> str:
    """The number as a message carries it, with a hyphen after the country code.

    >>> iso_phone(Phone("+992917000001")), iso_phone(Phone("+79161234567"))
    ('+992-917000001', '+7-9161234567')
    """
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE  # noqa: PLC0415  as above

    for end in (2, 3, 4):  # country codes have one to three digits, and none begins another
        if int(phone[1:end]) in COUNTRY_CODE_TO_REGION_CODE:
            return f"{phone[:end]}-{phone[end:]}"
    raise InvalidPhone
