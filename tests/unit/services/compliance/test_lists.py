import msgspec
import pytest

from corridor.services.compliance.lists import Kind, Quality, UnreadableList, combine, make_entry, published


def listed(name, *ids, date="2026-11-01"):
    return published(
        name, date, [make_entry(name, i, Kind.PERSON, [(f"Name {i}", Quality.PRIMARY)]) for i in ids]
    )


def test_the_version_says_what_is_on_the_list_and_since_when():
    entries, version = combine([listed("UN", "1", "2"), listed("EU", "1", date="2026-11-20")])
    assert [(entry.list_name, entry.entry_id) for entry in entries] == [("EU", "1"), ("UN", "1"), ("UN", "2")]
    date, _, digest = version.partition(".")
    assert (date, len(digest)) == ("2026-11-20", 64)


def test_the_order_of_files_and_entries_does_not_matter():
    one = combine([listed("UN", "1", "2"), listed("EU", "3")])
    assert one == combine([listed("EU", "3"), listed("UN", "2", "1")])


def test_any_change_is_another_version():
    before = listed("UN", "1", "2")
    changes = [
        listed("UN", "1"),
        listed("UN", "1", "2", "3"),
        listed("UN", "1", "2", date="2026-11-02"),
        msgspec.structs.replace(
            before, entries=tuple(msgspec.structs.replace(e, countries=("QM",)) for e in before.entries)
        ),
    ]
    versions = [combine([one])[1] for one in (before, *changes)]
    assert len(set(versions)) == len(versions)


def test_later_lists_have_later_versions():
    earlier, later = (combine([listed("UN", "1", date=date)])[1] for date in ("2026-09-30", "2026-11-01"))
    assert earlier < later


def test_an_entry_is_on_a_list_once():
    with pytest.raises(UnreadableList, match="UN 1: the entry is there twice"):
        listed("UN", "1", "1")
    with pytest.raises(UnreadableList, match="UN 1: the entry is there twice"):
        combine([listed("UN", "1"), listed("UN", "1")])


def test_a_name_is_kept_once_with_the_best_said_of_it_first():
    entry = make_entry(
        "UN",
        "1",
        Kind.PERSON,
        [("A  Name", Quality.PRIMARY), ("A Name", Quality.WEAK), ("-", Quality.STRONG)],
    )
    assert [(name.text, name.quality) for name in entry.names] == [("A Name", Quality.PRIMARY)]
