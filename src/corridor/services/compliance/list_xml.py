"""The elements of a large XML file as a stream, with no DTD, no entities and no network."""

import io
from collections.abc import Iterator

from lxml import etree

from corridor.services.compliance.lists import UnreadableList


class Document:
    """The elements called `tags`, whatever their namespace, each forgotten when the next is asked for.

    Raises while it is read: UnreadableList (FF01), if the bytes are not UTF-8 or not well-formed, have a DTD
    or another root.
    """

    def __init__(self, list_name: str, data: bytes, root: str, tags: tuple[str, ...]) -> None:
        self._list_name = list_name
        self._root = root
        if b"<!DOCTYPE" in data:
            raise UnreadableList("a list needs no DTD", field=list_name)
        self._events = etree.iterparse(
            io.BytesIO(data),
            events=("end",),
            tag=[f"{{*}}{tag}" for tag in tags],
            encoding="utf-8",
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    def __iter__(self) -> Iterator[etree._Element]:
        try:
            for _, element in self._events:
                yield element
                element.clear()
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
        except etree.XMLSyntaxError as error:
            raise UnreadableList(error.msg, field=self._list_name) from error
        if tag(self._events.root) != self._root:
            raise UnreadableList(f"the root is not {self._root}", field=self._list_name)

    def attribute(self, name: str) -> str:
        """An attribute of the root, "" if absent; known when all elements have been read."""
        return str(self._events.root.get(name, ""))


def tag(element: etree._Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element, path: str) -> Iterator[etree._Element]:
    """All children at the path, whatever their namespace."""
    step, _, rest = path.partition("/")
    for child in element.iterchildren(f"{{*}}{step}"):
        if rest:
            yield from children(child, rest)
        else:
            yield child


def text(element: etree._Element, path: str) -> str:
    """The text of the first child at the path, "" if there is none."""
    return next(iter(texts(element, path)), "")


def texts(element: etree._Element, path: str) -> list[str]:
    """The texts of all children at the path."""
    return [(child.text or "").strip() for child in children(element, path)]
