"""The tables against the schemas: right paths and order, nothing mandatory left out, one meaning per tag."""

from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

import pytest
from lxml import etree

from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.messages import HEADER, MESSAGES
from corridor.codecs.iso20022.table import CODE, Kind, Node, Row, Table, required, tree
from corridor.codecs.iso20022.walk import State

XS = "{http://www.w3.org/2001/XMLSchema}"
CODECS = [HEADER, *MESSAGES.values()]
codecs = pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.definition)


class Element(NamedTuple):
    type: str
    place: int
    mandatory: bool
    repeats: bool


class Schema:
    """What may stand in each type of one schema file."""

    def __init__(self, codec: Codec) -> None:
        path = files("corridor.codecs.iso20022") / f"schemas/{codec.definition}.xsd"
        self.root = etree.fromstring(path.read_bytes())
        self.types = {e.get("name"): e for e in self.root if e.tag != f"{XS}element"}
        top = self.root.find(f"{XS}element").get("type")
        self.message = top if codec.root == "AppHdr" else self.elements(top)[codec.root].type

    def elements(self, name: str) -> dict[str, Element]:
        declared = self.types[name].findall(f"*/{XS}element")
        choice = self.types[name].find(f"{XS}choice") is not None
        return {
            e.get("name"): Element(
                e.get("type"),
                place,
                e.get("minOccurs", "1") != "0" and not choice,
                e.get("maxOccurs", "1") != "1",
            )
            for place, e in enumerate(declared)
        }

    def facets(self, name: str) -> set[str]:
        return {facet.tag.removeprefix(XS) for facet in self.types[name].iterfind(f"{XS}restriction/*")}


def groups(table: Table, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Table]]:
    """The table and those within it, with the path that leads to each."""
    yield prefix, table
    for row in table.rows:
        if isinstance(row.kind, Table):
            yield from groups(row.kind, (*prefix, *row.path.split("/")))


def branches(codec: Codec) -> Iterator[tuple[tuple[str, ...], Node, str, Schema]]:
    """Each element of the tables that has children, with its path and its type."""
    schema = Schema(codec)

    def within(path: tuple[str, ...], node: Node, name: str):
        yield path, node, name, schema
        for tag, child in node.children.items():
            if child.children:
                yield from within((*path, tag), child, schema.elements(name)[tag].type)

    for prefix, table in groups(codec.table):
        name = schema.message
        for tag in prefix:
            name = schema.elements(name)[tag].type
        yield from within(prefix, tree(table.rows), name)


def children(node: Node) -> dict[str, Node]:
    """The children of a branch; a group's are those of its table."""
    return {
        tag: tree(child.rows[0].kind.rows) if child.rows and isinstance(child.rows[0].kind, Table) else child
        for tag, child in node.children.items()
    }


@codecs
def test_every_path_stands_in_the_schema_in_its_order(codec):
    for path, node, name, schema in branches(codec):
        elements = schema.elements(name)
        places = [elements[tag].place for tag in node.children]  # KeyError: no such element
        assert places == sorted(places), path


@codecs
def test_nothing_mandatory_is_left_out(codec):
    for path, node, name, schema in branches(codec):
        mandatory = {tag for tag, element in schema.elements(name).items() if element.mandatory}
        assert mandatory <= node.children.keys(), path


@codecs
def test_what_the_schema_demands_the_record_demands(codec):
    """Where every element above is mandatory too: so a record cannot be rendered without it."""
    for prefix, table in groups(codec.table):
        demanded = {"": set(required(table.record))}
        for row in table.rows:
            name = row.field.partition(".")[0]
            if "." in row.field:
                demanded[name] = set(required(table.part(name)[0]))
        for row in table.rows:
            if not row.field or not always(codec, prefix, row):
                continue
            record, _, name = row.field.rpartition(".")
            assert name in demanded[record], row.path


def always(codec: Codec, prefix: tuple[str, ...], row: Row) -> bool:
    schema = Schema(codec)
    name = schema.message
    for tag in prefix:
        name = schema.elements(name)[tag].type
    for tag in row.path.split("/"):
        element = schema.elements(name)[tag]
        if not element.mandatory:
            return False
        name = element.type
    return True


@codecs
def test_only_what_the_schema_spells_out_is_read_unchecked(codec):
    for path, node, name, schema in branches(codec):
        for tag, child in node.children.items():
            for row in child.rows:
                if row.kind is CODE:
                    facets = schema.facets(schema.elements(name)[tag].type)
                    assert facets & {"pattern", "enumeration"}, (path, tag)


@codecs
def test_no_leaf_may_be_empty(codec):
    """An empty element has no text, and a field has text or is absent."""
    built_in = ("xs:dateTime", "xs:date", "xs:time", "xs:boolean")
    for path, node, name, schema in branches(codec):
        for tag, child in node.children.items():
            if child.rows and isinstance(child.rows[0].kind, Kind):
                type_name = schema.elements(name)[tag].type
                if type_name in built_in or schema.types[type_name].find(f"{XS}simpleContent") is not None:
                    continue
                facets = schema.facets(type_name)
                assert facets & {"pattern", "enumeration", "minLength", "totalDigits"}, (path, tag)


def confusions(codec: Codec) -> tuple[list[tuple[tuple[str, ...], str]], int]:
    """Where an element that the walk must refuse looks like one it expects; how many places were looked at.

    The walk sees start tags only. So wherever an element could come that the table does not name (or a second
    one where it takes one), the automaton must not expect that tag, neither inside nor after.
    """
    qualified = f"{{{codec.namespace}}}%s".__mod__
    found, checked = [], 0

    def places(path, node):
        yield path
        for tag, child in children(node).items():
            yield from places((*path, tag), child)

    for path, node, name, schema in branches(codec):
        elements = schema.elements(name)
        inside = children(node)
        many = {tag for tag, child in node.children.items() if any(row.many for row in child.rows)}
        for tag, element in elements.items():
            if tag not in inside:
                earlier = [t for t in inside if elements[t].place < element.place]
                reached = [path, *(p for t in earlier for p in places((*path, t), inside[t]))]
            elif element.repeats and tag not in many and len(node.children[tag].rows) < 2:
                reached = list(places((*path, tag), inside[tag]))
            else:
                continue
            found += [(place, tag) for place in reached if qualified(tag) in state(codec, place)]
            checked += len(reached)
    return found, checked


def state(codec: Codec, path: tuple[str, ...]) -> State:
    now = codec._reader._start
    for tag in path:
        now = now[f"{{{codec.namespace}}}{tag}"].state
    return now


@codecs
def test_a_tag_has_one_meaning_in_one_place(codec):
    found, checked = confusions(codec)
    assert found == []
    assert checked or codec.definition == "admi.002.001.01", "our table of admi.002 takes all of it"


def test_a_second_meaning_is_noticed():
    """Canary: were a name expected after an agent, the agent's own name would be taken for it."""
    known = MESSAGES["pacs.008.001.13"]
    codec = Codec(known.definition, known.table, known.root)
    agent = ("CdtTrfTxInf", "CdtrAgt", "FinInstnId", "BICFI")
    name = state(codec, ("CdtTrfTxInf", "Cdtr"))[f"{{{codec.namespace}}}Nm"]
    state(codec, agent)[f"{{{codec.namespace}}}Nm"] = name
    assert (agent, "Nm") in confusions(codec)[0]


@codecs
def test_a_record_never_changes_under_whoever_has_it(codec):
    for _, table in groups(codec.table):
        parts = {row.field.partition(".")[0] for row in table.rows if "." in row.field}
        for record in (table.record, *(table.part(name)[0] for name in parts)):
            assert record.__struct_config__.frozen, record


def test_the_codecs_are_known_by_their_definition():
    assert list(MESSAGES) == [
        "pacs.008.001.13",
        "pacs.002.001.10",
        "pacs.028.001.03",
        "pacs.004.001.09",
        "pacs.009.001.08",
        "camt.050.001.07",
        "camt.052.001.08",
        "camt.053.001.08",
        "camt.054.001.08",
        "admi.002.001.01",
    ]
    assert HEADER.definition == "head.001.001.02"
    assert len({codec.record for codec in CODECS}) == len(CODECS)


def test_a_table_out_of_order_is_noticed():
    """Canaries: the assertions that hold the tables together can fail."""
    rows = MESSAGES["pacs.002.001.10"].table.rows
    with pytest.raises(AssertionError, match="out of order"):
        tree((*rows, rows[0]._replace(path="GrpHdr/Again")))
    with pytest.raises(AssertionError, match="through a leaf"):
        tree((Row("A", "a", CODE), Row("A/B", "b", CODE)))
    with pytest.raises(AssertionError, match="is a branch"):
        tree((Row("A/B", "b", CODE), Row("A", "a", CODE)))
    reject = MESSAGES["admi.002.001.01"].table.record
    ambiguous = Table(reject, (Row("A/B", "reason", CODE), Row("B", "related_reference", CODE)))
    with pytest.raises(AssertionError, match="two meanings"):
        Codec("x.001.001.01", ambiguous, root="X")
