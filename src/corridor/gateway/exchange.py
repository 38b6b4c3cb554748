"""One request as the application sees it, and what it answers: the only file that speaks ASGI's messages."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, MutableMapping
from contextlib import aclosing
from typing import Any, Final

import msgspec

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON: Final = b"application/json"
XML: Final = (b"application/xml", b"text/xml")
NDJSON: Final = b"application/x-ndjson"


class Gone(Exception):
    """The peer has closed the connection: nobody waits for an answer."""


class TooLarge(Exception):
    """The body has more bytes than it may have."""


class Request:
    """What a peer sent. Nothing of it is to be trusted before its signature is verified."""

    __slots__ = ("_headers", "_receive", "method", "path", "peer", "query", "read", "signature", "target")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.target: bytes = scope["raw_path"] + b"?" + self.query if self.query else scope["raw_path"]
        """As it was sent; that is what a GET's signature covers."""
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        if len(self._headers) < len(scope["headers"]):
            self._headers = _joined(scope["headers"])
        self.signature: bytes = self._headers.get(b"corridor-signature", b"")
        self.peer: str | None = scope.get("corridor.peer")
        """Whose certificate it came by: nobody's that we know of is "". None: certificates are not asked for."""
        self.read = False
        """The body has been read to its end, so the connection can serve another request."""
        self._receive = receive

    def carries(self, media_types: tuple[bytes, ...]) -> bool:
        """Say whether the body is of such a type, and not compressed."""
        content_type = self._headers.get(b"content-type", b"")
        if content_type not in media_types:
            content_type = content_type.partition(b";")[0].strip().lower()
        return content_type in media_types and b"content-encoding" not in self._headers

    async def body(self, bytes_max: int) -> bytes:
        """Return the exact bytes of the body. How long it may take to come is for the server to say.

        Raises: TooLarge, Gone.
        """
        announced = self._headers.get(b"content-length", b"0")
        if int(announced) > bytes_max:  # the server lets nothing but digits through
            raise TooLarge
        body: bytes = b""
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                raise Gone
            body += message.get("body", b"")
            if len(body) > bytes_max:
                raise TooLarge
            if not message.get("more_body", False):
                self.read = True
                return body

    async def disconnected(self) -> None:
        """Return when the peer has gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return headers that stand more than once as the lists they are (RFC 9110, 5.2): none is overlooked."""
    joined: dict[bytes, bytes] = {}
    for name, value in headers:
        joined[name] = joined[name] + b", " + value if name in joined else value
    return joined


class Response(msgspec.Struct, frozen=True):
    """An answer that is complete."""

    status: int
    body: bytes = b""
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Stream(msgspec.Struct, frozen=True):
    """An answer that goes on until either side ends it; the peer's slowness slows the pieces down."""

    pieces: AsyncGenerator[bytes, None]
    status: int = 200
    content_type: bytes = NDJSON


async def send_response(request: Request, send: Send, response: Response) -> None:
    """Send an answer. The connection ends with it if a body is left unread that nobody will ever want."""
    headers = [
        (b"content-type", response.content_type),
        (b"content-length", str(len(response.body)).encode()),
        *response.headers,
    ]
    if request.method == "POST" and not request.read:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


async def send_stream(request: Request, send: Send, stream: Stream) -> None:
    """Send pieces until they end or the peer goes."""
    headers = [(b"content-type", stream.content_type), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": stream.status, "headers": headers})

    async def pour() -> None:
        async with aclosing(stream.pieces) as pieces:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    pouring, gone = asyncio.ensure_future(pour()), asyncio.ensure_future(request.disconnected())
    try:
        await asyncio.wait((pouring, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (pouring, gone):
            task.cancel()
        await asyncio.gather(pouring, gone, return_exceptions=True)
