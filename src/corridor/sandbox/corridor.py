# ruff: noqa: RUF001  (Cyrillic beside Latin)
"""The reference corridor: who pays whom what for, in which currency. Seeded, endless, scalable."""

import math
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

import msgspec

from corridor.client.correspondents import Method
from corridor.client.messages import Gross
from corridor.client.requests import Quote
from corridor.codecs.iso20022.pacs008 import DocumentLine, ReferredDocument, TaxRemittance
from corridor.sandbox.people import FIRM, PERSON, TREASURY, Customer
from corridor.sandbox.world import BANKS, ROUBLE, SOMONI


class Flow(msgspec.Struct, frozen=True):
    """One kind of payment. `weight` is its share of the number of payments, in thousandths.

    `home` is the currency of the country it comes from; `debits` and `credits` are the
    accounts' currencies; if they differ the debtor agent asks for a quote. Units: `median` in whole units of
    `debits`; amounts are log-normal around it. `goods` is a code of the Harmonized System.
    """

    name: str
    weight: int
    home: str
    debits: str
    credits: str
    median: int
    spread: float
    debtor: str
    creditor: str
    purpose: str
    by_phone: bool = False
    goods: str = ""


FLOWS: Final = (
    Flow("wages sent home", 870, ROUBLE, ROUBLE, ROUBLE, 14_000, 0.6, PERSON, PERSON, "DEPD", by_phone=True),
    Flow("wages, to somoni", 18, ROUBLE, ROUBLE, SOMONI, 9_000, 0.6, PERSON, PERSON, "DEPD", by_phone=True),
    Flow("garments", 30, ROUBLE, ROUBLE, ROUBLE, 350_000, 0.7, FIRM, FIRM, "GDDS", goods="6203423100"),
    Flow("electricity", 4, ROUBLE, ROUBLE, ROUBLE, 2_500_000, 0.4, FIRM, FIRM, "ELEC", goods="2716000000"),
    Flow("fuel", 12, SOMONI, ROUBLE, ROUBLE, 900_000, 0.8, FIRM, FIRM, "GDDS", goods="2710194210"),
    Flow("machinery", 10, SOMONI, ROUBLE, ROUBLE, 400_000, 0.9, FIRM, FIRM, "GDDS", goods="8429521000"),
    Flow("cars", 10, SOMONI, ROUBLE, ROUBLE, 600_000, 0.5, FIRM, FIRM, "GDDS", goods="8703231981"),
    Flow("pipes", 4, SOMONI, ROUBLE, ROUBLE, 700_000, 0.7, FIRM, FIRM, "GDDS", goods="7304310000"),
    Flow("metal", 6, SOMONI, ROUBLE, ROUBLE, 800_000, 0.7, FIRM, FIRM, "GDDS", goods="7210490000"),
    Flow("taxes", 20, SOMONI, ROUBLE, ROUBLE, 60_000, 0.8, FIRM, TREASURY, "TAXS"),
    Flow("invoices in somoni", 10, ROUBLE, SOMONI, SOMONI, 12_000, 0.7, FIRM, FIRM, "GDDS"),
    Flow("somoni to roubles", 6, SOMONI, SOMONI, ROUBLE, 8_000, 0.7, FIRM, FIRM, "SCVE"),
)
"""Trade and wages go both ways in about equal sums, or the banks of one country would run dry."""


class Intent(msgspec.Struct, frozen=True):
    """What a customer wants: `amount` leaves the debtor's account, fees aside; in minor units.

    `quoted` says that the creditor's account is in another currency, so the bank needs a quote first, if it has none
    already: `quote`. It comes from `provider`, or from the best one.
    """

    flow: str
    debtor: Customer
    creditor: Customer
    amount: int
    purpose: str
    by_phone: bool = False
    remittance: str = ""
    document: ReferredDocument | None = None
    tax: TaxRemittance | None = None
    gross: Gross | None = None
    netted: bool = False
    booked: Method | None = None
    quote: Quote | None = None
    provider: str = ""

    @property
    def quoted(self) -> bool:
        """The two accounts are in different currencies."""
        return self.debtor.currency != self.creditor.currency


def intents(random: Random, customers: Sequence[Customer]) -> Iterator[Intent]:
    """Yield what customers want, without end; the same from the same seed and customers."""
    home = {bank.bic: bank.home for bank in BANKS}
    by_kind: dict[tuple[str, str, str], list[Customer]] = {}
    for customer in customers:
        by_kind.setdefault((home[customer.bank], customer.kind, customer.currency), []).append(customer)
    weights = [flow.weight for flow in FLOWS]
    number = 0
    while True:
        number += 1
        (flow,) = random.choices(FLOWS, weights)
        abroad = SOMONI if flow.home == ROUBLE else ROUBLE
        debtor = random.choice(by_kind[flow.home, flow.debtor, flow.debits])
        creditor = random.choice(by_kind[abroad, flow.creditor, flow.credits])
        # A normal deviate in the exponent: amounts of trade and of wages are log-normal.
        amount = max(1, round(flow.median * math.exp(random.gauss(0, flow.spread)))) * 100
        yield _detailed(random, flow, debtor, creditor, amount, number)


def _detailed(
    random: Random, flow: Flow, debtor: Customer, creditor: Customer, amount: int, number: int
) -> Intent:
    document = tax = None
    remittance = ""
    if flow.creditor == TREASURY:
        tax = TaxRemittance(
            debtor_tax_id=f"{random.randrange(10**9, 10**10)}",
            administration_zone="70000000",
            reference_number=f"T{number:08d}",
            record_type="VATA",
        )
    elif flow.debtor == FIRM:
        goods = (DocumentLine(type="PTCD", issuer="EAEU", number=flow.goods),) if flow.goods else ()
        document = ReferredDocument(type="CINV", number=f"2026-{number:06d}", lines=goods)
    else:
        remittance = random.choice(("Семье", "На учёбу", "На дом", "Ба волидон"))
    return Intent(
        flow=flow.name,
        debtor=debtor,
        creditor=creditor,
        amount=amount,
        purpose=flow.purpose,
        by_phone=flow.by_phone and bool(creditor.phone),
        remittance=remittance,
        document=document,
        tax=tax,
    )
