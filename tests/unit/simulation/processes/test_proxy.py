"""A bad line, kind by kind: between a client and an echo."""

import asyncio
import random
from contextlib import asynccontextmanager

import pytest

from corridor.simulation.processes.proxy import BACK, KINDS, THERE, Fault, Proxy, draw

pytestmark = pytest.mark.anyio
LOCAL = "127.0.0.1"


async def echo(reader, writer):
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()


@asynccontextmanager
async def line(tmp_path, *, unix=False):
    """A proxy before an echo, and a way to connect through it."""
    if unix:
        server = await asyncio.start_unix_server(echo, tmp_path / "echo")
        proxy = Proxy(tmp_path / "proxy", tmp_path / "echo", random.Random(1))
    else:
        server = await asyncio.start_server(echo, LOCAL, 0)
        proxy = Proxy((LOCAL, 0), (LOCAL, server.sockets[0].getsockname()[1]), random.Random(1))
    await proxy.open()
    writers = []

    async def connect():
        streams = (
            await asyncio.open_unix_connection(tmp_path / "proxy")
            if unix
            else await asyncio.open_connection(LOCAL, proxy.port)
        )
        writers.append(streams[1])
        return streams

    try:
        yield proxy, connect
    finally:
        await proxy.close()
        for writer in writers:
            writer.close()
        server.close()
        await asyncio.sleep(0.01)


async def said(streams, data):
    reader, writer = streams
    writer.write(data)
    return await reader.readexactly(len(data))


async def ended(reader):
    try:
        return await reader.read(1) == b""
    except ConnectionError:
        return True


async def nothing_comes(reader):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.1)


@pytest.mark.parametrize("unix", [False, True])
async def test_a_good_line_passes_everything_on(tmp_path, unix):
    data = bytes(range(256)) * 2_000
    async with line(tmp_path, unix=unix) as (_, connect):
        assert await said(await connect(), data) == data


async def test_a_slow_line_is_late(tmp_path):
    async with line(tmp_path) as (proxy, connect):
        streams = await connect()
        proxy.spoil(Fault("delay", delay_s=0.1))
        before = asyncio.get_running_loop().time()
        assert await said(streams, b"ping") == b"ping"
        assert asyncio.get_running_loop().time() - before >= 0.2


async def test_a_cut_comes_at_its_byte(tmp_path):
    async with line(tmp_path) as (proxy, connect):
        reader, writer = await connect()
        proxy.spoil(Fault("cut", at_byte=10))
        writer.write(b"0123456")
        assert await reader.readexactly(7) == b"0123456"
        writer.write(b"789abc")
        rest = b""
        try:
            while piece := await reader.read(100):
                rest += piece
        except ConnectionError:
            pass
        assert b"789".startswith(rest)


async def test_a_half_open_line_swallows_and_is_cut_when_healed(tmp_path):
    async with line(tmp_path) as (proxy, connect):
        reader, writer = await connect()
        proxy.spoil(Fault("half-open", lost=(THERE, BACK)))
        writer.write(b"lost")
        await nothing_comes(reader)
        proxy.heal()
        assert await ended(reader)
        assert await said(await connect(), b"again") == b"again"


async def test_one_way_is_lost_and_the_other_works(tmp_path):
    async with line(tmp_path) as (proxy, connect):
        reader, writer = await connect()
        proxy.spoil(Fault("one-way", lost=(BACK,)))
        writer.write(b"arrives")
        await nothing_comes(reader)


async def test_drops_fall_one_after_the_other_until_healed(tmp_path):
    async with line(tmp_path) as (proxy, connect):
        reader, writer = await connect()
        proxy.spoil(Fault("drip", drip_bytes=1))
        writer.write(bytes(10_000))
        await asyncio.sleep(0.1)
        assert 1 <= len(await reader.read(10_000)) < 100
        proxy.heal()
        got = 0
        while got < 9_000:
            got += len(await asyncio.wait_for(reader.read(10_000), 5))


async def test_clogged_lines_open_again(tmp_path):
    async with line(tmp_path) as (proxy, connect):
        many = [await connect() for _ in range(3)]
        proxy.spoil(Fault("swizzle-clog"))
        answers = asyncio.gather(*(said(each, b"through") for each in many))
        await asyncio.sleep(0.1)
        proxy.heal()
        assert await asyncio.wait_for(answers, 5) == [b"through"] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_dice_decide_how_bad_it_is(kind):
    assert draw(kind, random.Random(7)) == draw(kind, random.Random(7))
    assert draw(kind, random.Random(7)).kind == kind
