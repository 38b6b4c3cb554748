"""Identifiers of banks, legal entities, countries and payments: BIC, LEI, ISO 3166 country, UETR.

Each `parse_*` returns the text unchanged or raises; nothing is trimmed, upper-cased or guessed. The reasons
here fit any position; a service knows whose agent it was and answers more precisely (RC03, RC04, ...).
"""

import re
from typing import NewType

from corridor.domain.errors import CorridorError

BIC = NewType("BIC", str)
LEI = NewType("LEI", str)
Country = NewType("Country", str)
UETR = NewType("UETR", str)

_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_UETR = re.compile(r"[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}")

_LETTERS_AS_NUMBERS = str.maketrans({chr(ord("A") + n): str(10 + n) for n in range(26)})


class InvalidBIC(CorridorError):
    """The BIC must have 8 or 11 characters: party prefix, country, suffix and, if any, branch."""

    reason = "RC01"  # "incorrect format"; that nobody has this BIC is RC03 or RC04


class InvalidLEI(CorridorError):
    """The LEI must have 20 characters with correct check digits."""

    reason = "BE15"  # "Identification code missing or invalid", of debtor or creditor


class InvalidCountry(CorridorError):
    """The country must be two capital letters of ISO 3166-1."""

    reason = "BE09"  # "Country code is missing or invalid", of debtor or creditor


class InvalidUETR(CorridorError):
    """The UETR must be a UUID of version 4 in lower case."""

    reason = "CH16"  # the set has no code of its own for a UETR


def parse_bic(text: str, *, field: str | None = None) -> BIC:
    """A business identifier code of right form; whether anybody holds it, the directory knows.

    Raises: InvalidBIC (RC01). Source: ISO 9362:2014; ISO 20022 BICFIDec2014Identifier.
    """
    if not _BIC.fullmatch(text):
        raise InvalidBIC(field=field)
    return BIC(text)


def parse_lei(text: str, *, field: str | None = None) -> LEI:
    """A legal entity identifier with right check digits.

    Raises: InvalidLEI (BE15). Source: ISO 17442-1:2020; ISO 20022 LEIIdentifier.

    >>> parse_lei("506700GE1G29325QX363")
    '506700GE1G29325QX363'
    """
    if not _LEI.fullmatch(text) or mod_97_10(text) != 1:
        raise InvalidLEI(field=field)
    return LEI(text)


def parse_country(text: str, *, field: str | None = None) -> Country:
    """A country code of right form.

    Raises: InvalidCountry (BE09). Source: ISO 3166-1 alpha-2; ISO 20022 CountryCode.
    """
    if not _COUNTRY.fullmatch(text):
        raise InvalidCountry(field=field)
    return Country(text)


def parse_uetr(text: str, *, field: str | None = None) -> UETR:
    """A unique end-to-end transaction reference.

    Raises: InvalidUETR (CH16). Source: ISO 20022 UUIDv4Identifier; RFC 9562, 5.4.
    """
    if not _UETR.fullmatch(text):
        raise InvalidUETR(field=field)
    return UETR(text)


def uetr_bytes(uetr: UETR) -> bytes:
    """The 16 bytes of the UUID.

    >>> uetr_bytes(UETR("97ed4827-7b6f-4491-a06f-b548d5a7512d")).hex()
    '97ed48277b6f4491a06fb548d5a7512d'
    """
    return bytes.fromhex(uetr.replace("-", ""))


def uetr_text(uuid: bytes) -> UETR:
    """The UETR of the 16 bytes of a UUID of version 4; the inverse of `uetr_bytes`."""
    digits = uuid.hex()
    return UETR(f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}")


def mod_97_10(text: str) -> int:
    """The number that digits and capital letters (A = 10 ... Z = 35) spell, modulo 97: 1 if check digits fit.

    Source: ISO/IEC 7064, MOD 97-10.
    """
    return int(text.translate(_LETTERS_AS_NUMBERS)) % 97
