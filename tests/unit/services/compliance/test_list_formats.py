# ruff: noqa: E501  (lines of published files)
"""Small files written by hand in the publishers' shapes; nobody in them is real."""

import pytest

from corridor.services.compliance.list_formats import READERS, read_list
from corridor.services.compliance.lists import (
    Entry,
    Identifier,
    IncompleteEntry,
    Kind,
    ListedName,
    PublishedList,
    Quality,
    UnreadableList,
)

PRIMARY, STRONG, WEAK = Quality.PRIMARY, Quality.STRONG, Quality.WEAK

UN = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<CONSOLIDATED_LIST xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" dateGenerated="2026-10-03T23:00:03.428Z">
  <INDIVIDUALS>
    <INDIVIDUAL>
      <DATAID>1</DATAID><VERSIONNUM>1</VERSIONNUM>
      <FIRST_NAME>SARVAR</FIRST_NAME><SECOND_NAME>ALI</SECOND_NAME><THIRD_NAME>VOSTRABADI</THIRD_NAME>
      <UN_LIST_TYPE>Test list</UN_LIST_TYPE><REFERENCE_NUMBER>TSi.001</REFERENCE_NUMBER>
      <NAME_ORIGINAL_SCRIPT>سرور علی وسترابادی</NAME_ORIGINAL_SCRIPT>
      <COMMENTS1>Sarvar &amp; sons</COMMENTS1>
      <NATIONALITY><VALUE>Nowhere</VALUE></NATIONALITY>
      <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Sarvar  Ali</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Falcon</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ADDRESS><COUNTRY>Elsewhere</COUNTRY></INDIVIDUAL_ADDRESS>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1973-12-25</DATE></INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DATE_OF_BIRTH>
        <TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1973</FROM_YEAR><TO_YEAR>1974</TO_YEAR>
      </INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DOCUMENT>
        <TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>OB 0243318</NUMBER>
        <ISSUING_COUNTRY>Nowhere</ISSUING_COUNTRY>
      </INDIVIDUAL_DOCUMENT>
      <INDIVIDUAL_DOCUMENT/>
    </INDIVIDUAL>
  </INDIVIDUALS>
  <ENTITIES>
    <ENTITY>
      <DATAID>2</DATAID><FIRST_NAME>KHATLONNIKELTRANS</FIRST_NAME>
      <UN_LIST_TYPE>Test list</UN_LIST_TYPE><REFERENCE_NUMBER>TSe.001</REFERENCE_NUMBER>
      <ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>KNT</ALIAS_NAME></ENTITY_ALIAS>
      <ENTITY_ADDRESS><COUNTRY>Nowhere</COUNTRY></ENTITY_ADDRESS>
    </ENTITY>
  </ENTITIES>
</CONSOLIDATED_LIST>
"""

OFAC = """<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML">
  <publshInformation><Publish_Date>09/10/2026</Publish_Date><Record_Count>2</Record_Count></publshInformation>
  <sdnEntry>
    <uid>7001</uid><firstName>Sarvar Ali</firstName><lastName>VOSTRABADI</lastName><sdnType>Individual</sdnType>
    <programList><program>TEST-ONE</program><program>TEST-TWO</program></programList>
    <idList>
      <id><uid>1</uid><idType>Gender</idType><idNumber>Male</idNumber></id>
      <id><uid>2</uid><idType>Passport</idType><idNumber>AB123456</idNumber><idCountry>Nowhere</idCountry></id>
      <id><uid>3</uid><idType>Secondary sanctions risk:</idType><idNumber>section 1</idNumber></id>
    </idList>
    <akaList>
      <aka><uid>9</uid><type>a.k.a.</type><category>strong</category>
        <lastName>VOSTRABODI</lastName><firstName>Sarvar</firstName></aka>
      <aka><uid>10</uid><type>a.k.a.</type><category>weak</category><lastName>FALCON</lastName></aka>
    </akaList>
    <addressList><address><uid>5</uid><country>Elsewhere</country></address></addressList>
    <nationalityList><nationality><uid>6</uid><country>Nowhere</country></nationality></nationalityList>
    <dateOfBirthList><dateOfBirthItem><uid>3</uid><dateOfBirth>07 Oct 1952</dateOfBirth></dateOfBirthItem></dateOfBirthList>
  </sdnEntry>
  <sdnEntry>
    <uid>8001</uid><lastName>OCEAN VELTRAKON</lastName><sdnType>Vessel</sdnType>
    <programList><program>TEST-ONE</program></programList>
    <vesselInfo><callSign>ABCD</callSign><vesselFlag>Elsewhere</vesselFlag></vesselInfo>
  </sdnEntry>
</sdnList>
"""

EU = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-08-05T16:47:04.449+02:00" globalFileId="1">
  <sanctionEntity designationDetails="" unitedNationId="" euReferenceNumber="EU.27.28" logicalId="13">
    <remark>of no consequence</remark>
    <regulation regulationType="regulation" programme="TST" logicalId="348"/>
    <subjectType code="person" classificationCode="P"/>
    <nameAlias firstName="Sarvar" middleName="" lastName="Vostrabadi" wholeName="Sarvar Vostrabadi" strong="true">
      <regulationSummary regulationType="regulation" publicationDate="2003-07-08"/>
    </nameAlias>
    <nameAlias firstName="Сарвар" middleName="Али" lastName="Востробади" wholeName="" strong="true"/>
    <nameAlias wholeName="Falcon" strong="false"/>
    <citizenship countryIso2Code="QM" countryDescription="NOWHERE"/>
    <citizenship countryIso2Code="00" countryDescription="UNKNOWN"/>
    <birthdate circa="false" birthdate="1937-04-28"/>
    <birthdate circa="true" year="1937"/>
    <birthdate circa="true" yearRangeFrom="1936" yearRangeTo="1938"/>
    <identification number="A1234567" identificationTypeCode="passport" countryIso2Code="QM"/>
  </sanctionEntity>
  <sanctionEntity logicalId="201">
    <subjectType code="enterprise" classificationCode="E"/>
    <nameAlias wholeName="Veltrakon Shipping" strong="true"/>
    <address countryIso2Code="QN"/>
  </sanctionEntity>
</export>
"""

UK = """Report Date: 31-Mar-2026\r
Last Updated,Unique ID,Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Name type,Alias strength,Name non-latin script,\
Regime Name,Designation Type,Address Country,D.O.B,Nationality(/ies),Passport number,IMO number\r
31/03/2026,TST0001,FALCON,,,,,,Alias,Low quality a.k.a,,Test,Individual,,07/10/1952|dd/mm/1953,Nowhere|Elsewhere,,\r
31/03/2026,TST0001,VOSTRABADI,Sarvar,Ali,,,,Primary Name,,سرور,Test,Individual,,07/10/1952,Nowhere,P1|P2,\r
31/03/2026,TST0001,"VOSTRABODI, JR",Sarvar,,,,,Primary Name Variation,,,Test,Individual,,,,,\r
31/03/2026,TST0002,OCEAN VELTRAKON,,,,,,Primary name,,,Test,Ship,,,,,1234567\r
"""

EXPECTED = {
    "UN": PublishedList(
        "UN",
        "2026-10-03",
        (
            Entry(
                "UN",
                "TSe.001",
                Kind.ENTITY,
                (ListedName("KHATLONNIKELTRANS", PRIMARY), ListedName("KNT", STRONG)),
                countries=("Nowhere",),
                programmes=("Test list",),
            ),
            Entry(
                "UN",
                "TSi.001",
                Kind.PERSON,
                (
                    ListedName("SARVAR ALI VOSTRABADI", PRIMARY),
                    ListedName("سرور علی وسترابادی", STRONG),
                    ListedName("Sarvar Ali", STRONG),
                    ListedName("Falcon", WEAK),
                ),
                ("1973-12-25", "1973/1974"),
                ("Nowhere", "Elsewhere"),
                (Identifier("Passport", "OB 0243318", "Nowhere"),),
                ("Test list",),
            ),
        ),
    ),
    "OFAC": PublishedList(
        "OFAC",
        "2026-09-10",
        (
            Entry(
                "OFAC",
                "7001",
                Kind.PERSON,
                (
                    ListedName("Sarvar Ali VOSTRABADI", PRIMARY),
                    ListedName("Sarvar VOSTRABODI", STRONG),
                    ListedName("FALCON", WEAK),
                ),
                ("1952-10-07",),
                ("Nowhere", "Elsewhere"),
                (Identifier("Passport", "AB123456", "Nowhere"),),
                ("TEST-ONE", "TEST-TWO"),
            ),
            Entry(
                "OFAC",
                "8001",
                Kind.VESSEL,
                (ListedName("OCEAN VELTRAKON", PRIMARY),),
                countries=("Elsewhere",),
                programmes=("TEST-ONE",),
            ),
        ),
    ),
    "EU": PublishedList(
        "EU",
        "2026-08-05",
        (
            Entry(
                "EU",
                "201",
                Kind.ENTITY,
                (ListedName("Veltrakon Shipping", PRIMARY),),
                countries=("QN",),
            ),
            Entry(
                "EU",
                "EU.27.28",
                Kind.PERSON,
                (
                    ListedName("Sarvar Vostrabadi", PRIMARY),
                    ListedName("Сарвар Али Востробади", STRONG),
                    ListedName("Falcon", WEAK),
                ),
                ("1937-04-28", "1937", "1936/1938"),
                ("QM",),
                (Identifier("passport", "A1234567", "QM"),),
                ("TST",),
            ),
        ),
    ),
    "UK": PublishedList(
        "UK",
        "2026-03-31",
        (
            Entry(
                "UK",
                "TST0001",
                Kind.PERSON,
                (
                    ListedName("Sarvar Ali VOSTRABADI", PRIMARY),
                    ListedName("FALCON", WEAK),
                    ListedName("سرور", STRONG),
                    ListedName("Sarvar VOSTRABODI, JR", STRONG),
                ),
                ("1952-10-07", "1953"),
                ("Nowhere", "Elsewhere"),
                (Identifier("passport", "P1"), Identifier("passport", "P2")),
                ("Test",),
            ),
            Entry(
                "UK",
                "TST0002",
                Kind.VESSEL,
                (ListedName("OCEAN VELTRAKON", PRIMARY),),
                identifiers=(Identifier("IMO", "1234567"),),
                programmes=("Test",),
            ),
        ),
    ),
}
FILES = {"UN": UN, "OFAC": OFAC, "EU": EU, "UK": UK}


@pytest.mark.parametrize("name", READERS)
def test_all_of_a_file_is_read(name):
    assert read_list(name, FILES[name].encode()) == EXPECTED[name]


@pytest.mark.parametrize("name", ["UN", "OFAC", "EU"])
def test_a_byte_order_mark_is_passed_over(name):
    assert read_list(name, b"\xef\xbb\xbf" + FILES[name].encode()) == EXPECTED[name]


def test_the_uk_list_is_read_with_its_older_title_of_the_kind():
    older = UK.replace("Designation Type", '"Individual, Entity, Ship"')
    assert read_list("UK", b"\xef\xbb\xbf" + older.encode()) == EXPECTED["UK"]


def changed(name, old, new, count=-1):
    assert old in FILES[name]
    return FILES[name].replace(old, new, count).encode()


MAINTENANCE = b"<html><body><p>Maintenance</p></body></html>"
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("UN", b"", UnreadableList),
        ("UN", UN.encode()[:-30], UnreadableList),
        ("UN", MAINTENANCE, UnreadableList),
        ("UN", OFAC.encode(), UnreadableList),
        ("UN", changed("UN", "<CONSOLIDATED_LIST", BOMB + "<CONSOLIDATED_LIST", 1), UnreadableList),
        ("UN", UN.encode("utf-16"), UnreadableList),
        ("UN", changed("UN", "Nowhere", "&secret;"), UnreadableList),
        ("UN", changed("UN", "<REFERENCE_NUMBER>TSi.001</REFERENCE_NUMBER>", ""), IncompleteEntry),
        (
            "UN",
            changed("UN", "<FIRST_NAME>KHATLONNIKELTRANS</FIRST_NAME>", "").replace(b"KNT", b"-"),
            IncompleteEntry,
        ),
        ("UN", b'<CONSOLIDATED_LIST dateGenerated="2026-10-03"/>', UnreadableList),
        ("OFAC", MAINTENANCE, UnreadableList),
        ("OFAC", changed("OFAC", "8001", "7001"), UnreadableList),
        ("OFAC", changed("OFAC", "<uid>8001</uid>", ""), IncompleteEntry),
        ("OFAC", changed("OFAC", "<lastName>OCEAN VELTRAKON</lastName>", ""), IncompleteEntry),
        ("EU", changed("EU", ' logicalId="201"', ""), IncompleteEntry),
        (
            "EU",
            changed("EU", '<nameAlias wholeName="Veltrakon Shipping" strong="true"/>', ""),
            IncompleteEntry,
        ),
        ("EU", b'<export generationDate="2026-10-03T00:00:00"/>', UnreadableList),
        ("UK", b"", UnreadableList),
        ("UK", MAINTENANCE, UnreadableList),
        ("UK", UK.encode("utf-16"), UnreadableList),
        ("UK", changed("UK", "TST0002,OCEAN VELTRAKON,", "TST0002,"), UnreadableList),
        ("UK", changed("UK", '"VOSTRABODI, JR"', '"VOSTRABODI'), UnreadableList),
        ("UK", changed("UK", "TST0002", ""), IncompleteEntry),
        ("UK", changed("UK", "OCEAN VELTRAKON", "-"), IncompleteEntry),
        ("UK", UK.encode().split(b"31/03/2026")[0], UnreadableList),
        ("XX", UK.encode(), UnreadableList),
    ],
)
def test_a_file_that_is_not_the_list_is_refused_whole(name, data, fault):
    with pytest.raises(fault) as caught:
        read_list(name, data)
    assert caught.value.reason == "FF01"
    assert caught.value.field.startswith(name)
