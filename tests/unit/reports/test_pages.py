"""Statements as messages: exact to the minor unit, day after day, page after page."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.codecs.iso20022.account_report import SIZE_BYTES_MAX
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.jws import HubHeader, ReceiptHeader, compose, parse
from corridor.domain.instants import DAY, HOUR, Instant, InvalidDateTime, at
from corridor.domain.money import MAX_MINOR
from corridor.reports import pages
from corridor.reports.pages import Page, Turnover, bank_transaction_code, render, require_day, signed_parts
from corridor.reports.statements import KINDS, Day, Moved, NotBegun, Unbalanced
from corridor.services.credit.records import DRAWDOWN
from corridor.services.messaging.rules import FUNDING
from corridor.services.settlement.cycles import NET
from corridor.services.settlement.legs import FEE, PRINCIPAL
from corridor.services.settlement.pvp.settling import PVP
from tests.world import CBRR, PAMR, SEVR

HUB = "CORRXXM0"
CUT_OFF = 18 * 3_600
UETR = "97ed4827-7b6f-4491-a06f-b548d5a7512d"
TODAY = Day.of("2026-11-24", 0, CUT_OFF)


def moved(amount: int, number: int = 7, code: int = PRINCIPAL, **facts: Any) -> Moved:
    known = {"counterparty": PAMR, "reference": UETR, "at": TODAY.begins + number}
    return Moved(transfer=number, code=code, amount=amount, **(known | facts))


def page(
    entries: Sequence[Moved], opening: int = 0, *, day: Day = TODAY, currency: str = "RUB", **facts: Any
) -> Page:
    """The first page of a day that has ended, or another one."""
    known: dict[str, Any] = {
        "batch": 41,
        "at": day.ends,
        "head": bytes(32),
        "turnover": Turnover.of(opening, [each.amount for each in entries]),
        "reserved": 0,
        "number": 1,
    }
    return Page(
        hub=HUB,
        participant=SEVR,
        currency=currency,
        day=day,
        entries=entries,
        **(known | facts),
    )


def decimal(balance: Any) -> Decimal:
    amount = Decimal(balance.amount.text())
    return amount if balance.credit_debit == "CRDT" else -amount


def opened(found: Page) -> Any:
    """What a receiver reads of the bytes: gate, schema and tables have passed it."""
    _, envelope = signed_parts(found, HubHeader(HUB, "sandbox", "hub-1"))
    return open_envelope(envelope, size_bytes_max=SIZE_BYTES_MAX)


def test_a_day_that_has_ended_is_a_statement_always_in_the_same_bytes():
    entries = [moved(-120_00), moved(150_00, 9, FUNDING, counterparty=CBRR)]
    found = opened(page(entries, 500_00))
    message = found.message
    assert (found.document_definition, found.header.to_bic) == ("camt.053.001.08", SEVR)
    assert found.header.business_message_id == message.message_id == "SEVRRUM0RUB20261124-1"
    assert (message.report_id, message.sequence) == (
        "SEVRRUM0-RUB-2026-11-24",
        at("2026-11-24", "00:00:00Z") // DAY,
    )
    assert [(each.type, decimal(each)) for each in message.balances] == [
        ("OPBD", Decimal("500.00")),
        ("CLBD", Decimal("530.00")),
    ]
    assert (message.begins_at, message.ends_at, message.created_at) == (TODAY.begins, TODAY.ends, TODAY.ends)
    paid, came = message.entries
    assert (paid.reference, paid.servicer_reference, paid.status, paid.value_date) == (
        "1",
        "7",
        "BOOK",
        "2026-11-24",
    )
    assert (paid.uetr, paid.creditor_agent, paid.debtor_agent) == (UETR, PAMR, None)
    assert (came.debtor_agent, came.creditor_agent, came.additional_information) == (CBRR, None, "funding")
    later = page(entries, 500_00, batch=99, at=TODAY.ends + 7 * DAY, head=bytes([1]) * 32, reserved=3)
    header = HubHeader(HUB, "sandbox", "hub-1")
    assert signed_parts(later, header)[1] == signed_parts(page(entries, 500_00), header)[1]


def test_the_day_that_runs_is_a_report_that_says_what_is_reserved():
    found = opened(page([moved(-20_00)], 0, at=TODAY.ends - HOUR, reserved=5_00))
    message = found.message
    assert (found.document_definition, message.message_id, message.sequence) == (
        "camt.052.001.08",
        "RUB41-1",
        41,
    )
    assert [(each.type, decimal(each)) for each in message.balances] == [
        ("OPBD", Decimal("0.00")),
        ("ITBD", Decimal("-20.00")),
        ("ITAV", Decimal("-25.00")),
    ]
    assert message.ends_at == message.created_at == TODAY.ends - HOUR
    assert message.additional_information == "reserved 5.00 RUB"


def test_the_header_names_the_batch_and_whom_it_is_for():
    protected, _ = signed_parts(page([]), HubHeader(HUB, "sandbox", "hub-1"))
    header = parse(compose(protected, bytes(64)), ReceiptHeader).header
    assert (header.batch, header.head, header.aud) == (41, "00" * 32, "SEVRRUM0/sandbox")


amounts = st.integers(-10_000, 10_000).filter(bool)


@settings(max_examples=60)
@given(
    st.lists(st.lists(amounts, max_size=12), min_size=1, max_size=6),
    st.integers(-50_000, 50_000),
    st.sampled_from(["RUB", "TJS", "JPY", "KWD"]),
    st.integers(1, 5),
)
def test_days_follow_from_each_other_and_pages_make_a_day(days, opening, currency, size):
    """Opening + credits - debits = closing, the next opening is this closing, and no entry is lost or told twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "ENTRIES", size)
        number, before = 0, None
        for place, amounts_of_day in enumerate(days):
            day = Day.of(f"2026-11-{place + 10}", 0, CUT_OFF)
            entries = [moved(amount, number + n) for n, amount in enumerate(amounts_of_day, 1)]
            turnover = Turnover.of(opening, amounts_of_day)
            told = []
            for n in range(1, turnover.pages + 1):
                shown = entries[(n - 1) * size : n * size]
                message = opened(page(shown, day=day, currency=currency, turnover=turnover, number=n)).message
                assert (message.page, message.is_last_page) == (n, n == turnover.pages)
                first, last = map(decimal, message.balances)
                summary = message.summary
                net = summary.net if summary.net_credit_debit == "CRDT" else -summary.net
                assert last == first + summary.credits - summary.debits == first + net
                assert summary.turnover == summary.credits + summary.debits
                assert summary.entries == summary.credit_entries + summary.debit_entries == len(entries)
                assert before in (None, first)
                told += message.entries
            assert [int(each.reference) for each in told] == list(range(1, len(entries) + 1))
            assert [int(each.servicer_reference) for each in told] == [each.transfer for each in entries]
            assert first + sum(map(decimal, told)) == last
            with pytest.raises(pages.NoSuchPage, match=f"last page is {turnover.pages}"):
                turnover.require_page(turnover.pages + 1)
            opening, before, number = turnover.closing, last, number + len(entries)


def test_a_full_page_of_the_longest_entries_is_within_what_a_reader_takes():
    longest = [
        moved(-MAX_MINOR // 1_000, n, 13, counterparty="PAMRTJ22XXX", reference=UETR)
        for n in range(10**15, 10**15 + pages.ENTRIES)
    ]
    _, envelope = signed_parts(page(longest), HubHeader(HUB, "sandbox", "hub-1"))
    assert len(envelope) < SIZE_BYTES_MAX
    assert len(open_envelope(envelope, size_bytes_max=SIZE_BYTES_MAX).message.entries) == pages.ENTRIES


def test_entries_that_are_not_what_the_day_adds_up_to_are_not_stated():
    with pytest.raises(Unbalanced, match="adds up to"):
        render(page([moved(5)], turnover=Turnover(0, 4, 1, 0, 0)))


def test_a_clearing_account_is_nobody_elses():
    (entry,) = opened(page([moved(9, code=NET, counterparty=SEVR, reference="12")])).message.entries
    assert (entry.debtor_agent, entry.uetr, entry.clearing_system_reference) == (None, None, "12")
    (entry,) = opened(page([moved(9, code=99, reference="")])).message.entries
    assert (entry.clearing_system_reference, entry.additional_information) == (None, "code 99")


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (moved(1), "PMNT RCDT XBCT"),
        (moved(-1, counterparty="VOLGRUM0"), "PMNT ICDT DMCT"),
        (moved(-1, counterparty="ALFXRUM0", provider="ALFXRUM0"), "PMNT ICDT XBCT"),
        (moved(1, counterparty="VOLGRUM0", provider=SEVR), "PMNT CNTR FCDP"),
        (moved(-1, provider=SEVR), "PMNT CNTR FCWD"),
        (moved(-1, code=FEE, counterparty=HUB), "PMNT MDOP FEES"),
        (moved(1, code=FUNDING), "PMNT RCDT FICT"),
        (moved(-1, code=NET), "PMNT ICDT ASET"),
        (moved(-1, code=PVP), "FORX SPOT OTHR"),
        (moved(1, code=DRAWDOWN), "LDAS FTLN DDWN"),
        (moved(1, code=99), "PMNT RCDT OTHR"),
    ],
)
def test_the_bank_transaction_code_says_what_an_entry_is(entry, code):
    assert " ".join(bank_transaction_code(SEVR, entry)) == code


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_of_transfer_has_a_code(code):
    assert all(len(part) == 4 for part in bank_transaction_code(SEVR, moved(1, code=code)))


def test_a_day_can_be_asked_for_from_its_beginning_on_and_for_a_month():
    require_day(TODAY, TODAY.begins)
    require_day(TODAY, TODAY.ends + 31 * DAY - 1)
    with pytest.raises(NotBegun):
        require_day(TODAY, TODAY.begins - 1)
    with pytest.raises(pages.TooOld):
        require_day(TODAY, TODAY.ends + 31 * DAY)


@pytest.mark.parametrize("now", [0, CUT_OFF * 1_000_000 - 1, CUT_OFF * 1_000_000, DAY - 1])
def test_the_day_that_runs_is_the_one_that_now_is_in(now: Instant):
    day = Day.of("", now, CUT_OFF)
    assert day.begins <= now < day.ends
    assert Day.of(day.date, 0, CUT_OFF) == day
    assert Day.of("", now, 0) == Day("1970-01-01", 0, DAY)
    with pytest.raises(InvalidDateTime):
        Day.of("2026-02-30", now, CUT_OFF)
    assert msgspec.structs.asdict(day)["ends"] - day.begins == DAY
