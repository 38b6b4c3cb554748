from random import Random

import msgspec
import pytest

from corridor.domain.parties import InvalidName
from corridor.services.compliance.lists import Quality, UnreadableList
from corridor.services.compliance.names import parse
from corridor.services.compliance.scoring import score
from corridor.services.compliance.screening import DEFAULT_THRESHOLD, WEAK_ALIAS, Index

from .conftest import HELD_OUT, TUNED


@pytest.mark.parametrize(
    ("pairs", "least_recall"), [(TUNED, 0.99), (HELD_OUT, 0.96)], ids=["tuned", "held out"]
)
def test_precision_and_recall(index, pairs, least_recall):
    missed, wrong = [], []
    for pair in pairs:
        found = {hit.matched_name for hit in index.screen([pair.given]).hits if hit.list_name == "TEST"}
        if pair.verdict == "hit" and pair.listed not in found:
            missed.append(pair)
        if pair.verdict == "clean" and index.screen([pair.given]).hits:
            wrong.append(pair)
    hits = sum(pair.verdict == "hit" for pair in pairs)
    assert (hits - len(missed)) / hits >= least_recall, missed
    assert wrong == []  # precision 1.000


@pytest.mark.parametrize(
    "name",
    [
        *("CORP", "Company Limited", "Trading LLC", "Bank", "ООО", "Trading Bank", "National Bank of Trade"),
        *("Ali", "Muhammad", "Muhammad Ali", "Karim", "Ahmad", "Иван", "Рустам Каримов", "Al"),
    ],
)
def test_common_words_alone_are_nobody(index, name):
    assert index.screen([name]).hits == ()


def test_the_result_says_who_and_why(make_index):
    index = make_index("Sarvar Dushkhanov", "Vitaliy Shcherbachenkov")
    result = index.screen(["Далер Назаров", "Щербаченков Виталий Петрович"])
    assert result.version == index.version
    (hit,) = result.hits
    assert (hit.name, hit.list_name, hit.entry_id) == ("Щербаченков Виталий Петрович", "TEST", "T001")
    assert (hit.matched_name, hit.score) == ("Vitaliy Shcherbachenkov", 90)
    assert hit.explanation == (
        "shcherbachenkov is shcherbachenkov, the same; vitaliy is vitaliy, the same; not listed: petrovich"
    )


def test_an_entry_is_hit_once_by_its_closest_name_and_the_surest_comes_first(make_index):
    index = make_index(
        [("Sarvar Dushkhanow", Quality.PRIMARY), ("Сарвар Душханов", Quality.STRONG)], "Sarvar Dushkhanob"
    )
    hits = index.screen(["Sarvar Dushkhanov"]).hits
    assert [(hit.entry_id, hit.matched_name) for hit in hits] == [
        ("T000", "Сарвар Душханов"),
        ("T001", "Sarvar Dushkhanob"),
    ]
    assert hits[0].score == 100 > hits[1].score


def test_a_weak_alias_is_hit_by_its_exact_form_only(make_index):
    index = make_index([("Sarvar Dushkhanov", Quality.PRIMARY), ("Grey Kastravel", Quality.WEAK)])
    (hit,) = index.screen(["Kastravel Grey"]).hits
    assert (hit.score, hit.matched_name) == (100 - WEAK_ALIAS, "Grey Kastravel")
    assert hit.explanation.endswith("a weak alias, 15 points less")
    assert index.screen(["Kastravek Grey"]).hits == ()


def test_the_threshold_is_the_callers(make_index):
    index = make_index("Sarvar Alievich Dushkhanov")
    assert index.screen(["S. Dushkhanov"], threshold=95).hits == ()
    (hit,) = index.screen(["Sarvar Alievich Dushkhanof"], threshold=90).hits
    assert 90 <= hit.score < 100
    assert index.screen(["Sarvar Alievich Dushkhanof"], threshold=hit.score + 1).hits == ()


def test_names_may_be_parsed_before(make_index):
    index = make_index("Sarvar Dushkhanov")
    assert index.screen([parse("Душханов С.")]) == index.screen(["Душханов С."])


def test_a_name_that_cannot_be_read_is_not_clean(index):
    with pytest.raises(InvalidName):
        index.screen(["Далер Назаров", "…"])


def test_no_names_have_no_hits(index):
    assert index.screen([]).hits == ()
    assert index.screen([]).version == index.version


def test_a_loaded_index_answers_as_the_one_that_was_dumped(index):
    loaded = Index.load(index.dump())
    names = [pair.given for pair in TUNED]
    assert loaded.screen(names) == index.screen(names)
    assert (len(loaded), loaded.version) == (len(index), index.version)


def test_bytes_of_other_make_are_refused(make_index):
    index = make_index("Sarvar Dushkhanov", "Vitaliy Shcherbachenkov")
    whole = index.dump()
    for data in (b"", whole[:-10], b"\x00" + whole):
        with pytest.raises(UnreadableList):
            Index.load(data)
    fields = msgspec.msgpack.decode(whole)
    fields["weights"] = {"x" + key: weight for key, weight in fields["weights"].items()}
    with pytest.raises(UnreadableList, match="prepared by other rules"):
        Index.load(msgspec.msgpack.encode(fields))


def slip(random, text):
    at = random.randrange(1, len(text) - 1)
    return random.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + random.choice("aeioknrst") + text[at:],
            text[:at] + random.choice("aeioknrst") + text[at + 1 :],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        ]
    )


def as_they_stand(given, listed, alignment):
    pairs = len(alignment.pairs)
    return pairs + len(alignment.given_left) == len(given.words) and (
        pairs + len(alignment.listed_left) == len(listed.words)
    )


def test_the_index_finds_what_reading_the_whole_list_would(synthetic):
    """But for words that one side writes as one and the other, with a slip besides, apart."""
    random = Random(11)
    entries = [entry for one in synthetic for entry in one.entries[::40]]
    index = Index.build(sorted(entries), synthetic[0].entries[0].list_name)
    names = [name.text for entry in entries for name in entry.names]
    words = [word for name in names for word in name.split()]
    asked = [slip(random, name) for name in random.sample(names, 80)]
    asked += [" ".join(random.sample(words, random.choice((2, 3)))) for _ in range(40)]
    asked += [" ".join(random.sample(name.split(), len(name.split()))) for name in random.sample(names, 40)]
    listed = [(entry, name, parse(name.text)) for entry in entries for name in entry.names]
    found = 0
    for text in asked:
        given = parse(text)
        hits = {hit.entry_id for hit in index.screen([given]).hits}
        for entry, name, other in listed:
            if name.quality is Quality.WEAK:
                continue
            result = score(given, other, index._candidates.weigh)
            if result.points >= DEFAULT_THRESHOLD and as_they_stand(given, other, result.alignment):
                assert entry.entry_id in hits, (text, name.text, result)
                found += 1
    assert found > 100
