"""What may be said of a party, each rule with its element and reason."""

import msgspec
import pytest

from corridor.domain.errors import CorridorError, MissingValue
from corridor.domain.parties import Party, check_party

PERSON = Party(
    name="Олим Каримов",
    account="20202972000000000001",
    phone="+992917000001",
    identification="A1234567",
    identification_scheme="CCPT",
    private=True,
    country_of_residence="TJ",
    street="кӯчаи Рӯдакӣ",
    building="14",
    postcode="734000",
    town="Dushanbe",
    country="TJ",
    address_line_1="flat 5",
)
COMPANY = Party(
    name="Severny Machinery",
    account="RU0304452522540817810538091310419",
    lei="506700GE1G29325QX363",
    identification="7700000000",
    identification_scheme="TXID",
)


@pytest.mark.parametrize("party", [PERSON, COMPANY, Party(name="Zarina"), Party(name="x" * 140)])
def test_a_party_may_say_this(party: Party) -> None:
    check_party(party, field="Dbtr")


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"name": ""}, "Dbtr/Nm", "BE21"),
        ({"name": " "}, "Dbtr/Nm", "BE21"),
        ({"name": "x" * 141}, "Dbtr/Nm", "BE21"),
        ({"account": ""}, "DbtrAcct/Id/Othr/Id", "AC01"),
        ({"account": "1" * 35}, "DbtrAcct/Id/Othr/Id", "AC01"),
        ({"phone": "917000001"}, "Dbtr/CtctDtls/PhneNb", "BE23"),
        ({"lei": "506700GE1G29325QX364"}, "Dbtr/Id/OrgId/LEI", "BE15"),
        ({"identification": None}, "Dbtr/Id/PrvtId/Othr", "BE15"),
        ({"identification": "1" * 257}, "Dbtr/Id", "CH16"),
        ({"identification": ""}, "Dbtr/Id", "CH16"),
        ({"identification_scheme": None}, "Dbtr/Id/PrvtId/Othr", "BE15"),
        ({"identification_scheme": "PASS"}, "Dbtr/Id/PrvtId/Othr", "BE15"),
        ({"private": False}, "Dbtr/Id/OrgId/Othr", "BE15"),  # no company has a passport
        ({"country_of_residence": "tj"}, "Dbtr/CtryOfRes", "BE09"),
        ({"country": "TJK"}, "Dbtr/PstlAdr/Ctry", "BE09"),
        ({"town": None}, "Dbtr/PstlAdr/TwnNm", "CH21"),
        ({"country": None}, "Dbtr/PstlAdr/Ctry", "CH21"),
        ({"street": "x" * 141}, "Dbtr/PstlAdr/StrtNm", "CH16"),
        ({"building": "x" * 17}, "Dbtr/PstlAdr/BldgNb", "CH16"),
        ({"postcode": "x" * 17}, "Dbtr/PstlAdr/PstCd", "CH16"),
        ({"town": "x" * 141}, "Dbtr/PstlAdr/TwnNm", "CH16"),
        ({"address_line_1": "x" * 71}, "Dbtr/PstlAdr/AdrLine", "CH16"),
        ({"address_line_2": ""}, "Dbtr/PstlAdr/AdrLine", "CH16"),
    ],
)
def test_a_party_may_not_say_this(changes: dict[str, object], field: str, reason: str) -> None:
    with pytest.raises(CorridorError) as refused:
        check_party(msgspec.structs.replace(PERSON, **changes), field="Dbtr")
    assert (refused.value.field, refused.value.reason) == (field, reason)


def test_free_lines_alone_are_no_address_any_more() -> None:
    with pytest.raises(MissingValue):
        check_party(Party(name="Zarina", address_line_1="Rudaki 14, Dushanbe"), field="Cdtr")
