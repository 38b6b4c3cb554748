"""A client shows its certificate, believes one authority, and takes a new certificate without a new start."""

import asyncio
import ssl
from contextlib import asynccontextmanager

import pytest

from corridor.adapters.keys.certificates import Authority
from corridor.client import Certificate
from corridor.client.errors import Lost
from corridor.client.http import Http
from corridor.client.tls import context

pytestmark = pytest.mark.anyio


class Server:
    """Asks for certificates, answers with the serial number of the one it was shown, and closes."""

    def __init__(self, directory):
        self.authority = Authority(directory / "tls")
        own = directory / "gateway.pem"
        self.authority.issue_server(("127.0.0.1",), own)
        self._tls = ssl.create_default_context(
            ssl.Purpose.CLIENT_AUTH, cafile=self.authority.certificate_path
        )
        self._tls.verify_mode = ssl.CERT_REQUIRED
        self._tls.load_cert_chain(own)
        self.certificate = Certificate(directory / "bank.pem", self.authority.certificate_path)
        self.authority.issue("SEVRRUM0", self.certificate.own)

    @asynccontextmanager
    async def serving(self):
        async with await asyncio.start_server(self._answer, "127.0.0.1", 0, ssl=self._tls) as server:
            self.url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            yield self

    async def _answer(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        body = writer.get_extra_info("peercert")["serialNumber"].encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()


@pytest.fixture
async def server(tmp_path):
    async with Server(tmp_path).serving() as server:
        yield server


@asynccontextmanager
async def connecting(server, tls):
    http = Http(server.url, tls=tls, connections=1)
    try:
        yield http
    finally:
        await http.close()


async def test_files_or_a_context_are_the_same(server):
    said = set()
    for tls in (server.certificate, context(server.certificate)):
        async with connecting(server, tls) as http:
            said.add((await http.get("/", {})).body)
    assert len(said) == 1


async def test_a_new_certificate_is_shown_without_a_new_start(server):
    async with connecting(server, server.certificate) as http:
        first = (await http.get("/", {})).body
        assert (await http.get("/", {})).body == first
        server.authority.issue("SEVRRUM0", server.certificate.own)
        assert (await http.get("/", {})).body != first


async def test_a_certificate_that_has_gone_is_as_lost_as_a_connection(server):
    async with connecting(server, server.certificate) as http:
        server.certificate.own.unlink()
        with pytest.raises(Lost, match="No connection"):
            await http.get("/", {})


async def test_a_gateway_of_another_authority_is_not_spoken_to(server, tmp_path):
    other = Authority(tmp_path / "other")
    async with connecting(server, Certificate(server.certificate.own, other.certificate_path)) as http:
        with pytest.raises(Lost, match="CERTIFICATE_VERIFY_FAILED"):
            await http.get("/", {})


async def test_a_certificate_that_is_refused_ends_as_a_connection_does(server, tmp_path):
    Authority(tmp_path / "other").issue("SEVRRUM0", tmp_path / "foreign.pem")
    foreign = Certificate(tmp_path / "foreign.pem", server.certificate.authority)
    async with connecting(server, foreign) as http:
        with pytest.raises(Lost):
            await http.get("/", {})


async def test_that_nobody_is_shown_a_certificate_in_the_open(server):
    with pytest.raises(ValueError, match="only shown over https"):
        Http("http://127.0.0.1:1", tls=server.certificate)
