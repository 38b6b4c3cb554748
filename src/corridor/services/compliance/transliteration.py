# ruff: noqa: RUF001, RUF002  (the tables are about letters that look alike)
"""From any script to Latin letters, and from Latin letters to one key for all romanisations of a name.

`latin` is for reading: Щербаков and Ҷӯрабек become shcherbakov and jurabek. `key` is for comparing:
Shcherbakov, Scherbakov and Sherbakov share xerbakov, because in a key x stands for sh and shch, c for ch, and
j for zh, dzh and Tajik ҷ; v is also w, k also q, h also kh, i also y. Nobody is ever shown a key.
"""

import re
from typing import Final

from anyascii import anyascii


def _table(pairs: str) -> dict[str, str]:
    words = pairs.split()
    return dict(zip(words[::2], words[1::2], strict=True))


# Russian, Tajik, and the letters of their neighbours (Ukrainian, Belarusian, Kazakh, Kyrgyz, Uzbek).
_CYRILLIC: Final = """
а a  б b  в v  г g  д d  е e  ё yo  ж zh  з z  и i  й y  к k  л l  м m  н n  о o  п p  р r  с s  т t  у u
ф f  х kh  ц ts  ч ch  ш sh  щ shch  ы y  э e  ю yu  я ya
ғ gh  ӣ i  қ q  ӯ u  ҳ h  ҷ j
і i  ї yi  є ye  ґ g  ў u  ә a  ң n  ө o  ү u  ұ u  һ h  ҡ q  җ j
"""
# Letters that scholars, Czechs and Turks write where English has two.
_LATIN: Final = """
š sh  ş sh  ș sh  č ch  ç ch  ć ch  ž zh  ğ gh  ł l  ə a  ı i  ö o  ü u  ä a  ø o  å a  ŭ u
"""
_SILENT: Final = "ъь"
_LETTERS: Final = str.maketrans(_table(_CYRILLIC + _LATIN) | dict.fromkeys(_SILENT, ""))

# A Latin letter inside a Cyrillic word is a slip or a trick: it counts as the letter it looks like.
_TWINS: Final = ("aceopxykmthb", "асеорхукмтнв")
_TO_CYRILLIC: Final = str.maketrans(*_TWINS)
_TO_LATIN: Final = str.maketrans(_TWINS[1], _TWINS[0])
_CYRILLIC_LETTER: Final = re.compile(r"[\u0400-\u052f]")
_LATIN_LETTER: Final = re.compile(r"[a-z]")
_NOT_ALPHANUMERIC: Final = re.compile(r"[^a-z0-9]+")


def latin(word: str) -> str:
    """The word in a-z and 0-9, as an English passport clerk would write it; "" if nothing readable is left.

    `word` is NFKC, case-folded and holds no separators.
    """
    if word.isascii():
        return word
    foreign, own = _CYRILLIC_LETTER.findall(word), _LATIN_LETTER.findall(word)
    if foreign and own:
        word = word.translate(_TO_CYRILLIC if len(foreign) >= len(own) else _TO_LATIN)
    return _NOT_ALPHANUMERIC.sub("", anyascii(word.translate(_LETTERS)).lower())


_SOUND_TABLE: Final = """
shch x  szcz x  sch x  sh x  tsch c  tch c  ch c  cz c  dzh j  dj j  zh j
kh h  gh g  ph f  th t  dh d  ck k  tz ts  q k  w v  x ks  ce se  ci si  cy si  c k  oo u
"""
_SOUNDS: Final = _table(_SOUND_TABLE)
_SOUND: Final = re.compile(
    "|".join(sorted(_SOUNDS, key=len, reverse=True))
    + "|(?P<u>ou(?=.))"  # Mahmoud, but not Zhou
    + "|(?P<v>(?<=[oe])ff$)"  # Petroff
)
_GLIDE: Final = re.compile(
    r"(?P<e>(?<=[bcdfghjklmnprstvxz])yo)"  # Fyodor, whom Russians write Федор as often as Фёдор
    r"|(?P<nothing>[iy]+(?=e))"  # Prokofyev, Prokofiev, Yevgeny
    r"|[iy]+"  # Yuri, Iurii; Dmitry, Dmitriy, Dmitrii
)
_GLIDES: Final = {"e": "e", "nothing": "", None: "i"}
_SLAVIC: Final = re.compile(r"(?<![dz])j(?!i)|(?<![st])c(?![hkz])")
_DOUBLE: Final = re.compile(r"([^aeiou])\1+")


def key(text: str) -> str:
    """One key for the romanisations of one name. `text` is a result of `latin`."""
    text = _SOUND.sub(_sound, text)
    if "y" in text or "i" in text:
        text = _GLIDE.sub(_glide, text)
    text = _DOUBLE.sub(r"\1", text)
    if text.endswith(("ah", "eh", "oh")) and len(text) > 3:  # Abdullah, Fatimah
        return text[:-1]
    return text


def other_key(text: str) -> str:
    """The key of the other way to read letters with two values; "" if there is none.

    Germans and scholars write Юрий as Jurij and Цой as Coj; Tajik and Uzbek Latin write х as x; Ёлкин stands
    without its dots.
    """
    other = _SLAVIC.sub(_slavic, text) if "j" in text or "c" in text else text
    if other.startswith("x") and len(other) > 4:  # not Xu, Xue, Xiao
        other = "kh" + other[1:]
    elif other.startswith("yo"):
        other = "e" + other[2:]
    return "" if other == text else key(other)


def _slavic(match: re.Match[str]) -> str:
    return "y" if match[0] == "j" else "ts"


def _sound(match: re.Match[str]) -> str:
    return match.lastgroup or _SOUNDS[match[0]]


def _glide(match: re.Match[str]) -> str:
    return _GLIDES[match.lastgroup]
