# ruff: noqa: RUF001  (Cyrillic beside Latin)
"""Customers of the simulated banks: workers, families, firms and treasuries. Nobody real."""

from random import Random
from typing import Final

import msgspec

from corridor.sandbox.world import BANKS, ROUBLE, SOMONI, Institution

PERSON, FIRM, TREASURY = "person", "firm", "treasury"


class Customer(msgspec.Struct, frozen=True):
    """A customer with one account. `opening` is the balance it starts with, in minor units.

    Shape: accounts have 20 digits (somoni accounts have no IBAN, and rouble ones are written
    so, too); `currency` is the account's; a phone, if there is one, is in E.164 and of a valid form.
    """

    bank: str
    kind: str
    name: str
    account: str
    currency: str
    opening: int
    phone: str = ""
    town: str = ""
    country: str = ""


def make_customers(random: Random, persons: int = 60, firms: int = 12) -> tuple[Customer, ...]:
    """Return the customers of all banks, the same from the same seed: for each bank and currency so many."""
    customers: list[Customer] = []
    for number, bank in enumerate(BANKS):
        for currency in bank.currencies:
            customers += _of_bank(random, bank, number, currency, persons, firms)
    return tuple(customers)


def _of_bank(
    random: Random, bank: Institution, number: int, currency: str, persons: int, firms: int
) -> list[Customer]:
    rouble_bank = bank.home == ROUBLE
    country, towns = ("RU", _ROUBLE_TOWNS) if rouble_bank else ("TJ", _SOMONI_TOWNS)
    made = []
    for i in range(persons + firms + 1):
        kind = PERSON if i < persons else FIRM if i < persons + firms else TREASURY
        name = {PERSON: _person, FIRM: _firm, TREASURY: _treasury}[kind](random, rouble_bank=rouble_bank)
        mobile = f"{number}{0 if currency == ROUBLE else 1}{i:05d}"
        phone = "" if kind != PERSON else f"+7916{mobile}" if rouble_bank else f"+99291{mobile}"
        made.append(
            Customer(
                bank=bank.bic,
                kind=kind,
                name=name,
                account=f"{'40817' if kind == PERSON else '40702'}{_NUMERIC[currency]}{number:04d}{i:08d}",
                currency=currency,
                opening=_OPENING[kind],
                phone=phone,
                town=random.choice(towns),
                country=country,
            )
        )
    return made


def _person(random: Random, *, rouble_bank: bool) -> str:
    # Wage earners in the rouble country and their families at home share their names.
    first, family = random.choice(_FIRST), random.choice(_FAMILY)
    if rouble_bank and random.random() < 0.3:
        first, family = random.choice(_ROUBLE_FIRST), random.choice(_ROUBLE_FAMILY)
    return f"{first} {family}"


def _firm(random: Random, *, rouble_bank: bool) -> str:
    form, stems = ("ООО", _ROUBLE_STEMS) if rouble_bank else ("ҶДММ", _SOMONI_STEMS)
    return f"{form} «{random.choice(stems)}{random.choice(_BUSINESSES)}»"


def _treasury(_random: Random, *, rouble_bank: bool) -> str:
    return "Казначейство Северной области" if rouble_bank else "Хазинаи вилояти Зарафшон"


_NUMERIC: Final = {ROUBLE: "810", SOMONI: "972"}
_OPENING: Final = {PERSON: 500_000_00, FIRM: 900_000_000_00, TREASURY: 0}
_ROUBLE_TOWNS: Final = ("Североград", "Волжский Яр", "Новолесье", "Камнегорск")
_SOMONI_TOWNS: Final = ("Шаҳринав", "Дарёбод", "Кӯҳистон", "Боғдара")
_FIRST: Final = (
    *("Рустам", "Фаррух", "Далер", "Сухроб", "Шодмон", "Бахром", "Парвиз", "Исмоил", "Зафар", "Ҷамшед"),
    *("Мадина", "Зарина", "Нигора", "Манижа", "Шаҳноза", "Дилбар", "Фируза", "Гулнора"),
)
_FAMILY: Final = (
    *("Каримов", "Раҳимзода", "Назаров", "Саидов", "Ҳакимзода", "Юсупов", "Одинаев", "Шарипов", "Мирзоев"),
    *("Холиқзода", "Давлатов", "Қурбонов", "Азизов", "Тоҳирӣ", "Собиров"),
)
_ROUBLE_FIRST: Final = ("Иван", "Пётр", "Мария", "Анна", "Сергей", "Ольга", "Дмитрий", "Елена")
_ROUBLE_FAMILY: Final = ("Берёзкин", "Полевой", "Лугов", "Заречный", "Ручьёв", "Озеров")
_ROUBLE_STEMS: Final = ("Север", "Волга", "Кама", "Ясная", "Лада", "Мост")
_SOMONI_STEMS: Final = ("Помир", "Зарафшон", "Ҳисор", "Вахш", "Сомон", "Навбаҳор")
_BUSINESSES: Final = ("Нефть", "Маш", "Авто", "Труба", "Металл", "Текстиль", "Энерго", "Торг")
