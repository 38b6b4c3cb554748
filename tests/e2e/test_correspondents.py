"""Payments on correspondent accounts through the front door, and both banks' mirrors of what was booked."""

import sqlite3

import pytest

from corridor.client.correspondents import book_members
from corridor.domain.instants import iso_date
from corridor.domain.money import Money
from corridor.sandbox.mirror import SCHEMA, Booking, book_day, notified, reported
from tests.unit.gateway.house import Bank, House, a_house
from tests.world import FUNDS, PAMR, SEVR, word

pytestmark = pytest.mark.anyio


def amount(minor: int) -> dict[str, object]:
    return {"amount": str(minor), "currency": "RUB", "scale": 2}


async def opened(house: House, overdraft: int) -> int:
    terms = {"account_servicer": PAMR, "account_owner": SEVR, "currency": "RUB"}
    offered = await house.pamr.request("/v1/correspondents", **terms, overdraft=amount(overdraft))
    number: int = offered.json["answer"]["account"]
    assert (await house.sevr.request("/v1/correspondents/accept", account=number)).status == 200
    funded = await house.sevr.request("/v1/correspondents/fund", account=number, amount=amount(1_000))
    assert funded.status == 200
    return number


async def pay(bank: Bank, n: int, minor: int) -> list[str]:
    """Order a payment on the account, and return all that the bank has heard."""
    house, debtor = bank.house, bank.bic
    creditor, method = (PAMR, "INDA") if debtor == SEVR else (SEVR, "INGA")
    money = Money(minor, "RUB")
    facts = {
        "clearing_channel": "BOOK",
        "settlement_method": method,
        "interbank_settlement_amount": money,
        "creditor_agent": creditor,
    }
    assert (await bank.send(house.banks[debtor].order(n, **facts))).status == 202
    return [word(opened.message) for opened in await bank.mailbox()]


async def mirror_of(bank: Bank, amounts: dict[str, int]) -> sqlite3.Connection:
    """Return a bank's own book, made of its mailbox alone and of the amounts of its payments by UETR."""
    database = sqlite3.connect(":memory:")
    database.executescript(SCHEMA)
    bookings: list[Booking] = []
    for delivered in await bank.mailbox():
        message = delivered.message
        match type(message).__name__:
            case "StatusReport":
                bookings += reported(message, amounts[message.original_uetr])
            case "Notification":
                bookings += notified(message)
    rows = [(each.number, each.account, each.day, each.amount) for each in bookings]
    database.executemany("INSERT OR IGNORE INTO mirror VALUES (?, ?, ?, ?)", rows)
    return database


async def test_the_two_banks_pay_each_others_customers_and_their_mirrors_agree_with_the_ledger():
    async with a_house() as house:
        number = await opened(house, 500)
        amounts = {house.world.order(n).uetr: minor for n, minor in ((1, 1_200), (2, 200), (3, 501))}
        assert (await pay(house.sevr, 1, 1_200))[-1] == "ACSC"
        assert (await pay(house.pamr, 2, 200))[-1] == "ACSC"
        assert (await pay(house.sevr, 3, 501))[-1] == "RJCT AM04"
        heard = [word(each.message) for each in await house.pamr.mailbox()]
        assert heard == ["Notification", "pacs.008", "ACSC", "ACSC"]
        assert house.world.balance(SEVR, "RUB") == FUNDS - 1_000, "settlement money moved to fund it, only"
        assert house.world.balance(PAMR, "RUB") == FUNDS + 1_000
        (shown,) = (await house.sevr.get("/v1/correspondents")).lines
        assert (shown["balance"]["amount"], shown["credit_debit"]) == ("0", "CRDT")
        for bank in (house.sevr, house.pamr):
            own = await mirror_of(bank, amounts)
            day = book_day(own, number, "RUB", iso_date(house.clock.now()))
            assert (day.closing, day.count) == (0, 3)
            told = (await bank.request("/v1/correspondents/reconcile", **book_members(day))).json["answer"]
            assert told["agrees"], told
            own.execute("DELETE FROM mirror WHERE amount = -1200")
            day = book_day(own, number, "RUB", day.day)
            told = (await bank.request("/v1/correspondents/reconcile", **book_members(day))).json["answer"]
            assert (told["agrees"], told["lacking"], told["closing"]) == (False, 1, "0")
