"""Whose certificate carried what whose key has signed: the same one's, or it is an alarm and nothing happens."""

import msgspec
import pytest

from corridor.gateway.authentication import ALARMS_BURST
from tests.world import PAMR, SEVR

pytestmark = pytest.mark.anyio


async def sent(exchange, peer):
    """Return the answer to a request that comes by this certificate."""
    exchange._scope["corridor.peer"] = peer
    return await exchange.answer()


@pytest.mark.parametrize("peer", [PAMR, f"{SEVR}XXX", SEVR.lower(), "operator:alice", ""])
async def test_a_certificate_of_another(house, peer, caplog):
    before = house.batches
    order, reading = house.sevr.order(1), "/v1/mailbox?after=0"
    for start in (lambda: house.sevr.start("/v1/messages", order), lambda: house.sevr.open(reading)):
        answer = await sent(start(), peer)
        problem = msgspec.json.decode(answer.body)
        assert (answer.status, problem["reason"]) == (401, "DS0D")
        assert problem["detail"] == f"the certificate is {peer or 'nobody'}'s, not {SEVR}'s"
    assert house.batches == before
    assert house.metric("unauthenticated_total", why="certificate") == 2
    alarm = f"ALARM: a request that {SEVR} has signed came by the certificate of {peer or 'nobody'}"
    assert caplog.messages == [alarm, alarm]


@pytest.mark.parametrize("peer", [SEVR, None])
async def test_the_signers_own_or_a_door_that_asks_for_none(house, peer, caplog):
    assert (await sent(house.sevr.start("/v1/messages", house.sevr.order(1)), peer)).status == 202
    assert (await sent(house.sevr.open("/v1/mailbox?after=0"), peer)).status == 200
    assert caplog.messages == []


async def test_what_needs_no_signature_needs_no_name(house):
    exchange = house.sevr.open("/health")
    assert (await sent(exchange, "")).status == 200


async def test_only_what_is_really_signed_is_an_alarm(house, caplog):
    body = house.sevr.order(1)
    exchange = house.sevr.start("/v1/messages", body, key=house.pamr.key)
    assert (await sent(exchange, PAMR)).status == 401
    assert house.metric("unauthenticated_total", why="signature") == 1
    assert caplog.messages == []


async def test_that_nobody_fills_the_log(house, caplog):
    for _ in range(3 * ALARMS_BURST):
        await sent(house.sevr.open("/v1/mailbox?after=0"), PAMR)
    assert house.metric("unauthenticated_total", why="certificate") == 3 * ALARMS_BURST
    assert ALARMS_BURST <= len(caplog.messages) < 3 * ALARMS_BURST


async def test_that_nobody_spends_the_quota_of_another(house):
    for _ in range(10):
        await sent(house.sevr.open("/v1/mailbox?after=0"), PAMR)
    assert SEVR not in house.gateway._submissions._authenticator._quota._buckets
