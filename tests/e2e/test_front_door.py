"""The front door over real sockets: uvicorn as it is run, and peers that mean no good."""

import asyncio
import contextlib
import random

import msgspec
import pytest
import uvicorn

from corridor.codecs import jws
from corridor.gateway import server
from corridor.gateway.server import configuration
from tests.unit.gateway.house import House, check_hub
from tests.world import FUNDS, PAMR

pytestmark = pytest.mark.anyio


class Door(House):
    """A house whose gateway is served by uvicorn on a free port."""

    async def open(self):
        await self.build()
        self.server = uvicorn.Server(configuration(self.gateway, "127.0.0.1", 0))
        self.serving = asyncio.create_task(self.server.serve())
        async with asyncio.timeout(10):
            while not self.server.started:
                await asyncio.sleep(0.005)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]

    async def close(self):
        self.server.should_exit = True
        await self.serving
        await super().close()

    async def connect(self):
        return await asyncio.open_connection("127.0.0.1", self.port)


@pytest.fixture
async def door():
    door = Door()
    await door.open()
    yield door
    await door.close()


def head(signature, *more):
    lines = (
        "POST /v1/messages HTTP/1.1",
        "Host: hub",
        "Content-Type: application/xml",
        f"Corridor-Signature: {signature}",
        *more,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(bank, body):
    return head(bank.sign(body), f"Content-Length: {len(body)}") + body


def get(bank, target):
    signature = bank.sign(f"GET {target}".encode())
    return f"GET {target} HTTP/1.1\r\nHost: hub\r\nCorridor-Signature: {signature}\r\n\r\n".encode()


async def read_answer(reader):
    """Return status, headers and body of the next answer."""
    async with asyncio.timeout(10):
        start, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(start.split()[1]), headers, body


async def ask(door, request):
    reader, writer = await door.connect()
    writer.write(request)
    answer = await read_answer(reader)
    writer.close()
    return answer


async def is_closed(reader):
    """Whatever came, the connection ends soon."""
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionError):
            while await reader.read(65536):
                pass


async def test_a_payment_over_the_wire(door):
    debtor_reader, debtor = await door.connect()
    creditor_reader, creditor = await door.connect()
    debtor.write(post(door.sevr, door.sevr.order(1)))
    status, headers, body = await read_answer(debtor_reader)
    assert status == 202
    check_hub(headers["corridor-signature"], body)

    creditor.write(get(door.pamr, "/v1/mailbox?after=0&wait=10"))
    status, _, body = await read_answer(creditor_reader)
    (line,) = map(msgspec.json.decode, body.splitlines())
    assert door.pamr.opened(line).document_definition == "pacs.008.001.13"

    creditor.write(post(door.pamr, door.pamr.report(1, "ACCP")))
    assert (await read_answer(creditor_reader))[0] == 202
    debtor.write(get(door.sevr, "/v1/mailbox?after=0&wait=10"))
    status, _, body = await read_answer(debtor_reader)
    assert door.sevr.opened(msgspec.json.decode(body)).message.transaction_status == "ACSC"
    assert door.world.balance(PAMR, "RUB") == FUNDS + 100_00
    for writer in (debtor, creditor):
        writer.close()


async def test_a_stream_over_the_wire_ends_when_the_server_does(door):
    reader, writer = await door.connect()
    writer.write(get(door.pamr, "/v1/mailbox?after=0&stream=1"))
    assert b"transfer-encoding: chunked" in await reader.readuntil(b"\r\n\r\n")
    await ask(door, post(door.sevr, door.sevr.order(1)))
    size = int(await reader.readuntil(b"\r\n"), 16)
    line = msgspec.json.decode(await reader.readexactly(size))
    check_hub(line["signature"], line["payload"].encode(), jws.DeliveredHeader)
    door.server.should_exit = True
    async with asyncio.timeout(3):
        assert (await reader.read()).endswith(b"0\r\n\r\n")
    writer.close()


async def test_requests_in_a_row_are_answered_in_their_order(door):
    reader, writer = await door.connect()
    writer.write(b"".join(post(door.sevr, door.sevr.order(n)) for n in (1, 2, 3)))
    ids = [msgspec.json.decode((await read_answer(reader))[2])["message_id"] for _ in range(3)]
    assert ids == ["SEVRRUM0-m1", "SEVRRUM0-m2", "SEVRRUM0-m3"]
    writer.close()


async def test_a_body_in_chunks_with_a_promise_to_continue(door):
    body = door.sevr.order(1)
    reader, writer = await door.connect()
    writer.write(head(door.sevr.sign(body), "Expect: 100-continue", "Transfer-Encoding: chunked"))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
    for at in range(0, len(body), 500):
        piece = body[at : at + 500]
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    assert (await read_answer(reader))[0] == 202
    writer.close()


async def test_endless_chunks_are_too_large(door):
    reader, writer = await door.connect()
    writer.write(head(door.sevr.sign(b""), "Transfer-Encoding: chunked"))
    chunk = b"%x\r\n%b\r\n" % (30_000, b"x" * 30_000)
    with contextlib.suppress(ConnectionError):
        for _ in range(4):
            writer.write(chunk)
            await writer.drain()
    status, headers, _ = await read_answer(reader)
    assert (status, headers["connection"]) == (413, "close")
    await is_closed(reader)
    writer.close()


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"POST /v1/mess",
        b"POST /v1/messages HTTP/1.1\r\nHost: hub\r\nX-Slow: ",
        head("x", "Content-Length: 1000") + b"<Env",
    ],
    ids=["silence", "half a line", "half a head", "half a body"],
)
async def test_who_is_slow_is_let_go(door, monkeypatch, beginning):
    monkeypatch.setattr(server, "ARRIVAL_S", 0.1)
    reader, writer = await door.connect()
    writer.write(beginning)
    await is_closed(reader)
    writer.close()
    assert (await ask(door, post(door.sevr, door.sevr.order(1))))[0] == 202


async def test_who_drips_is_let_go(door, monkeypatch):
    monkeypatch.setattr(server, "ARRIVAL_S", 0.3)
    reader, writer = await door.connect()

    async def drip():
        writer.write(b"POST /v1/messages HTTP/1.1\r\n")
        while True:
            writer.write(b"X-Drop: 1\r\n")
            await asyncio.sleep(0.02)

    dripping = asyncio.create_task(drip())
    await is_closed(reader)
    dripping.cancel()
    writer.close()


async def test_a_head_without_end_is_cut_off(door):
    reader, writer = await door.connect()
    writer.write(b"GET /health HTTP/1.1\r\n")
    with contextlib.suppress(ConnectionError):
        for _ in range(200):
            writer.write(b"X-More: " + b"x" * 8_000 + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0)
    await is_closed(reader)
    writer.close()


@pytest.mark.parametrize("headers", [1, 1_000], ids=["one long header", "many headers"])
async def test_a_head_that_is_too_long_is_refused_even_if_it_comes_at_once(door, headers):
    body = door.sevr.order(1)
    more = (f"X-{n}: {'x' * (40_000 // headers)}" for n in range(headers))
    sent = head(door.sevr.sign(body), *more, f"Content-Length: {len(body)}") + body
    assert (await ask(door, sent))[0] == 400


@pytest.mark.parametrize("version", ["", " HTTP/0.9", " HTTP/2.0"], ids=["none", "0.9", "2.0"])
async def test_versions_of_http_that_are_not_spoken_here(door, version):
    assert (await ask(door, f"GET /health{version}\r\n\r\n".encode()))[0] == 400


async def test_what_is_no_request_is_counted_and_fills_no_log(door, caplog):
    for noise in (b"BREW /health HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n"):
        assert (await ask(door, noise))[0] == 400
    upgrade = b"GET /health HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert (await ask(door, upgrade))[0] == 200
    assert door.metric("requests_total", route="none", status="400") == 2
    assert not caplog.records


async def test_one_address_cannot_take_all_connections(door, monkeypatch):
    monkeypatch.setattr(server, "CONNECTIONS_PER_ADDRESS", 3)
    taken = [
        await asyncio.open_connection("127.0.0.1", door.port, local_addr=("127.0.0.2", 0)) for _ in range(4)
    ]
    await is_closed(taken[3][0])
    assert (await ask(door, post(door.sevr, door.sevr.order(1))))[0] == 202, "another address has its own"
    for _, writer in taken:
        writer.close()
    await asyncio.sleep(0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port, local_addr=("127.0.0.2", 0))
    writer.write(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
    assert (await read_answer(reader))[0] == 200, "who has gone makes room"
    writer.close()


async def test_noise_is_no_request_and_harms_nobody(door):
    dice = random.Random(7)
    whole = post(door.sevr, door.sevr.order(1))
    before = door.batches
    host = range(whole.index(b"Host"), whole.index(b"Content-Type"))  # which nobody reads
    places = [at for at in range(len(whole)) if at not in host]
    for _ in range(150):
        noise = bytearray(whole)
        for at in dice.sample(places, dice.randrange(1, 8)):
            noise[at] ^= dice.randrange(1, 256)
        reader, writer = await door.connect()
        writer.write(bytes(noise))
        writer.write_eof()
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            status, _, _ = await read_answer(reader)
            assert 400 <= status < 500, bytes(noise)
        writer.close()
    assert door.batches == before
    assert (await ask(door, whole))[0] == 202
