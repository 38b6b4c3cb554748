"""The screening list of a state directory: the publishers' files, and what was read from them."""

from datetime import date
from pathlib import Path
from random import Random

import msgspec

from corridor.cli.home import Home
from corridor.sandbox.watchlist.formats import render
from corridor.sandbox.watchlist.subjects import SIZE, generate
from corridor.services.compliance.list_formats import read_list
from corridor.services.compliance.lists import UnreadableList, combine
from corridor.services.compliance.screening import Index

SEED = 20
PUBLISHED_ON = date(2026, 11, 1)


class Prepared(msgspec.Struct, frozen=True):
    """What a state directory screens against."""

    version: str
    entries: int


def make_synthetic(home: Home, size: int = SIZE) -> Prepared:
    """Write a made-up list in the publishers' formats, and take it in."""
    for publisher, content in render(generate(Random(SEED), size), PUBLISHED_ON).items():  # noqa: S311
        path = home.screening / f"{publisher}.list"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return take_in(home)


def take_in(home: Home) -> Prepared:
    """Read the publishers' files, and prepare them for gateways to load.

    Raises: UnreadableList, IncompleteEntry.
    """
    published = [read_list(path.stem, path.read_bytes()) for path in sorted(home.screening.glob("*.list"))]
    index = Index.build(*combine(published))
    path = _path(home)
    hidden = path.with_suffix(".new")
    hidden.write_bytes(index.dump())
    hidden.rename(path)
    return Prepared(index.version, len(index))


def load_index(home: Home) -> Index:
    """Return the list as it was prepared; its files are read anew where this program prepares otherwise."""
    try:
        return Index.load(_path(home).read_bytes())
    except UnreadableList:
        take_in(home)
        return Index.load(_path(home).read_bytes())


def _path(home: Home) -> Path:
    return home.screening / "prepared.index"
