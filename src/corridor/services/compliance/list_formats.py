"""Readers of four official lists: from the published bytes to entries.

What a reader does not know it passes over, because publishers add elements; an entry without identifier or
name is refused with the whole file, because nobody could be screened against it.
"""

import csv
import io
import re
from collections.abc import Callable
from typing import Final

from lxml import etree

from corridor.services.compliance.list_dates import iso_date
from corridor.services.compliance.list_xml import Document, children, tag, text, texts
from corridor.services.compliance.lists import (
    Entry,
    Identifier,
    Kind,
    PublishedList,
    Quality,
    UnreadableList,
    make_entry,
    published,
)

UN: Final = "UN"
OFAC: Final = "OFAC"
EU: Final = "EU"
UK: Final = "UK"


def read_list(list_name: str, data: bytes) -> PublishedList:
    """The list `list_name` (UN, OFAC, EU or UK) from the file its publisher offers.

    Raises: UnreadableList, IncompleteEntry (FF01).
    """
    reader = READERS.get(list_name)
    if reader is None:
        raise UnreadableList(f"there is no reader for it; known are {', '.join(READERS)}", field=list_name)
    return reader(data)


def read_un(data: bytes) -> PublishedList:
    """The UN Security Council's consolidated list. Source: consolidated.xml."""
    document = Document(UN, data, "CONSOLIDATED_LIST", ("INDIVIDUAL", "ENTITY"))
    entries = [_un_entry(element) for element in document]
    return published(UN, document.attribute("dateGenerated")[:10], entries)


def read_ofac(data: bytes) -> PublishedList:
    """OFAC's list of specially designated nationals. Source: SDN.XML, the simple one."""
    document = Document(OFAC, data, "sdnList", ("sdnEntry", "publshInformation"))
    entries, date = [], ""
    for element in document:
        if tag(element) == "sdnEntry":
            entries.append(_ofac_entry(element))
        else:
            date = iso_date(text(element, "Publish_Date"), month_first=True)
    return published(OFAC, date, entries)


def read_eu(data: bytes) -> PublishedList:
    """The EU's consolidated financial sanctions list. Source: XML (FSF) 1.1."""
    document = Document(EU, data, "export", ("sanctionEntity",))
    entries = [_eu_entry(element) for element in document]
    return published(EU, document.attribute("generationDate")[:10], entries)


def read_uk(data: bytes) -> PublishedList:
    """The UK Sanctions List. Source: UK-Sanctions-List.csv; a row for each name or address."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableList(str(error), field=UK) from error
    titles_at = next((at for at, row in enumerate(rows[:5]) if "Unique ID" in row), None)
    if titles_at is None:
        raise UnreadableList("no row of titles with Unique ID", field=UK)
    titles, by_id = rows[titles_at], dict[str, list[dict[str, str]]]()
    for number, row in enumerate(rows[titles_at + 1 :], titles_at + 2):
        if len(row) != len(titles):
            raise UnreadableList(f"{len(row)} columns, not {len(titles)}", field=f"{UK} row {number}")
        cells = dict(zip(titles, row, strict=True))
        by_id.setdefault(cells["Unique ID"].strip(), []).append(cells)
    report_date = "".join(cell for row in rows[:titles_at] for cell in row).rpartition(":")[2]
    return published(UK, iso_date(report_date), [_uk_entry(key, found) for key, found in by_id.items()])


READERS: Final[dict[str, Callable[[bytes], PublishedList]]] = {
    UN: read_un,
    OFAC: read_ofac,
    EU: read_eu,
    UK: read_uk,
}


_UN_YEARS: Final = ("YEAR", "FROM_YEAR", "TO_YEAR")


def _un_entry(element: etree._Element) -> Entry:
    person = tag(element) == "INDIVIDUAL"
    prefix = "INDIVIDUAL" if person else "ENTITY"
    parts = (text(element, f"{which}_NAME") for which in ("FIRST", "SECOND", "THIRD", "FOURTH"))
    names = [(" ".join(parts), Quality.PRIMARY), (text(element, "NAME_ORIGINAL_SCRIPT"), Quality.STRONG)]
    names += [
        (text(alias, "ALIAS_NAME"), Quality.WEAK if text(alias, "QUALITY") == "Low" else Quality.STRONG)
        for alias in children(element, f"{prefix}_ALIAS")
    ]
    births = [
        iso_date(text(birth, "DATE")) or iso_date(" ".join(text(birth, part) for part in _UN_YEARS))
        for birth in children(element, "INDIVIDUAL_DATE_OF_BIRTH")
    ]
    return make_entry(
        UN,
        text(element, "REFERENCE_NUMBER"),
        Kind.PERSON if person else Kind.ENTITY,
        names,
        births,
        texts(element, "NATIONALITY/VALUE") + texts(element, f"{prefix}_ADDRESS/COUNTRY"),
        [
            Identifier(text(paper, "TYPE_OF_DOCUMENT"), text(paper, "NUMBER"), text(paper, "ISSUING_COUNTRY"))
            for paper in children(element, "INDIVIDUAL_DOCUMENT")
        ],
        [text(element, "UN_LIST_TYPE")],
    )


_OFAC_KINDS: Final = {"individual": Kind.PERSON, "vessel": Kind.VESSEL, "aircraft": Kind.AIRCRAFT}
_OFAC_REMARK: Final = re.compile(
    r"Gender|Secondary sanctions|.*(?::| -)$"
)  # in the list of numbers, but none


def _ofac_entry(element: etree._Element) -> Entry:
    def name(holder: etree._Element) -> str:
        return f"{text(holder, 'firstName')} {text(holder, 'lastName')}"

    names = [(name(element), Quality.PRIMARY)]
    names += [
        (name(alias), Quality.WEAK if text(alias, "category") == "weak" else Quality.STRONG)
        for alias in children(element, "akaList/aka")
    ]
    places = ("nationalityList/nationality", "citizenshipList/citizenship", "addressList/address")
    return make_entry(
        OFAC,
        text(element, "uid"),
        _OFAC_KINDS.get(text(element, "sdnType").lower(), Kind.ENTITY),
        names,
        map(iso_date, texts(element, "dateOfBirthList/dateOfBirthItem/dateOfBirth")),
        [country for place in places for country in texts(element, f"{place}/country")]
        + texts(element, "vesselInfo/vesselFlag"),
        [
            Identifier(text(one, "idType"), text(one, "idNumber"), text(one, "idCountry"))
            for one in children(element, "idList/id")
            if not _OFAC_REMARK.match(text(one, "idType"))
        ],
        texts(element, "programList/program"),
    )


def _eu_entry(element: etree._Element) -> Entry:
    names: list[tuple[str, Quality]] = []
    for alias in children(element, "nameAlias"):
        whole = alias.get("wholeName") or " ".join(
            alias.get(f"{which}Name", "") for which in ("first", "middle", "last")
        )
        strong = (
            Quality.STRONG if names else Quality.PRIMARY
        )  # the list marks no primary name: it comes first
        names.append((whole, Quality.WEAK if alias.get("strong") == "false" else strong))
    kind = next((one.get("code") for one in children(element, "subjectType")), "")
    return make_entry(
        EU,
        element.get("euReferenceNumber") or element.get("logicalId") or "",
        Kind.PERSON if kind == "person" else Kind.ENTITY,
        names,
        [
            iso_date(birth.get("birthdate") or birth.get("year") or "")
            or iso_date(f"{birth.get('yearRangeFrom')} {birth.get('yearRangeTo')}")
            for birth in children(element, "birthdate")
        ],
        [
            one.get("countryIso2Code", "")
            for place in ("citizenship", "address")
            for one in children(element, place)
        ],
        [
            Identifier(
                one.get("identificationTypeCode", ""), one.get("number", ""), one.get("countryIso2Code", "")
            )
            for one in children(element, "identification")
        ],
        [one.get("programme", "") for one in children(element, "regulation")],
    )


_UK_KINDS: Final = {"Individual": Kind.PERSON, "Entity": Kind.ENTITY, "Ship": Kind.VESSEL}
_UK_NUMBERS: Final = {
    "Passport number": "passport",
    "National Identifier number": "national identifier",
    "Business registration number (s)": "registration",
    "IMO number": "IMO",
}


def _uk_entry(entry_id: str, rows: list[dict[str, str]]) -> Entry:
    def cells(*titles: str) -> list[str]:
        return [cell.strip() for title in titles for row in rows for cell in row.get(title, "").split("|")]

    names = []
    for row in rows:
        whole = " ".join(
            row.get(f"Name {n}", "") for n in (1, 2, 3, 4, 5, 6)
        )  # 6: family name, or all of a company's
        weak = row.get("Alias strength", "").lower().startswith("low")
        primary = row.get("Name type", "").lower() == "primary name"
        names.append((whole, Quality.PRIMARY if primary else Quality.WEAK if weak else Quality.STRONG))
        names.append((row.get("Name non-latin script", ""), Quality.STRONG))
    kinds = cells("Designation Type", "Individual, Entity, Ship")
    return make_entry(
        UK,
        entry_id,
        next((_UK_KINDS[kind] for kind in kinds if kind in _UK_KINDS), Kind.ENTITY),
        sorted(names, key=lambda name: name[1] is not Quality.PRIMARY),
        map(iso_date, cells("D.O.B")),
        cells("Nationality(/ies)", "Address Country", "Current believed flag of ship"),
        [Identifier(kind, number) for title, kind in _UK_NUMBERS.items() for number in cells(title)],
        cells("Regime Name"),
    )
