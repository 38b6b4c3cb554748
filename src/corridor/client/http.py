"""HTTP/1.1 as a participant needs it: few connections, kept alive, one request at a time, and a stream.

Nothing is tried again here. Whether a request may be repeated, and when, is for those who know what it means.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from corridor.client.connection import Connection, Response, Stream, Whole, fail
from corridor.client.errors import Lost
from corridor.client.tls import Certificate, Showing

TIMEOUT_S: Final = 20.0
SILENCE_S: Final = 45.0
"""A stream is silent for 15 s at most: then comes an empty line."""


class Http:
    """The way to one server. Every failure of the network is `Lost`."""

    def __init__(
        self,
        url: str,
        *,
        connections: int = 32,
        timeout_s: float = TIMEOUT_S,
        tls: ssl.SSLContext | Certificate | None = None,
    ) -> None:
        """`connections` limits those for requests; streams come on top."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.hostname is None or parts.path not in ("", "/"):
            raise ValueError(f"not http://host:port or https://host:port: {url}")
        secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port or (443 if secure else 80)
        if tls is not None and not secure:
            raise ValueError(f"certificates are only shown over https: {url}")
        self._tls: ssl.SSLContext | Showing | None = None
        if secure:
            shown = Showing(tls) if isinstance(tls, Certificate) else tls
            self._tls = shown or ssl.create_default_context()
        self._authority = parts.netloc
        self._timeout_s = timeout_s
        self._free = connections
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
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
            fail(self._waiting.popleft()[1], Lost("The client was closed."))
        for connection in tuple(self._open):
            connection.close()
        await asyncio.gather(*self._connecting, return_exceptions=True)

    def _head(self, method: str, target: str, headers: Mapping[str, str]) -> bytes:
        fields = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        return f"{method} {target} HTTP/1.1\r\nHost: {self._authority}\r\n{fields}\r\n".encode("ascii")

    def _request(self, request: bytes) -> "asyncio.Future[Response]":
        future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        if self._idle:
            self._idle.pop().begin(request, Whole(self, future), self._timeout_s)
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
                fail(self._waiting.popleft()[1], lost)
        else:
            connection.pooled = True
            self.ready(connection)

    async def _connect(self) -> "Connection":
        loop = asyncio.get_running_loop()
        try:
            tls = self._tls.context() if isinstance(self._tls, Showing) else self._tls
            async with asyncio.timeout(self._timeout_s):  # `wait_for` can lose a cancellation
                _, connection = await loop.create_connection(
                    lambda: Connection(self), self._host, self._port, ssl=tls
                )
        except (OSError, TimeoutError) as error:
            why = error.reason if isinstance(error, ssl.SSLError) else type(error).__name__
            raise Lost(f"No connection to {self._authority}: {why}.") from None
        return connection

    def made(self, connection: "Connection") -> None:
        """A connection has begun."""
        self._open.add(connection)

    def ready(self, connection: "Connection") -> None:
        """A connection can take the next request."""
        if self._waiting:
            request, future = self._waiting.popleft()
            connection.begin(request, Whole(self, future), self._timeout_s)
        else:
            self._idle.append(connection)

    def gone(self, connection: "Connection") -> None:
        """A connection has ended."""
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if connection.pooled:
            self._free += 1
            self._grow()
