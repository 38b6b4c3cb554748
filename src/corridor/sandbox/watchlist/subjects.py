"""The people, companies and ships of a made-up list."""

from random import Random
from typing import Final

import msgspec

from corridor.sandbox.watchlist import names

SIZE: Final = 24_000


class Alias(msgspec.Struct, frozen=True):
    text: str
    weak: bool


class Subject(msgspec.Struct, frozen=True):
    """One entry as its publisher knows it, before any format."""

    publisher: str
    """UN, OFAC, EU or UK."""
    number: int
    kind: str
    """person, entity or vessel."""
    name: str
    original: str
    """The name in its own script, or ""."""
    aliases: tuple[Alias, ...]
    birth_date: str
    country: str
    document: str
    programme: str


def generate(random: Random, size: int = SIZE) -> tuple[Subject, ...]:
    """`size` subjects; the same from the same state of `random`."""
    return tuple(_subject(random, number) for number in range(1, size + 1))


def _subject(random: Random, number: int) -> Subject:
    publisher = random.choices(("UN", "OFAC", "EU", "UK"), weights=(8, 46, 24, 22))[0]
    kinds = (
        "person",
        "entity",
        "vessel" if publisher in ("OFAC", "UK") else "entity",
    )  # UN and EU list no ships so
    kind = random.choices(kinds, weights=(68, 26, 6))[0]
    spelling = {"person": names.person, "entity": names.company, "vessel": names.ship}[kind](random)
    aliases = [Alias(variant, False) for variant in spelling.variants if variant != spelling.latin]
    if kind == "person" and random.random() < 0.12:
        aliases.append(Alias(random.choice(_NICKNAMES), True))
    return Subject(
        publisher,
        number,
        kind,
        spelling.latin,
        spelling.original,
        tuple(aliases),
        f"{random.randint(1940, 2002)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        if kind == "person"
        else "",
        random.choice(_COUNTRIES),
        f"{random.choice('ABCPT')}{random.randint(10**6, 10**7 - 1)}" if random.random() < 0.5 else "",
        random.choice(_PROGRAMMES),
    )


_NICKNAMES: Final = (
    *("Ali", "Abu-Bakr", "Hajji", "Doctor", "Engineer", "Colonel", "Commander", "Chief", "Uncle", "Teacher"),
    *("Sultan", "Bek", "Ustod", "Falcon", "Tiger", "Komandir", "Starik", "Professor", "Mullah", "Sasha"),
)
_COUNTRIES: Final = ("AA", "QM", "QN", "QO", "QP", "QQ", "QR", "QS", "QT", "XA", "XB", "XC", "ZZ")
"""Codes ISO 3166 leaves to users: no real country is on the list."""
_PROGRAMMES: Final = ("TEST-ARMS", "TEST-DRUGS", "TEST-CYBER", "TEST-TERROR", "TEST-PIRACY")
