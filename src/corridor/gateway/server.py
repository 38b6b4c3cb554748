"""How the application is served: by uvicorn, with a protocol that neither waits for ever nor hoards."""

import asyncio
from collections import Counter
from typing import Any, ClassVar, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from corridor.gateway.app import Gateway

HEAD_BYTES_MAX: Final = 16 * 1024
ARRIVAL_S: Final = 10.0
"""How long a request may take to arrive, and a new connection to begin one."""
KEEP_ALIVE_S: Final = 75
CONNECTIONS_MAX: Final = 4_096
CONNECTIONS_PER_ADDRESS: Final = 1_024
"""So many of them one address may hold, so that nobody alone can shut the door to all others."""
VERSIONS: Final = ("1.0", "1.1")
BACKLOG: Final = 1_024


class Unreadable(Exception):
    """What came is no request that is answered here."""


class BoundedProtocol(HttpToolsProtocol):
    """Ends connections whose requests come too slowly or have too long a head; uvicorn bounds neither."""

    held: ClassVar[Counter[str]] = Counter()
    """How many connections each address holds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving = True
        self._in_head = True
        self._head_bytes = 0
        self._large = False
        self._address = ""
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._address = self.client[0] if self.client is not None else ""
        self.held[self._address] += 1
        if self.held[self._address] > CONNECTIONS_PER_ADDRESS:
            transport.abort()
            return
        self._deadline = self.loop.call_later(ARRIVAL_S, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        self.held[self._address] -= 1
        if not self.held[self._address]:
            del self.held[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:  # an earlier piece has left it open
            self._head_bytes += len(data)
        self._large = len(data) > HEAD_BYTES_MAX
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES_MAX:
            self.transport.close()
        elif self._arriving and self._deadline is None:
            self._deadline = self.loop.call_later(ARRIVAL_S, self.transport.close)

    def on_message_begin(self) -> None:
        self._arriving = self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        # Where pieces are small, their sum has bounded the head already.
        if self._large and len(self.url) + sum(len(n) + len(v) for n, v in self.headers) > HEAD_BYTES_MAX:
            raise Unreadable("the head is too long")
        if self.parser.get_http_version() not in VERSIONS:
            raise Unreadable("another version of HTTP")
        self._in_head = False
        self._head_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._arriving = False
        self._disarm()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self.config.app.count_unreadable()  # type: ignore[union-attr]  # configuration() sees to that
        super().send_400_response(msg)

    def shutdown(self) -> None:
        self.config.app.stop()  # type: ignore[union-attr]  # configuration() sees to that
        super().shutdown()

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def configuration(gateway: Gateway, host: str, port: int) -> uvicorn.Config:
    """Return how uvicorn is to serve a gateway; port 0 takes a free one."""
    return uvicorn.Config(
        gateway,
        host,
        port,
        loop="uvloop",
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        access_log=False,
        log_level="error",  # a warning for each bad request would let anybody fill the log
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=5,
        limit_concurrency=CONNECTIONS_MAX,
        backlog=BACKLOG,
    )
