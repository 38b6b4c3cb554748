"""From a record to XML, by a function that is generated from the table once, at import.

What never changes between two values is one piece of text. A field that is absent leaves out its element, and
an element without content is left out itself. Values are what `walk` returns or the domain's checks let pass:
nothing is checked here, and nothing changed but the three characters that XML reserves.
"""

import itertools
from collections.abc import Callable
from typing import Any

import msgspec

from corridor.codecs.iso20022.table import Kind, Node, Row, Table, tree
from corridor.domain.accounts import is_iban
from corridor.domain.instants import iso
from corridor.domain.phones import iso_phone

Render = Callable[[Any], str]


def escape(text: str) -> str:
    """The text as XML's character data."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def renderer(table: Table, start: str, end: str) -> Render:
    """A function that writes a record as XML between `start` and `end`."""
    return _Source(table).compile(start, end)


class _Source:
    """The Python source of a renderer under construction.

    Each method returns the content of an f-string for its part of the tree, and writes before it the lines
    that compute what that content needs.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._names: dict[str, Any] = {
            "escape": escape,
            "iso": iso,
            "is_iban": is_iban,
            "iso_phone": iso_phone,
        }
        self._lines = ["def render(m):"]
        self._indent = "    "
        self._numbers = itertools.count(1)
        self._present = {""}  # the records within the record that are surely there
        self._defaults = {"": _defaults(table.record)}
        for name in dict.fromkeys(row.field.partition(".")[0] for row in table.rows if "." in row.field):
            record, optional = table.part(name)
            self._defaults[name] = _defaults(record)
            self._line(f"{name} = m.{name}")
            if not optional:
                self._present.add(name)

    def compile(self, start: str, end: str) -> Render:
        content = self._children(tree(self._table.rows))
        self._line(f"return f'{start}{content}{end}'")
        source = compile("\n".join(self._lines), f"<{self._table.record.__name__}>", "exec")
        exec(source, self._names)  # noqa: S102  as dataclasses do: the source is our own table
        render: Render = self._names["render"]
        return render

    def _children(self, node: Node) -> str:
        return "".join(map(self._element, node.children.values()))

    def _element(self, node: Node, before: str = "", after: str = "") -> str:
        """The element, within the start and end tags of those that hold nothing else."""
        start, end = f"{before}<{node.tag}", f"</{node.tag}>{after}"
        if node.rows:
            return "".join(self._leaf(row, start, end) for row in node.rows)
        leaves = node.leaves()
        if len(leaves) == 1 and not leaves[0].many:
            (child,) = node.children.values()
            return self._element(child, f"{start}>", end)
        if any(map(self._surely, leaves)):
            return f"{start}>{self._children(node)}{end}"
        records = {row.field.rpartition(".")[0] for row in leaves}
        part = self._variable()
        if len(records) == 1 and not records & self._present:
            (record,) = records
            self._line(f"if {record} is None: {part} = ''")
            self._line("else:")
            self._present |= records
            self._indent += "    "
            self._line(f"{part} = f'{self._element(node, before, after)}'")
            self._indent = self._indent[4:]
            self._present -= records
        else:
            self._line(f"{part} = f'{self._children(node)}'")
            self._line(f"if {part}: {part} = f'{start}>{{{part}}}{end}'")
        return f"{{{part}}}"

    def _leaf(self, row: Row, start: str, end: str) -> str:
        record, _, name = row.field.rpartition(".")
        value = f"{record or 'm'}.{name}"
        if self._surely(row):
            return self._content(row.kind, value, start, end)
        part = self._variable()
        if row.many:
            content = self._content(row.kind, "v", start, end)
            self._line(f"{part} = ''.join([f'{content}' for v in {value}]) if {value} else ''")
            return f"{{{part}}}"
        conditions = [] if record in self._present else [f"{record} is not None"]
        absent = self._defaults[record][name]
        conditions.append(f"(v := {value}) is not {None if absent is _REQUIRED else absent}")
        if row.when is not None:
            flag, state = row.when
            conditions.append(f"{record or 'm'}.{flag} is {state}")
        if isinstance(row.kind, Kind) and row.kind.holds:
            conditions.append(row.kind.holds.format(v="v"))
        content = self._content(row.kind, "v", start, end)
        self._line(f"{part} = f'{content}' if {' and '.join(conditions)} else ''")
        return f"{{{part}}}"

    def _content(self, kind: Kind | Table, value: str, start: str, end: str) -> str:
        if isinstance(kind, Table):
            function = f"group_{kind.record.__name__}"
            self._names[function] = renderer(kind, f"{start}>", end)
            return f"{{{function}({value})}}"
        content = f"{{{kind.write.format(v=value)}}}" if "{v}" in kind.write else kind.write
        return f"{start}{kind.attribute.format(v=value)}>{content}{end}"

    def _surely(self, row: Row) -> bool:
        """Whether the element is there in every message that gets this far."""
        record, _, name = row.field.rpartition(".")
        conditional = row.many or row.when or (isinstance(row.kind, Kind) and row.kind.holds)
        always = self._defaults[record].get(name, _REQUIRED) is _REQUIRED
        return always and not conditional and record in self._present

    def _variable(self) -> str:
        return f"part_{next(self._numbers)}"

    def _line(self, text: str) -> None:
        self._lines.append(self._indent + text)


_REQUIRED = object()


def _defaults(record: type[msgspec.Struct]) -> dict[str, Any]:
    """The value of each field that stands for an absent element: None, False or an empty tuple."""
    return {
        field.name: _REQUIRED if field.required else field.default for field in msgspec.structs.fields(record)
    }
