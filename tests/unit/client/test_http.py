import asyncio
from contextlib import asynccontextmanager, suppress

import pytest

from corridor.client.connection import ANSWER_BYTES_MAX, STREAM_BYTES, retry_after_s
from corridor.client.errors import Lost
from corridor.client.http import Http

pytestmark = pytest.mark.anyio

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Answers each request with what `script` says; counts connections and keeps what it was sent."""

    def __init__(self, script):
        self.script = script
        self.connections = 0
        self.requests = []

    async def handle(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                body = await reader.readexactly(int(length or 0))
                self.requests.append((head, body))
                if not await self.script(writer, len(self.requests)):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(script, **given):
    server = Server(script)
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    host, port = listening.sockets[0].getsockname()
    http = Http(f"http://{host}:{port}", **given)
    try:
        yield server, http
    finally:
        await http.close()
        listening.close()
        await listening.wait_closed()


def always(answer, *, goes_on=True):
    async def script(writer, _number):
        writer.write(answer)
        await writer.drain()
        return goes_on

    return script


async def test_requests_are_sent_as_they_should_be_and_share_a_connection():
    async with serving(always(OK)) as (server, http):
        for _ in range(3):
            response = await http.post("/v1/messages", {"Corridor-Signature": "a..b"}, b"<x/>")
            assert (response.status, response.body) == (200, b"ok")
        assert (await http.get("/v1/aliases/%2B7?name=x", {})).status == 200
        assert server.connections == 1
        head, body = server.requests[0]
        assert body == b"<x/>"
        lines = head.decode().split("\r\n")
        assert lines[0] == "POST /v1/messages HTTP/1.1"
        assert {"Corridor-Signature: a..b", "Content-Length: 4"} <= set(lines)
        assert server.requests[3][0].startswith(b"GET /v1/aliases/%2B7?name=x HTTP/1.1\r\nHost: 127.0.0.1:")


async def test_many_requests_share_few_connections_and_each_gets_its_own_answer():
    async def echo(writer, number):
        await asyncio.sleep(0)
        body = server.requests[number - 1][1]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        return True

    async with serving(echo, connections=3) as (server, http):
        sent = [str(number).encode() for number in range(50)]
        answers = await asyncio.gather(*(http.post("/", {}, body) for body in sent))
        assert [answer.body for answer in answers] == sent
        assert server.connections == 3


async def test_a_chunked_answer_in_small_pieces_is_whole():
    async def script(writer, _number):
        for piece in (
            b"HTTP/1.1 422 No\r\nTransfer-Encoding: ",
            b"chunked\r\nX-A: b\r\n\r\n3\r\nabc\r\n",
            b"0\r\n\r\n",
        ):
            for at in range(0, len(piece), 7):
                writer.write(piece[at : at + 7])
                await writer.drain()
                await asyncio.sleep(0)
        return True

    async with serving(script) as (_, http):
        response = await http.get("/", {})
        assert (response.status, response.headers["x-a"], response.body) == (422, "b", b"abc")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"hello\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + bytes(ANSWER_BYTES_MAX + 1),
    ],
    ids=["nothing", "half a head", "half a body", "no HTTP", "no end"],
)
async def test_an_answer_that_is_not_whole_is_lost(answer):
    async with serving(always(answer, goes_on=False)) as (_, http):
        with pytest.raises(Lost):
            await http.post("/", {}, b"")
        with pytest.raises(Lost):
            await http.get("/", {})


async def test_after_a_loss_it_goes_on_with_a_new_connection():
    async def script(writer, number):
        if number == 1:
            return False
        writer.write(OK)
        return True

    async with serving(script, connections=1) as (server, http):
        lost, found = await asyncio.gather(
            http.post("/", {}, b""), http.post("/", {}, b""), return_exceptions=True
        )
        assert isinstance(lost, Lost)
        assert found.body == b"ok"
        assert server.connections == 2


async def test_a_peer_that_wants_to_close_may():
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    async with serving(always(closing, goes_on=False), connections=1) as (server, http):
        answers = [await http.get("/", {}) for _ in range(3)]
        assert [answer.body for answer in answers] == [b"ok"] * 3
        assert server.connections == 3


async def test_a_peer_that_says_nothing_is_left():
    async def script(_writer, _number):
        await asyncio.sleep(60)

    async with serving(script, timeout_s=0.05) as (_, http):
        with pytest.raises(Lost, match="in time"):
            await http.get("/", {})


async def test_who_is_not_there_is_lost_for_everybody_who_waits():
    async with serving(always(OK)) as (_, http):
        pass
    http = Http(f"http://{http._authority}")
    outcomes = await asyncio.gather(*(http.get("/", {}) for _ in range(20)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Lost] * 20
    with pytest.raises(Lost):
        await http.stream("/", {})
    await http.close()


async def test_closing_ends_what_is_under_way():
    async def script(_writer, _number):
        await asyncio.sleep(60)

    async with serving(script, connections=1) as (_, http):
        waiting = [http.get("/", {}) for _ in range(3)]
        await asyncio.sleep(0.02)
        await http.close()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [Lost] * 3


STREAM = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(content):
    return b"%x\r\n%s\r\n" % (len(content), content)


async def test_a_stream_is_read_while_it_comes():
    more = asyncio.Event()

    async def script(writer, _number):
        writer.write(STREAM + chunk(b"one\n"))
        await more.wait()
        writer.write(chunk(b"two\n") + chunk(b"three\n") + b"0\r\n\r\n")
        return False

    async with serving(script) as (_, http):
        stream = await http.stream("/", {})
        assert stream.status == 200
        assert await stream.read() == b"one\n"
        more.set()
        assert await stream.read() + b"" == b"two\nthree\n"
        with pytest.raises(Lost):
            await stream.read()


async def test_a_reader_that_is_slow_stops_the_stream_and_loses_nothing():
    size, sent = 64 * 1024, 0

    async def script(writer, _number):
        nonlocal sent
        writer.write(STREAM)
        for number in range(256):
            writer.write(chunk(bytes([number]) * size))
            await writer.drain()
            sent += size
        writer.write(b"0\r\n\r\n")
        return False

    async with serving(script) as (_, http):
        stream = await http.stream("/", {})
        before = -1
        while before != sent:  # until the peer is stopped
            before = sent
            await asyncio.sleep(0.05)
        assert STREAM_BYTES <= sent < 256 * size
        read = bytearray()
        with suppress(Lost):
            while True:
                read += await stream.read()
        assert read == b"".join(bytes([number]) * size for number in range(256))


@pytest.mark.parametrize("url", ["ftp://bank", "http://bank/path", "bank:80", ""])
def test_only_the_root_of_a_server_is_an_address(url):
    with pytest.raises(ValueError, match="not http"):
        Http(url)


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7), ("0", 0), ("", 0), ("-1", 0), ("Mon, 24 Nov 2026", 0), ("999999", 0)]
)
def test_retry_after_is_seconds_or_nothing(value, seconds):
    assert retry_after_s({"retry-after": value}) == seconds
