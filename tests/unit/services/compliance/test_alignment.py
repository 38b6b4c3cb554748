import pytest

from corridor.services.compliance.alignment import Relation, align, alignments, compare
from corridor.services.compliance.names import parse

SAME, ROMANISED, FAMILY = Relation.SAME, Relation.ROMANISED, Relation.FAMILY
ONE_LETTER, INITIAL = Relation.ONE_LETTER, Relation.INITIAL


@pytest.mark.parametrize(
    ("given", "listed", "relation"),
    [
        ("Каримов", "Karimov", SAME),
        ("Щербаков", "Sherbakov", ROMANISED),
        ("Jurij", "Юрий", ROMANISED),
        ("Юрий", "Jurij", ROMANISED),
        ("Каримова", "Каримов", FAMILY),
        ("Каримзода", "Каримов", FAMILY),
        ("Karimov", "Karinov", ONE_LETTER),
        ("Karimov", "Karmov", ONE_LETTER),
        ("Karimov", "Karimovs", ONE_LETTER),
        ("Karimov", "Kairmov", ONE_LETTER),
        ("Rahmonov", "Rahmanov", ONE_LETTER),
        ("Salimov", "Halimov", ONE_LETTER),
        ("K.", "Karimov", INITIAL),
        ("Щ.", "Shcherbakov", INITIAL),
        ("S.", "Shcherbakov", INITIAL),
        ("Karimov", "К.", INITIAL),
        ("P.", "Karimov", None),
        ("Karimov", "Karim", None),
        ("Karimov", "Rahimov", None),
        ("Karimov", "Karminav", None),
        ("Aziz", "Azis", None),  # too short for a slip to be told from another name
        ("LLC", "LLP", None),
        ("Trading Pamir", "Tradings Pamir", None),
        ("B.", "Bank Pamir", None),
    ],
)
def test_why_two_words_are_one(given, listed, relation):
    pair = compare(parse(given).words[0], parse(listed).words[0])
    assert (pair and pair.relation) == relation


def likeness(given, listed):
    return compare(parse(given).words[0], parse(listed).words[0]).likeness


def test_the_less_a_word_resembles_the_less_it_counts():
    falling = [
        likeness("Karimov", "Karimov"),
        likeness("Karimow", "Karimov"),
        likeness("Rahmonov", "Rahmanov"),
        likeness("Shcherbakov", "Shcherbanov"),
        likeness("Karimov", "Karinov"),
        likeness("Karimov", "Karinova"),
        likeness("Salimov", "Halimov"),
    ]
    assert falling == sorted(falling, reverse=True)
    assert len(set(falling)) == len(falling)


def test_each_word_is_in_one_pair_whatever_the_order():
    alignment = align(parse("Ali Karimov Ali").words, parse("Karimova Ali").words)
    assert [(pair.given.text, pair.listed.text) for pair in alignment.pairs] == [
        ("ali", "ali"),
        ("karimov", "karimova"),
    ]
    assert [word.text for word in alignment.given_left] == ["ali"]
    assert alignment.listed_left == ()


@pytest.mark.parametrize(
    ("given", "listed"),
    [
        ("Abdul Karim Vostrabadi", "Abdulkarim Vostrabadi"),
        ("Abdulkarim Vostrabadi", "Abdul-Karim Vostrabadi"),
        ("Khatlon Nikeltrans", "Khatlonnikeltrans"),
        ("Nasser Alzarqushi", "Nasser al Zarqushi"),
    ],
)
def test_words_written_apart_are_also_read_as_one(given, listed):
    last = list(alignments(parse(given), parse(listed)))[-1]
    assert (last.given_left, last.listed_left) == ((), ())


def test_words_are_not_joined_for_nothing():
    assert len(list(alignments(parse("Abdul Karim Nazarov"), parse("Sarvar Dushkhanov")))) == 1
