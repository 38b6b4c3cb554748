"""Numbers of customers' accounts: IBANs, and the others, which are the rule in a rouble or somoni country.

An account is kept as its number alone. A number that is a valid IBAN is an IBAN, every other is not, so the
text itself tells under which element (`IBAN` or `Othr/Id`) it stands in a message.
"""

import json
import re
from functools import cache
from importlib.resources import files
from typing import NewType

from corridor.domain.errors import CorridorError
from corridor.domain.identifiers import mod_97_10

IBAN = NewType("IBAN", str)
OtherAccount = NewType("OtherAccount", str)

_IBAN = re.compile(r"[A-Z]{2}(?:0[2-9]|[1-8][0-9]|9[0-8])[A-Z0-9]{11,30}")
_STRUCTURE_PART = re.compile(r"([0-9]+)!([nac])")
_CHARACTERS = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}

# Max34Text in the characters every bank can print (SWIFT set X); a slash neither begins, ends nor doubles.
_OTHER = re.compile(r"(?=.{1,34}\Z)[A-Za-z0-9\-?:().,'+](?:[A-Za-z0-9\-?:().,'+]| (?! |\Z)|/(?!/|\Z))*")


class InvalidIBAN(CorridorError):
    """The IBAN must have its country's length and structure, capital letters and correct check digits."""

    reason = "AC01"  # "Account number is invalid or missing"; the service knows whose: AC02 or AC03


class InvalidAccount(CorridorError):
    """The account number must have 1 to 34 printable characters and no slash or space at its ends."""

    reason = "AC01"


def parse_iban(text: str, *, field: str | None = None) -> IBAN:
    """An international bank account number that its country could have issued.

    Shape: electronic format, without spaces. Check digits are 02 to 98, as the algorithm makes them.
    Raises: InvalidIBAN (AC01). Source: ISO 13616-1:2020; IBAN Registry (data/iban_structures.json).

    >>> parse_iban("RU0304452522540817810538091310419")
    'RU0304452522540817810538091310419'
    """
    if not is_iban(text):
        raise InvalidIBAN(field=field)
    return IBAN(text)


def is_iban(text: str) -> bool:
    """Whether the number is a valid IBAN, by the rules of `parse_iban`."""
    if not _IBAN.fullmatch(text):
        return False
    bban = _bban_pattern(text[:2])
    return bban is not None and bool(bban.fullmatch(text, 4)) and mod_97_10(text[4:] + text[:4]) == 1


def settlement_account_name(participant: str, currency: str) -> str:
    """What a settlement account at the hub is called in messages.

    >>> settlement_account_name("SEVRRUM0", "RUB")
    'SEVRRUM0-RUB'
    """
    return f"{participant}-{currency}"


def parse_other_account(text: str, *, field: str | None = None) -> OtherAccount:
    """An account number of any scheme, such as the 20 digits of a rouble or somoni account.

    Raises: InvalidAccount (AC01). Source: ISO 20022 GenericAccountIdentification1, SWIFT character set X.

    >>> parse_other_account("40817810538091310419")
    '40817810538091310419'
    """
    if not _OTHER.fullmatch(text):
        raise InvalidAccount(field=field)
    return OtherAccount(text)


@cache
def _bban_pattern(country: str) -> re.Pattern[str] | None:
    structure = _structures().get(country)
    if structure is None:
        return None
    return re.compile(
        "".join(_CHARACTERS[kind] + f"{{{n}}}" for n, kind in _STRUCTURE_PART.findall(structure))
    )


@cache
def _structures() -> dict[str, str]:
    """The BBAN structure of each country that has IBANs, in the registry's notation ('9!n5!n15!c')."""
    document = json.loads(files("corridor.domain").joinpath("data/iban_structures.json").read_bytes())
    structures: dict[str, str] = document["structures"]
    return structures
