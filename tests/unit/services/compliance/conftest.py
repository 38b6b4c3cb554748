"""A made-up list of 6,000 entries and the listed names of the vectors, read, prepared and indexed once."""

import csv
from datetime import date
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from corridor.sandbox.watchlist.formats import render
from corridor.sandbox.watchlist.subjects import generate
from corridor.services.compliance.list_formats import read_list
from corridor.services.compliance.lists import Kind, Quality, combine, make_entry, published
from corridor.services.compliance.screening import Index

VECTORS = Path(__file__).parents[3] / "vectors" / "screening"


class Pair(NamedTuple):
    verdict: str
    given: str
    listed: str
    why: str


def read_pairs(name):
    with (VECTORS / name).open(encoding="utf-8", newline="") as file:
        return [Pair(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


TUNED, HELD_OUT = read_pairs("pairs.tsv"), read_pairs("held_out.tsv")


@pytest.fixture(scope="session")
def synthetic():
    files = render(generate(Random(20), 6_000), date(2026, 11, 1))
    return [read_list(name, data) for name, data in files.items()]


@pytest.fixture(scope="session")
def index(synthetic):
    listed = sorted({pair.listed for pair in TUNED + HELD_OUT})
    own = [make_entry("TEST", name, Kind.PERSON, [(name, Quality.PRIMARY)]) for name in listed]
    return Index.build(*combine([*synthetic, published("TEST", "2026-11-24", own)]))


@pytest.fixture
def make_index():
    """An index of a few entries: each a name, or several with their qualities."""

    def make(*entries):
        made = []
        for number, names in enumerate(entries):
            listed = [(names, Quality.PRIMARY)] if isinstance(names, str) else names
            made.append(make_entry("TEST", f"T{number:03}", Kind.PERSON, listed))
        return Index.build(*combine([published("TEST", "2026-11-24", made)]))

    return make
