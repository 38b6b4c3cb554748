"""What a bank reports that it holds: proven at the door, compared with the log by the hub."""

import asyncio

import pytest

from corridor.adapters.keys.software import Ed25519Key
from corridor.codecs import jws
from corridor.decision import Contradicted
from tests.rig import HUB
from tests.unit.gateway.house import ENVIRONMENT, HUB_KEY, House, opened
from tests.world import PAMR, SEVR

pytestmark = pytest.mark.anyio
KEY_ID = f"{HUB}-sealed"


@pytest.fixture
async def house():
    house = House()
    house.register(KEY_ID, HUB, HUB_KEY.public)
    async with opened(house):
        yield house


def sealed(house, payload=b"<a/>", *, key=HUB_KEY, number=0, bic=SEVR, environment=ENVIRONMENT, **place):
    """Return what the hub, or whoever has the key, signs for a participant."""
    place = {"batch": 0, "head": bytes(32)} | place
    header = jws.HubHeader(HUB, environment, place.pop("key_id", KEY_ID))
    now = house.clock.now()
    protected = header.message(bic, now, number, **place) if number else header.receipt(bic, now, **place)
    signature = jws.compose(protected, key.sign(jws.signing_input(protected, payload)))
    return {"signature": signature, "payload": payload.decode()}


async def report(house, **members):
    return await house.sevr.request("/v1/vouchers", **members)


async def test_what_the_log_holds_is_accepted(house):
    batch, head = house.store.batch, house.store.head
    for evidence in (
        sealed(house, b'{"batch":%d}' % batch, batch=batch - 1, head=head_of(house, batch - 1)),
        sealed(house, b'{"batch":1}', batch=batch, head=head),
        sealed(house, b"", batch=batch, head=head),
    ):
        answer = await report(house, **evidence)
        assert answer.status == 200, answer.body


def head_of(house, batch):
    (found,) = [
        each.head
        for table, rows in house.store.rows.items()
        if table.name == "chain_head"
        for each in rows.values()
        if each.batch == batch
    ]
    return found


async def test_a_message_of_the_mailbox_is_evidence(house):
    await house.sevr.send(house.sevr.order(1))
    (line,) = (await house.pamr.get("/v1/mailbox?after=0&wait=1")).lines
    header = jws.parse(line["signature"], jws.DeliveredHeader).header
    place = {"number": header.num, "batch": header.batch, "head": bytes.fromhex(header.head)}
    evidence = sealed(house, line["payload"].encode(), bic=PAMR, **place)
    assert (await house.pamr.request("/v1/vouchers", **evidence)).status == 200


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"key": Ed25519Key(b"X" * 32)}, "DS0B"),
        ({"bic": "PAMRTJ20"}, "DS28"),
        ({"environment": "earnest"}, "DS28"),
        ({"key_id": f"{SEVR}-door"}, "DS0D"),
        ({"key_id": "unknown"}, "DS0D"),
        ({"payload": b"[]"}, "CH16"),
        ({"payload": b"<a/>"}, "CH16"),
    ],
)
async def test_what_the_hub_did_not_sign_for_this_bank_stops_nobody(house, wrong, reason):
    answer = await report(house, **sealed(house, **({"payload": b"", "batch": 9_999} | wrong)))
    assert (answer.status, answer.json["answer"]["reason"]) == (422, reason)
    assert (await house.sevr.send(house.sevr.order(1))).status == 202


async def test_a_revoked_key_of_the_hub_proves_nothing(house):
    revoked = {"type": "RevokeKey", "key_id": KEY_ID}
    told = await house.persons["alice"].request("/v1/operations", operation=revoked)
    assert told.status == 200, told.body
    answer = await report(house, **sealed(house, b"", batch=9_999))
    assert (answer.status, answer.json["answer"]["reason"]) == (422, "DS0D")


@pytest.mark.parametrize("number", [0, 5])
async def test_what_the_log_does_not_hold_ends_the_hub(house, number):
    payload = b"<a/>" if number else b""
    waiting = asyncio.create_task(report(house, **sealed(house, payload, number=number, batch=9_999)))
    with pytest.raises(Contradicted, match=SEVR):
        await house.hub.running
    waiting.cancel()


async def test_who_holds_something_cannot_say_that_it_holds_nothing(house):
    assert (await report(house, signature="", payload="")).status == 200
    answer = await report(house, signature="", payload="")
    assert (answer.status, answer.json["answer"]["reason"]) == (422, "CH21")


async def test_a_closed_hub_hears_reports_only(house):
    type(house.process).closed = "the log is in doubt"
    try:
        assert (await house.sevr.get("/health")).json == {
            "hub": "closed", "keys": "fresh", "why": "the log is in doubt",
        }  # fmt: skip
        for answer in (
            await house.sevr.send(house.sevr.order(1)),
            await house.sevr.get("/v1/mailbox?after=0"),
            await house.sevr.request("/v1/quotes"),
        ):
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
            assert answer.json["type"] == "urn:corridor:problem:closed"
            assert answer.json["detail"] == "the log is in doubt"
        assert (await report(house, **sealed(house, b""))).status == 200
    finally:
        type(house.process).closed = property(lambda _: "")
