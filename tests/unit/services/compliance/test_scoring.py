import pytest

from corridor.services.compliance.names import Role, parse
from corridor.services.compliance.scoring import ENOUGH, ONE_WORD, explain, points, score

COMMON = {"ali": 300, "muhamad": 300, "rustam": 400, "karimov": 600}
SMALL = {Role.INITIAL: 200, Role.GENERIC: 150, Role.PARTICLE: 30, Role.FORM: 20}


def weigh(word):
    if word.role > Role.PATRONYMIC:
        return SMALL[word.role]
    return COMMON.get(word.family, 800) // (1 + (word.role is Role.PATRONYMIC))


def reached(given, listed):
    return score(parse(given), parse(listed), weigh).points


@pytest.mark.parametrize(
    ("given", "listed", "least", "most"),
    [
        ("Рустам Каримов", "Karimov Rustam", 100, 100),
        ("Ғайрат Вострабодов", "Gayrat Vostrabodov", 97, 99),
        ("Рустам Вострабодов", "Rustam Vostrabotov", 90, 96),
        ("Рустам Шодиевич Каримов", "Rustam Karimov", 80, 90),
        ("Рустам Каримов", "Rustam Shodievich Karimov", 80, 90),
        ("Рустам Петрович Каримов", "Rustam Shodievich Karimov", 0, 60),
        ("Р. Каримов", "Rustam Karimov", 80, 90),
        ("О. Каримов", "Rustam Karimov", 0, ONE_WORD),
        ("Далер Вострабодов", "Rustam Vostrabodov", 0, ONE_WORD),
        ("Вострабодов", "Rustam Vostrabodov", 0, ONE_WORD),
        ("Рустам", "Rustam Vostrabodov", 0, ONE_WORD),
        ("Ali", "Ali", 50, 50),
        ("Muhammad Ali", "Muhammad Ali", 100, 100),
        ("CORP", "CORP", 3, 3),
        ("Corp", "Vostrabod Corp", 0, 2),
        ("Trading Bank", "Trading Company", 0, ONE_WORD),
        ("Vostrabod LLC", "ООО Вострабод", 95, 100),
        ("Vostrabod Trading", "Vostrabod Bank LLC", 80, 90),
        ("Vostrabod Kemetlon", "Vostrabod Lazurit", 0, ONE_WORD),
        ("Abdul Karim Vostrabadi", "Abdulkarim Vostrabadi", 100, 100),
    ],
)
def test_scores(given, listed, least, most):
    assert least <= reached(given, listed) <= most


def test_a_score_does_not_depend_on_who_is_asked():
    assert reached("Рустам Шодиевич Каримов", "Karimov R.") == reached(
        "Karimov R.", "Рустам Шодиевич Каримов"
    )


def test_points_fall_with_what_is_left_over():
    assert points(1000, 0, 0) == 100
    assert points(1000, 0, 400) == points(1000, 400, 0) == 83
    assert points(1000, 400, 400) == 71
    assert points(1000, 400, 400, 200) == 62
    assert points(1000, -5_000, 0) == points(1000, 0, -5_000)


def test_evidence_has_a_least():
    assert weigh(parse("Ali").words[0]) < ENOUGH


def test_the_reason_names_every_word():
    found = score(parse("Рустам Петрович Щербаков"), parse("Sherbakov Rustam K."), weigh)
    assert explain(found) == (
        "rustam is rustam, the same; shcherbakov is sherbakov, spelt otherwise; "
        "not listed: petrovich; only listed: k"
    )
