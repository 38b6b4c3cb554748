"""The made-up list in the files its publishers would offer, as far as a reader of names needs them."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from corridor.sandbox.watchlist.subjects import Subject


def render(subjects: Sequence[Subject], on: date) -> dict[str, bytes]:
    """One file for each publisher that has a subject: UN, OFAC and EU as XML, UK as CSV."""
    return {
        publisher: renderer(chosen, on)
        for publisher, renderer in _RENDERERS.items()
        if (chosen := [subject for subject in subjects if subject.publisher == publisher])
    }


def render_un(subjects: Iterable[Subject], on: date) -> bytes:
    """The shape of consolidated.xml."""
    people: list[str] = []
    groups: list[str] = []
    for one in subjects:
        person = one.kind == "person"
        prefix = "INDIVIDUAL" if person else "ENTITY"
        first, *rest = one.name.split(" ", 3) if person else [one.name]
        parts = dict(zip(("SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"), rest, strict=False))
        aliases = "".join(
            _element(
                f"{prefix}_ALIAS",
                _leaf("QUALITY", "Low" if alias.weak else "Good") + _leaf("ALIAS_NAME", alias.text),
            )
            for alias in one.aliases
        )
        body = "".join(
            (
                _leaf("DATAID", str(6_900_000 + one.number)),
                _leaf("FIRST_NAME", first),
                *(_leaf(tag, part) for tag, part in parts.items()),
                _leaf("UN_LIST_TYPE", one.programme),
                _leaf("REFERENCE_NUMBER", f"TS{'i' if person else 'e'}.{one.number:05}"),
                _leaf("NAME_ORIGINAL_SCRIPT", one.original),
                _element("NATIONALITY", _leaf("VALUE", one.country)),
                aliases,
                _element(f"{prefix}_ADDRESS", _leaf("COUNTRY", one.country)),
                _element("INDIVIDUAL_DATE_OF_BIRTH", _leaf("DATE", one.birth_date)) if person else "",
                _element(
                    "INDIVIDUAL_DOCUMENT",
                    _leaf("TYPE_OF_DOCUMENT", "Passport") + _leaf("NUMBER", one.document),
                )
                if person and one.document
                else "",
            )
        )
        (people if person else groups).append(_element(prefix, body))
    lists = _element("INDIVIDUALS", "".join(people)) + _element("ENTITIES", "".join(groups))
    return _document(f'<CONSOLIDATED_LIST dateGenerated="{on}T00:00:00.000Z">{lists}</CONSOLIDATED_LIST>')


def render_ofac(subjects: Iterable[Subject], on: date) -> bytes:
    """The shape of SDN.XML."""
    entries = [
        _element(
            "sdnEntry",
            "".join(
                (
                    _leaf("uid", str(one.number)),
                    _ofac_name(one.name, one.kind),
                    _leaf(
                        "sdnType", {"person": "Individual", "entity": "Entity", "vessel": "Vessel"}[one.kind]
                    ),
                    _element("programList", _leaf("program", one.programme)),
                    _element("idList", _ofac_document(one)) if one.document else "",
                    _element("akaList", "".join(_ofac_aliases(one))),
                    _element("nationalityList", _element("nationality", _leaf("country", one.country))),
                    _element(
                        "dateOfBirthList", _element("dateOfBirthItem", _leaf("dateOfBirth", _in_words(one)))
                    )
                    if one.birth_date
                    else "",
                )
            ),
        )
        for one in subjects
    ]
    head = _element("publshInformation", _leaf("Publish_Date", on.strftime("%m/%d/%Y")))
    return _document(f"<sdnList xmlns={quoteattr(_OFAC_NAMESPACE)}>{head}{''.join(entries)}</sdnList>")


def render_eu(subjects: Iterable[Subject], on: date) -> bytes:
    """The shape of the FSF export 1.1: attributes only."""
    entries = []
    for one in subjects:
        person = one.kind == "person"
        spellings = [(one.name, True), (one.original, True), *((a.text, not a.weak) for a in one.aliases)]
        names = "".join(
            f'<nameAlias wholeName={quoteattr(text)} strong="{str(strong).lower()}"/>'
            for text, strong in spellings
            if text
        )
        entries.append(
            f'<sanctionEntity euReferenceNumber="EU.{one.number}.{one.number % 97:02}">'
            f'<regulation programme="{one.programme}"/>'
            f'<subjectType code="{"person" if person else "enterprise"}"/>{names}'
            f'<citizenship countryIso2Code="{one.country}"/>'
            + (f'<birthdate circa="false" birthdate="{one.birth_date}"/>' if person else "")
            + (
                f'<identification number="{one.document}" identificationTypeCode="passport"/>'
                if one.document
                else ""
            )
            + "</sanctionEntity>"
        )
    head = f'<export xmlns="{_EU_NAMESPACE}" generationDate="{on}T00:00:00.000+00:00">'
    return _document(f"{head}{''.join(entries)}</export>")


def render_uk(subjects: Iterable[Subject], on: date) -> bytes:
    """The shape of UK-Sanctions-List.csv: a row for each name."""
    file = io.StringIO(newline="")
    file.write(f"Report Date: {on.strftime('%d-%b-%Y')}\r\n")
    writer = csv.DictWriter(file, _UK_TITLES, restval="")
    writer.writeheader()
    for one in subjects:
        rows = [("Primary Name", one.name, "", one.original)]
        rows += [
            ("Alias", alias.text, "Low quality a.k.a" if alias.weak else "", "") for alias in one.aliases
        ]
        for name_type, name, strength, original in rows:
            given, _, family = name.rpartition(" ") if one.kind == "person" else ("", "", name)
            year, month, day = one.birth_date.split("-") if one.birth_date else ("", "", "")
            writer.writerow(
                {
                    "Unique ID": f"TST{one.number:05}",
                    "Name 6": family,
                    "Name 1": given,
                    "Name type": name_type,
                    "Alias strength": strength,
                    "Name non-latin script": original,
                    "Regime Name": one.programme,
                    "Designation Type": {"person": "Individual", "entity": "Entity", "vessel": "Ship"}[
                        one.kind
                    ],
                    "D.O.B": f"{day}/{month}/{year}" if year else "",
                    "Nationality(/ies)": one.country,
                    "Passport number": one.document if one.kind == "person" else "",
                    "IMO number": one.document if one.kind == "vessel" else "",
                }
            )
    return file.getvalue().encode()


_RENDERERS: Final[dict[str, Callable[[Iterable[Subject], date], bytes]]] = {
    "UN": render_un,
    "OFAC": render_ofac,
    "EU": render_eu,
    "UK": render_uk,
}
_OFAC_NAMESPACE: Final = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML"
_EU_NAMESPACE: Final = "http://eu.europa.ec/fpi/fsd/export"
_UK_TITLES: Final = (
    *(
        "Last Updated",
        "Unique ID",
        "OFSI Group ID",
        "UN Reference Number",
        "Name 6",
        "Name 1",
        "Name 2",
        "Name 3",
    ),
    *("Name 4", "Name 5", "Name type", "Alias strength", "Title", "Name non-latin script", "Regime Name"),
    *("Designation Type", "Address Country", "D.O.B", "Nationality(/ies)", "National Identifier number"),
    *("Passport number", "Business registration number (s)", "IMO number", "Current believed flag of ship"),
)


def _ofac_name(name: str, kind: str) -> str:
    given, _, family = name.rpartition(" ") if kind == "person" else ("", "", name)
    return _leaf("firstName", given) + _leaf("lastName", family)


def _ofac_aliases(one: Subject) -> Iterable[str]:
    names = [(alias.text, "weak" if alias.weak else "strong") for alias in one.aliases]
    for text, category in (*names, (one.original, "strong")):
        if text:
            yield _element(
                "aka", _leaf("type", "a.k.a.") + _leaf("category", category) + _ofac_name(text, one.kind)
            )


def _ofac_document(one: Subject) -> str:
    kind = {
        "person": "Passport",
        "entity": "Registration Number",
        "vessel": "Vessel Registration Identification",
    }
    return _element("id", _leaf("idType", kind[one.kind]) + _leaf("idNumber", one.document))


def _in_words(one: Subject) -> str:
    return date.fromisoformat(one.birth_date).strftime("%d %b %Y")


def _element(tag: str, body: str) -> str:
    return f"<{tag}>{body}</{tag}>"


def _leaf(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text)}</{tag}>" if text else ""


def _document(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()
