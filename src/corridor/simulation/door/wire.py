"""HTTP as bytes on a socket: what no decent client would send can be sent, and nothing is tidied on the way."""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final

import msgspec

HANG_S: Final = 20.0
"""Longer than any bound of the door: who has heard nothing by then never will."""
PIECE_BYTES: Final = 64 * 1024
XML: Final = "application/xml"
JSON: Final = "application/json"


class Answer(msgspec.Struct, frozen=True):
    """What came back. Status 0: the connection was closed without an answer."""

    status: int
    headers: dict[str, str] = {}
    body: bytes = b""
    seconds: float = 0.0

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return msgspec.json.decode(self.body)

    @property
    def lines(self) -> list[Any]:
        """The body as lines of JSON."""
        return [msgspec.json.decode(line) for line in self.body.splitlines() if line]


class Hung(Exception):
    """Neither an answer nor an end."""


def request(method: str, target: str, headers: Sequence[tuple[str, str]] = (), body: bytes = b"") -> bytes:
    """Return a request as it is sent; a content length is added where there is a body and no other is given."""
    named = {name.lower() for name, _ in headers}
    lines = [f"{method} {target} HTTP/1.1", "Host: hub", *(f"{name}: {value}" for name, value in headers)]
    if (body or method == "POST") and not {"content-length", "transfer-encoding"} & named:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def exchange(
    port: int, sent: bytes, *, ends: bool = False, tls: ssl.SSLContext | None = None
) -> Answer:
    """Send bytes on a connection of their own and return the first answer; `ends` closes our side after them.

    Raises: Hung.
    """
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    except (ConnectionResetError, ssl.SSLError):
        return Answer(0)
    started = perf_counter()
    try:
        async with asyncio.timeout(HANG_S):
            sending = asyncio.ensure_future(_send(writer, sent, ends=ends))
            try:
                answer = await read_answer(reader)
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
    except TimeoutError:
        raise Hung(sent[:200].decode(errors="replace")) from None
    finally:
        writer.close()
    return msgspec.structs.replace(answer, seconds=perf_counter() - started)


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """Return the next answer, but not one that says to continue."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip()
            start, *lines = head.split("\r\n")
            status = int(start.split()[1])
            if status != 100:
                break
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        if "content-length" in headers:
            body = await reader.readexactly(int(headers["content-length"]))
        else:
            body = await reader.read()
    except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
        return Answer(0)
    return Answer(status, headers, body)


async def closed(reader: asyncio.StreamReader) -> None:
    """Return when the other side has ended the connection, whatever came before."""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while await reader.read(PIECE_BYTES):
            pass


async def _send(writer: asyncio.StreamWriter, sent: bytes, *, ends: bool) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        for at in range(0, len(sent), PIECE_BYTES):
            writer.write(sent[at : at + PIECE_BYTES])
            await writer.drain()
        if ends and writer.can_write_eof():  # TLS has no half-closed connections here
            writer.write_eof()
