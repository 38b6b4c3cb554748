"""The screening list of a state directory: the publishers' files, and what was read from them."""

import hashlib
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path
from random import Random

import msgspec

import corridor
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


def make_synthetic(home: Home, kept: Path | None = None) -> Prepared:
    """Write a made-up list in the publishers' formats, and take it in.

    The same program makes the same list, in seconds of hard work: a copy stays with the program, under `kept`.
    """
    kept = (kept or Path(sys.prefix) / "share" / "corridor") / f"screening-{_fingerprint()[:16]}"
    if kept.exists():
        shutil.copytree(kept, home.screening, dirs_exist_ok=True)
        index = load_index(home)
        return Prepared(index.version, len(index))
    home.screening.mkdir(parents=True, exist_ok=True)
    for publisher, content in render(generate(Random(SEED), SIZE), PUBLISHED_ON).items():  # noqa: S311
        (home.screening / f"{publisher}.list").write_bytes(content)
    prepared = take_in(home)
    _keep(home.screening, kept)
    return prepared


def _keep(made: Path, kept: Path) -> None:
    """Copy what was made, whole or not at all; where the program may not write it is made anew each time."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as hidden:
            whole = shutil.copytree(made, Path(hidden) / kept.name)
            whole.rename(kept)
    except OSError:
        return


def _fingerprint() -> str:
    """Return a hash of all that a list and its preparation follow from."""
    package = Path(corridor.__file__).parent
    found = hashlib.sha256(f"{SEED} {SIZE} {PUBLISHED_ON} {sys.version}".encode())
    for part in ("sandbox/watchlist", "services/compliance", "domain"):
        for path in sorted((package / part).glob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()


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
