"""As much of JSON Schema as the door's description uses: does a value conform, and if not, why."""

import re
from collections.abc import Callable
from typing import Any, Final

Schema = dict[str, Any]
_TYPES: Final[dict[str, Callable[[Any], bool]]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
KNOWN: Final = frozenset(
    (
        *(
            "$ref",
            "type",
            "enum",
            "const",
            "anyOf",
            "pattern",
            "minLength",
            "maxLength",
            "minimum",
            "maximum",
        ),
        *("items", "minItems", "maxItems", "properties", "required", "additionalProperties"),
        *("title", "description", "default", "discriminator"),  # they forbid nothing
    )
)


def broken(schema: Schema, value: Any, named: dict[str, Schema], at: str = "$") -> str:
    """Return the first thing that is wrong with a value, "" if it conforms.

    Raises: AssertionError, for a word of JSON Schema that is not known here.
    """
    assert schema.keys() <= KNOWN, f"{at}: {schema.keys() - KNOWN} is not known here"
    if "$ref" in schema:
        return broken(named[schema["$ref"].rpartition("/")[2]], value, named, at)
    if "anyOf" in schema:
        return min((broken(each, value, named, at) for each in schema["anyOf"]), key=len)
    if "type" in schema and not _TYPES[schema["type"]](value):
        return f"{at} is no {schema['type']}"
    if ("enum" in schema and value not in schema["enum"]) or ("const" in schema and value != schema["const"]):
        return f"{at} is none of {schema.get('enum', schema.get('const'))}"
    match value:
        case str():
            return _broken_text(schema, value, at)
        case int() | float():
            within = schema.get("minimum", value) <= value <= schema.get("maximum", value)
            return "" if within else f"{at} is out of range"
        case list():
            return _broken_array(schema, value, named, at)
        case dict():
            return _broken_object(schema, value, named, at)
    return ""


def _broken_text(schema: Schema, value: str, at: str) -> str:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        return f"{at} has another length"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return f"{at} is not as the pattern says"
    return ""


def _broken_array(schema: Schema, value: list[Any], named: dict[str, Schema], at: str) -> str:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        return f"{at} has another number of items"
    items = schema.get("items", {})
    wrong = (broken(items, item, named, f"{at}[{n}]") for n, item in enumerate(value))
    return next(filter(None, wrong), "")


def _broken_object(schema: Schema, value: dict[str, Any], named: dict[str, Schema], at: str) -> str:
    properties = schema.get("properties", {})
    if missing := [name for name in schema.get("required", ()) if name not in value]:
        return f"{at} lacks {missing[0]}"
    if schema.get("additionalProperties") is False and (more := value.keys() - properties.keys()):
        return f"{at} has {min(more)}"
    wrong = (
        broken(properties[name], each, named, f"{at}.{name}")
        for name, each in value.items()
        if name in properties
    )
    return next(filter(None, wrong), "")
