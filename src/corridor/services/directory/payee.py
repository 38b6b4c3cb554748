"""Confirmation of payee: is the name the debtor gives the name the account is held in?"""

from enum import StrEnum
from typing import Final

from corridor.services.compliance.alignment import Alignment, Pair, Relation, alignments
from corridor.services.compliance.names import Role, Word, is_company, is_sole_trader_form, parse


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
    | one more word, beside two that match; a generic word (Bank)  | CLOSE_MATCH |
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
    """What a stranger may see of a name: the first name and one letter, Рустам К.

    A company's name is public and stays whole; a sole trader is a person. A name of one word shows one letter.
    Raises: InvalidName (BE21) if the name holds nothing readable.
    """
    if is_company(parse(name)):
        return name
    parts = [part.strip(",;\"«»()") for part in name.split()]
    words = {part: parse(part).words[0] for part in parts if any(map(str.isalnum, part))}
    people = {part: word for part, word in words.items() if not is_sole_trader_form(word)} or words
    first, *others = people
    if not others:
        return f"{first[0].upper()}."
    if _is_patronymic(people[others[-1]]) and len(others) > 1:  # Каримов Рустам Шодиевич
        first, family = others[0], first
    elif _is_family(people[first]) and not _is_family(people[others[0]]):  # Каримов Рустам
        first, family = others[0], first
    else:
        family = others[-1]
    return f"{first} {family[0].upper()}."


_FAMILY_ENDS: Final = ("ov", "ev", "ski")
_PATRONYMIC_ENDS: Final = ("ovic", "evic", "ovna", "evna", "ilic", "icna")
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
    return pair.relation is not Relation.INITIAL and pair.listed.role is Role.WORD


def _is_first_name_by_initial(pair: Pair) -> bool:
    return pair.relation is Relation.INITIAL and Role.PATRONYMIC not in (pair.given.role, pair.listed.role)


def _forms_differ(alignment: Alignment) -> bool:
    given = any(word.role is Role.FORM for word in alignment.given_left)
    return given and any(word.role is Role.FORM for word in alignment.listed_left)


def _is_family(word: Word) -> bool:
    return word.family.endswith(_FAMILY_ENDS)


def _is_patronymic(word: Word) -> bool:
    return word.sound.endswith(_PATRONYMIC_ENDS)
