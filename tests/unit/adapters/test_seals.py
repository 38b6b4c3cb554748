"""Sealed data can be read at its own place with its own key, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.adapters.keys import seals
from corridor.adapters.keys.seals import AesSivSeal
from corridor.ports import SealBroken

OLD, NEW = bytes(range(64)), bytes(range(64, 128))
PLACE = b"alias.name +992900000001"


@given(st.binary(), st.binary())
def test_what_is_sealed_is_opened_at_its_place_only(place, plain):
    seal = AesSivSeal({1: OLD})
    sealed = seal.seal(place, plain)
    assert seal.open(place, sealed) == plain
    assert seal.seal(place, plain) == sealed
    with pytest.raises(SealBroken):
        seal.open(place + b"!", sealed)


def test_a_changed_byte_is_noticed_wherever_it_is():
    seal = AesSivSeal({1: OLD})
    sealed = seal.seal(PLACE, b"Rustam Karimov")
    for index in range(len(sealed)):
        with pytest.raises(SealBroken):
            seal.open(PLACE, sealed[:index] + bytes((sealed[index] ^ 1,)) + sealed[index + 1 :])
    for end in range(len(sealed)):
        with pytest.raises(SealBroken):
            seal.open(PLACE, sealed[:end])


def test_the_newest_key_seals_and_all_open():
    before = AesSivSeal({1: OLD}).seal(PLACE, b"Rustam Karimov")
    both = AesSivSeal({1: OLD, 2: NEW})
    assert both.open(PLACE, before) == b"Rustam Karimov"
    after = both.seal(PLACE, b"Rustam Karimov")
    assert after[0] == 2
    with pytest.raises(SealBroken, match="key 02"):
        AesSivSeal({1: OLD}).open(PLACE, after)


def test_keys_are_files_that_only_their_owner_reads(tmp_path):
    directory = tmp_path / "personal"
    with pytest.raises(seals.NoSealKey):
        seals.read(directory)
    seals.generate(directory)
    sealed = seals.read(directory).seal(PLACE, b"x")
    seals.generate(directory)
    assert [file.name for file in sorted(directory.iterdir())] == ["1.key", "2.key"]
    assert all(file.stat().st_mode & 0o077 == 0 for file in (directory, *directory.iterdir()))
    assert seals.read(directory).open(PLACE, sealed) == b"x"
