# ruff: noqa: RUF002  (names in Cyrillic)
"""Confirmation of payee: whether the name the debtor gives is the name the account is held in."""

from enum import StrEnum
from typing import Final

from corridor.services.compliance.alignment import Alignment, Pair, Relation, alignments
from corridor.services.compliance.names import (
    Role,
    Word,
    ends_as_patronymic,
    is_company,
    is_sole_trader_form,
    parse,
    read,
)


class Match(StrEnum):
    """The answer in the codes of the EPC's Verification of Payee scheme."""

    MATCH = "MTCH"
    CLOSE_MATCH = "CMTC"
    NO_MATCH = "NMTC"


def compare_payee(given: str, registered: str) -> Match:
    """The same for every script, case, word order and romanisation of both names.

    | what differs                                                 | answer      |
    | ------------------------------------------------------------ | ----------- |
    | nothing, or script, case, signs, order, romanisation         | MATCH       |
    | the patronymic is absent, or given as an initial             | MATCH       |
    | the legal form is absent                                     | MATCH       |
    | one letter of one word                                       | CLOSE_MATCH |
    | the ending of the family name: -ov and -ova, -ov and -zoda   | CLOSE_MATCH |
    | the first name is an initial                                 | CLOSE_MATCH |
    | one word more, beside two that match                         | CLOSE_MATCH |
    | one initial more, one generic word more (Bank)               | CLOSE_MATCH |
    | the legal form is another                                    | CLOSE_MATCH |
    | one letter of two words, or the first letter of a word       | NO_MATCH    |
    | another patronymic                                           | NO_MATCH    |
    | a word stands against another word                           | NO_MATCH    |
    | only the first name, only the family name, only initials     | NO_MATCH    |

    Raises: InvalidName (BE21) if either name holds nothing readable.
    """
    verdicts = {_judge(alignment) for alignment in alignments(parse(given), parse(registered))}
    return next(match for match in Match if match in verdicts)


def mask_name(name: str) -> str:
    """What a stranger may see of a name: the first name and a letter of the family name, Рустам К.

    A company's name is public and stays whole; a sole trader is a person. One word alone shows one letter.
    Raises: InvalidName (BE21) if the name holds nothing readable.
    """
    if is_company(parse(name)):
        return name
    people = [
        (part, words[0])
        for part in (part.strip(_SIGNS) for part in name.split())
        if (words := read(part)) and not is_sole_trader_form(words[0])
    ]
    if len(people) < 2:
        return f"{(people[0][0] if people else name.strip(_SIGNS))[0].upper()}."
    own = [part for part, word in people if not _is_family(word) and not ends_as_patronymic(word)]
    family = [part for part, word in people if _is_family(word)]
    if own and family:
        first, last = own[0], family[0]
    elif ends_as_patronymic(people[-1][1]):  # Сидорин Пётр Иванович
        first, last = people[1][0], people[0][0]
    else:
        first, last = people[0][0], people[-1][0]
    return f"{first} {last[0].upper()}."


_SIGNS: Final = " ,;.\"'«»“”()"
_FAMILY_ENDS: Final = ("ov", "ev", "ski")
_CLOSE: Final = (Relation.ONE_LETTER, Relation.FAMILY)
_SAME_BEGINNING: Final = 70
"""Likeness below this: the slip is in the first letter, where people rarely make one."""


def _judge(alignment: Alignment) -> Match:
    pairs = [pair for pair in alignment.pairs if _counts(pair.given) and _counts(pair.listed)]
    full = [pair for pair in pairs if _is_full(pair)]
    slips = [pair for pair in pairs if pair.relation is Relation.ONE_LETTER]
    given_left = [word for word in alignment.given_left if _counts(word)]
    registered_left = [word for word in alignment.listed_left if _counts(word)]
    if not full or (given_left and registered_left):
        return Match.NO_MATCH
    if len(slips) > 1 or any(pair.likeness < _SAME_BEGINNING for pair in slips):
        return Match.NO_MATCH
    left = [word for word in given_left + registered_left if word.role is not Role.PATRONYMIC]
    initials = [pair for pair in pairs if _is_first_name_by_initial(pair)]
    if len(left) > 1 or len(initials) > 1:
        return Match.NO_MATCH
    if any(word.role is Role.WORD for word in left) and len(full) < 2:
        return Match.NO_MATCH
    if left or initials or any(pair.relation in _CLOSE for pair in pairs) or _forms_differ(alignment):
        return Match.CLOSE_MATCH
    return Match.MATCH


def _counts(word: Word) -> bool:
    return word.role <= Role.GENERIC


def _is_full(pair: Pair) -> bool:
    return pair.relation is not Relation.INITIAL and pair.given.role == pair.listed.role == Role.WORD


def _is_first_name_by_initial(pair: Pair) -> bool:
    return pair.relation is Relation.INITIAL and Role.PATRONYMIC not in (pair.given.role, pair.listed.role)


def _forms_differ(alignment: Alignment) -> bool:
    given = any(word.role is Role.FORM for word in alignment.given_left)
    return given and any(word.role is Role.FORM for word in alignment.listed_left)


def _is_family(word: Word) -> bool:
    return word.family.endswith(_FAMILY_ENDS)
