import random

from hypothesis import given
from hypothesis import strategies as st

from corridor.client.identifiers import message_id, random_uetrs
from corridor.domain.identifiers import parse_uetr

instants = st.integers(0, 2**55 - 1)


@given(instants, instants)
def test_message_ids_sort_as_instants_do(one, other):
    assert (message_id("SEVRRUM0", one) < message_id("SEVRRUM0", other)) == (one < other)


@given(instants, st.sampled_from(["SEVRRUM0", "SEVRRUM0XXX"]))
def test_message_ids_are_max_35_text_of_harmless_characters(at, bic):
    text = message_id(bic, at)
    assert len(text) <= 35
    assert text.replace("-", "").isalnum()
    assert text.isascii()


@given(st.integers())
def test_uetrs_are_uuids_of_version_4_and_follow_from_their_source(seed):
    make, again = random_uetrs(random.Random(seed)), random_uetrs(random.Random(seed))
    made = [make() for _ in range(20)]
    assert [parse_uetr(uetr) for uetr in made] == made == [again() for _ in range(20)]
    assert len(set(made)) == 20
