"""A message definition: its name, its namespace, and its table compiled in both directions."""

from typing import Any

import msgspec
from lxml.etree import _Element

from corridor.codecs.iso20022.table import Table
from corridor.codecs.iso20022.template import renderer
from corridor.codecs.iso20022.walk import Reader


class Codec:
    """Reads and writes the messages of one definition; `record` is their type."""

    def __init__(self, definition: str, table: Table, root: str) -> None:
        """`root` is the element that the paths of the table start from: AppHdr, or the child of Document."""
        self.definition = definition
        self.namespace = f"urn:iso:std:iso:20022:tech:xsd:{definition}"
        self.record: type[msgspec.Struct] = table.record
        self.table = table
        self.root = root
        self._is_document = root != "AppHdr"
        start, end = f'<{root} xmlns="{self.namespace}">', f"</{root}>"
        if self._is_document:
            start, end = f'<Document xmlns="{self.namespace}"><{root}>', f"{end}</Document>"
        self.render = renderer(table, start, end)
        self._reader = Reader(table, self.namespace, prefix="" if self._is_document else f"{root}/")

    def decode(self, element: _Element) -> Any:
        """The record of a Document or AppHdr that has passed its schema.

        Raises: DecodeError with the element's path and the reason.
        """
        return self._reader.read(element[0] if self._is_document else element)
