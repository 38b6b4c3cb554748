"""From a validated element tree to a record, in one walk by the table.

The tree has passed the schema, so order, occurrences and patterns are right. What remains: to refuse what the
table does not name, what it takes only once, and contents that no schema can judge (an IBAN's check digits, a
currency's decimals, an impossible instant).
"""

from typing import Any

import msgspec
from lxml.etree import _Element

from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.table import Kind, Node, Row, Table, required, tree
from corridor.domain.errors import CorridorError

NOT_ALLOWED = "CH17"
MISSING = "CH21"

Values = list[dict[str, Any]]  # the fields found, for the record and for each record within it


class Step:
    """What to do at one element."""

    __slots__ = ("again", "flag", "group", "many", "name", "read", "steps", "target")

    steps: "dict[Any, Step] | None"  # of the children, if this is a branch
    again: "Step | None"  # what to do if the same element follows
    target: int
    name: str
    many: bool
    flag: tuple[str, bool] | None
    read: Any
    group: "Reader | None"


class Reader:
    """Reads the element of one table in one namespace."""

    def __init__(self, table: Table, namespace: str) -> None:
        self._record = table.record
        self._namespace = namespace
        names = dict.fromkeys(row.field.partition(".")[0] for row in table.rows if "." in row.field)
        self._parts = [(name, *table.part(name)) for name in names]
        self._targets = {name: index for index, name in enumerate(["", *names])}
        self._tuples = [row.field for row in table.rows if row.many]
        self._paths = {row.field: row.path for row in reversed(table.rows)}
        self._steps = self._branch(tree(table.rows))

    def read(self, element: _Element) -> Any:
        """The record. Raises: DecodeError, with the element and the reason."""
        values: Values = [{} for _ in self._targets]
        self._walk(element, self._steps, values)
        record = values[0]
        for name in self._tuples:
            if name in record:
                record[name] = tuple(record[name])
        for (name, part, optional), found in zip(self._parts, values[1:], strict=True):
            if found or not optional:
                record[name] = self._build(part, found, element, f"{name}.")
        return self._build(self._record, record, element, "")

    def _walk(self, element: _Element, steps: "dict[Any, Step]", values: Values) -> None:
        last = None
        step: Step | None = None
        for child in element:
            tag = child.tag
            step = step.again if step is not None and tag == last else steps.get(tag)
            if step is None:
                raise _refused(child, repeated=tag == last)
            last = tag
            if step.steps is not None:
                self._walk(child, step.steps, values)
                continue
            try:
                value = child.text if step.read is None else step.read(child)
            except CorridorError as error:
                raise _incorrect(child, error) from None
            if step.many:
                values[0].setdefault(step.name, []).append(value)
            elif step.name:
                values[step.target][step.name] = value
            if step.flag is not None:
                values[step.target][step.flag[0]] = step.flag[1]

    def _build(
        self, record: type[msgspec.Struct], found: dict[str, Any], element: _Element, prefix: str
    ) -> Any:
        try:
            return record(**found)
        except TypeError:
            missing = next(name for name in required(record) if name not in found)
            field = f"{path(element)}/{self._paths[prefix + missing]}".lstrip("/")
            raise DecodeError("A mandatory element is missing.", field=field, reason=MISSING) from None

    def _branch(self, node: Node) -> "dict[Any, Step]":
        return {f"{{{self._namespace}}}{tag}": self._step(child) for tag, child in node.children.items()}

    def _step(self, node: Node) -> Step:
        if node.rows:
            return self._leaf(node.rows)
        step = Step()
        step.steps = self._branch(node)
        step.again = None
        return step

    def _leaf(self, rows: list[Row]) -> Step:
        row, *others = rows
        record, _, name = row.field.rpartition(".")
        step = Step()
        step.steps = None
        step.target = self._targets[record]
        step.name = name
        step.many = row.many
        step.flag = row.when
        step.read = row.kind.read if isinstance(row.kind, Kind) else Reader(row.kind, self._namespace).read
        step.again = step if row.many else self._leaf(others) if others else None
        return step


def path(element: _Element) -> str:
    """The element's path under the message's root, `CdtTrfTxInf/Dbtr/Nm`; a header's begins with AppHdr."""
    names = [_name(element), *map(_name, element.iterancestors())]
    if "Document" in names:
        names = names[: names.index("Document") - 1]
    return "/".join(name for name in reversed(names) if name != "Envelope")


def line(element: _Element) -> int | None:
    """The line, counted from 1, where the element's start tag ends."""
    number: Any = element.sourceline
    return number if isinstance(number, int) else None


def _incorrect(element: _Element, error: CorridorError) -> DecodeError:
    if isinstance(error, DecodeError) and error.field is not None:  # from a group within: it knows better
        return error
    return DecodeError(error.message, field=path(element), reason=error.reason, line=line(element))


def _name(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _refused(element: _Element, *, repeated: bool) -> DecodeError:
    message = "The element may stand only once." if repeated else "The element is not used in Corridor."
    return DecodeError(message, field=path(element), reason=NOT_ALLOWED, line=line(element))
