from datetime import date
from random import Random

import pytest

from corridor.sandbox.watchlist.formats import render
from corridor.sandbox.watchlist.subjects import generate
from corridor.services.compliance.list_formats import READERS, read_list
from corridor.services.compliance.lists import Kind, Quality

ON = date(2026, 11, 24)


@pytest.fixture(scope="module")
def subjects():
    return generate(Random(7), 400)


def test_the_same_seed_makes_the_same_list(subjects):
    assert generate(Random(7), 400) == subjects
    assert generate(Random(8), 400) != subjects


def test_there_is_a_file_for_each_reader(subjects):
    assert render(subjects, ON).keys() == READERS.keys()
    assert render([one for one in subjects if one.publisher == "EU"], ON).keys() == {"EU"}


def test_what_is_rendered_is_read(subjects):
    entries = {}
    for publisher, data in render(subjects, ON).items():
        published = read_list(publisher, data)
        assert published.published_on == "2026-11-24"
        entries |= {(publisher, int(number_in(entry.entry_id))): entry for entry in published.entries}
    assert len(entries) == len(subjects)
    for one in subjects:
        entry = entries[one.publisher, one.number]
        said = {one.name: Quality.PRIMARY}
        for alias in one.aliases:
            said.setdefault(alias.text, Quality.WEAK if alias.weak else Quality.STRONG)
        if one.original:
            said.setdefault(one.original, Quality.STRONG)
        assert {name.text: name.quality for name in entry.names} == said
        assert entry.kind is Kind(one.kind)
        assert "".join(entry.birth_dates) == one.birth_date
        assert entry.countries == (one.country,)
        assert entry.programmes == (one.programme,)
        assert [each.number for each in entry.identifiers] == expected_numbers(one)


def number_in(entry_id):
    """The number of the subject: TSi.00012, TST00012, EU.12.34, 12."""
    digits = entry_id.removeprefix("TST").removeprefix("TSi.").removeprefix("TSe.").removeprefix("EU.")
    return digits.partition(".")[0]


def expected_numbers(one):
    kept = {"UN": ["person"], "UK": ["person", "vessel"]}.get(one.publisher, [one.kind])
    return [one.document] if one.document and one.kind in kept else []
