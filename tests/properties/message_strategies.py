"""Any message that Corridor may send, as Hypothesis draws them."""

from decimal import Decimal
from typing import Any

import iso4217
from hypothesis import strategies as st

from corridor.codecs.iso20022 import (
    account_report,
    admi002,
    camt050,
    camt052,
    camt053,
    camt054,
    head001,
    pacs002,
    pacs004,
    pacs008,
    pacs009,
    pacs028,
)
from corridor.domain.instants import parse
from corridor.domain.money import MAX_MINOR, Money
from corridor.domain.parties import Party

CURRENCIES = sorted(each.code for each in iso4217.Currency if each.exponent is not None)
LEIS = ["506700GE1G29325QX363", "529900T8BM49AURSDO55"]
PHONES = ["+992917000001", "+79161234567", "+13105550123"]
ACCOUNTS = ["RU0304452522540817810538091310419", "DE89370400440532013000", "40817810538091310419", "A 1/b-2"]


# Letters of the corridor and of others, digits, an emoji beyond 16 bits, a combining mark, what XML reserves.
ALPHABET = "AZaz09 АЯаяЁёӮӯҚқҲҳЎўẞéفا中文あ😀\u0301&<>'\"]{}#;%\\/=?!-+.,:()"


def text(longest: int) -> st.SearchStrategy[str]:
    """Printable characters, up to the longest that the schema allows."""
    return st.text(ALPHABET, min_size=1, max_size=min(longest, 12)) | st.just("Ж" * longest) | st.just("]]>")


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


ids = text(35)
bics = st.sampled_from(["SEVRRUM0", "PAMRTJ20", "CORRXXM0", "ALFXRUM0XXX", "0000AA00", "9Z9ZZZ9Z000"])
uetrs = st.uuids(version=4).map(str)
instants = st.integers(parse("1970-01-01T00:00:00Z"), parse("9999-12-31T23:59:59.999999Z"))
dates = st.dates().map(lambda date: date.isoformat())
times = st.builds("{}{}".format, st.times().map(str), st.sampled_from(["Z", "+03:00", "-09:30", "+14:00"]))
codes = st.sampled_from(["INST", "SALA", "ABC", "X", "A&B"])
countries = st.sampled_from(["RU", "TJ"])
currencies = st.sampled_from(CURRENCIES)
amounts = st.builds(Money, st.integers(0, MAX_MINOR) | st.integers(0, 10_000), currencies)
rates = st.integers(1, 10**11 - 1).map(lambda n: Decimal(f"{n}e-10")) | st.integers(1, 10**5).map(Decimal)
accounts = st.sampled_from(ACCOUNTS) | st.integers(0, 10**34 - 1).map(str)


@st.composite
def parties(draw: st.DrawFn, *, with_account: bool) -> Party:
    private = draw(st.booleans())
    identification = draw(maybe(text(256)))
    return Party(
        name=draw(text(140)),
        account=draw(maybe(accounts)) if with_account else None,
        phone=draw(maybe(st.sampled_from(PHONES))),
        lei=None if private else draw(maybe(st.sampled_from(LEIS))),
        identification=identification,
        identification_scheme=draw(maybe(codes)) if identification else None,
        private=private and identification is not None,
        country_of_residence=draw(maybe(countries)),
        street=draw(maybe(text(140))),
        building=draw(maybe(text(16))),
        postcode=draw(maybe(text(16))),
        town=draw(maybe(text(140))),
        country=draw(maybe(countries)),
        address_line_1=(line := draw(maybe(text(70)))),
        address_line_2=draw(maybe(text(70))) if line else None,
    )


def together(*strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """All or none: elements that the schema wants in company."""
    return st.just((None,) * len(strategies)) | st.tuples(*strategies)


lines = st.builds(
    pacs008.DocumentLine, type=codes, issuer=maybe(ids), number=ids, description=maybe(text(2048))
)
regulatory_reports = st.builds(
    pacs008.RegulatoryReport,
    side=maybe(st.sampled_from(["CRED", "DEBT", "BOTH"])),
    authority_country=maybe(countries),
    country=maybe(countries),
    code=text(10),
    amount=maybe(amounts),
    information=maybe(ids),
)


@st.composite
def documents(draw: st.DrawFn) -> pacs008.ReferredDocument:
    date_type, date = draw(together(codes, dates))
    return pacs008.ReferredDocument(
        type=draw(codes),
        number=draw(ids),
        date_type=date_type,
        date=date,
        lines=tuple(draw(st.lists(lines, max_size=2))),
    )


taxes = st.builds(
    pacs008.TaxRemittance,
    creditor_tax_id=ids,
    creditor_registration_id=maybe(ids),
    debtor_tax_id=maybe(ids),
    debtor_registration_id=maybe(ids),
    administration_zone=maybe(ids),
    reference_number=maybe(text(140)),
    method=maybe(ids),
    total_tax_amount=maybe(amounts),
    date=maybe(dates),
    record_type=maybe(ids),
    record_category=maybe(ids),
    record_debtor_status=maybe(ids),
)
agreed_rates = st.builds(
    pacs008.AgreedRate,
    unit_currency=currencies,
    quoted_currency=currencies,
    rate=rates,
    quoted_at=maybe(instants),
    quote_id=uetrs,
    fx_agent=maybe(bics),
)
charges = st.builds(pacs008.Charge, amount=amounts, agent=bics, type=maybe(codes))


@st.composite
def credit_transfers(draw: st.DrawFn) -> pacs008.CreditTransfer:
    proxy = draw(maybe(text(60)))
    return pacs008.CreditTransfer(
        message_id=draw(ids),
        created_at=draw(instants),
        settlement_method=draw(st.sampled_from(["CLRG", "INDA", "INGA", "COVE"])),
        clearing_system=draw(maybe(ids)),
        instruction_id=draw(maybe(ids)),
        end_to_end_id=draw(ids),
        transaction_id=draw(maybe(ids)),
        uetr=draw(uetrs),
        clearing_system_reference=draw(maybe(ids)),
        clearing_channel=draw(maybe(st.sampled_from(["RTGS", "RTNS", "MPNS", "BOOK"]))),
        service_level=draw(maybe(codes)),
        local_instrument=draw(maybe(codes)),
        category_purpose=draw(maybe(codes)),
        interbank_settlement_amount=draw(amounts),
        interbank_settlement_date=draw(maybe(dates)),
        settlement_priority=draw(maybe(st.sampled_from(["URGT", "HIGH", "NORM"]))),
        till_time=draw(maybe(times)),
        from_time=draw(maybe(times)),
        reject_time=draw(maybe(times)),
        acceptance_at=draw(maybe(instants)),
        instructed_amount=draw(maybe(amounts)),
        exchange_rate=draw(maybe(rates)),
        agreed_rate=draw(maybe(agreed_rates)),
        charge_bearer=draw(st.sampled_from(["DEBT", "CRED", "SHAR", "SLEV"])),
        charges=tuple(draw(st.lists(charges, max_size=3))),
        instructing_agent=draw(bics),
        instructed_agent=draw(bics),
        intermediary_agent=draw(maybe(bics)),
        ultimate_debtor=draw(maybe(parties(with_account=False))),
        debtor=draw(parties(with_account=True)),
        debtor_account_currency=draw(maybe(currencies)),
        debtor_agent=draw(bics),
        creditor_agent=draw(bics),
        creditor=draw(parties(with_account=True)),
        creditor_account_currency=draw(maybe(currencies)),
        creditor_proxy_type=draw(maybe(codes)) if proxy else None,
        creditor_proxy=proxy,
        ultimate_creditor=draw(maybe(parties(with_account=False))),
        purpose=draw(maybe(codes)),
        regulatory=tuple(draw(st.lists(regulatory_reports, max_size=2))),
        remittance=tuple(draw(st.lists(text(140), max_size=3))),
        documents=tuple(draw(st.lists(documents(), max_size=3))),
        creditor_reference=draw(maybe(ids)),
        tax=draw(maybe(taxes)),
    )


@st.composite
def status_reports(draw: st.DrawFn) -> pacs002.StatusReport:
    original_id, definition = draw(together(ids, ids))
    return pacs002.StatusReport(
        message_id=draw(ids),
        created_at=draw(instants),
        instructing_agent=draw(maybe(bics)),
        instructed_agent=draw(maybe(bics)),
        original_message_id=original_id,
        original_message_definition_id=definition,
        original_created_at=draw(maybe(instants)) if original_id else None,
        group_status=draw(maybe(codes)) if original_id else None,
        status_id=draw(maybe(ids)),
        original_instruction_id=draw(maybe(ids)),
        original_end_to_end_id=draw(maybe(ids)),
        original_transaction_id=draw(maybe(ids)),
        original_uetr=draw(uetrs),
        transaction_status=draw(st.sampled_from(["ACCP", "ACSC", "ACCC", "PDNG", "RJCT"])),
        reason=draw(maybe(codes)),
        additional_information=tuple(draw(st.lists(text(105), max_size=3))),
        acceptance_at=draw(maybe(instants)),
        effective_settlement_at=draw(maybe(instants)),
        clearing_system_reference=draw(maybe(ids)),
    )


@st.composite
def status_requests(draw: st.DrawFn) -> pacs028.StatusRequest:
    original_id, definition = draw(together(ids, ids))
    return pacs028.StatusRequest(
        message_id=draw(ids),
        created_at=draw(instants),
        instructing_agent=draw(maybe(bics)),
        instructed_agent=draw(maybe(bics)),
        original_message_id=original_id,
        original_message_definition_id=definition,
        original_created_at=draw(maybe(instants)) if original_id else None,
        status_request_id=draw(maybe(ids)),
        original_instruction_id=draw(maybe(ids)),
        original_end_to_end_id=draw(maybe(ids)),
        original_transaction_id=draw(maybe(ids)),
        original_uetr=draw(uetrs),
    )


@st.composite
def entries(draw: st.DrawFn) -> camt054.Entry:
    exchange = st.builds(
        camt054.CurrencyExchange,
        source_currency=currencies,
        target_currency=currencies,
        unit_currency=currencies,
        rate=rates,
        contract_id=maybe(ids),
        quoted_at=maybe(instants),
    )
    counter_value = draw(maybe(amounts))
    return camt054.Entry(
        reference=draw(maybe(ids)),
        amount=draw(amounts),
        credit_debit=draw(st.sampled_from(["CRDT", "DBIT"])),
        status=draw(codes),
        booked_at=draw(instants),
        value_date=draw(maybe(dates)),
        servicer_reference=draw(maybe(ids)),
        domain=draw(codes),
        family=draw(codes),
        sub_family=draw(codes),
        message_id=draw(maybe(ids)),
        instruction_id=draw(maybe(ids)),
        end_to_end_id=draw(maybe(ids)),
        uetr=draw(maybe(uetrs)),
        transaction_id=draw(maybe(ids)),
        clearing_system_reference=draw(maybe(ids)),
        counter_value=counter_value,
        exchange=draw(maybe(exchange)) if counter_value else None,
        debtor_agent=draw(maybe(bics)),
        creditor_agent=draw(maybe(bics)),
        additional_information=draw(maybe(text(500))),
    )


@st.composite
def notifications(draw: st.DrawFn) -> camt054.Notification:
    return camt054.Notification(
        message_id=draw(ids),
        created_at=draw(instants),
        notification_id=draw(ids),
        account=draw(accounts),
        account_currency=draw(maybe(currencies)),
        entries=tuple(draw(st.lists(entries(), max_size=3))),
    )


counts = st.integers(0, 10**15 - 1)
sums = st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False)
sides = st.sampled_from(["CRDT", "DBIT"])
balances = st.builds(account_report.Balance, type=codes, amount=amounts, credit_debit=sides, date=dates)
summaries = st.builds(
    account_report.Summary,
    entries=counts,
    turnover=sums,
    net=sums,
    net_credit_debit=sides,
    credit_entries=counts,
    credits=sums,
    debit_entries=counts,
    debits=sums,
)


@st.composite
def account_reports(
    draw: st.DrawFn, record: type[account_report.AccountReport]
) -> account_report.AccountReport:
    return record(
        message_id=draw(ids),
        created_at=draw(instants),
        report_id=draw(ids),
        page=draw(st.integers(0, 99_999)),
        is_last_page=draw(st.booleans()),
        sequence=draw(counts),
        begins_at=draw(instants),
        ends_at=draw(instants),
        account=draw(accounts),
        account_currency=draw(currencies),
        account_owner=draw(bics),
        account_servicer=draw(bics),
        balances=tuple(draw(st.lists(balances, min_size=1, max_size=3))),
        summary=draw(summaries),
        entries=tuple(draw(st.lists(entries(), max_size=3))),
        additional_information=draw(maybe(text(500))),
    )


liquidity_transfers = st.builds(
    camt050.LiquidityTransfer,
    message_id=ids,
    created_at=instants,
    instruction_id=maybe(ids),
    end_to_end_id=ids,
    transaction_id=maybe(ids),
    uetr=uetrs,
    creditor=bics,
    creditor_account=accounts,
    amount=amounts,
    debtor=bics,
    debtor_account=accounts,
    settlement_date=maybe(dates),
)

institution_transfers = st.builds(
    pacs009.InstitutionTransfer,
    message_id=ids,
    created_at=instants,
    settlement_method=st.sampled_from(["CLRG", "INDA", "INGA", "COVE"]),
    clearing_system=maybe(ids),
    instruction_id=maybe(ids),
    end_to_end_id=ids,
    transaction_id=maybe(ids),
    uetr=uetrs,
    clearing_system_reference=maybe(ids),
    interbank_settlement_amount=amounts,
    interbank_settlement_date=maybe(dates),
    instructing_agent=bics,
    instructed_agent=bics,
    debtor=bics,
    debtor_account=maybe(accounts),
    creditor=bics,
    creditor_account=maybe(accounts),
    remittance=st.lists(text(140), max_size=3).map(tuple),
)

payment_returns = st.builds(
    pacs004.PaymentReturn,
    message_id=ids,
    created_at=instants,
    clearing_system=maybe(ids),
    return_id=ids,
    original_message_id=st.just("m1"),
    original_message_definition_id=st.just("pacs.008.001.13"),
    original_created_at=maybe(instants),
    original_instruction_id=maybe(ids),
    original_end_to_end_id=maybe(ids),
    original_transaction_id=maybe(ids),
    original_uetr=uetrs,
    original_clearing_system_reference=maybe(ids),
    original_settlement_amount=maybe(amounts),
    original_settlement_date=maybe(dates),
    returned_amount=amounts,
    settlement_date=maybe(dates),
    clearing_system_reference=maybe(ids),
    instructing_agent=bics,
    instructed_agent=bics,
    reason=codes,
    additional_information=st.lists(text(105), max_size=3).map(tuple),
)

message_rejects = st.builds(
    admi002.MessageReject,
    related_reference=ids,
    reason=codes,
    rejected_at=maybe(instants),
    error_location=maybe(text(350)),
    description=maybe(text(350)),
    additional_data=maybe(text(500)),
)

MESSAGES = {
    "pacs.008.001.13": credit_transfers(),
    "pacs.002.001.10": status_reports(),
    "pacs.028.001.03": status_requests(),
    "pacs.004.001.09": payment_returns,
    "pacs.009.001.08": institution_transfers,
    "camt.050.001.07": liquidity_transfers,
    "camt.052.001.08": account_reports(camt052.Report),
    "camt.053.001.08": account_reports(camt053.Statement),
    "camt.054.001.08": notifications(),
    "admi.002.001.01": message_rejects,
}


def headers(definition: str) -> st.SearchStrategy[head001.Header]:
    related = st.builds(
        head001.RelatedHeader,
        from_bic=bics,
        to_bic=bics,
        business_message_id=ids,
        message_definition_id=ids,
        created_at=instants,
    )
    return st.builds(
        head001.Header,
        from_bic=bics,
        to_bic=bics,
        business_message_id=ids,
        message_definition_id=st.just(definition),
        business_service=maybe(ids),
        created_at=instants,
        possible_duplicate=st.booleans(),
        related=maybe(related),
    )
