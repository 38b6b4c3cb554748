"""Connections with certificates over real sockets: what is in force now decides, and nobody waits for ever."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from corridor.adapters.keys.certificates import Authority
from corridor.client.tls import context
from corridor.gateway import handshakes
from corridor.simulation.door.house import open_house
from corridor.simulation.door.wire import closed, exchange, request
from corridor.simulation.door.world import PAMR, SEVR

pytestmark = pytest.mark.anyio
HEALTH = request("GET", "/health")


@pytest.fixture
async def house(tmp_path):
    async with open_house(authority=Authority(tmp_path / "tls")) as house:
        yield house


def refused(house, why):
    return house.metric("failed_handshakes_total", why=why)


async def opened(house, by=SEVR):
    return await asyncio.open_connection("127.0.0.1", house.port, ssl=house[by].tls)


async def gone(reader):
    async with asyncio.timeout(20):
        await closed(reader)


async def test_a_payment_goes_through_and_is_told(house):
    sevr, pamr, uetr = house[SEVR], house[PAMR], house.fresh()
    assert (await sevr.send(sevr.post(sevr.order(uetr)))).status == 202
    assert (await pamr.send(pamr.post(pamr.report(uetr, "ACCP")))).status == 202
    assert await sevr.heard() == ["ACSC"]


async def test_one_version_is_enough_and_it_is_the_newest(house):
    _, writer = await opened(house)
    assert writer.get_extra_info("cipher")[1] == "TLSv1.3"
    writer.close()


async def test_no_session_of_the_newest_version_is_taken_up_again(house):
    _, writer = await opened(house)
    session = writer.get_extra_info("ssl_object").session
    assert not session.has_ticket
    writer.close()


async def test_that_who_is_taken_back_is_out_at_once_and_others_come_again(house):
    (reader, writer), (others, another) = await opened(house), await opened(house, PAMR)
    house.authority.revoke(house.identity(SEVR).own)
    await gone(reader)
    await gone(others)
    writer.close()
    another.close()
    assert (await exchange(house.port, HEALTH, tls=house[SEVR].tls)).status == 0
    assert refused(house, "revoked") == 1
    assert (await exchange(house.port, HEALTH, tls=house[PAMR].tls)).status == 200


async def test_a_connection_ends_with_its_certificate(house):
    identity = house.identity(SEVR)
    until = datetime.now(UTC) + timedelta(seconds=4)
    house.authority.issue(SEVR, identity.own, until=until)
    await asyncio.sleep(1.5)  # until the list, which has changed, is read
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port, ssl=context(identity))
    await gone(reader)
    writer.close()
    assert datetime.now(UTC) > until.replace(microsecond=0)


async def test_a_new_certificate_of_the_gateway_needs_no_restart(house):
    (reader, writer) = await opened(house)
    old = writer.get_extra_info("peercert")["serialNumber"]
    house.authority.issue_server(("127.0.0.1",), house.identity("gateway").own)
    await gone(reader)
    writer.close()
    _, writer = await opened(house)
    assert writer.get_extra_info("peercert")["serialNumber"] != old
    writer.close()


@pytest.mark.parametrize("beginning", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"])
async def test_who_is_slow_at_the_handshake_is_let_go(house, monkeypatch, beginning):
    monkeypatch.setattr(handshakes, "HANDSHAKE_S", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(beginning)
    await gone(reader)
    assert refused(house, "too slow") == 1
    writer.close()


async def test_who_goes_is_counted(house):
    _, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.close()
    async with asyncio.timeout(10):
        while not refused(house, "gone"):
            await asyncio.sleep(0.01)


async def test_handshakes_under_way_count_as_connections_of_their_address(house, monkeypatch):
    monkeypatch.setattr(handshakes, "CONNECTIONS_PER_ADDRESS", 3)
    crowd = [
        await asyncio.open_connection("127.0.0.1", house.port, local_addr=("127.0.0.2", 0)) for _ in range(4)
    ]
    await asyncio.wait(
        [asyncio.ensure_future(closed(reader)) for reader, _ in crowd], return_when="FIRST_COMPLETED"
    )
    assert (await exchange(house.port, HEALTH, tls=house[SEVR].tls)).status == 200
    for _, writer in crowd:
        writer.close()


async def test_a_gateway_that_ends_ends_handshakes_under_way(tmp_path):
    async with open_house(authority=Authority(tmp_path / "tls")) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        async with asyncio.timeout(10):
            while not house.server._handshakes:
                await asyncio.sleep(0.01)
    await gone(reader)
    writer.close()
