import pytest

from corridor.domain.parties import InvalidName
from corridor.services.directory.payee import Match, compare_payee, mask_name

MATCH, CLOSE, NO = Match.MATCH, Match.CLOSE_MATCH, Match.NO_MATCH

ANSWERS = [
    ("Рустам Каримов", "Рустам Каримов", MATCH, "nothing differs"),
    ("рустам КАРИМОВ", "Рустам Каримов", MATCH, "case"),
    ("Каримов, Рустам", "Рустам Каримов", MATCH, "order and a comma"),
    ("Rustam Karimov", "Рустам Каримов", MATCH, "Latin"),
    ("Рустам Каримов", "Rustam Karimov", MATCH, "Cyrillic"),
    ("Джамшед Кодиров", "Ҷамшед Қодиров", MATCH, "Russian spelling of Tajik letters"),
    ("Jamshed Qodirov", "Ҷамшед Қодиров", MATCH, "Latin for Tajik letters"),
    ("Dzhamshed Kodirov", "Ҷамшед Қодиров", MATCH, "Russian romanisation"),
    ("Abdullo Ghafurov", "Абдуллоҳ Ғафуров", MATCH, "gh and a final h"),
    ("Сухроб Нури", "Сӯҳроб Нурӣ", MATCH, "long vowels"),
    ("Yuri Shcherbakov", "Юрий Щербаков", MATCH, "yu and shch"),
    ("Iurii Sherbakov", "Юрий Щербаков", MATCH, "passport spelling"),
    ("Fedor Kovalev", "Фёдор Ковалёв", MATCH, "ё"),
    ("Абдул Карим Назаров", "Abdulkarim Nazarov", MATCH, "first name in two words"),
    ("Раҳим Зода Далер", "Далер Раҳимзода", MATCH, "zoda apart"),
    ("Рустам Каримов", "Рустам Шодиевич Каримов", MATCH, "patronymic absent"),
    ("Каримов Рустам Шодиевич", "Рустам Каримов", MATCH, "patronymic only given"),
    ("Каримов Рустам Ш.", "Рустам Шодиевич Каримов", MATCH, "patronymic as an initial"),
    ("Памир Текстиль", "ООО «Памир Текстиль»", MATCH, "legal form absent"),
    ("ИП Каримов Рустам", "Рустам Каримов", MATCH, "sole trader's form"),
    ("Рустан Каримов", "Рустам Каримов", CLOSE, "one letter"),
    ("Рустам Карамов", "Рустам Каримов", CLOSE, "one vowel"),
    ("Гулнора Каримов", "Гулнора Каримова", CLOSE, "feminine ending lost"),
    ("Далер Раҳимов", "Далер Раҳимзода", CLOSE, "-ov and -zoda"),
    ("Р. Каримов", "Рустам Каримов", CLOSE, "first name as an initial"),
    ("Каримов Р.Ш.", "Рустам Шодиевич Каримов", CLOSE, "both as initials"),
    ("Рустам Ш. Каримов", "Рустам Каримов", CLOSE, "an initial more"),
    ("Рустам Дилшод Каримов", "Рустам Каримов", CLOSE, "a word more"),
    ("Рустам Каримов", "Рустам Дилшод Каримов", CLOSE, "a word less"),
    ("Бонки Памир Текстиль", "Памир Текстиль", CLOSE, "a generic word more"),
    ("ЗАО «Памир Текстиль»", "ООО «Памир Текстиль»", CLOSE, "another legal form"),
    ("Рустан Каринов", "Рустам Каримов", NO, "one letter of two words"),
    ("Рустам Салимов", "Рустам Халимов", NO, "first letter"),
    ("Рустам Назаров", "Рустам Каримов", NO, "another family name"),
    ("Далер Каримов", "Рустам Каримов", NO, "another first name"),
    ("О. Каримов", "Рустам Каримов", NO, "another initial"),
    ("Рустам Петрович Каримов", "Рустам Шодиевич Каримов", NO, "another patronymic"),
    ("Каримов", "Рустам Каримов", NO, "family name only"),
    ("Рустам", "Рустам Каримов", NO, "first name only"),
    ("Р. К.", "Рустам Каримов", NO, "initials only"),
    ("Карим Рустамов", "Рустам Каримов", NO, "names changed about"),
    ("Рустам Дилшод Анвар Каримов", "Рустам Каримов", NO, "two words more"),
    ("ООО", "ООО «Памир»", NO, "legal form only"),
    ("Торговый дом", "ООО Торговый дом «Памир»", NO, "generic words only"),
    ("Памир Хлопок", "ООО «Памир Текстиль»", NO, "another company"),
]


@pytest.mark.parametrize(("given", "registered", "answer", "why"), ANSWERS, ids=[row[3] for row in ANSWERS])
def test_confirmation_of_payee(given, registered, answer, why):
    assert compare_payee(given, registered) is answer
    assert compare_payee(registered, given) is answer


def test_the_answers_are_the_schemes_codes():
    assert [match.value for match in Match] == ["MTCH", "CMTC", "NMTC"]


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Рустам Каримов", "Рустам К."),
        ("Каримов Рустам", "Рустам К."),
        ("Каримов, Рустам", "Рустам К."),
        ("Рустам Шодиевич Каримов", "Рустам К."),
        ("Каримов Рустам Шодиевич", "Рустам К."),
        ("Гулнора Каримова Рустамовна", "Гулнора К."),
        ("Сидорин Пётр Иванович", "Пётр С."),
        ("Rustam Karimov", "Rustam K."),
        ("Раҳмонзода Мадина", "Мадина Р."),
        ("Нозанин Ҷӯраева", "Нозанин Ҷ."),
        ("Трубецкая Анна", "Анна Т."),
        ("Zhang Wei", "Zhang W."),
        ("Анна-Мария Смит", "Анна-Мария С."),
        ("ИП Каримов Рустам", "Рустам К."),
        ("Рустам", "Р."),
        ("ООО «Памир»", "ООО «Памир»"),
    ],
)
def test_a_stranger_sees_the_first_name_and_a_letter(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize("name", ["", "—", " … "])
def test_what_cannot_be_read_is_no_name(name):
    with pytest.raises(InvalidName):
        mask_name(name)
    with pytest.raises(InvalidName):
        compare_payee(name, "Рустам Каримов")
