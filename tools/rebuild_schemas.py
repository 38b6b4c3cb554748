"""Rebuild the XML schemas of our ISO 20022 messages from the dataclasses of `pyiso20022`.

No package ships the schema files of all these messages, but `pyiso20022` (MIT) ships dataclasses generated from
the genuine ones. Their metadata keeps the order of elements, names, occurrences, enumerations and every facet
(pattern, lengths, digits, bounds). Three things are lost and recovered here:

- choice: ISO 20022 names every choice type `...Choice`, and nothing else;
- the names of simple types: harmless, new ones are made from the facets;
- xs:gYear against xs:gYearMonth, by the element's name.

`tests/unit/codecs/test_schemas.py` compares the result with the genuine files wherever those exist.

    python tools/rebuild_schemas.py            # writes src/corridor/codecs/iso20022/schemas/*.xsd
    python tools/rebuild_schemas.py --check    # exits with 1 if a committed file differs
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.metadata
import inspect
import sys
import types
import typing
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from xsdata.models.datatype import XmlDate, XmlDateTime, XmlPeriod, XmlTime

SCHEMAS = Path(__file__).parent.parent / "src/corridor/codecs/iso20022/schemas"
XML_SCHEMA = "http://www.w3.org/2001/XMLSchema"
ROOTS = {
    "head.001.001.02": "AppHdr",
    "pacs.008.001.13": "Document",
    "pacs.002.001.10": "Document",
    "pacs.028.001.03": "Document",
    "pacs.004.001.09": "Document",
    "pacs.009.001.08": "Document",
    "camt.050.001.07": "Document",
    "camt.052.001.08": "Document",
    "camt.053.001.08": "Document",
    "camt.054.001.08": "Document",
    "admi.002.001.01": "Document",
}
BASES: dict[type, str] = {
    str: "xs:string",
    bool: "xs:boolean",
    Decimal: "xs:decimal",
    bytes: "xs:base64Binary",
    XmlDate: "xs:date",
    XmlDateTime: "xs:dateTime",
    XmlTime: "xs:time",
}
FACETS = {  # xsdata's word: XML Schema's, in the order we write them
    "pattern": "pattern",
    "min_length": "minLength",
    "max_length": "maxLength",
    "fraction_digits": "fractionDigits",
    "total_digits": "totalDigits",
    "min_inclusive": "minInclusive",
    "max_inclusive": "maxInclusive",
}
Rows = Sequence[tuple[Mapping[str, Any], Any]]  # of one class: each field's metadata and type
KNOWN = {"name", "type", "namespace", "required", "min_occurs", "max_occurs", "format", *FACETS}


class Schema:
    """One schema file under construction: the types met so far, by name."""

    def __init__(self, definition: str) -> None:
        area = definition.split(".", maxsplit=1)[0]
        module = definition.replace(".", "_")
        self.definition = definition
        self.namespace = f"urn:iso:std:iso:20022:tech:xsd:{definition}"
        self.module = importlib.import_module(f"pyiso20022.{area}.{module}.{module}")
        self.types: dict[str, str] = {}
        self.simple_names: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}

    def text(self) -> str:
        root = ROOTS.get(self.definition, "Document")
        root_type = self.complex_type(getattr(self.module, root))
        version = importlib.metadata.version("pyiso20022")
        return "\n".join(
            (
                '<?xml version="1.0" encoding="UTF-8"?>',
                f"<!-- Rebuilt from pyiso20022 {version} (MIT) by tools/rebuild_schemas.py. Do not edit. -->",
                f'<xs:schema xmlns="{self.namespace}" xmlns:xs="{XML_SCHEMA}" elementFormDefault="qualified"',
                f'           targetNamespace="{self.namespace}">',
                f'    <xs:element name="{root}" type="{root_type}"/>',
                *(self.types[name] for name in sorted(self.types)),
                "</xs:schema>\n",
            )
        )

    def complex_type(self, cls: type) -> str:
        """The name of the schema type for a dataclass, written on first use."""
        assert dataclasses.is_dataclass(cls)
        if not inspect.get_annotations(cls):  # a root element: the same content as its one base
            return self.complex_type(cls.__bases__[0])
        name = cls.__name__
        if name not in self.types:
            self.types[name] = ""  # types may refer to themselves
            hints = typing.get_type_hints(cls, vars(self.module))
            rows = [(field.metadata, hints[field.name]) for field in dataclasses.fields(cls)]
            for metadata, _ in rows:
                assert set(metadata) <= KNOWN, (name, metadata)
            kinds = {metadata.get("type") for metadata, _ in rows}
            if None in kinds:
                body = self.simple_content(rows)
            else:
                assert "Attribute" not in kinds, name
                body = self.particles(rows, "choice" if name.endswith("Choice") else "sequence")
            self.types[name] = f'    <xs:complexType name="{name}">\n{body}\n    </xs:complexType>'
        return name

    def particles(self, rows: Rows, compositor: str) -> str:
        lines = []
        for metadata, hint in rows:
            origin: Any = typing.get_origin(hint)
            repeated = origin is list
            minimum = metadata.get("min_occurs", 1 if metadata.get("required") else 0)
            if compositor == "choice":
                minimum = max(minimum, 1)  # only because another branch may be taken
            maximum = metadata.get("max_occurs", "unbounded") if repeated else 1
            occurs = ("" if minimum == 1 else ' minOccurs="0"') + (
                "" if maximum == 1 else f' maxOccurs="{maximum}"'
            )
            if metadata["type"] == "Wildcard":
                # Every wildcard of ISO 20022 is lax, and one element; the class keeps neither.
                lines.append(f'<xs:any namespace="{metadata["namespace"]}" processContents="lax"/>')
            else:
                type_name = self.type_of(hint, metadata)
                lines.append(f'<xs:element name="{metadata["name"]}" type="{type_name}"{occurs}/>')
        body = "\n".join(f"            {line}" for line in lines)
        return f"        <xs:{compositor}>\n{body}\n        </xs:{compositor}>"

    def simple_content(self, rows: Rows) -> str:
        (value, value_hint), *attributes = rows
        lines = []
        for metadata, hint in attributes:
            assert metadata["type"] == "Attribute"
            use = ' use="required"' if metadata.get("required") else ""
            type_name = self.type_of(hint, metadata)
            lines.append(f'                <xs:attribute name="{metadata["name"]}" type="{type_name}"{use}/>')
        body = "\n".join(lines)
        base = self.type_of(value_hint, {**value, "name": "Amount"})
        return (
            f'        <xs:simpleContent>\n            <xs:extension base="{base}">\n'
            f"{body}\n            </xs:extension>\n        </xs:simpleContent>"
        )

    def type_of(self, hint: Any, metadata: Mapping[str, Any]) -> str:
        python = bare(hint)
        if dataclasses.is_dataclass(python):
            return self.complex_type(python)
        if issubclass(python, Enum):
            return self.enumeration(python)
        if python is XmlPeriod:  # noqa: SIM108  two questions
            base = "xs:gYear" if metadata["name"] == "Yr" else "xs:gYearMonth"
        else:
            base = BASES[python]
        assert (python is bytes) == (metadata.get("format") == "base64"), metadata
        facets = tuple((FACETS[key], str(metadata[key])) for key in FACETS if key in metadata)
        return self.simple_type(base, facets, metadata["name"]) if facets else base

    def simple_type(self, base: str, facets: tuple[tuple[str, str], ...], element: str) -> str:
        """The name of the type with these facets: `Max35Text`, or after the element that first needed it."""
        key = base, facets
        if key not in self.simple_names:
            match dict(facets):
                case {"minLength": "1", "maxLength": longest} if base == "xs:string" and len(facets) == 2:
                    name = f"Max{longest}Text"
                case _:
                    name = f"{element}_SimpleType"
            while name in self.types:
                name += "_"
            self.simple_names[key] = name
            self.types[name] = restriction(name, base, facets)
        return self.simple_names[key]

    def enumeration(self, cls: type[Enum]) -> str:
        values = tuple(("enumeration", member.value) for member in cls)
        self.types[cls.__name__] = restriction(cls.__name__, "xs:string", values)
        return cls.__name__


def bare(hint: Any) -> type:
    """The Python type inside `None | X` or `list[X]`."""
    if typing.get_origin(hint) in {types.UnionType, typing.Union, list}:
        (hint,) = (arm for arm in typing.get_args(hint) if arm is not type(None))
    assert isinstance(hint, type), hint
    return hint


def restriction(name: str, base: str, facets: tuple[tuple[str, str], ...]) -> str:
    lines = "\n".join(f"            <xs:{facet} value={quoteattr(value)}/>" for facet, value in facets)
    return (
        f'    <xs:simpleType name="{escape(name)}">\n        <xs:restriction base="{base}">\n'
        f"{lines}\n        </xs:restriction>\n    </xs:simpleType>"
    )


def main(arguments: list[str]) -> int:
    stale = []
    for definition in ROOTS:
        path = SCHEMAS / f"{definition}.xsd"
        text = Schema(definition).text()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(definition)
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
    print("differs:" if "--check" in arguments else "written:", ", ".join(stale) or "nothing")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
