"""Statements add up: every day of every account, from its first unit to what the hub has stored."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from tests.contract.busy_day import RETURNED, live, uetr
from tests.contract.signed_world import SEAL, PostgresWorld
from tests.rig import HUB
from tests.world import CBRR, FUNDS, SEVR

from corridor.adapters.postgres import statements as adapter
from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.postgres.roles import READER, SIGNER, WRITER, provision
from corridor.adapters.postgres.statements import read_account, read_day, read_page, read_statement
from corridor.adapters.postgres.supervisor import Cluster
from corridor.codecs.iso20022.account_report import SIZE_BYTES_MAX
from corridor.codecs.iso20022.camt052 import Report
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.jws import HubHeader
from corridor.domain.instants import DAY, Instant
from corridor.ledger.accounts import Balance
from corridor.reports import pages
from corridor.reports.pages import NoSuchPage, Page, TooOld, signed_parts
from corridor.reports.statements import (
    Balances,
    Day,
    Moved,
    NoSuchAccount,
    NotBegun,
    Statement,
    Unbalanced,
    statement,
)
from corridor.services.messaging.records import BALANCE, SETTLEMENT_ACCOUNT

ACCOUNTS = [(bic, currency) for bic in ("SEVRRUM0", "PAMRTJ20", "ALFXRUM0") for currency in ("RUB", "TJS")]


@pytest.fixture(scope="module")
def days(cluster: Cluster) -> Iterator["Days"]:
    world = PostgresWorld(asyncio.run(provision(cluster, f"days_{uuid4().hex}")))
    begun = world.now
    live(world)
    world.advance(3 * 86_400)  # days on which little happens
    world.fund(CBRR, SEVR, "RUB", 5)
    yield Days(world, begun)
    world.close()


class Days:
    """A corridor that has lived for some days, and its statements."""

    def __init__(self, world: PostgresWorld, begun: Instant) -> None:
        self.world = world
        self.begun = begun
        self.writer = world._dsn

    def statements(self, bic: str, currency: str, dates: Sequence[str]) -> list[Statement]:
        async def read() -> list[Statement]:
            reads = await PostgresReads.connect(self.writer.replace(WRITER, READER), SEAL, size=1)
            try:
                account_id = await read_account(reads.fetch, bic, currency)
                assert account_id is not None
                found = []
                for date in dates:
                    async with reads.snapshot() as fetch:
                        day = await read_day(fetch, currency, self.world.now, date)
                        balances, moved = await read_statement(fetch, account_id, day)
                    found.append(statement(bic, currency, day.date, balances, moved))
                return found
            finally:
                await reads.close()

        return asyncio.run(read())

    def pages(self, bic: str, currency: str, dates: Sequence[str]) -> list[list[Page]]:
        """Every page of each day, as the signer reads them, with its rights and no others."""

        async def read() -> list[list[Page]]:
            reads = await PostgresReads.connect(self.writer.replace(WRITER, SIGNER), SEAL, size=1)
            try:
                return [[page async for page in whole(reads, date)] for date in dates]
            finally:
                await reads.close()

        async def whole(reads: PostgresReads, date: str) -> AsyncIterator[Page]:
            number, last = 1, 1
            while number <= last:
                async with reads.snapshot() as fetch:
                    page = await read_page(fetch, bic, currency, date, number)
                yield page
                number, last = number + 1, page.turnover.pages

        return asyncio.run(read())

    def ask(self, *asked: Any) -> Page:
        async def read() -> Page:
            reads = await PostgresReads.connect(self.writer.replace(WRITER, SIGNER), SEAL, size=1)
            try:
                async with reads.snapshot() as fetch:
                    return await read_page(fetch, *asked)
            finally:
                await reads.close()

        return asyncio.run(read())

    def dates(self, currency: str) -> list[str]:
        """Every business day since the beginning."""

        async def read() -> list[Day]:
            reads = await PostgresReads.connect(self.writer.replace(WRITER, READER), SEAL, size=1)
            try:
                instants = range(self.begun, self.world.now + DAY, DAY)
                return [await read_day(reads.fetch, currency, min(i, self.world.now)) for i in instants]
            finally:
                await reads.close()

        return sorted({day.date for day in asyncio.run(read())})

    def stored(self, bic: str, currency: str) -> Balance:
        entry = self.world.hub.memory.find(SETTLEMENT_ACCOUNT, (bic, currency))
        assert entry is not None
        return self.world.hub.memory.find(BALANCE, entry.account_id) or Balance(entry.account_id)


@pytest.mark.parametrize(("bic", "currency"), ACCOUNTS)
def test_each_day_begins_where_the_one_before_ended_and_the_last_ends_with_what_is_stored(
    days, bic, currency
):
    found = days.statements(bic, currency, days.dates(currency))
    assert len(found) >= 5
    balance = 0
    for each in found:
        assert each.opening == balance
        assert each.closing == each.opening + each.credits - each.debits
        assert [entry.transfer for entry in each.entries] == sorted(
            {entry.transfer for entry in each.entries}
        )
        balance = each.closing
    stored = days.stored(bic, currency)
    assert balance == stored.credits_posted - stored.debits_posted
    assert {each.reserved for each in found} == {stored.debits_pending}
    assert not [entry for each in found for entry in each.entries if entry.kind.startswith("code ")]


def test_entries_say_when_what_for_and_with_whom(days):
    found = days.statements(SEVR, "RUB", days.dates("RUB"))
    entries = [entry for each in found for entry in each.entries]
    assert entries[0].kind == "funding"
    assert (entries[0].amount, entries[0].balance, entries[0].counterparty) == (FUNDS, FUNDS, CBRR)
    by_reference = {entry.reference: entry for entry in entries}
    left, came = by_reference[uetr(days.world, 80)], by_reference[uetr(days.world, 82)]
    assert (left.kind, left.amount, left.counterparty) == ("defunding", -250_00, CBRR)
    assert (came.kind, came.amount, came.counterparty) == ("funding", 250_00, CBRR)
    paid = by_reference[uetr(days.world, 1)]
    assert (paid.kind, paid.amount, paid.counterparty) == ("payment", -100_00, "PAMRTJ20")
    back = [entry for entry in entries if entry.reference == uetr(days.world, RETURNED)]
    assert [(each.kind, each.amount) for each in back] == [("payment", -100_00), ("return", 100_00)]
    assert {"fee", "trade", "netting cycle", "credit drawn", "credit repaid"} <= {
        each.kind for each in entries
    }
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert uetr(days.world, 81) not in by_reference  # the central bank has refused it


def test_entries_stand_on_their_business_day(days):
    for each in days.statements(SEVR, "TJS", days.dates("TJS")):

        async def bounds(date: str = each.day) -> Day:
            reads = await PostgresReads.connect(days.writer.replace(WRITER, READER), SEAL, size=1)
            try:
                return await read_day(reads.fetch, "TJS", days.world.now, date)
            finally:
                await reads.close()

        day = asyncio.run(bounds())
        assert day.ends - day.begins == DAY
        assert day.ends % DAY == 16 * DAY // 24  # the cut-off that was set: 21:00 of Dushanbe
        assert all(day.begins <= entry.at < day.ends for entry in each.entries)


def test_a_day_on_which_nothing_happened_has_no_entries(days):
    (before,) = days.statements(SEVR, "RUB", ["2020-01-01"])
    assert (before.opening, before.entries, before.closing) == (0, [], 0)


def test_a_balance_that_was_bent_is_not_stated(days):
    async def bend(by: int) -> None:
        db = await asyncpg.connect(days.writer)
        await db.execute(
            "UPDATE balance SET credits_posted = credits_posted + $1 FROM settlement_account s"
            " WHERE s.account_id = balance.account_id AND (participant, currency) = ('SEVRRUM0', 'RUB')",
            by,
        )
        await db.close()

    asyncio.run(bend(1))
    try:
        with pytest.raises(Unbalanced, match="is stored"):
            days.statements(SEVR, "RUB", [""])
    finally:
        asyncio.run(bend(-1))


def test_entries_that_do_not_lead_to_the_closing_balance_are_not_stated():
    balances = Balances(opening=10, closing=15, all=15, stored=15, reserved=0)
    moved = [Moved(1, 0, 1, CBRR, "", 4)]
    with pytest.raises(Unbalanced, match="lead to 14"):
        statement(SEVR, "RUB", "2026-11-24", balances, moved)
    (entry,) = statement(SEVR, "RUB", "2026-11-24", balances, [Moved(1, 0, 99, CBRR, "", 5)]).entries
    assert (entry.kind, entry.balance) == ("code 99", 15)


@pytest.mark.parametrize("size", [3, 256])
@pytest.mark.parametrize(("bic", "currency"), [*ACCOUNTS, (CBRR, "RUB")])
def test_pages_say_what_the_ledger_adds_up_to_from_its_first_transfer_on(
    days, bic, currency, size, monkeypatch
):
    """Two ways to one truth: reckoned back from what is stored, and added up from nothing."""
    monkeypatch.setattr(pages, "ENTRIES", size)
    monkeypatch.setattr(adapter, "ENTRIES", size)
    dates = days.dates(currency)
    header = HubHeader(HUB, "sandbox", "hub-1")
    for slow, quick in zip(
        days.statements(bic, currency, dates), days.pages(bic, currency, dates), strict=True
    ):
        assert {page.turnover for page in quick} == {quick[0].turnover}
        turnover = quick[0].turnover
        assert (turnover.opening, turnover.closing) == (slow.opening, slow.closing)
        assert (turnover.credits, turnover.debits) == (slow.credits, slow.debits)
        told = [entry for page in quick for entry in page.entries]
        assert [(each.transfer, each.at, each.amount, each.reference) for each in told] == [
            (each.transfer, each.at, each.amount, each.reference) for each in slow.entries
        ]
        assert max(len(page.entries) for page in quick) <= size
        for page in quick:
            _, envelope = signed_parts(page, header)
            message = open_envelope(envelope, size_bytes_max=SIZE_BYTES_MAX).message
            assert isinstance(message, Report) == (slow.day == dates[-1])
            assert message.summary.entries == len(slow.entries)


def test_who_converts_is_told_so(days):
    found = days.pages("ALFXRUM0", "RUB", days.dates("RUB"))
    assert "ALFXRUM0" in {each.provider for pages in found for page in pages for each in page.entries}


def test_the_moment_is_a_batch_of_the_log(days):
    page = days.ask(SEVR, "RUB", "", 1)
    assert (page.hub, page.batch, page.head) == (HUB, *days.world.hub._durable)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ((SEVR, "USD", "", 1), NoSuchAccount),
        ((SEVR, "RUB", "2099-01-01", 1), NotBegun),
        ((SEVR, "RUB", "2020-01-01", 1), TooOld),
        ((SEVR, "RUB", "", 2), NoSuchPage),
    ],
)
def test_what_there_is_not_is_refused(days, asked, error):
    with pytest.raises(error):
        days.ask(*asked)


def test_no_page_costs_more_for_the_history_that_is_kept(days):
    """Every query finds its rows by an index, where a table grows with time."""

    async def explain() -> str:
        reads = await PostgresReads.connect(days.writer.replace(WRITER, READER), SEAL, size=1)
        try:
            async with reads.snapshot() as fetch:
                await fetch(adapter.BY_INDEX)
                asked = [
                    (adapter.LAST_BEFORE, (202_612, 1)),
                    (adapter.TURNOVER, (1, 5, 2**62, 9)),
                    (adapter.MOVED, (1, 5, 9, 256, 0, 202_611, 202_612)),
                ]
                rows = [row for query, facts in asked for row in await fetch(f"EXPLAIN {query}", *facts)]
            return "\n".join(row[0] for row in rows)
        finally:
            await reads.close()

    plan = asyncio.run(explain())
    for table in ("transfer", "blob", "payment", "liquidity_transfer"):
        assert f"Seq Scan on {table}" not in plan, plan
    assert "Bitmap" not in plan, plan
    assert plan.count("Backward using blob_") >= 2, plan
    for index in ("transfer_debits", "transfer_credits", "payment_number"):
        assert index in plan, plan
