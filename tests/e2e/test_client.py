"""The sandbox at work: every institution by its client alone, over HTTP, until every book agrees with the hub's."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager

import pytest

from corridor.client.errors import TurnedAway
from corridor.codecs.iso20022.camt052 import Report
from corridor.domain.money import Money
from corridor.reports import pages
from corridor.sandbox import bank_store, provider, world
from corridor.sandbox.bank import Behaviour
from corridor.sandbox.corridor import Intent
from corridor.sandbox.people import PERSON
from corridor.sandbox.process import Sandbox
from corridor.services.fx.records import REPLY
from corridor.services.messaging.records import MAILBOX
from tests.unit.sandbox.town import a_town

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def a_sandbox(town, directory, seed=1, uetrs=1, **given):
    async with Sandbox.open(
        town.profiles, town.keys, directory, clock=town.clock.now, uetr=town.uetr(uetrs), seed=seed, **given
    ) as sandbox:
        yield sandbox


class Observer:
    def __init__(self):
        self.notices = []

    def __call__(self, notice):
        self.notices.append(notice)

    @property
    def last(self):
        return {notice.uetr: notice for notice in self.notices}

    def statuses(self):
        return Counter(notice.status for notice in self.last.values())


def funds(bic, currency):
    return sum(amount for each, code, amount in world.FUNDING if (each.bic, code) == (bic, currency))


def check_books(town, sandbox):
    """What each bank did with its customers is what moved on its settlement accounts, and nothing is open."""
    for bank in world.BANKS:
        database = sandbox.stores[bank.bic].connection
        assert bank_store.open_payments(database) == []
        assert all(account.reserved == 0 for account in bank_store.accounts(database))
        for currency in bank.currencies:
            moved = database.execute(
                "SELECT coalesce(sum(CASE direction WHEN 'in' THEN amount ELSE -amount END), 0)"
                " FROM payment WHERE status = 'ACCC' AND currency = ?",
                (currency,),
            ).fetchone()[0]
            assert town.rig.balance(bank.bic, currency) == funds(bank.bic, currency) + moved
    for each in world.FX_PROVIDERS:
        positions = provider.positions(sandbox.stores[each.bic].connection)
        for currency in each.currencies:
            credits_, debits, _ = positions.get(currency, (0, 0, 0))
            assert town.rig.balance(each.bic, currency) == funds(each.bic, currency) + credits_ - debits
    for participant in sandbox.participants.values():
        assert participant.on_the_way == 0


async def settled(town, sandbox):
    """Wait until all that was sent is vouched for, every mailbox is read, and nothing is under way."""

    def waits():
        read = {bic: store.load()[0].mailbox for bic, store in sandbox.stores.items()}
        return (
            any(each.on_the_way for each in sandbox.participants.values())
            or any(
                read.get(mailbox.participant, mailbox.last_number) != mailbox.last_number
                for mailbox in town.rig.store.rows[MAILBOX].values()
            )
            or any(bank_store.open_payments(each.connection) for each in banks(sandbox))
        )

    async with asyncio.timeout(10):
        while waits():
            await asyncio.sleep(0.01)


@pytest.fixture
async def town():
    async with a_town() as town:
        yield town


async def test_the_reference_corridor(town, tmp_path):
    observer = Observer()
    async with a_sandbox(town, tmp_path) as sandbox:
        await sandbox.found()
        await sandbox.offer(100, 150, observer)
        converted = [
            notice
            for notice in observer.last.values()
            if notice.source.currency != notice.destination.currency
        ]
        assert observer.statuses() == {"ACCC": 150}
        assert all(notice.total_cost > 0 for notice in converted)
        assert all(notice.at >= notice.ordered_at for notice in observer.notices)
        await settled(town, sandbox)
        check_books(town, sandbox)


async def test_a_sandbox_that_begins_again_goes_on_and_does_nothing_twice(town, tmp_path):
    observer = Observer()
    async with a_sandbox(town, tmp_path) as sandbox:
        await sandbox.found()
        offering = asyncio.create_task(sandbox.offer(200, 200, observer, look_up=False))
        while observer.statuses()["ACCC"] < 40:
            await asyncio.sleep(0.01)
        offering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await offering
    batches = town.rig.store.batch
    async with a_sandbox(town, tmp_path, uetrs=2) as sandbox:
        await sandbox.found()
        await settled(town, sandbox)
        check_books(town, sandbox)
    assert town.rig.store.batch > batches


def banks(sandbox):
    return [sandbox.stores[bank.bic] for bank in world.BANKS]


async def test_a_creditor_agent_that_refuses(town, tmp_path):
    observer = Observer()
    behaviours = {bank.bic: Behaviour(refuses=1000, refusal="MS03") for bank in world.BANKS}
    async with a_sandbox(town, tmp_path, behaviours=behaviours) as sandbox:
        await sandbox.found()
        await sandbox.offer(100, 10, observer, look_up=False)
        assert {notice.reason for notice in observer.last.values()} == {"MS03"}
        await settled(town, sandbox)
        check_books(town, sandbox)


async def test_one_customer_pays_another_by_phone(town, tmp_path):
    observer = Observer()
    async with a_sandbox(town, tmp_path) as sandbox:
        await sandbox.found()
        debtor = next(each for each in sandbox.customers if (each.bank, each.kind) == ("SEVRRUM0", PERSON))
        creditor = next(
            each
            for each in sandbox.customers
            if (each.bank, each.kind, each.currency) == ("ZARFTJ20", PERSON, "TJS")
        )
        uetr = await sandbox.pay(intent(debtor, creditor), observer)
        async with asyncio.timeout(10):
            while observer.statuses()["ACCC"] < 1:
                await asyncio.sleep(0.01)
        assert observer.last[uetr].destination.currency == "TJS"
        await settled(town, sandbox)
        check_books(town, sandbox)


async def test_a_bank_reads_its_own_statements(town, tmp_path, monkeypatch):
    async with a_sandbox(town, tmp_path) as sandbox:
        await sandbox.found()
        bank = sandbox.participants["SEVRRUM0"]
        (page,) = [each async for each in bank.statement("RUB")]
        message = page.message
        assert isinstance(message, Report)
        assert {each.debtor_agent for each in message.entries} == {"CBRRRUM0"}
        assert message.balances[1].amount == Money(funds("SEVRRUM0", "RUB"), "RUB")
        monkeypatch.setattr(pages, "ENTRIES", 1)
        monkeypatch.setattr("corridor.adapters.memory.reads.ENTRIES", 1)
        day = message.balances[0].date
        told = [each async for each in bank.statement("RUB", day)]
        assert [each.message.page for each in told] == list(range(1, len(message.entries) + 1))
        assert [entry for each in told for entry in each.message.entries] == list(message.entries)
        for currency, when, reason in (("USD", "", "AC01"), ("RUB", "2099-01-01", "DT01")):
            with pytest.raises(TurnedAway) as refused:
                await anext(bank.statement(currency, when))
            assert (refused.value.status, refused.value.reason) == (404, reason)


async def test_a_bank_asks_all_providers_and_a_customer_pays_on_the_best_reply(town, tmp_path):
    observer = Observer()
    async with a_sandbox(town, tmp_path) as sandbox:
        await sandbox.found()
        bank, office = sandbox.participants["SEVRRUM0"], sandbox.banks["SEVRRUM0"]
        number = await bank.inquire("ZARFTJ20", "RUB", "TJS", Money(1_000_00, "RUB"), 20)
        async with asyncio.timeout(10):
            while (await bank.inquiries(number))[0].state == "asked":
                await asyncio.sleep(0.01)
        (inquiry,) = await bank.inquiries(number)
        replies = {
            each.provider: each.rate for each in town.rig.store.rows[REPLY].values() if each.inquiry == number
        }
        assert set(replies) == {each.bic for each in world.FX_PROVIDERS}
        assert inquiry.quote.rate.value == min(replies.values())
        assert replies[inquiry.quote.provider] == min(replies.values())
        for bic, rate in replies.items():
            (theirs,) = await sandbox.participants[bic].inquiries(number)
            assert (theirs.reply, theirs.quote) == (rate, None)
            assert theirs.state == ("taken" if bic == inquiry.quote.provider else "passed")
        debtor = next(each for each in sandbox.customers if (each.bank, each.kind) == ("SEVRRUM0", PERSON))
        creditor = next(
            each
            for each in sandbox.customers
            if (each.bank, each.kind, each.currency) == ("ZARFTJ20", PERSON, "TJS")
        )
        uetr = bank.make_uetr()
        office.order(intent(debtor, creditor), uetr, inquiry.quote, observer)
        async with asyncio.timeout(10):
            while observer.statuses()["ACCC"] < 1:
                await asyncio.sleep(0.01)
        assert observer.last[uetr].destination == inquiry.quote.destination
        await settled(town, sandbox)
        check_books(town, sandbox)


def intent(debtor, creditor):
    return Intent("by hand", debtor, creditor, 1_000_00, "DEPD", by_phone=True)
