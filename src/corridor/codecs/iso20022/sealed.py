"""Opens what `seal_envelope` has written: to the same values as `open_envelope`, in a fraction of the time.

`template` spells each message in one way: no spaces, no prefixes, each element in its place. So a table is also
one regular expression, and in a message that matches it the values stand where the groups say. It matches as a
whole or not at all: no character is passed over. Contents pass the same checks as elsewhere; what the schemas
add, patterns and lengths, is the writer's promise, kept by its tests and by sampling. So this is for messages
whose writer is known by its signature. Whatever is spelt otherwise is opened by `open_envelope`.
"""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

from corridor.codecs.iso20022.envelope import NAMESPACE, Opened, open_envelope
from corridor.codecs.iso20022.messages import HEADER, MESSAGES
from corridor.codecs.iso20022.table import TEXT, Node, Row, Table, tree
from corridor.domain.errors import CorridorError

_START: Final = f'<Envelope xmlns="{NAMESPACE}">'
_DOCUMENT: Final = '<Document xmlns="'
_END: Final = "</Envelope>"
_ANY_TEXT: Final = "[^<>&]++"
_ANY_CODE: Final = r"[A-Za-z0-9\-]++"
_CURRENCY: Final = ' Ccy="([A-Z]{3})"'


def open_sealed(envelope: str) -> Opened:
    """As `open_envelope` of these characters in UTF-8. Raises: DecodeError."""
    return _open(envelope) or open_envelope(envelope.encode())


def open_checked(envelope: bytes) -> Opened:
    """As `open_envelope`, gate and schemas first; what is spelt as `seal_envelope` spells it is read quickly then."""
    return open_envelope(envelope, read=_read)


def _read(envelope: bytes) -> Opened | None:
    return _open(envelope.decode())


def _open(envelope: str) -> Opened | None:
    if not (envelope.startswith(_START) and envelope.endswith(_END) and envelope.isprintable()):
        return None
    start = envelope.find(_DOCUMENT)
    document = envelope[start : -len(_END)]
    definition = _DEFINITIONS.get(document[: document.find(">")])
    if definition is None:
        return None
    try:
        header = _HEADER.read(envelope[len(_START) : start])
        message = _document(definition).read(document)
    except (CorridorError, TypeError):  # a content is wrong, or a field has none: `open_envelope` tells which
        return None
    if header is None or message is None or header.message_definition_id != definition:
        return None
    return Opened(header, definition, message, hashlib.sha256(document.encode()).digest())


class _Content:
    """An element's content, as a kind reads it."""

    __slots__ = ("currency", "text")

    text: str
    currency: str

    def get(self, _attribute: str, _default: str) -> str:
        return self.currency


class _Field(NamedTuple):
    """What becomes of one group of the expression."""

    place: int  # of the record that has the field; 0 is the table's own
    name: str
    read: Callable[[Any], Any] | None  # None: the text as it is
    flag: tuple[str, bool] | None = None


class _Spelling:
    """A table as the one expression that `template` writes it in, between `start` and `end`."""

    def __init__(self, table: Table, start: str, end: str) -> None:
        names = dict.fromkeys(row.field.partition(".")[0] for row in table.rows if "." in row.field)
        self._type = table.record
        self._parts = [(name, *table.part(name)) for name in names]
        self._places = {name: place for place, name in enumerate(["", *names])}
        self._fields: list[_Field | None] = []  # None: a currency, which stands before its amount
        self.expression = f"{re.escape(start)}{self._inside(tree(table.rows))}{re.escape(end)}"
        self._compiled = re.compile(self.expression)

    def read(self, text: str) -> Any:
        """The record; None if it is spelt otherwise. Raises: CorridorError, TypeError for a missing field."""
        match = self._compiled.fullmatch(text)
        return None if match is None else self._record(match)

    def read_all(self, content: _Content) -> tuple[Any, ...]:
        """The records that stand here one after the other."""
        return tuple(map(self._record, self._compiled.finditer(content.text)))

    def _record(self, match: re.Match[str]) -> Any:
        values: list[dict[str, Any]] = [{} for _ in self._places]
        content = _Content()
        for field, text in zip(self._fields, match.groups(), strict=True):
            if not text:  # an element that is absent, or one of several of which there is none
                continue
            content.text = text
            if field is None:
                content.currency = text
                continue
            place, name, read, flag = field
            values[place][name] = text if read is None else read(content)
            if flag is not None:
                values[place][flag[0]] = flag[1]
        for place, (name, part, optional) in enumerate(self._parts, 1):
            if values[place] or not optional:
                values[0][name] = part(**values[place])
        return self._type(**values[0])

    def _inside(self, node: Node) -> str:
        return "".join(
            "".join(map(self._leaf, child.rows))
            if child.rows
            else f"(?:<{child.tag}>(?!</){self._inside(child)}</{child.tag}>)?+"
            for child in node.children.values()
        )

    def _leaf(self, row: Row) -> str:
        record, _, name = row.field.rpartition(".")
        place, tag = self._places[record], row.path.rpartition("/")[2]
        start, end = f"<{tag}>", f"</{tag}>"
        if isinstance(row.kind, Table):
            group = _Spelling(row.kind, start, end)
            self._fields.append(_Field(place, name, group.read_all))
            return f"((?:{_without_groups(group.expression)})*+)"
        if not name:
            return f"{start}{re.escape(row.kind.write)}{end}"
        content = _ANY_CODE if row.kind.read is None else _ANY_TEXT
        if row.many:
            assert row.kind is TEXT, f"{row.path}: nothing else repeats"
            self._fields.append(_Field(place, name, _texts))
            return f"((?:{start}{content}{end})*+)"
        if row.kind.attribute:
            self._fields.append(None)
            start = f"<{tag}{_CURRENCY}>"
        read = None if row.kind is TEXT else row.kind.read  # the whole is printable, and so is each text
        self._fields.append(_Field(place, name, read, row.when))
        return f"(?:{start}({content}){end})?+"


def _texts(content: _Content) -> tuple[str, ...]:
    return tuple(re.findall(f">({_ANY_TEXT})<", content.text))


def _without_groups(expression: str) -> str:
    return re.sub(r"\((?!\?)", "(?:", expression)


@cache  # made when first needed, or each start would wait for all
def _document(definition: str) -> _Spelling:
    codec = MESSAGES[definition]
    start = f'{_DOCUMENT}{codec.namespace}"><{codec.root}>'
    return _Spelling(codec.table, start, f"</{codec.root}></Document>")


_DEFINITIONS: Final = {f'{_DOCUMENT}{codec.namespace}"': codec.definition for codec in MESSAGES.values()}
_HEADER: Final = _Spelling(HEADER.table, f'<AppHdr xmlns="{HEADER.namespace}">', "</AppHdr>")
