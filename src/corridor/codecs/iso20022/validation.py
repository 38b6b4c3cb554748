"""The schemas, compiled on first use, and what their errors mean."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from lxml import etree
from lxml.etree import _Element

from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.walk import line, path

_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*) \)")


@cache
def schema(definition: str) -> etree.XMLSchema:
    """The compiled schema of a message definition, `pacs.008.001.13`."""
    source = files("corridor.codecs.iso20022").joinpath(f"schemas/{definition}.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(source))


def validate(element: _Element, definition: str) -> None:
    """The AppHdr or Document conforms to its schema: names, order, occurrences, patterns, lengths, digits.

    Raises: DecodeError with the element's path: CH21 if one is missing, CH17 if one is not allowed, CH16 if a
    content is incorrect. The text quotes the schema, never the message.
    """
    compiled = schema(definition)
    if compiled.validate(element):
        return
    log: Any = compiled.error_log
    error = log[0]
    # libxml2 counts from the validated element, `/*/*[2]/*[9]`, and the document is that element alone; an element
    # of no namespace it calls by its name, which leads nowhere from here.
    found = element.xpath("." + (error.path or "").removeprefix("/*"))
    at = found[0] if isinstance(found, list) and found and isinstance(found[0], _Element) else element
    reason, message = _meaning(error)
    raise DecodeError(message, field=path(at), reason=reason, line=line(at))


def _meaning(error: Any) -> tuple[str, str]:
    expected = _EXPECTED.search(error.message)
    names = re.sub(r"\{[^}]*\}", "", expected[1]) if expected else ""
    match error.type_name:
        case "SCHEMAV_ELEMENT_CONTENT" if "Missing child" in error.message:
            return "CH21", f"A mandatory element is missing: {names}."
        case "SCHEMAV_ELEMENT_CONTENT":
            return "CH17", f"The element is not allowed here; allowed is: {names or 'none'}."
        case "SCHEMAV_CVC_COMPLEX_TYPE_4":
            return "CH21", "A mandatory attribute is missing."
        case "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1" | "SCHEMAV_CVC_TYPE_3_1_1":
            return "CH17", "The attribute is not allowed."
        case "SCHEMAV_CVC_ELT_1":
            return "FF01", "The element does not begin a message of this definition."
        case _:
            return "CH16", "The content does not conform to the schema."
