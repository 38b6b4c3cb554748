"""Look-ups: whom a phone number reaches, confirmation of payee, and what it costs to guess."""

import pytest

from corridor.gateway.limits import Limits
from tests.unit.gateway.house import a_house
from tests.unit.gateway.test_requests import ALIAS_OF_RUSTAM
from tests.world import PAMR, SEVR

pytestmark = pytest.mark.anyio

PHONE = "/v1/aliases/%2B992917000001"


async def register(house):
    assert (await house.pamr.request("/v1/aliases", **ALIAS_OF_RUSTAM)).status == 200


async def test_a_hit_tells_bank_currency_and_a_masked_name(house):
    await register(house)
    before = house.batches
    answer = await house.sevr.get(PHONE)
    assert answer.status == 200
    assert answer.json == {
        "phone": "+992917000001",
        "participant": PAMR,
        "currency": "TJS",
        "masked_name": "Рустам К.",
        "match": None,
    }
    assert "20206972" not in answer.body.decode(), "the account is nobody else's business"
    assert house.batches == before, "a look-up never loads the hub"
    assert (await house.sevr.get("/v1/aliases/+992917000001")).status == 200


@pytest.mark.parametrize(
    ("name", "match"),
    [("Rustam Karimov", "MATCH"), ("R. Karimov", "CLOSE_MATCH"), ("Олег Попов", "NO_MATCH")],
)
async def test_the_name_is_confirmed_across_scripts(house, name, match):
    await register(house)
    quoted = "".join(f"%{byte:02X}" for byte in name.encode())
    assert (await house.sevr.get(f"{PHONE}?name={quoted}")).json["match"] == match


async def test_a_name_without_a_letter_is_a_bad_question(house):
    await register(house)
    answer = await house.sevr.get(f"{PHONE}?name=%2A")
    assert (answer.status, answer.json["reason"], answer.json["field"]) == (400, "BE21", "name")


@pytest.mark.parametrize("phone", ["+992917000002", "917000001", "+0", "%00", "x" * 1000, "+7916%31234567"])
async def test_an_unknown_number_is_not_found(house, phone):
    answer = await house.sevr.get(f"/v1/aliases/{phone}")
    assert (answer.status, answer.json["reason"]) == (404, "BE23")


async def test_a_removed_number_is_not_found(house):
    await register(house)
    await house.pamr.request("/v1/aliases/remove", phone="+992917000001")
    assert (await house.sevr.get(PHONE)).status == 404


async def test_guessing_runs_out_of_tokens_and_knowing_does_not():
    limits = Limits(look_up_tokens_per_s=30, look_up_miss=20)
    async with a_house(limits=limits) as house:
        await register(house)
        hits = [(await house.sevr.get(PHONE)).status for _ in range(50)]
        assert hits == [200] * 50
        statuses = []
        for n in range(8):
            answer = await house.sevr.get(f"/v1/aliases/+99291799{n:04}")
            statuses.append(answer.status)
        assert statuses[:2] == [404, 404]
        assert statuses[-1] == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert (await house.sevr.get(PHONE)).status == 429, "whoever guesses waits for what it knows, too"
        assert (await house.pamr.get(PHONE)).status == 200, "and nobody else does"


async def test_a_suspended_bank_may_not_ask_but_may_read_its_mail():
    async with a_house(suspended=SEVR) as house:
        answer = await house.sevr.get(PHONE)
        assert (answer.status, answer.json["reason"]) == (403, "AG10")
        assert (await house.sevr.get("/v1/mailbox?after=0")).status == 200


async def test_a_directory_that_cannot_be_read_is_a_503(house):
    async def broken(table, key):
        raise OSError("no route to host")

    house.reads.one = broken
    answer = await house.sevr.get(PHONE)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
