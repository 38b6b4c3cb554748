"""From a record to XML, by a function that is generated from the table once, at import.

What never changes between two values is one piece of text. A field that is absent leaves out its element, and
an element without content is left out itself. Values are what `walk` returns or the domain's checks let pass:
nothing is checked here but the three characters that XML reserves.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from corridor.codecs.iso20022.table import Kind, Node, Row, Table, tree
from corridor.domain.accounts import is_iban
from corridor.domain.instants import iso
from corridor.domain.phones import iso_phone

Render = Callable[[Any, list[str]], None]


def escape(text: str) -> str:
    """The text as XML's character data."""
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def renderer(table: Table, start: str, end: str) -> Render:
    """A function that appends the pieces of a record's XML, between `start` and `end`, to a list."""
    return _Source(table).compile(start, end)


class _Source:
    """The Python source of one renderer under construction."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._names: dict[str, Any] = {
            "escape": escape,
            "iso": iso,
            "is_iban": is_iban,
            "iso_phone": iso_phone,
        }
        self._lines = ["def render(m, out):"]
        self._depth = 1
        self._literal = ""  # of an f-string, not yet written
        self._present: set[str] = {""}  # records within the record that are surely there
        self._defaults = {"": _defaults(table.record)}
        for name in dict.fromkeys(row.field.partition(".")[0] for row in table.rows if "." in row.field):
            record, optional = table.part(name)
            self._defaults[name] = _defaults(record)
            self._line(f"{name} = m.{name}")
            if not optional:
                self._present.add(name)

    def compile(self, start: str, end: str) -> Render:
        self._literal = start
        self._children(tree(self._table.rows))
        self._literal += end
        self._flush()
        source = compile("\n".join(self._lines), f"<{self._table.record.__name__}>", "exec")
        exec(source, self._names)  # noqa: S102  as dataclasses do: the source is our own table
        render: Render = self._names["render"]
        return render

    def _children(self, node: Node) -> None:
        for child in node.children.values():
            self._element(child)

    def _element(self, node: Node) -> None:
        if node.rows:
            for row in node.rows:
                self._leaf(row, f"<{node.tag}", f"</{node.tag}>")
            return
        leaves = node.leaves()
        records = {row.field.rpartition(".")[0] for row in leaves}
        if any(map(self._surely, leaves)):
            self._literal += f"<{node.tag}>"
            self._children(node)
            self._literal += f"</{node.tag}>"
        elif len(records) == 1 and not records & self._present:
            (record,) = records
            self._present |= records
            self._block(f"if {record} is not None:", lambda: self._element(node))
            self._present -= records
        else:
            self._perhaps(node)

    def _perhaps(self, node: Node) -> None:
        """A branch that is taken back if nothing in it was there."""
        self._flush()
        mark = f"mark_{self._depth}_{len(self._lines)}"
        self._line(f"out.append('<{node.tag}>')")
        self._line(f"{mark} = len(out)")
        self._children(node)
        self._flush()
        self._line(f"if len(out) == {mark}: out.pop()")
        self._line(f"else: out.append('</{node.tag}>')")

    def _leaf(self, row: Row, start: str, end: str) -> None:
        record, _, name = row.field.rpartition(".")
        value = f"{record or 'm'}.{name}"
        if row.many:
            self._block(f"for v in {value}:", lambda: self._content(row.kind, "v", start, end))
        elif self._surely(row):
            self._content(row.kind, value, start, end)
        else:
            self._flush()
            conditions = [] if record in self._present else [f"{record} is not None"]
            absent = self._defaults[record][name]
            conditions.append(f"(v := {value}) is not {absent}")
            if row.when is not None:
                flag, state = row.when
                conditions.append(f"{record or 'm'}.{flag} is {state}")
            if isinstance(row.kind, Kind) and row.kind.holds:
                conditions.append(row.kind.holds.format(v="v"))
            self._block(f"if {' and '.join(conditions)}:", lambda: self._content(row.kind, "v", start, end))

    def _content(self, kind: Kind | Table, value: str, start: str, end: str) -> None:
        if isinstance(kind, Kind):
            content = f"{{{kind.write.format(v=value)}}}" if "{v}" in kind.write else kind.write
            self._literal += f"{start}{kind.attribute.format(v=value)}>{content}{end}"
            return
        function = f"group_{kind.record.__name__}"
        self._names[function] = renderer(kind, f"{start}>", end)
        self._flush()
        self._line(f"{function}({value}, out)")

    def _surely(self, row: Row) -> bool:
        """Whether the element is there in every message that gets this far."""
        record, _, name = row.field.rpartition(".")
        conditional = row.many or row.when or (isinstance(row.kind, Kind) and row.kind.holds)
        return (
            not conditional and record in self._present and self._defaults[record].get(name, NEVER) is NEVER
        )

    def _block(self, head: str, body: Callable[[], None]) -> None:
        self._flush()
        self._line(head)
        self._depth += 1
        body()
        self._flush()
        self._depth -= 1

    def _flush(self) -> None:
        if self._literal:
            assert "'" not in self._literal
            self._line(f"out.append(f'{self._literal}')")
        self._literal = ""

    def _line(self, text: str) -> None:
        self._lines.append("    " * self._depth + text)


NEVER = "never"


def _defaults(record: type[msgspec.Struct]) -> dict[str, Any]:
    """The value of each field that stands for an absent element: None, False or an empty tuple."""
    return {
        field.name: NEVER if field.required else field.default for field in msgspec.structs.fields(record)
    }
