"""Years of the reference corridor: trade, wages and taxes of two countries, planned in dollars, drawn from one seed.

A plan's sums are exact at every scale: a month's value is divided among as many payments as the scale leaves, at
least one. A scale of one is the whole corridor, with its million people; at a thousandth each payment is as large
and there are a thousand times fewer, and goods that are few become small.
"""

import calendar
import math
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Final

import msgspec

from corridor.client.messages import Order
from corridor.codecs.iso20022.pacs008 import (
    DocumentLine,
    ReferredDocument,
    RegulatoryReport,
    TaxRemittance,
)
from corridor.domain.money import Money, Rate, allocate, convert_source_fixed
from corridor.domain.parties import Party
from corridor.sandbox.world import BANKS, DOLLAR, ROUBLE, ROUBLE_ISSUER, SOMONI, SOMONI_ISSUER, Institution

YUAN: Final = "CNY"
YUAN_ISSUER: Final = Institution("CBYYCNB0", "Central Bank of Yuan", "central_bank", (YUAN,), YUAN)
ISSUERS: Final = (ROUBLE_ISSUER, SOMONI_ISSUER, YUAN_ISSUER)
CURRENCIES: Final = (ROUBLE, SOMONI, YUAN)
PEOPLE: Final = 1_000_000
"""So many send wages home, each every second month."""

_FIRST_RATES: Final = {ROUBLE: Decimal("89.50"), SOMONI: Decimal("10.95"), YUAN: Decimal("7.18")}
"""What a dollar costs when the first year begins."""
_MONTHS: Final = 12
_CENTS: Final = 100


class Trade(msgspec.Struct, frozen=True):
    """What is paid for in one direction in one currency. `millions` of dollars are the values of the two years.

    `payments` is how many a year the whole corridor makes, in the second year; `payer` is the currency of the
    country that pays.
    """

    name: str
    payer: str
    currency: str
    millions: tuple[Decimal, Decimal]
    payments: int
    purpose: str
    goods: str = ""
    category: str | None = None


def _trade(name: str, payer: str, currency: str, before: str, then: str, payments: int, purpose: str, goods: str = "",
           category: str | None = None) -> Trade:  # fmt: skip
    return Trade(name, payer, currency, (Decimal(before), Decimal(then)), payments, purpose, goods, category)


# fmt: off
TRADES: Final = (
    _trade("oil products", SOMONI, ROUBLE, "392.0", "420.0", 2_800, "GDDS", "2710194210"),
    _trade("machinery",    SOMONI, ROUBLE, "225.5", "251.0", 5_200, "GDDS", "8429521000"),
    _trade("machinery",    SOMONI, YUAN,    "13.0",   "9.0",   300, "GDDS", "8429521000"),
    _trade("cars",         SOMONI, ROUBLE, "163.0", "174.0", 6_000, "GDDS", "8703231981"),
    _trade("cars",         SOMONI, YUAN,     "9.0",   "6.0",   250, "GDDS", "8703231981"),
    _trade("pipes",        SOMONI, ROUBLE,  "82.0",  "90.0", 1_100, "GDDS", "7304310000"),
    _trade("metal",        SOMONI, ROUBLE, "139.0", "150.0", 2_300, "GDDS", "7210490000"),
    _trade("garments",     ROUBLE, ROUBLE, "170.0", "190.0", 9_000, "GDDS", "6203423100"),
    _trade("garments",     ROUBLE, SOMONI,  "22.0",  "20.0", 1_500, "GDDS", "6203423100"),
    _trade("electricity",  ROUBLE, ROUBLE,  "48.0",  "54.0",   240, "ELEC", "2716000000"),
    _trade("electricity",  ROUBLE, SOMONI,  "18.0",  "16.0",   120, "ELEC", "2716000000"),
    _trade("taxes",        SOMONI, ROUBLE, "110.0", "120.0", 14_000, "TAXS", category="TAXS"),
    _trade("salaries",     ROUBLE, ROUBLE,  "54.0",  "60.0", 240_000, "SALA", category="SALA"),
    _trade("wages",        ROUBLE, ROUBLE, "950.0", "1032.0", PEOPLE * 6, "DEPD"),
)
# fmt: on
"""1.5 billion dollars of trade and taxes in the second year, 7.8 % more than in the first; wages besides."""


class Planned(msgspec.Struct, frozen=True):
    """One payment, worth so many cents, of the payer of this number among those of its trade."""

    trade: Trade
    payer: int
    cents: int


class Day(msgspec.Struct, frozen=True):
    """One day of the corridor: the official rates of the dollar, and who pays what, debtor agent first."""

    date: str
    rates: tuple[Rate, ...]
    orders: tuple[tuple[Institution, Order], ...]


def days(seed: int, year: int, scale: Decimal) -> Iterator[Day]:
    """Yield the days of a year and of the one before, in which somebody pays; the same from the same seed."""
    dice = _dice(seed, "rates")
    rates = dict(_FIRST_RATES)
    for which, each in enumerate((year - 1, year)):
        for month in range(1, _MONTHS + 1):
            length = calendar.monthrange(each, month)[1]
            planned = _month(_dice(seed, each, month), which, month, length, scale)
            for number in range(1, length + 1):
                rates = {code: _moved(dice, rate) for code, rate in rates.items()}
                quoted = {code: Rate(rate, DOLLAR, code) for code, rate in rates.items()}
                orders = tuple(
                    _order(_dice(seed, each, month, number, place), one, quoted)
                    for place, one in enumerate(planned[number])
                )
                if orders:
                    yield Day(f"{each}-{month:02d}-{number:02d}", tuple(quoted.values()), orders)


def _month(
    dice: Random, which: int, month: int, length: int, scale: Decimal
) -> defaultdict[int, list[Planned]]:
    """Return what is paid on each day of a month. Of those who send wages home one half pays in even months."""
    planned: defaultdict[int, list[Planned]] = defaultdict(list)
    for trade in TRADES:
        cents = int(trade.millions[which] * scale * 1_000_000 * _CENTS)
        of_month = allocate(Money(cents, DOLLAR), [1] * _MONTHS)[month - 1]
        count = max(1, round(trade.payments * scale / _MONTHS))
        weights = [max(1, round(1_000 * math.exp(dice.gauss(0, 0.6)))) for _ in range(count)]
        payday = dice.randint(1, length)
        others = count * (month % 2) if trade.purpose == "DEPD" else 0
        for payer, part in enumerate(allocate(of_month, weights), others):
            day = payday if trade.category == "SALA" else dice.randint(1, length)
            planned[day].append(Planned(trade, payer, max(1, part.minor)))
    return planned


def _order(dice: Random, planned: Planned, rates: dict[str, Rate]) -> tuple[Institution, Order]:
    trade, payer = planned.trade, f"{TRADES.index(planned.trade):02d}{planned.payer:08d}"
    debtor_agent = [bank for bank in BANKS if bank.home == trade.payer][planned.payer % 2]
    creditor_agent = dice.choice([bank for bank in BANKS if bank.home != trade.payer])
    reference = f"{dice.randrange(10**8):08d}"
    private = trade.purpose in ("DEPD", "SALA")
    return debtor_agent, Order(
        creditor_agent=creditor_agent.bic,
        amount=convert_source_fixed(Money(planned.cents, DOLLAR), rates[trade.currency]).destination,
        debtor=Party(name=f"Плательщик {payer}", account=f"4081700000{payer}"),
        creditor=Party(name=f"Получатель {payer}", account=f"2020600000{payer}"),
        end_to_end_id=reference,
        purpose=trade.purpose,
        category_purpose=trade.category,
        regulatory=() if private or not trade.goods else (_regulatory(trade),),
        documents=_documents(trade, reference),
        tax=_tax(dice, reference) if trade.purpose == "TAXS" else None,
    )


def _regulatory(trade: Trade) -> RegulatoryReport:
    """What the rouble country's statistics call it: goods sold, or bought, and paid for after delivery."""
    code = "10200" if trade.payer == SOMONI else "11200"
    return RegulatoryReport(side="BOTH", authority_country="RU", country="TJ", code=code)


def _documents(trade: Trade, reference: str) -> tuple[ReferredDocument, ...]:
    if not trade.goods:
        return ()
    line = DocumentLine(type="PTCD", issuer="EAEU", number=trade.goods, description=trade.name)
    return (
        ReferredDocument(type="CINV", number=f"I-{reference}", lines=(line,)),
        ReferredDocument(type="CONT", number=f"C-{reference[:4]}"),
    )


def _tax(dice: Random, reference: str) -> TaxRemittance:
    return TaxRemittance(
        debtor_tax_id=f"{dice.randrange(10**9, 10**10)}",
        administration_zone="70000000",
        reference_number=f"T{reference}",
        record_type="VATA",
    )


def _dice(*names: object) -> Random:
    """A source of its own for each purpose, so that more draws here change nothing there."""
    return Random("/".join(map(str, names)))  # noqa: S311  play, not secrets


def _moved(dice: Random, rate: Decimal) -> Decimal:
    """The rate of the next day: some tenths of a per cent away, with four decimals."""
    return (rate * (1 + Decimal(dice.randint(-40, 40)) / 10_000)).quantize(Decimal("0.0001"))
