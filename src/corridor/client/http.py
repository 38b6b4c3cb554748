"""HTTP/1.1 as a participant needs it: few connections, kept alive, one request at a time, and a stream.

Nothing is tried again here. Whether a request may be repeated, and when, is for those who know what it means.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import urlsplit

import httptools
import msgspec

from corridor.client.errors import Lost

TIMEOUT_S: Final = 20.0
SILENCE_S: Final = 45.0
"""A stream is silent for 15 s at most: then comes an empty line."""
STREAM_BYTES: Final = 1 << 20
"""So much of a stream may wait to be read; then the peer is stopped."""


class Response(msgspec.Struct, frozen=True):
    """An answer. The names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after_s(self) -> int:
        """See `retry_after_s`."""
        return retry_after_s(self.headers)


def retry_after_s(headers: Mapping[str, str]) -> int:
    """How long the peer asks to wait; 0 if it says nothing, or a date, which nobody here sends."""
    value = headers.get("retry-after", "")
    return int(value) if value.isdecimal() and len(value) < 6 else 0


class Http:
    """The way to one server. Every failure of the network is `Lost`."""

    def __init__(
        self,
        url: str,
        *,
        connections: int = 8,
        timeout_s: float = TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`connections` limits those for requests; streams come on top."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.hostname is None or parts.path not in ("", "/"):
            raise ValueError(f"not http://host:port or https://host:port: {url}")
        secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port or (443 if secure else 80)
        self._tls = (tls or ssl.create_default_context()) if secure else None
        self._authority = parts.netloc
        self._timeout_s = timeout_s
        self._free = connections
        self._idle: list[_Connection] = []
        self._open: set[_Connection] = set()
        self._waiting: deque[tuple[bytes, asyncio.Future[Response]]] = deque()
        self._connecting: set[asyncio.Task[None]] = set()

    def post(self, target: str, headers: Mapping[str, str], body: bytes) -> "asyncio.Future[Response]":
        """Send at once if a connection is free, else in turn. The future raises `Lost`."""
        return self._request(self._head("POST", target, {**headers, "Content-Length": str(len(body))}) + body)

    def get(self, target: str, headers: Mapping[str, str]) -> "asyncio.Future[Response]":
        """As `post`."""
        return self._request(self._head("GET", target, headers))

    async def stream(self, target: str, headers: Mapping[str, str]) -> "Stream":
        """The answer to a GET, to be read while it comes. Raises: Lost."""
        connection = await self._connect()
        stream = Stream(connection)
        connection.begin(self._head("GET", target, headers), stream, SILENCE_S)
        try:
            await stream.started
        except Lost:
            stream.close()
            raise
        return stream

    async def close(self) -> None:
        """End every connection; what is under way is lost."""
        for task in tuple(self._connecting):
            task.cancel()
        while self._waiting:
            _fail(self._waiting.popleft()[1], Lost("The client was closed."))
        for connection in tuple(self._open):
            connection.close()
        await asyncio.gather(*self._connecting, return_exceptions=True)

    def _head(self, method: str, target: str, headers: Mapping[str, str]) -> bytes:
        fields = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        return f"{method} {target} HTTP/1.1\r\nHost: {self._authority}\r\n{fields}\r\n".encode("ascii")

    def _request(self, request: bytes) -> "asyncio.Future[Response]":
        future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        if self._idle:
            self._idle.pop().begin(request, _Whole(self, future), self._timeout_s)
        else:
            self._waiting.append((request, future))
            self._grow()
        return future

    def _grow(self) -> None:
        if self._waiting and self._free:
            self._free -= 1
            task = asyncio.create_task(self._add_connection())
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    async def _add_connection(self) -> None:
        try:
            connection = await self._connect()
        except Lost as lost:
            self._free += 1
            # Those who wait for a connection that still lives will get it.
            while self._waiting and not any(each.pooled for each in self._open):
                _fail(self._waiting.popleft()[1], lost)
        else:
            connection.pooled = True
            self.ready(connection)

    async def _connect(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeout_s):  # `wait_for` can lose a cancellation
                _, connection = await loop.create_connection(
                    lambda: _Connection(self), self._host, self._port, ssl=self._tls
                )
        except (OSError, TimeoutError) as error:
            raise Lost(f"No connection to {self._authority}: {type(error).__name__}.") from None
        return connection

    def made(self, connection: "_Connection") -> None:
        """A connection has begun."""
        self._open.add(connection)

    def ready(self, connection: "_Connection") -> None:
        """A connection can take the next request."""
        if self._waiting:
            request, future = self._waiting.popleft()
            connection.begin(request, _Whole(self, future), self._timeout_s)
        else:
            self._idle.append(connection)

    def gone(self, connection: "_Connection") -> None:
        """A connection has ended."""
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if connection.pooled:
            self._free += 1
            self._grow()


class Stream:
    """An answer without an end."""

    def __init__(self, connection: "_Connection") -> None:
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

    def complete(self, connection: "_Connection", *, reusable: bool) -> None:  # noqa: ARG002  as _Whole's
        self.lost(Lost("The stream has ended."))
        connection.close()

    def lost(self, error: Lost) -> None:
        self._error = error
        _fail(self.started, error)
        self._more.set()


class _Whole:
    """An answer that is wanted at once and whole."""

    __slots__ = ("_chunks", "_future", "_headers", "_http", "_status")

    def __init__(self, http: Http, future: "asyncio.Future[Response]") -> None:
        self._http = http
        self._future = future
        self._chunks: list[bytes] = []

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        self._status = status
        self._headers = headers

    def body(self, chunk: bytes) -> None:
        self._chunks.append(chunk)

    def complete(self, connection: "_Connection", *, reusable: bool) -> None:
        if not self._future.done():
            self._future.set_result(Response(self._status, self._headers, b"".join(self._chunks)))
        if reusable:
            self._http.ready(connection)
        else:
            connection.close()

    def lost(self, error: Lost) -> None:
        _fail(self._future, error)


class _Connection(asyncio.Protocol):
    """One connection and the answer it is receiving, if any."""

    def __init__(self, http: Http) -> None:
        self.pooled = False
        self._http = http
        self._receiver: _Whole | Stream | None = None
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._silence_s = 0.0

    def begin(self, request: bytes, receiver: _Whole | Stream, timeout_s: float) -> None:
        """Send the request; its answer goes to the receiver.

        A stream may last, but not be silent for so long.
        """
        self._receiver = receiver
        self._headers: dict[str, str] = {}
        self._parser = httptools.HttpResponseParser(self)
        self._silence_s = timeout_s
        self._timer = self._loop.call_later(timeout_s, self._time_out)
        self._transport.write(request)

    def close(self) -> None:
        self._transport.close()

    def pause(self) -> None:
        self._transport.pause_reading()

    def resume(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def _time_out(self) -> None:
        self._lose(Lost("No answer in time."))
        self._transport.abort()

    def _lose(self, error: Lost) -> None:
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.lost(error)

    # what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's have no such base
        self._http.made(self)

    def data_received(self, data: bytes) -> None:
        if self._receiver is None:  # nobody asked
            self._transport.abort()
            return
        if isinstance(self._receiver, Stream):
            assert self._timer is not None
            self._timer.cancel()
            self._timer = self._loop.call_later(self._silence_s, self._time_out)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._lose(Lost("The answer is not HTTP."))
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        if self._timer is not None:
            self._timer.cancel()
        self._lose(Lost("The connection was closed before the answer was complete."))
        self._http.gone(self)

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
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if receiver is not None:
            receiver.complete(self, reusable=self._parser.should_keep_alive())


def _fail(future: "asyncio.Future[Any]", error: Lost) -> None:
    if not future.done():
        future.set_exception(error)
