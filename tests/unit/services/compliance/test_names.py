import pytest

from corridor.domain.parties import InvalidName
from corridor.services.compliance.names import Role, is_company, parse

W, P, N, G, A, F = Role.WORD, Role.PATRONYMIC, Role.INITIAL, Role.GENERIC, Role.PARTICLE, Role.FORM


def read(text):
    return [(word.text, word.role) for word in parse(text).words]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Рустам Каримов", [("rustam", W), ("karimov", W)]),
        ("KARIMOV, Rustam", [("karimov", W), ("rustam", W)]),
        ("Рустам Шодиевич Каримов", [("rustam", W), ("shodievich", P), ("karimov", W)]),
        ("Анна Никитична Лугова", [("anna", W), ("nikitichna", P), ("lugova", W)]),
        ("Roman Abramovich", [("roman", W), ("abramovich", W)]),
        ("Roman Arkadievich Abramovich", [("roman", W), ("arkadievich", P), ("abramovich", W)]),
        ("Abramovich Roman Arkadievich", [("abramovich", W), ("roman", W), ("arkadievich", P)]),
        ("Вугар Мирсаид оглы Теймуров", [("vugar", W), ("mirsaid", P), ("ogly", A), ("teymurov", W)]),
        ("И.И. Иванов", [("i", N), ("i", N), ("ivanov", W)]),
        ("Иванов П А", [("ivanov", W), ("p", N), ("a", N)]),
        ("Ш. Раҳимов", [("sh", N), ("rahimov", W)]),
        ("Shch. Petrov", [("shch", N), ("petrov", W)]),
        ("Yu Wei", [("yu", W), ("wei", W)]),
        ("张小明", [("zhang", W), ("xiao", W), ("ming", W)]),
        ("Nasser Al-Zarqushi", [("nasser", W), ("al", A), ("zarqushi", W)]),
        ("Said ibn Umar", [("said", W), ("ibn", A), ("umar", W)]),
        ("Раҳим Зода", [("rahimzoda", W)]),
        ("Раҳим-зода Далер", [("rahimzoda", W), ("daler", W)]),
        ("ООО «Памир Трейдинг»", [("ooo", F), ("pamir", W), ("treyding", G)]),
        ("О.О.О. Памир", [("ooo", F), ("pamir", W)]),
        ("Pamir L.L.C.", [("pamir", W), ("llc", F)]),
        ("ҶДММ «Сомон»", [("jdmm", F), ("somon", W)]),
        ("ЗАО Банк «Кавсар»", [("zao", F), ("bank", G), ("kavsar", W)]),
        ("Kavsar Shiping Corp", [("kavsar", W), ("shiping", G), ("corp", F)]),
        ("Trading Bank LLC", [("trading", W), ("bank", W), ("llc", F)]),
        ("CORP", [("corp", F)]),
        ("ИП Назаров", [("ip", F), ("nazarov", W)]),
        ("O'Neil O’Neil", [("oneil", W), ("oneil", W)]),
        ("Prokof'ev", [("prokofev", W)]),
        ("К\u200bаримов", [("karimov", W)]),
        ("Ｋａｒｉｍｏｖ", [("karimov", W)]),
        ("Нурӣ", [("nuri", W)]),
    ],
)
def test_words_and_what_they_do(text, words):
    assert read(text) == words


def test_the_long_form_of_a_company_is_all_form_and_particle():
    words = parse("Общество с ограниченной ответственностью «Памир»").words
    assert [word.text for word in words if word.role < Role.PARTICLE] == ["pamir"]


@pytest.mark.parametrize("text", ["", " ", "—", "...", "«»", "🙂", "\u200b", "'"])
def test_what_cannot_be_read_is_no_name(text):
    with pytest.raises(InvalidName) as caught:
        parse(text, field="Cdtr/Nm")
    assert (caught.value.reason, caught.value.field) == ("BE21", "Cdtr/Nm")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Каримов", "Каримова"),
        ("Каримов", "Каримзода"),
        ("Karimov", "Karimzadeh"),
        ("Алиев", "Ализода"),
        ("Мусоев", "Мусозода"),
        ("Жуковский", "Жуковская"),
        ("Trotsky", "Троцкая"),
    ],
)
def test_the_endings_of_one_family_have_one_key(one, other):
    (left,), (right,) = parse(one).words, parse(other).words
    assert left.family == right.family
    assert left.sound != right.sound


@pytest.mark.parametrize("first_name", ["Ева", "Ирина", "Марина", "Карим", "Зода"])
def test_first_names_keep_their_endings(first_name):
    (word,) = parse(first_name).words
    assert word.family == word.sound


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("ООО Памир", True),
        ("Pamir LLC", True),
        ("ИП Назаров", False),
        ("Далер Назаров", False),
        ("Pamir", False),
    ],
)
def test_a_company_is_known_by_its_form(text, company):
    assert is_company(parse(text)) is company
