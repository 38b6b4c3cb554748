# ruff: noqa: RUF001  (Cyrillic beside Latin)
"""Names of people and companies as words that can be compared across scripts, spellings and word order."""

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache
from typing import Final

import msgspec

from corridor.domain.parties import InvalidName
from corridor.services.compliance import words
from corridor.services.compliance.transliteration import key, latin, other_key


class Role(IntEnum):
    """What a word does in its name; the weight of evidence falls from top to bottom."""

    WORD = 0
    PATRONYMIC = 1
    INITIAL = 2
    GENERIC = 3
    PARTICLE = 4
    FORM = 5


class Word(msgspec.Struct, frozen=True, gc=False):
    """One word of a name: as it stood, in Latin letters, and as keys."""

    text: str
    """In Latin letters, for people to read."""
    sound: str
    """The key of its romanisations: Щербаков and Sherbakov are one."""
    family: str
    """The sound with one ending for all of a family: Karimov, Karimova and Karimzoda are one."""
    other: str
    """The family of the other reading (Jurij as Yuriy), or ""."""
    role: Role


class Name(msgspec.Struct, frozen=True):
    """A name as it was written, and its words in the order they were written; at least one."""

    text: str
    words: tuple[Word, ...]


def parse(text: str, *, field: str | None = None) -> Name:
    """The words of a name in any script; equal names give equal words whatever their case, signs and spaces.

    A patronymic is one only beside two other words (Roman Abramovich is a first name and a surname); generic
    words (Trading, Bank) are full words in a name that has no other.
    Raises: InvalidName (BE21) for a name without a letter or digit.
    """
    words = read(text)
    if not words:
        raise InvalidName(field=field)
    return Name(text, words)


def read(text: str) -> tuple[Word, ...]:
    """The words of a text as `parse` finds them; none if there are none."""
    found: list[Word] = []
    for raw in _FIND.findall(_fold(text)):
        for word in _words(raw):
            if found and word.text in _ZODA:  # Rahim Zoda is Rahimzoda
                found[-1] = _joined(found[-1].text, word.text)
                continue
            if found and word.text in _FATHERS:  # Ali oglu is the son of Ali
                found[-1] = _as(found[-1], Role.PATRONYMIC)
            elif found and (word.role, found[-1].role) == _WITH_LIMITED:
                found[-1] = _as(found[-1], Role.PARTICLE)
            found.append(word)
    return _with_roles(found)


def joined(words: tuple[Word, ...], at: int) -> tuple[Word, ...]:
    """The words with those at `at` and `at + 1` written as one: Abdul Karim as Abdulkarim."""
    return (*words[:at], _joined(words[at].text, words[at + 1].text), *words[at + 2 :])


def joined_key(left: Word, right: Word) -> str:
    """The key of two words written as one."""
    overlap = left.sound[-1] == right.family[0]  # a key has no double letters
    return left.sound + right.family[overlap:]


def is_company(name: Name) -> bool:
    """True if a legal form says so; a sole trader is a person."""
    return any(word.role is Role.FORM and not is_sole_trader_form(word) for word in name.words)


def ends_as_patronymic(word: Word) -> bool:
    """True for -ovich, -evna and their like, which some family names also end in."""
    return len(word.sound) > 5 and word.sound.endswith(_PATRONYMIC_ENDS)


def is_sole_trader_form(word: Word) -> bool:
    """True for ИП and its like: what follows is a person's name."""
    return word.text in _SOLE_TRADERS


_FORMS: Final = words.spellings(words.FORMS)
_GENERIC: Final = frozenset(map(key, words.spellings(words.GENERIC)))  # by key: they are misspelt too
_FATHERS: Final = words.spellings(words.FATHERS)
_PARTICLES: Final = words.spellings(words.PARTICLES) | _FATHERS
_ZODA: Final = words.spellings(words.ZODA)
_SOLE_TRADERS: Final = words.spellings(words.SOLE_TRADERS)

# Apostrophes and soft signs stand inside words; marks and invisible characters would split them.
_DROPPED: Final = re.compile(
    "['`´\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u2032\u00ad\u200b-\u200f\u2060\ufeff"
    "\u0300-\u036f\u0640\u064b-\u065f\u0670]"
)
# An abbreviation with its stops (O.O.O.), one ideograph, or letters with, perhaps, the stop of an initial.
_FIND: Final = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?(?![^\W_])|[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+\.?")
_IDEOGRAPH: Final = re.compile(r"[\u3400-\u9fff]")
_INITIALS: Final = words.spellings("sh ch kh zh ts yu ya iu ia ju ja yo shch zh dzh")

_WITH_LIMITED: Final = (Role.FORM, Role.INITIAL)
"""The one letter in the middle of "общество с ограниченной ответственностью"."""
_ZODA_END: Final = re.compile(r"(?<=...)z[oa]d(?:eh|ah|[ae])?$")
_PATRONYMIC_ENDS: Final = ("ovic", "evic", "ovna", "evna", "icna", "inicna", "itic", "kic", "mic", "ilic")


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=1 << 14)
def _words(raw: str) -> tuple[Word, ...]:
    """The words of one found piece: one; none if nothing of it can be read; several if it is initials."""
    if "." in raw[:-1]:
        together = latin(raw.replace(".", ""))
        if together in _FORMS:
            return (_word(together, Role.FORM),)
        return tuple(_word(latin(letter), Role.INITIAL) for letter in raw.split(".") if letter)
    text = latin(raw.rstrip("."))
    if not text:
        return ()
    if raw.endswith(".") and (len(raw) == 2 or text in _INITIALS):
        return (_word(text, Role.INITIAL),)
    if text in _FORMS:
        return (_word(text, Role.FORM),)
    if text in _PARTICLES:
        return (_word(text, Role.PARTICLE),)
    if key(text) in _GENERIC:
        return (_word(text, Role.GENERIC),)
    alone = len(raw) == 1 and not _IDEOGRAPH.match(raw)
    return (_word(text, Role.INITIAL if alone else Role.WORD),)


def _word(text: str, role: Role) -> Word:
    sound, other = key(text), other_key(text)
    return Word(text, sound, _family(text, sound), other and _family(text, other), role)


@lru_cache(maxsize=1 << 12)
def _joined(left: str, right: str) -> Word:
    return _word(left + right, Role.WORD)


@lru_cache(maxsize=1 << 12)
def _as(word: Word, role: Role) -> Word:
    return msgspec.structs.replace(word, role=role)


def _family(text: str, sound: str) -> str:
    """One key for -ov, -ova and -zoda, for -sky and -skaya."""
    if sound.endswith(("ova", "eva")) and len(sound) > 4:
        return sound[:-1]
    if sound.endswith("skaia"):
        return sound[:-4] + "ki"
    if "z" in text[-5:] and (end := _ZODA_END.search(text)):
        stem = text[: end.start()]
        return key(stem + ("ev" if stem[-1] in "aeiouy" else "ov"))
    return sound


def _with_roles(words: list[Word]) -> tuple[Word, ...]:
    """The words with the roles that depend on the others."""
    full = [at for at, word in enumerate(words) if word.role is Role.WORD]
    if len(full) >= 3:
        endings = [at for at in full if ends_as_patronymic(words[at])]
        if endings:  # of two, as in Roman Arkadievich Abramovich, the one in the middle, else the last
            middle = next((at for at in endings if full[0] < at < full[-1]), endings[-1])
            words[middle] = _as(words[middle], Role.PATRONYMIC)
    elif not full:
        words = [_as(word, Role.WORD) if word.role is Role.GENERIC else word for word in words]
    return tuple(words)
