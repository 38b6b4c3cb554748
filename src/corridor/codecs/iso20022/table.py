"""A message as a table: which element is which field, in the order of the schema.

One table drives both directions: `walk` reads an element tree by it, `template` compiles it into a renderer.
What the table does not name is not part of Corridor's messages and is refused, never dropped.
"""

import re
import typing
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from lxml.etree import _Element

from corridor.codecs.errors import DecodeError
from corridor.domain.accounts import is_iban, parse_iban, parse_other_account
from corridor.domain.errors import InvalidValue
from corridor.domain.instants import Instant, InvalidDateTime, parse, parse_time
from corridor.domain.money import Money


class Kind(NamedTuple):
    """How the content of an element becomes a value and back."""

    read: Callable[[_Element], Any] | None
    """None: the text as it is, because the schema's pattern leaves nothing to check."""
    write: str
    """A Python expression of the value `{v}`, for the renderer; without a field, the content itself."""
    attribute: str = ""
    """What stands in the start tag after the name; `{v}` as above."""
    holds: str = ""
    """An expression: whether this is the element for the value, where two elements share a field."""


class Row(NamedTuple):
    """One element of a message, or one group of elements that may repeat."""

    path: str
    """Tags from the root of the table, `GrpHdr/MsgId`."""
    field: str
    """`message_id`, or `debtor.name` for a member of the record that the field `debtor` holds."""
    kind: "Kind | Table"
    many: bool = False
    """The field is a tuple with one item per element."""
    when: tuple[str, bool] | None = None
    """The element is the one for a record whose flag has this value; reading it sets the flag."""


class Table(NamedTuple):
    """The rows of a message or group. Required are the fields of `record` that have no default."""

    record: type[msgspec.Struct]
    rows: Sequence[Row]

    def part(self, name: str) -> tuple[type[msgspec.Struct], bool]:
        """The type of the record that the field holds, and whether it may be absent."""
        hint = typing.get_type_hints(self.record)[name]
        arms = [arm for arm in typing.get_args(hint) or (hint,) if arm is not type(None)]
        assert len(arms) == 1, (self.record, name)
        return arms[0], len(arms) < len(typing.get_args(hint))


class Node:
    """An element in the tree that the rows' paths form: a branch with children, or a leaf with its rows."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.children: dict[str, Node] = {}
        self.rows: list[Row] = []

    def leaves(self) -> "list[Row]":
        return self.rows + [row for child in self.children.values() for row in child.leaves()]


def tree(rows: Sequence[Row]) -> Node:
    """The rows as a tree whose children stand in the order of the rows, which is the schema's."""
    root = Node("")
    for row in rows:
        node = root
        for tag in row.path.split("/"):
            assert not node.rows, f"{row.path} goes through a leaf"
            assert tag not in node.children or tag == next(reversed(node.children)), (
                f"{row.path} is out of order"
            )
            node = node.children.setdefault(tag, Node(tag))
        assert not node.children, f"{row.path} is a branch"
        node.rows.append(row)
    return root


def required(record: type[msgspec.Struct]) -> list[str]:
    """The fields that have no default, in their order."""
    return [field.encode_name for field in msgspec.structs.fields(record) if field.required]


# What a leaf's content may be.

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,17})?")
_COUNT = re.compile(r"0|[1-9][0-9]{0,17}")


def _text(element: _Element) -> str:
    text = element.text or ""
    # Controls, line breaks, directional marks and the like disguise a name in a log or on a screen.
    if not text.isprintable():
        raise InvalidValue("A text has printable characters and spaces only.")
    return text


def _instant(element: _Element) -> Instant:
    return parse(element.text or "")


def _date(element: _Element) -> str:
    text = element.text or ""
    if not _DATE.fullmatch(text):
        raise InvalidDateTime("The date must read like 2026-11-24.")
    return text


def _time(element: _Element) -> str:
    return parse_time(element.text or "")


def _amount(element: _Element) -> Money:
    return Money.parse(element.text or "", element.get("Ccy", ""))


def _rate(element: _Element) -> Decimal:
    text = element.text or ""
    if not _DECIMAL.fullmatch(text):
        raise InvalidValue("A rate is a plain decimal number, without sign or exponent.")
    return Decimal(text)


def _decimal(element: _Element) -> Decimal:
    text = element.text or ""
    if not _DECIMAL.fullmatch(text):
        raise InvalidValue("A sum is a plain decimal number, without sign or exponent.")
    return Decimal(text)


def _count(element: _Element) -> int:
    text = element.text or ""
    if not _COUNT.fullmatch(text):
        raise InvalidValue("A number is written in plain digits, without sign and without zeros before it.")
    return int(text)


def _indicator(element: _Element) -> bool:
    return element.text in {"true", "1"}


def _iban(element: _Element) -> str:
    return parse_iban(element.text or "")


def _other_account(element: _Element) -> str:
    text = element.text or ""
    if is_iban(text):
        raise InvalidValue("An IBAN stands in the element IBAN.")
    return parse_other_account(text)


def _phone(element: _Element) -> str:
    # E.164; whether the numbering plan allows it, `check_party` says.
    return (element.text or "").translate(_PUNCTUATION)


_PUNCTUATION = str.maketrans("", "", "-()")

# Looking is cheaper than calling, and hardly any text needs it.
_ESCAPED = '{v} if "&" not in {v} and "<" not in {v} and ">" not in {v} else escape({v})'

CODE = Kind(None, "{v}")
TEXT = Kind(_text, _ESCAPED)
INSTANT = Kind(_instant, "iso({v})")
DATE = Kind(_date, "{v}")
TIME = Kind(_time, "{v}")
AMOUNT = Kind(_amount, "{v}.text()", attribute=' Ccy="{{{v}.currency}}"')
RATE = Kind(_rate, 'format({v}, "f")')
DECIMAL = Kind(_decimal, 'format({v}, "f")')
COUNT = Kind(_count, "{v}")
INDICATOR = Kind(_indicator, '("true" if {v} else "false")')
IBAN = Kind(_iban, "{v}", holds="is_iban({v})")
OTHER_ACCOUNT = Kind(_other_account, _ESCAPED, holds="not is_iban({v})")
PHONE = Kind(_phone, "iso_phone({v})")


def fixed(text: str, reason: str, message: str) -> Kind:
    """An element with one permitted content, which no field holds."""

    def read(element: _Element) -> None:
        if element.text != text:
            raise DecodeError(message, reason=reason)

    return Kind(read, text)
