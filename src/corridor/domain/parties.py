"""The people and companies at both ends of a payment, as far as pacs.008 says who they are."""

from typing import Final

import msgspec

from corridor.domain.accounts import is_iban, parse_other_account
from corridor.domain.errors import CorridorError, InvalidValue, MissingValue
from corridor.domain.identifiers import parse_country, parse_lei
from corridor.domain.phones import parse_phone
from corridor.domain.reasons import code_set


class InvalidName(CorridorError):
    """The name must have 1 to 140 characters."""

    reason = "BE21"


class InvalidIdentification(CorridorError):
    """The identification needs a scheme of ISO 20022, of an organisation or of a person."""

    reason = "BE15"


class Party(msgspec.Struct, frozen=True):
    """A debtor, creditor or ultimate party; None is an element that is absent.

    Shape: ISO 20022 PartyIdentification272 and the party's account, without what nobody here sends.
    `identification` is a company's (OrgId/Othr) or, if `private`, a person's (PrvtId/Othr). The account is
    an IBAN if `is_iban` says so. A plain record: what comes from outside goes through `check_party` once.
    """

    name: str
    account: str | None = None
    phone: str | None = None
    lei: str | None = None
    identification: str | None = None
    identification_scheme: str | None = None
    private: bool = False
    country_of_residence: str | None = None
    street: str | None = None
    building: str | None = None
    postcode: str | None = None
    town: str | None = None
    country: str | None = None
    address_line_1: str | None = None
    address_line_2: str | None = None


_TEXTS: Final = (
    ("identification", "Id", 256),
    ("street", "PstlAdr/StrtNm", 140),
    ("building", "PstlAdr/BldgNb", 16),
    ("postcode", "PstlAdr/PstCd", 16),
    ("town", "PstlAdr/TwnNm", 140),
    ("address_line_1", "PstlAdr/AdrLine", 70),
    ("address_line_2", "PstlAdr/AdrLine", 70),
)


def check_party(party: Party, *, field: str) -> None:
    """Nothing is said of the party that a message may not say.

    An address, if there is one, names town and country and has at most two free lines: CBPR+ refuses others
    since November 2026. `field` is the party's element (`CdtTrfTxInf/Dbtr`); its account's is named after it.
    Raises: InvalidName (BE21), InvalidIdentification and InvalidLEI (BE15), InvalidCountry (BE09),
    InvalidPhone (BE23), InvalidAccount (AC01), MissingValue (CH21), InvalidValue (CH16), with the element.
    """
    if not party.name.strip() or len(party.name) > 140:
        raise InvalidName(field=f"{field}/Nm")
    for attribute, tag, width in _TEXTS:
        text = getattr(party, attribute)
        if text is not None and not 1 <= len(text) <= width:
            raise InvalidValue(field=f"{field}/{tag}")
    _check_address(party, field)
    _check_identity(party, field)
    if party.account is not None and not is_iban(party.account):
        parse_other_account(party.account, field=f"{field}Acct/Id/Othr/Id")


def _check_address(party: Party, field: str) -> None:
    if party.country is not None:
        parse_country(party.country, field=f"{field}/PstlAdr/Ctry")
    parts = (party.street, party.building, party.postcode, party.town, party.country)
    if any(part is not None for part in (*parts, party.address_line_1, party.address_line_2)):
        if party.town is None:
            raise MissingValue(field=f"{field}/PstlAdr/TwnNm")
        if party.country is None:
            raise MissingValue(field=f"{field}/PstlAdr/Ctry")


def _check_identity(party: Party, field: str) -> None:
    if party.lei is not None:
        parse_lei(party.lei, field=f"{field}/Id/OrgId/LEI")
    if party.country_of_residence is not None:
        parse_country(party.country_of_residence, field=f"{field}/CtryOfRes")
    if party.phone is not None:
        parse_phone(party.phone, field=f"{field}/CtctDtls/PhneNb")
    if party.identification is None and party.identification_scheme is None:
        return
    kind, codes = (
        ("PrvtId", "ExternalPersonIdentification1Code")
        if party.private
        else ("OrgId", "ExternalOrganisationIdentification1Code")
    )
    if party.identification is None or party.identification_scheme not in code_set(codes):
        raise InvalidIdentification(field=f"{field}/Id/{kind}/Othr")
