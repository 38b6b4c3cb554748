"""The client against a real gateway and a real hub, over a socket."""

import asyncio
import random
import sqlite3
from contextlib import asynccontextmanager, suppress
from decimal import Decimal

import pytest

from corridor.adapters.keys.software import Ed25519Key
from corridor.client import (
    AccountTerms,
    BookDay,
    BookEntry,
    Lost,
    Order,
    Participant,
    Refused,
    SqliteStore,
    Terms,
    Tier,
    TurnedAway,
)
from corridor.client.messages import status_report
from corridor.client.store import Store
from corridor.codecs.iso20022.camt054 import Notification
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs004 import PaymentReturn
from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.domain.dates import next_date
from corridor.domain.instants import DAY, iso_date
from corridor.domain.money import Money
from corridor.domain.parties import Party
from tests.unit.sandbox.town import a_town

pytestmark = pytest.mark.anyio

SEVR, PAMR, ALFX, CBRR, CBTJ = "SEVRRUM0", "PAMRTJ20", "ALFXRUM0", "CBRRRUM0", "CBTJTJ20"
HUNDRED = Money(100_00, "RUB")
PHONE = "+992917000001"


def order(**facts):
    filled = {
        "creditor_agent": PAMR,
        "amount": HUNDRED,
        "debtor": Party(name="Рустам Каримов", account="40817810000000000001"),
        "creditor": Party(name="Мадина Каримова", account="40817810000000000002"),
    }
    return Order(**(filled | facts))


@pytest.fixture
async def town():
    async with a_town() as town:
        yield town


@asynccontextmanager
async def opened(town, bic, store=None, **facts):
    own = store or SqliteStore(":memory:")
    key = facts.pop("key", town.keys[bic])
    async with Participant.open(
        town.profile(bic, **facts),
        key,
        own,
        clock=town.clock.now,
        dice=random.Random(1),
        uetr=town.uetr(bic),
    ) as participant:
        yield participant
    if store is None:
        own.close()


async def funded(town, *bics):
    for issuer, currency in ((CBRR, "RUB"), (CBTJ, "TJS")):
        async with opened(town, issuer) as central_bank:
            for bic in bics:
                await central_bank.fund(bic, Money(1_000_000_00, currency))


async def read(participant, seen):
    """Take note of everything."""
    async for frame in participant.mail():
        with frame:
            seen += [delivery.opened.message for delivery in frame.deliveries]


async def accept(participant, seen):
    """What a creditor agent does that likes everybody."""
    async for frame in participant.mail():
        with frame:
            for delivery in frame.deliveries:
                message = delivery.opened.message
                seen.append(message)
                message_id, now = participant.identify()
                if isinstance(message, CreditTransfer):
                    frame.send(status_report(participant.profile, message.uetr, "ACCP", message_id, now))
                elif isinstance(message, StatusReport) and message.transaction_status == "ACSC":
                    uetr = message.original_uetr
                    frame.send(status_report(participant.profile, uetr, "ACCC", message_id, now))


@asynccontextmanager
async def reading(work):
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_payment_from_order_to_credit(town):
    await funded(town, SEVR)
    told, asked = [], []
    async with (
        opened(town, SEVR) as severny,
        opened(town, PAMR) as pamir,
        reading(read(severny, told)),
        reading(accept(pamir, asked)),
    ):
        payment = await severny.pay(order())
        assert payment.receipt.batch > 0
        outcome = await payment.outcome()
        assert (outcome.original_uetr, outcome.transaction_status) == (payment.uetr, "ACSC")
        await until(lambda: len(told) == 2)
        assert [report.transaction_status for report in told] == ["ACSC", "ACCC"]
        assert town.rig.balance(PAMR, "RUB") == HUNDRED.minor
        await severny.ask_status(payment.uetr)
        await until(lambda: len(told) == 3)
        assert told[2].transaction_status == "ACCC"


async def test_a_payment_is_given_back(town):
    await funded(town, SEVR)
    told, asked = [], []
    async with (
        opened(town, SEVR) as severny,
        opened(town, PAMR) as pamir,
        reading(read(severny, told)),
        reading(accept(pamir, asked)),
    ):
        payment = await severny.pay(order())
        await payment.outcome()
        back = await pamir.give_back(payment.uetr, HUNDRED, "AC04", text="the account is closed")
        outcome = await back.outcome()
        assert (outcome.original_uetr, outcome.transaction_status) == (payment.uetr, "ACSC")
        assert outcome.original_message_definition_id == "pacs.004.001.09"
        assert town.rig.balance(PAMR, "RUB") == 0
        await until(lambda: any(isinstance(each, PaymentReturn) for each in told))
        (came,) = [each for each in told if isinstance(each, PaymentReturn)]
        assert (came.returned_amount, came.additional_information) == (HUNDRED, ("the account is closed",))
        again = await pamir.give_back(payment.uetr, HUNDRED, "AC04")
        with pytest.raises(Refused) as refused:
            await again.outcome()
        assert refused.value.reason == "DU03"
        assert "was returned on" in str(refused.value)
        await until(lambda: pamir.on_the_way == 0)


async def test_a_payment_with_a_quote(town):
    await funded(town, SEVR, PAMR, ALFX)
    told, asked, booked = [], [], []
    async with (
        opened(town, SEVR) as severny,
        opened(town, PAMR) as pamir,
        opened(town, ALFX) as altyn,
        reading(read(severny, told)),
        reading(accept(pamir, asked)),
        reading(read(altyn, booked)),
    ):
        await altyn.post_rates("TJS", "RUB", [Tier(0, Decimal("8.50"), Decimal("8.60"))])
        quote = await severny.quote(PAMR, "RUB", "TJS", HUNDRED)
        assert (quote.source, quote.destination) == (HUNDRED, Money(11_62, "TJS"))
        assert quote.total_cost > 0
        payment = await severny.pay(order(quote=quote))
        assert (await payment.outcome()).transaction_status == "ACSC"
        await until(lambda: len(booked) == 2)
        assert all(isinstance(each, Notification) for each in booked)
        assert asked[0].interbank_settlement_amount == quote.destination


async def test_the_directory(town):
    async with opened(town, SEVR) as severny, opened(town, PAMR) as pamir:
        with pytest.raises(TurnedAway) as raised:
            await severny.look_up(PHONE)
        assert (raised.value.status, raised.value.reason) == (404, "BE23")
        await pamir.register_alias(PHONE, "RUB", "40817810000000000002", "Мадина Каримова")
        payee = await severny.look_up(PHONE, "Madina Karimova")
        assert (payee.participant, payee.currency, payee.match) == (PAMR, "RUB", "MATCH")
        await pamir.remove_alias(PHONE)
        with pytest.raises(TurnedAway):
            await severny.look_up(PHONE)


async def test_banks_lend_to_each_other(town):
    await funded(town, SEVR)
    today = iso_date(town.clock.now())
    terms = Terms(
        borrower=PAMR,
        limit=HUNDRED,
        rate=Decimal("16.5"),
        day_count="ACT/365F",
        starts_on=today,
        ends_on=next_date(next_date(today)),
    )
    async with opened(town, SEVR) as severny, opened(town, PAMR) as pamir:
        number = (await severny.offer_facility(terms)).facility
        assert (await pamir.accept_facility(number)).state == "active"
        assert (await pamir.draw(number, HUNDRED)).drawn.money == HUNDRED
        assert town.rig.balance(PAMR, "RUB") == HUNDRED.minor
        with pytest.raises(Refused) as raised:
            await pamir.draw(number, HUNDRED)
        assert raised.value.reason == "AM14"
        assert (await pamir.repay(number, HUNDRED)).drawn.money.minor == 0
        assert (await pamir.cancel_facility(number)).state == "ended"


async def test_banks_keep_an_account_for_each_other(town):
    await funded(town, SEVR)
    today = iso_date(town.clock.now())
    terms = AccountTerms(
        account_servicer=PAMR, account_owner=SEVR, overdraft=Money(5, "RUB"), ceiling=HUNDRED
    )
    async with opened(town, SEVR) as severny, opened(town, PAMR) as pamir:
        offered = await pamir.offer_account(terms)
        number = offered.account
        assert (offered.state, offered.overdraft.money) == ("offered", Money(5, "RUB"))
        assert (await severny.accept_account(number)).state == "open"
        funded_ = await severny.fund_account(number, HUNDRED)
        assert (funded_.balance.money, funded_.credit_debit) == (HUNDRED, "CRDT")
        with pytest.raises(Refused) as raised:
            await severny.fund_account(number, HUNDRED)
        assert raised.value.reason == "AM14"
        assert (await pamir.reconcile(BookDay(number, today, "RUB", HUNDRED.minor, 1))).agrees
        wrong = [BookEntry(7, -HUNDRED.minor)]
        told = await pamir.reconcile(BookDay(number, today, "RUB", -HUNDRED.minor, 1, wrong))
        assert (told.agrees, told.lacking) == (False, 1)
        assert [(each.number, each.stated, each.booked) for each in told.differences] == [
            (7, str(-HUNDRED.minor), None)
        ]
        assert (await severny.withdraw(number, HUNDRED)).balance.money.minor == 0
        assert (await severny.close_account(number)).close_asked_by == SEVR
        assert (await pamir.close_account(number)).state == "closed"


async def test_a_central_bank_lends_against_collateral(town):
    async with opened(town, CBRR) as central_bank:
        await central_bank.set_credit_line(SEVR, HUNDRED)
        await central_bank.take_pledge("bonds", SEVR, HUNDRED, 0, town.clock.now() + DAY)
        await central_bank.release_pledge("bonds")
        with pytest.raises(Refused) as raised:
            await central_bank.release_pledge("bonds")
        assert raised.value.reason == "NOOR"


async def test_a_refusal_names_its_reason(town):
    async with opened(town, SEVR) as severny:
        with pytest.raises(Refused) as raised:
            await severny.fund(SEVR, HUNDRED)
        assert (raised.value.reason, raised.value.field) == ("AG01", "iss")
        with pytest.raises(Refused) as raised:
            await severny.quote(PAMR, "RUB", "RUB", HUNDRED)
        assert raised.value.reason == "CURR"


async def test_what_cannot_be_brought_to_the_hub_now_is_brought_later(town):
    await funded(town, SEVR)
    async with opened(town, SEVR) as severny:
        town.link.cut()
        ordered = asyncio.create_task(severny.pay(order()))
        await until(lambda: severny.on_the_way == 1)
        await asyncio.sleep(0.3)
        assert not ordered.done()
        town.link.join()
        payment = await asyncio.wait_for(ordered, 5)
        assert payment.receipt.batch > 0


async def test_what_was_ordered_before_the_process_ended_is_on_its_way_when_it_begins_again(town, tmp_path):
    await funded(town, SEVR)
    store = SqliteStore(tmp_path / "bank.db")
    town.link.cut()
    async with opened(town, SEVR, store) as severny:
        ordered = asyncio.create_task(severny.pay(order()))
        await until(lambda: store.load()[1])
    with pytest.raises(Lost):
        await ordered
    town.link.join()
    told = []
    async with opened(town, SEVR, store) as severny, reading(read(severny, told)):
        await until(lambda: severny.on_the_way == 0)
        async with opened(town, PAMR) as pamir, reading(accept(pamir, [])):
            await until(lambda: len(told) == 2)
    assert {report.original_uetr for report in told} == {town.uetr(SEVR)()}
    store.close()


class Failing:
    """A store whose disk is full from some transaction on."""

    def __init__(self, store: Store):
        self.full = False
        self._store = store
        self.load, self.close = store.load, store.close

    def commit(self, changes):
        if self.full:
            raise sqlite3.OperationalError("database or disk is full")
        self._store.commit(changes)


async def test_when_the_store_fails_nothing_goes_on_as_if_it_had_not(town, caplog):
    inner = SqliteStore(":memory:")
    store = Failing(inner)
    async with opened(town, SEVR, store) as severny:
        reader = asyncio.create_task(read(severny, []))
        store.full = True
        with pytest.raises(sqlite3.OperationalError):
            await severny.pay(order())
        with pytest.raises(sqlite3.OperationalError):
            await reader
        with pytest.raises(sqlite3.OperationalError):
            await severny.quote(PAMR, "RUB", "TJS", HUNDRED)
    assert inner.load()[1] == []
    assert "must be opened anew" in caplog.text


async def stumble(participant):
    async for frame in participant.mail():
        with frame:
            frame.write(lambda database: database.execute("INSERT INTO book VALUES (1)"))
            raise ZeroDivisionError


async def test_a_frame_that_could_not_be_handled_comes_again(town, tmp_path):
    store = SqliteStore(tmp_path / "bank.db")
    store.connection.execute("CREATE TABLE book (number INTEGER)")
    async with opened(town, PAMR, store) as pamir:
        async with opened(town, SEVR) as severny:
            await funded(town, SEVR)
            await severny.pay(order())
        with pytest.raises(ZeroDivisionError):
            await stumble(pamir)
    assert store.connection.execute("SELECT * FROM book").fetchall() == []
    async with opened(town, PAMR, store) as pamir:
        async for frame in pamir.mail():
            with frame:
                assert frame.deliveries[0].number == 1
                frame.write(lambda database: database.execute("INSERT INTO book VALUES (1)"))
            break
        await until(lambda: store.load()[0].mailbox == 1)
    assert store.connection.execute("SELECT * FROM book").fetchall() == [(1,)]
    store.close()


async def test_a_frame_is_handled_in_a_with_block_or_loudly_not_at_all(town):
    await funded(town, SEVR)
    async with opened(town, SEVR) as severny, opened(town, PAMR) as pamir:
        await severny.pay(order())
        with pytest.raises(AssertionError, match="`with` block"):
            async for _frame in pamir.mail():
                pass


async def test_a_hub_whose_key_is_not_known_is_not_believed(town, caplog):
    keys = {"CORRXXM0-1": Ed25519Key(b"X" * 32).public}
    async with opened(town, SEVR, hub_keys=keys) as severny:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await severny.pay(order())
        assert severny.on_the_way == 1
    assert "corridor.client.session" in caplog.text


async def test_a_participant_whose_key_is_not_known_keeps_what_it_has_to_say(town, caplog):
    async with opened(town, SEVR, key=Ed25519Key(b"X" * 32)) as severny:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await severny.pay(order())
        assert severny.on_the_way == 1
    assert "turned away with 401" in caplog.text
