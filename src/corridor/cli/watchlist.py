"""The screening list of a state directory: the publishers' files, and what was read from them."""

from datetime import date
from pathlib import Path
from random import Random

import msgspec

from corridor.cli.home import Home
from corridor.sandbox.watchlist.formats import render
from corridor.sandbox.watchlist.subjects import SIZE, generate
from corridor.services.compliance.list_formats import read_list
from corridor.services.compliance.lists import Entry, ListVersion, combine
from corridor.services.compliance.screening import Index

SEED = 20
PUBLISHED_ON = date(2026, 11, 1)


class Prepared(msgspec.Struct, frozen=True, array_like=True):
    """Entries as they were read, so that a process need not parse the files again."""

    version: str
    entries: tuple[Entry, ...]


def make_synthetic(home: Home, size: int = SIZE) -> Prepared:
    """Write a made-up list in the publishers' formats, and take it in."""
    for publisher, content in render(generate(Random(SEED), size), PUBLISHED_ON).items():  # noqa: S311
        path = home.screening / f"{publisher}.list"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return take_in(home)


def take_in(home: Home) -> Prepared:
    """Read the publishers' files, and write what they say for gateways to load.

    Raises: UnreadableList, IncompleteEntry.
    """
    published = [read_list(path.stem, path.read_bytes()) for path in sorted(home.screening.glob("*.list"))]
    entries, version = combine(published)
    prepared = Prepared(version, entries)
    path = _path(home)
    hidden = path.with_suffix(".new")
    hidden.write_bytes(msgspec.msgpack.encode(prepared))
    hidden.rename(path)
    return prepared


def load_index(home: Home) -> Index:
    """Return the list, prepared for look-ups."""
    prepared = msgspec.msgpack.decode(_path(home).read_bytes(), type=Prepared)
    return Index.build(prepared.entries, ListVersion(prepared.version))


def _path(home: Home) -> Path:
    return home.screening / "entries.msgpack"
