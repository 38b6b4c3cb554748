"""Gross payments through the front door: they settle or wait, and their owner has the last word."""

import pytest

from corridor.domain.money import Money
from tests.unit.gateway.house import House, a_house
from tests.world import FUNDS, PAMR, SEVR, word

pytestmark = pytest.mark.anyio


async def pay(house: House, n: int, amount: int, **facts: object) -> str:
    filled = {"clearing_channel": "RTGS", "interbank_settlement_amount": Money(amount, "RUB")} | facts
    assert (await house.sevr.send(house.sevr.order(n, **filled))).status == 202
    return house.world.order(n).uetr


async def heard(house: House, bic: str) -> list[str]:
    return [word(opened.message) for opened in await house.banks[bic].mailbox()]


async def test_what_is_covered_is_final_at_once():
    async with a_house() as house:
        await pay(house, 1, 100)
        assert await heard(house, SEVR) == ["ACSC"]
        assert await heard(house, PAMR) == ["pacs.008", "ACSC"]
        assert house.world.balance(PAMR, "RUB") == FUNDS + 100


async def test_what_is_not_covered_waits_and_its_owner_decides():
    async with a_house() as house:
        first = await pay(house, 1, FUNDS + 1)
        second = await pay(house, 2, FUNDS + 2)
        third = await pay(house, 3, FUNDS + 3, reject_time="23:59:59Z")
        assert await heard(house, SEVR) == ["PDNG"] * 3
        sevr, pamr = house.sevr, house.pamr
        assert (await sevr.request("/v1/queue/move", uetr=third, to="first")).status == 200
        assert (await sevr.request("/v1/queue/priority", uetr=second, priority="URGT")).status == 200
        refused = await pamr.request("/v1/queue/cancel", uetr=first)
        assert (refused.status, refused.json["answer"]["reason"]) == (422, "NOOR")
        for uetr in (first, second, third):
            assert (await sevr.request("/v1/queue/cancel", uetr=uetr)).status == 200
        again = await sevr.request("/v1/queue/cancel", uetr=first)
        assert (again.status, again.json["answer"]["reason"]) == (422, "NOOR")
        assert await heard(house, SEVR) == ["PDNG"] * 3 + ["RJCT DS02"] * 3
        assert await heard(house, PAMR) == []
        await pay(house, 4, FUNDS)
        assert (await heard(house, SEVR))[-1] == "ACSC"
