from decimal import Decimal

import pytest

from corridor.client import liquidity
from corridor.client.messages import Order, credit_transfer, envelope, status_report, status_request
from corridor.client.requests import Quote
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.iso20022.pacs008 import ReferredDocument, TaxRemittance
from corridor.domain.money import Money, Rate
from corridor.domain.parties import Party
from tests.unit.client.hub_side import BANK, HUB, NOW, PROFILE, UETR

DEBTOR = Party(name="Рустам Каримов", account="40817810000000000001", town="Северск", country="RU")
CREDITOR = Party(name="ҶДММ «Помир & Ко»", account="40702810000000000002")
QUOTE = Quote(
    quote_id="00000000-0000-4126-8700-434f52525858",
    creditor_agent="PAMRTJ20",
    provider="ALFXRUM0",
    fixed="source",
    source=Money(1_000_000, "RUB"),
    destination=Money(116_279, "TJS"),
    fee=Money(1_000, "RUB"),
    debit=Money(1_001_000, "RUB"),
    rate=Rate.parse("8.60", "TJS", "RUB"),
    mid_rate=Rate.parse("8.55", "TJS", "RUB"),
    total_cost=0,
    total_cost_bps=0,
    expires_at=NOW,
)


def order(**facts):
    filled = {
        "creditor_agent": "PAMRTJ20",
        "amount": Money(1_000_000, "RUB"),
        "debtor": DEBTOR,
        "creditor": CREDITOR,
    }
    return Order(**(filled | facts))


ORDERS = [
    order(purpose="GDDS", documents=(ReferredDocument(type="CINV", number="2026-000001"),)),
    order(creditor=Party(name="Мадина Саидова"), creditor_phone="+992917000001", remittance=("Семье",)),
    order(quote=QUOTE, category_purpose="TRAD"),
    order(tax=TaxRemittance(debtor_tax_id="7701234567", reference_number="T1"), purpose="TAXS"),
    order(booked="INDA"),
    order(ultimate_debtor=Party(name="ООО «Мост»"), end_to_end_id="E2E-1"),
]
MESSAGES = [
    *(credit_transfer(PROFILE, each, f"{BANK}-{n}", UETR, NOW) for n, each in enumerate(ORDERS)),
    status_report(PROFILE, UETR, "RJCT", f"{BANK}-9", NOW, reason="AC03", original_message_id="m"),
    status_report(PROFILE, UETR, "ACCC", f"{BANK}-9", NOW),
    status_request(PROFILE, UETR, f"{BANK}-9", NOW),
    liquidity.defunding(PROFILE, Money(5, "RUB"), "CBRRRUM0-SEVRRUM0", f"{BANK}-9", UETR, NOW),
    liquidity.funding(PROFILE, Money(5, "TJS"), "20206972000000000001", f"{BANK}-9", UETR, NOW),
    liquidity.credit(PROFILE, "PAMRTJ20", Money(5, "RUB"), f"{BANK}-9", UETR, NOW),
    liquidity.credit(PROFILE, "PAMRTJ20", Money(5, "RUB"), f"{BANK}-9", UETR, NOW, debtor_account="7"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_what_is_written_conforms_to_its_schema_and_says_the_same(message):
    draft = envelope(PROFILE, message, NOW)
    opened = open_envelope(draft.body)
    assert opened.message == message
    assert opened.document_digest.hex() == draft.digest
    header = opened.header
    assert (header.from_bic, header.to_bic) == (BANK, HUB)
    assert header.business_message_id == message.message_id == draft.message_id


def test_with_a_quote_its_amounts_its_rate_and_its_provider_are_stated():
    message = credit_transfer(PROFILE, order(quote=QUOTE, amount=Money(1, "RUB")), "m", UETR, NOW)
    assert message.interbank_settlement_amount == QUOTE.source
    assert message.instructed_amount == QUOTE.destination
    agreed = message.agreed_rate
    assert (agreed.quote_id, agreed.fx_agent) == (QUOTE.quote_id, "ALFXRUM0")
    assert (agreed.unit_currency, agreed.quoted_currency, agreed.rate) == ("TJS", "RUB", Decimal("8.6"))


def test_without_an_account_the_creditor_is_known_by_phone():
    message = credit_transfer(PROFILE, ORDERS[1], "m", UETR, NOW)
    assert (message.creditor_proxy_type, message.creditor_proxy) == ("MBNO", "+992917000001")
    assert message.creditor.account is None
