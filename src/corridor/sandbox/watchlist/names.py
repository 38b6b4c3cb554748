# ruff: noqa: RUF001  (Cyrillic beside Latin)
"""Names of nobody: first names people bear, family names made of syllables, companies made of both."""

from collections.abc import Callable
from random import Random
from typing import Final

import msgspec


class Spelling(msgspec.Struct, frozen=True):
    """A name in Latin letters, other romanisations of it, and its own script if that is another."""

    latin: str
    variants: tuple[str, ...] = ()
    original: str = ""


def person(random: Random) -> Spelling:
    """A person's name in one of five traditions."""
    return random.choices(_PEOPLE, weights=(34, 24, 22, 10, 10))[0](random)


def company(random: Random) -> Spelling:
    """A company's name with a legal form, in Latin or also in Cyrillic letters."""
    stem = _stem(random, 2)
    if random.random() < 0.5:
        business = random.choice(_BUSINESS)
        form = random.choice(("LLC", "LTD", "CO.", "FZE", "INC", "PLC", "TRADING LLC"))
        second = _latin(_stem(random, 1)).upper() + " " if random.random() < 0.4 else ""
        return Spelling(f"{_latin(stem).upper()} {second}{business} {form}")
    business = random.choice(_TRADES)
    form = random.choice(("ООО", "АО", "ЗАО", "ПАО", "ҶДММ", "ҶСП"))
    own = f"{form} «{stem.capitalize()}{business}»"
    plain = f"{stem.capitalize()}{business}"
    return Spelling(
        f"{_latin(form).upper()} {_latin(plain).upper()}", (f"JSC {_latin_icao(plain).upper()}",), own
    )


def ship(random: Random) -> Spelling:
    """A ship's name."""
    return Spelling(f"{random.choice(_SHIP)} {_latin(_stem(random, 2)).upper()}")


def _russian(random: Random) -> Spelling:
    woman = random.random() < 0.2
    first = random.choice(_RUSSIAN_WOMEN if woman else _RUSSIAN_MEN)
    father = random.choice(_RUSSIAN_MEN)
    family = _stem(random, 2) + random.choice(("ов", "ев", "ин", "ский", "ов", "енко"))
    if woman:
        family = family.replace("ский", "ская") + ("" if family.endswith(("ский", "енко")) else "а")
    return _cyrillic(first, _patronymic(father, woman), family, random)


def _tajik(random: Random) -> Spelling:
    first = random.choice(_TAJIK)
    father = random.choice(_TAJIK)
    own_letter = random.choice(("", "", "ғ", "қ", "ҳ", "ҷ"))
    family = _stem(random, 2, own_letter) + random.choice(("ов", "зода", "ов", "ӣ"))
    return _cyrillic(first, _patronymic(father, False) if random.random() < 0.5 else "", family, random)


def _cyrillic(first: str, father: str, family: str, random: Random) -> Spelling:
    parts = [part.capitalize() for part in (first, father, family) if part]
    latin = [_latin(part) for part in parts]
    other = [_latin_icao(part) for part in parts]
    variants = [" ".join((other[0], other[-1]))]
    if random.random() < 0.3:
        variants.append(f"{latin[-1]} {latin[0][0]}.")
    return Spelling(" ".join(latin), tuple(variants), " ".join((parts[-1], *parts[:-1])))


def _persian(random: Random) -> Spelling:
    # A few names are borne by very many: the common words an index must live with.
    given = list(
        dict.fromkeys(random.choices(_PERSIAN, weights=_PERSIAN_WEIGHTS, k=random.choice((1, 2, 2, 3))))
    )
    family = _latin(_stem(random, 2)) + random.choice(("i", "pour", "zadeh", "ian", "nejad", "ani"))
    name = " ".join((*given, family))
    article = random.random() < 0.3
    return Spelling(
        f"{' '.join(given)} Al-{family.capitalize()}" if article else name.title(),
        (f"{given[0]} {family}".title(),)
        + ((f"Abu {random.choice(_PERSIAN)}",) if random.random() < 0.2 else ()),
    )


def _english(random: Random) -> Spelling:
    family = (
        _latin(_stem(random, 1)) + random.choice(("son", "ford", "worth", "ley", "field", "more"))
    ).capitalize()
    middle = f" {random.choice(_ENGLISH)}" if random.random() < 0.4 else ""
    return Spelling(f"{random.choice(_ENGLISH)}{middle} {family}")


def _chinese(random: Random) -> Spelling:
    family, one, two = random.choice(_CHINESE), random.choice(_CHINESE_GIVEN), random.choice(_CHINESE_GIVEN)
    return Spelling(
        f"{family} {(one + two).capitalize()}", (f"{family} {one.capitalize()} {two.capitalize()}",)
    )


def _words(text: str) -> list[str]:
    return text.split()


_PEOPLE: Final[tuple[Callable[[Random], Spelling], ...]] = (_russian, _tajik, _persian, _english, _chinese)


def _stem(random: Random, syllables: int, first: str = "") -> str:
    onsets = [first or random.choice(_ONSETS), *random.choices(_ONSETS, k=syllables - 1)]
    return "".join(onset + random.choice("аеиоу") for onset in onsets) + random.choice(_CODAS)


def _patronymic(father: str, woman: bool) -> str:
    if father[-1] in "йаояӣи":
        return father[:-1] + ("евна" if woman else "евич")
    return father + ("овна" if woman else "ович")


def _latin(text: str) -> str:
    return "".join(map(_latin_letter, text))


def _latin_letter(letter: str) -> str:
    small = letter.lower()
    latin = _TABLE.get(small, letter)
    return latin if letter == small else latin.capitalize()


def _latin_icao(text: str) -> str:
    """As passports print it: Iurii, Ilia, Shchukin."""
    for own, other in _ICAO.items():
        text = text.replace(own, other).replace(own.upper(), other.capitalize())
    return _latin(text)


_PAIRS: Final = _words(
    "а a б b в v г g д d е e ё yo ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts "
    "ч ch ш sh щ shch ы y э e ю yu я ya ғ gh қ q ҳ h ҷ j ӣ i ӯ u"
)
_TABLE: Final = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)) | {"ъ": "", "ь": ""}
_ICAO: Final = {"ю": "iu", "я": "ia", "й": "i", "ё": "e", "ҳ": "kh", "ҷ": "dzh"}
_ONSETS: Final = _words(
    "б в г д ж з к л м н п р с т ф х ц ч ш бр вр гл гр др зв кл кр пл пр св ск сл ст тр хв шт"
)
_CODAS: Final = _words("б в г д ж з к л м н п р с т х ч ш льд мб нд нт рб рд рк рн рш ст")
_RUSSIAN_MEN: Final = _words("""
александр алексей анатолий андрей антон аркадий артём борис вадим валентин валерий василий виктор виталий
владимир владислав вячеслав геннадий георгий герман григорий даниил денис дмитрий евгений егор иван игорь
илья кирилл константин лев леонид максим марк матвей михаил никита николай олег павел пётр роман руслан
семён сергей станислав степан тимофей тимур фёдор филипп эдуард юрий яков ярослав
""")
_RUSSIAN_WOMEN: Final = _words("""
александра алина алла анастасия анна вера виктория галина дарья диана евгения екатерина елена елизавета
жанна зоя инна ирина кристина ксения лариса лидия любовь людмила маргарита марина мария надежда наталья нина
оксана ольга полина раиса светлана софья тамара татьяна ульяна юлия яна
""")
_TAJIK: Final = _words("""
абдулло азиз азим акбар алишер амир анвар аслиддин баҳодур баҳром беҳрӯз бобоҷон бузургмеҳр ғафур ғайрат
ғулом далер дилшод додоҷон ёқуб зафар зоир иброҳим икром исмоил камол карим комрон лутфулло манучеҳр маҳмуд
меҳроб мирзо муҳаммад мухтор назар насим нозим нурулло олим парвиз рамазон раҳим рустам саид сайфулло салим
самад сӯҳроб тоҳир умед умар фарҳод фаррух файз фирдавс хайрулло холид хуршед шариф шероз шуҳрат эраҷ эҳсон
юсуф қосим қурбон ҳабиб ҳаким ҳасан ҳусейн ҷамшед ҷаҳонгир ҷовид ҷӯра
""")
_PERSIAN: Final = _words("""
Muhammad Ali Hassan Hussein Ahmad Reza Mahmoud Abdul Ibrahim Omar Khalid Mustafa Yusuf Hamid Mehdi Saeed
Karim Rashid Jafar Nasser Tariq Faisal Amir Bashir Daoud Farid Ghassan Hadi Idris Jamal Kazem Latif Majid
Nabil Qasim Rahman Salim Tahir Usman Walid Yasin Zahir Behzad Dariush Esfandiar Farhad Kourosh Manouchehr
Ramin Siavash
""")
_PERSIAN_WEIGHTS: Final = [200, 120, 90, 80, 70, 60] + [30] * 12 + [8] * (len(_PERSIAN) - 18)
_ENGLISH: Final = _words("""
Adam Albert Arthur Brian Charles Claire Daniel David Edward Emma Frank George Grace Harold Helen Henry Hugh
James Jane John Joseph Kenneth Laura Lewis Martin Mary Nigel Oliver Patrick Paul Peter Philip Ralph Richard
Robert Roger Ruth Samuel Sarah Simon Stephen Thomas Victor Walter William
""")
_CHINESE: Final = _words("""
Bai Cai Chen Cheng Deng Ding Dong Du Fan Fang Feng Fu Gao Gong Gu Guo Han He Hou Hu Huang Jia Jiang Jin Kong
Lei Li Liang Lin Liu Lu Luo Ma Meng Pan Peng Qian Qin Ren Shao Shen Shi Song Su Sun Tan Tang Tao Wan Wang
Wei Wu Xiao Xie Xiong Xu Xue Yan Yang Yao Ye Yin Yu Yuan Zeng Zhang Zhao Zheng Zhong Zhou Zhu Zou
""")
_CHINESE_GIVEN: Final = _words("""
ai an bao bin bo chang chao chun cong da de fang fei feng gang guo hai hao hong hua hui jia jian jie jing
jun kai kang lan lei li liang lin ling long man mei min ming na nan ning peng ping qi qiang qing rong rui
shan shu song tao ting wei wen xia xiang xin xiu ya yan yi ying yong yu yuan yun ze zhen zheng zhi zhong
""")
_BUSINESS: Final = _words("""
PETROLEUM SHIPPING TRADING CONSTRUCTION AVIATION CHEMICALS ELECTRONICS HOLDING METALS LOGISTICS MINERALS
MARINE ENGINEERING TEXTILES CAPITAL SECURITY FOUNDATION BANK TELECOM AGRO
""")
_TRADES: Final = _words("нефть газ строй торг транс пром маш хим банк инвест сталь лес агро авиа сервис бонк")
_SHIP: Final = _words("OCEAN NORTHERN STAR SEA GOLDEN PACIFIC BLUE GRAND LADY ARCTIC SILVER EASTERN ROYAL")
