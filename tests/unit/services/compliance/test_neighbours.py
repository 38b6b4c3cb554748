from itertools import product
from random import Random

from corridor.services.compliance.alignment import one_letter
from corridor.services.compliance.neighbours import Neighbours, cast

LETTERS = "abcdx"


def test_every_key_one_letter_away_is_found_and_no_other():
    random = Random(5)
    words = sorted({"".join(random.choices(LETTERS, k=random.randint(4, 7))) for _ in range(2_500)})
    neighbours = Neighbours(words, cast(words))
    for word in words[::25]:
        assert neighbours.find(word) == [other for other in words if one_letter(word, other)]


def test_all_slips_are_one_letter_away():
    slips = [
        "karimo",
        "karimv",
        "arimov",
        "kkarimov",
        "karimovs",
        "karixmov",
        "kajimov",
        "akrimov",
        "karimvo",
    ]
    assert all(one_letter("karimov", slip) for slip in slips)
    assert not any(
        one_letter("karimov", word) for word in ("karimov", "karim", "rakimov", "kurimav", "halimov")
    )


def test_short_keys_have_no_neighbours():
    words = ["".join(letters) for letters in product("ab", repeat=4)]
    neighbours = Neighbours(words, cast(words))
    assert [neighbours.find(word) for word in (*words, "abab", "ababa")] == [[]] * (len(words) + 2)
