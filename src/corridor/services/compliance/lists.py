"""What a list of the wanted says, in one shape whoever published it; the readers are in `list_formats`."""

from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise
from typing import Final, NewType

import msgspec

from corridor.domain.errors import CorridorError


class UnreadableList(CorridorError):
    """The file is not a list in the format it is said to have."""

    reason = "FF01"


class IncompleteEntry(CorridorError):
    """An entry of the list has no identifier, or no name."""

    reason = "FF01"


class Kind(StrEnum):
    PERSON = "person"
    ENTITY = "entity"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"


class Quality(StrEnum):
    """How sure the publisher is of a name."""

    PRIMARY = "primary"
    STRONG = "strong"
    WEAK = "weak"


class ListedName(msgspec.Struct, frozen=True, order=True, gc=False):
    text: str
    quality: Quality


class Identifier(msgspec.Struct, frozen=True, order=True, gc=False):
    """A number by which one is known; type and country as published, or ""."""

    type: str
    number: str
    country: str = ""


class Entry(msgspec.Struct, frozen=True, order=True, gc=False):
    """One person, company, ship or aircraft on one list.

    Shape: `names` has at least one; `birth_dates` are ISO 8601, whole or from the left (1971, 1971-05), a
    span of years as 1971/1973; `countries` are as published, in words or ISO 3166 codes.
    """

    list_name: str
    entry_id: str
    kind: Kind
    names: tuple[ListedName, ...]
    birth_dates: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    programmes: tuple[str, ...] = ()


class PublishedList(msgspec.Struct, frozen=True):
    """A file of a publisher, read; entries are sorted and each identifier is there once."""

    list_name: str
    published_on: str
    """ISO 8601 date; "" if the file does not say it."""
    entries: tuple[Entry, ...]


ListVersion = NewType("ListVersion", str)
"""`2026-11-24.` and the SHA-256 of all entries: versions sort by date."""


def combine(lists: Iterable[PublishedList]) -> tuple[tuple[Entry, ...], ListVersion]:
    """All entries in one order, and their version, which carries the latest date of the lists.

    Raises: UnreadableList (FF01) if two entries of one list have the same identifier.
    """
    published = tuple(lists)
    entries = tuple(sorted(entry for one in published for entry in one.entries))
    return entries, version(entries, max((one.published_on for one in published), default=""))


def version(entries: tuple[Entry, ...], date: str) -> ListVersion:
    """The version of sorted entries: other content has another version, whatever the date says."""
    _check_unique(entries)
    return ListVersion(f"{date}.{sha256(msgspec.msgpack.encode(entries)).hexdigest()}")


def published(list_name: str, date: str, entries: Iterable[Entry]) -> PublishedList:
    """The list, sorted. An empty one is refused: it is a page about maintenance more often than world peace.

    Raises: UnreadableList (FF01).
    """
    result = tuple(sorted(entries))
    if not result:
        raise UnreadableList("the file holds no entry", field=list_name)
    _check_unique(result)
    return PublishedList(list_name, date, result)


def make_entry(
    list_name: str,
    entry_id: str,
    kind: Kind,
    names: Iterable[tuple[str, Quality]],
    birth_dates: Iterable[str] = (),
    countries: Iterable[str] = (),
    identifiers: Iterable[Identifier] = (),
    programmes: Iterable[str] = (),
) -> Entry:
    """The entry with each value once, none empty, and the publisher's codes for "unknown" left out.

    Raises: IncompleteEntry (FF01).
    """
    if not entry_id:
        raise IncompleteEntry("an entry has no identifier", field=list_name)
    qualities: dict[str, Quality] = {}
    for text, quality in names:
        if any(map(str.isalnum, text)):
            qualities.setdefault(" ".join(text.split()), quality)
    if not qualities:
        raise IncompleteEntry("the entry has no name", field=f"{list_name} {entry_id}")
    return Entry(
        list_name,
        entry_id,
        kind,
        tuple(ListedName(text, quality) for text, quality in qualities.items()),
        _once(birth_dates),
        _once(country for country in countries if country not in UNKNOWN_COUNTRIES),
        tuple(dict.fromkeys(one for one in identifiers if one.number)),
        _once(programmes),
    )


UNKNOWN_COUNTRIES: Final = ("00", "UNKNOWN")


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))


def _check_unique(entries: tuple[Entry, ...]) -> None:
    for one, other in pairwise(entries):
        if (one.list_name, one.entry_id) == (other.list_name, other.entry_id):
            raise UnreadableList("the entry is there twice", field=f"{one.list_name} {one.entry_id}")
        assert (one.list_name, one.entry_id) < (other.list_name, other.entry_id), "entries are sorted"
