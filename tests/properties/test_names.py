"""What holds for every name, whatever its script, case, order and spelling."""

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corridor.domain.parties import InvalidName
from corridor.services.compliance.alignment import compare
from corridor.services.compliance.lists import Kind, Quality, combine, make_entry, published
from corridor.services.compliance.names import parse
from corridor.services.compliance.screening import Index
from corridor.services.directory.payee import Match, compare_payee, mask_name

# Three ways in which offices write the same Cyrillic word; kept apart from the tables of the product.
RUSSIAN = "абвгдежзиклмнопрстуфхцчшщэюяй"
ENGLISH = re.split(" ", "a b v g d e zh z i k l m n o p r s t u f kh ts ch sh shch e yu ya y")
PASSPORT = re.split(" ", "a b v g d e zh z i k l m n o p r s t u f kh ts ch sh shch e iu ia i")
SCHOLARS = re.split(" ", "a b v g d e ž z i k l m n o p r s t u f h c č š šč e ju ja j")
TAJIK = RUSSIAN + "ғӣқӯҳҷ"
TAJIK_LATIN = [*ENGLISH, "gh", "i", "q", "u", "h", "j"]
TAJIK_RUSSIAN = [*RUSSIAN, "г", "и", "к", "у", "х", "дж"]

words = st.builds(
    "".join,
    st.lists(st.sampled_from([c + v for c in "бвгджзклмнпрстфхчш" for v in "аиоу"]), min_size=3, max_size=5),
)
tajik_words = st.builds(
    lambda parts: "".join(parts) + "ов",
    st.lists(st.sampled_from([c + v for c in "бғдзкқлмнпрстфхҳҷч" for v in "аӣоӯ"]), min_size=3, max_size=4),
)
people = st.tuples(words, words).filter(lambda pair: pair[0] != pair[1])


def write(word, letters, as_written):
    table = dict(zip(letters, as_written, strict=True))
    return "".join(table[letter] for letter in word)


@given(st.text())
def test_any_text_is_a_name_or_none(text):
    try:
        name = parse(text)
    except InvalidName:
        return
    assert name.text == text
    assert name.words
    assert all(
        word.text.isascii() and word.text.isalnum() and word.sound and word.family for word in name.words
    )


@given(st.text())
def test_normal_forms_of_unicode_are_one_name(text):
    def words_of(form):
        try:
            return parse(unicodedata.normalize(form, text)).words
        except InvalidName:
            return None

    assert words_of("NFC") == words_of("NFD")


@given(words)
@pytest.mark.parametrize(
    "romanisation", [ENGLISH, PASSPORT, SCHOLARS], ids=["English", "passport", "scholars"]
)
def test_the_ways_to_write_a_word_in_latin_are_one_name(romanisation, word):
    own = parse(word).words[0]
    written = parse(write(word, RUSSIAN, romanisation)).words[0]
    assert own.sound == written.sound or own.sound in (written.other, written.family)


@given(tajik_words)
def test_tajik_russian_and_latin_letters_are_one_name(word):
    latin, russian = write(word, TAJIK, TAJIK_LATIN), write(word, TAJIK, TAJIK_RUSSIAN)
    assert parse(word).words[0].sound == parse(latin).words[0].sound == parse(russian).words[0].sound


@given(people)
def test_order_case_and_script_do_not_matter_to_a_payee(pair):
    first, family = (word.capitalize() for word in pair)
    latin = write(" ".join(reversed(pair)).replace(" ", "_"), RUSSIAN + "_", [*ENGLISH, " "]).upper()
    assert compare_payee(latin, f"{first} {family}") is Match.MATCH


@given(people, st.integers(1, 9), st.sampled_from("аоу"))
def test_one_slip_is_a_close_match_and_a_hit(pair, place, vowel):
    first, family = pair
    at = place % (len(family) // 2) * 2 + 1
    slip = family[:at] + vowel + family[at + 1 :]
    assume(slip != family)
    assume(not slip.endswith("ова") and not family.endswith("ова"))  # they end as families do
    slipped, other = parse(slip).words[0], parse(first).words[0]
    assume(compare(slipped, other) is None)
    assert compare_payee(f"{first} {slip}", f"{first} {family}") is not Match.NO_MATCH
    entry = make_entry("TEST", "1", Kind.PERSON, [(f"{first} {family}", Quality.PRIMARY)])
    index = Index.build(*combine([published("TEST", "2026-11-24", [entry])]))
    (hit,) = index.screen([f"{slip} {first}"]).hits
    assert 82 <= hit.score <= 100


@given(st.text(min_size=1, max_size=60))
def test_every_listed_name_is_found_by_itself_or_proves_too_little(text):
    try:
        parse(text)
    except InvalidName:
        return
    if not any(map(str.isalnum, text)):
        return
    entry = make_entry("TEST", "1", Kind.ENTITY, [(text, Quality.PRIMARY)])
    index = Index.build(*combine([published("TEST", "2026-11-24", [entry])]))
    if sum(index._candidates.weigh(word) for word in parse(text).words if word.role <= 1) >= 600:
        assert [hit.score for hit in index.screen([text]).hits] == [100]


@given(st.sampled_from(["Рустам", "Мадина", "Пётр", "Ҷамшед", "Rustam"]), words)
def test_a_mask_hides_the_family_name_in_either_order(first, stem):
    family = f"{stem}нов".capitalize()
    masked = f"{first} {family[0]}."
    assert mask_name(f"{first} {family}") == mask_name(f"{family} {first}") == masked


@given(st.text(max_size=60))
def test_whatever_has_a_name_has_a_mask_and_matches_itself(text):
    try:
        parse(text)
    except InvalidName:
        return
    assert mask_name(text)
    assert compare_payee(text, text) in (Match.MATCH, Match.NO_MATCH)  # initials and forms alone match nobody
