"""From a validated element tree to a record, in one walk by the table.

The tree has passed the schema, so order, occurrences and patterns are right. What remains: to refuse what the
table does not name, what it takes only once, and contents that no schema can judge (an IBAN's check digits, a
currency's decimals, an impossible instant).

The table is a grammar of tags, and the walk its automaton: each element tells which may begin next, inside it
or after it. No tag has two meanings in one place (asserted here for the table's own elements, tested against
the schemas for all others), so the order of the start tags alone tells where one is.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from lxml.etree import _Element

from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.table import Node, Row, Table, required, tree
from corridor.domain.errors import CorridorError

NOT_ALLOWED = "CH17"
MISSING = "CH21"

Values = list[dict[str, Any]]  # the fields found, for each record under construction
State = dict[Any, "Step"]  # by tag: which elements may begin now


class Step:
    """What to do where an element begins, and which may begin after that."""

    __slots__ = ("enter", "flag", "many", "name", "read", "state", "target")

    state: State
    name: str | None  # of the field, if the element holds one; only then:
    target: int  # the place in Values of the field's record
    read: Callable[[_Element], Any] | None
    many: bool
    flag: tuple[str, bool] | None
    enter: Callable[[_Element, Values], Any] | None  # what else there is to do


class Reader:
    """Reads the element of one table in one namespace; `prefix` begins the paths in its errors."""

    def __init__(self, table: Table, namespace: str, prefix: str) -> None:
        self._namespace = namespace
        self._places = 0
        self._record = self._builder(table, prefix)
        self._start = self._inside(tree(table.rows), {}, self._record)

    def read(self, root: _Element) -> Any:
        """The record. Raises: DecodeError, with the element and the reason."""
        values: Values = [{} for _ in range(self._places)]
        state = self._start
        elements = root.iter()
        next(elements)  # the root itself
        for element in elements:
            step = state.get(element.tag)
            if step is None:
                raise _refused(element)
            state = step.state
            try:
                if step.name is None:
                    if step.enter is not None:
                        step.enter(element, values)
                    continue
                value = element.text if step.read is None else step.read(element)
            except CorridorError as error:
                raise DecodeError(
                    error.message, field=path(element), reason=error.reason, line=line(element)
                ) from None
            found = values[step.target]
            if step.many:
                found.setdefault(step.name, []).append(value)
            else:
                found[step.name] = value
            if step.flag is not None:
                found[step.flag[0]] = step.flag[1]
        return self._record.build(values)

    def _builder(self, table: Table, prefix: str) -> "_Builder":
        builder = _Builder(table, prefix, self._places)
        self._places += builder.width
        return builder

    def _inside(self, node: Node, after: State, builder: "_Builder") -> State:
        """What may begin when the node has begun and `after` may begin when it has ended."""
        for child in reversed(node.children.values()):
            tag = f"{{{self._namespace}}}{child.tag}"
            if child.rows:
                step = self._leaf(tag, child.rows, after, builder)
            else:
                step = _step(self._inside(child, after, builder))
            after = _either(tag, step, after)
        return after

    def _leaf(self, tag: str, rows: list[Row], after: State, builder: "_Builder") -> Step:
        row, *others = rows
        step = _step(after)
        if others:
            step.state = _either(tag, self._leaf(tag, others, after, builder), after)
        elif row.many:
            step.state = _either(tag, step, after)
        record, _, name = row.field.rpartition(".")
        step.target = builder.places[record]
        step.many = row.many
        step.flag = row.when
        if isinstance(row.kind, Table):
            assert row.many, f"{row.path}: one record is written as paths, `debtor.name`"
            group = self._builder(row.kind, f"{builder.paths[name]}/")
            builder.groups[name] = group
            step.state = self._inside(tree(row.kind.rows), step.state, group)
            step.enter = _enter(step.target, name, group)
        elif name:
            step.name, step.read = name, row.kind.read
        else:
            read = row.kind.read
            assert read is not None, f"{row.path}: what no field holds must be looked at"
            step.enter = lambda element, _: read(element)
        return step


class _Builder:
    """Builds a record, with the records in its fields, from what was found of it."""

    def __init__(self, table: Table, prefix: str, place: int) -> None:
        self._type = table.record
        names = dict.fromkeys(row.field.partition(".")[0] for row in table.rows if "." in row.field)
        self._parts = [(name, *table.part(name)) for name in names]
        self._many = [row.field for row in table.rows if row.many]
        self._place = place
        self.width = 1 + len(names)
        self.places = {name: place + index for index, name in enumerate(["", *names])}
        self.paths = {row.field: prefix + row.path for row in reversed(table.rows)}
        self.groups: dict[str, _Builder] = {}

    def fresh(self, values: Values) -> Values:
        """Make room for another record of this kind."""
        places = slice(self._place, self._place + self.width)
        values[places] = [{} for _ in range(self.width)]
        return values[places]

    def build(self, values: Values) -> Any:
        found = values[0]
        for name in self._many:
            if name in found:
                items = map(self.groups[name].build, found[name]) if name in self.groups else found[name]
                found[name] = tuple(items)
        try:
            for index, (name, part, optional) in enumerate(self._parts, 1):
                if values[index] or not optional:
                    found[name] = part(**values[index])
            return self._type(**found)
        except TypeError:
            raise self._missing(values) from None

    def _missing(self, values: Values) -> DecodeError:
        """The first mandatory field that a record without it cannot be built from."""
        found: list[tuple[str, type[msgspec.Struct], dict[str, Any]]] = [("", self._type, values[0])]
        for index, (name, part, optional) in enumerate(self._parts, 1):
            if values[index] or not optional:
                found.append((f"{name}.", part, values[index]))
        missing = next(
            self.paths[prefix + name]
            for prefix, record, fields in found
            for name in required(record)
            if name not in fields and prefix + name in self.paths
        )
        return DecodeError("A mandatory element is missing.", field=missing, reason=MISSING)


def path(element: _Element) -> str:
    """The element's path under the message's root, `CdtTrfTxInf/Dbtr/Nm`; a header's begins with AppHdr."""
    names = [str(each.tag).rpartition("}")[2] for each in (element, *element.iterancestors())]
    if "Document" in names:
        names = names[: max(names.index("Document") - 1, 1)]
    return "/".join(name for name in reversed(names) if name != "Envelope")


def line(element: _Element) -> int | None:
    """The line, counted from 1, where the element's start tag ends."""
    number: Any = element.sourceline
    return number if isinstance(number, int) else None


def _step(state: State) -> Step:
    step = Step()
    step.state = state
    step.name = step.read = step.flag = step.enter = None
    return step


def _either(tag: str, step: Step, after: State) -> State:
    assert tag not in after, f"{tag} has two meanings in one place"
    return {tag: step, **after}


def _enter(place: int, name: str, group: _Builder) -> Callable[[_Element, Values], None]:
    def enter(_: _Element, values: Values) -> None:
        values[place].setdefault(name, []).append(group.fresh(values))

    return enter


def _refused(element: _Element) -> DecodeError:
    before = element.getprevious()
    repeated = before is not None and before.tag == element.tag
    message = "The element may stand only once." if repeated else "The element is not used in Corridor."
    return DecodeError(message, field=path(element), reason=NOT_ALLOWED, line=line(element))
