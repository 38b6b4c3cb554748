"""One connection of HTTP/1.1: a request goes out, and its answer goes to who wants it, whole or as a stream."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Protocol, cast

import httptools
import msgspec

from corridor.client.errors import Lost

STREAM_BYTES: Final = 1 << 20
"""So much of a stream may wait to be read; then the peer is stopped."""
ANSWER_BYTES_MAX: Final = 1 << 20


def retry_after_s(headers: Mapping[str, str]) -> int:
    """How long the peer asks to wait; 0 if it says nothing, or a date, which nobody here sends."""
    value = headers.get("retry-after", "")
    return int(value) if value.isdecimal() and len(value) < 6 else 0


class Response(msgspec.Struct, frozen=True):
    """An answer. The names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after_s(self) -> int:
        """See `retry_after_s`."""
        return retry_after_s(self.headers)


class Pool(Protocol):
    """Who has the connections."""

    def made(self, connection: "Connection") -> None: ...
    def ready(self, connection: "Connection") -> None: ...
    def gone(self, connection: "Connection") -> None: ...


class Stream:
    """An answer without an end."""

    def __init__(self, connection: "Connection") -> None:
        self.started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self._connection = connection
        self._chunks: list[bytes] = []
        self._size = 0
        self._more = asyncio.Event()
        self._error: Lost | None = None

    async def read(self) -> bytes:
        """All that has come since the last call, at least one byte. Raises: Lost at the end."""
        while not self._chunks:
            if self._error is not None:
                raise self._error
            self._more.clear()
            await self._more.wait()
        content = b"".join(self._chunks)
        self._chunks.clear()
        if self._size >= STREAM_BYTES:
            self._connection.resume()
        self._size = 0
        return content

    def close(self) -> None:
        self._connection.close()

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        self.status = status
        self.headers = headers
        if not self.started.done():
            self.started.set_result(None)

    def body(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size >= STREAM_BYTES:
            self._connection.pause()
        self._more.set()

    def complete(self, connection: "Connection", *, reusable: bool) -> None:  # noqa: ARG002  as Whole's
        self.lost(Lost("The stream has ended."))
        connection.close()

    def lost(self, error: Lost) -> None:
        self._error = error
        fail(self.started, error)
        self._more.set()


class Whole:
    """An answer that is wanted at once and whole."""

    __slots__ = ("_chunks", "_future", "_headers", "_pool", "_size", "_status")

    def __init__(self, pool: Pool, future: "asyncio.Future[Response]") -> None:
        self._pool = pool
        self._future = future
        self._size = 0
        self._chunks: list[bytes] = []

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        self._status = status
        self._headers = headers

    def body(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > ANSWER_BYTES_MAX:
            raise ValueError("an endless answer")

    def complete(self, connection: "Connection", *, reusable: bool) -> None:
        if not self._future.done():
            self._future.set_result(Response(self._status, self._headers, b"".join(self._chunks)))
        if reusable:
            self._pool.ready(connection)
        else:
            connection.close()

    def lost(self, error: Lost) -> None:
        fail(self._future, error)


class Connection(asyncio.Protocol):
    """One connection and the answer it is receiving, if any."""

    def __init__(self, pool: Pool) -> None:
        self.pooled = False
        self._pool = pool
        self._receiver: Whole | Stream | None = None
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._patience_s = 0.0
        self._patient_until = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, request: bytes, receiver: Whole | Stream, timeout_s: float) -> None:
        """Send the request; its answer goes to the receiver.

        A stream may last, but not be silent for so long.
        """
        self._receiver = receiver
        self._headers = {}
        self._patience_s = timeout_s
        self._wait()
        if self._timer is None:
            self._timer = self._loop.call_at(self._patient_until, self._look)
        self._transport.write(request)

    def close(self) -> None:
        self._transport.close()

    def pause(self) -> None:
        self._transport.pause_reading()

    def resume(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def _wait(self) -> None:
        self._patient_until = self._loop.time() + self._patience_s

    def _look(self) -> None:
        # One timer for many requests: it is not set anew for each, but looks whether its time has come.
        self._timer = None
        if self._receiver is None:
            return
        if self._loop.time() < self._patient_until:
            self._timer = self._loop.call_at(self._patient_until, self._look)
        else:
            self._lose(Lost("No answer in time."))
            self._transport.abort()

    def _lose(self, error: Lost) -> None:
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.lost(error)

    # what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's have no such base
        self._pool.made(self)

    def data_received(self, data: bytes) -> None:
        if self._receiver is None:  # nobody asked
            self._transport.abort()
            return
        if isinstance(self._receiver, Stream):
            self._wait()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._lose(Lost("The answer is not HTTP, or has no end."))
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        if self._timer is not None:
            self._timer.cancel()
        self._lose(Lost("The connection was closed before the answer was complete."))
        self._pool.gone(self)

    # what the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._receiver is not None:
            self._receiver.head(self._parser.get_status_code(), self._headers)

    def on_body(self, chunk: bytes) -> None:
        if self._receiver is not None:
            self._receiver.body(chunk)

    def on_message_complete(self) -> None:
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.complete(self, reusable=self._parser.should_keep_alive())


def fail(future: "asyncio.Future[Any]", error: Lost) -> None:
    if not future.done():
        future.set_exception(error)
