"""Requests that two readers would read in two ways, or that never end: 400 or 4xx, and the connection closes."""

from collections.abc import Sequence
from time import monotonic
from typing import Any, Final

from corridor.simulation.door.attacks.strike import Attack, Send, Strike
from corridor.simulation.door.wire import XML, Answer, request
from corridor.simulation.door.world import VOLG

SMUGGLED: Final = b"GET /metrics HTTP/1.1\r\nHost: hub\r\n\r\n"


def framed(*headers: str, body: bytes | None = None, line: str = "POST /v1/messages HTTP/1.1") -> Send:
    """Send a signed order whose length is told in these ways; `{n}` is the true one."""

    async def send(s: Strike) -> Answer:
        order = s.sevr.order(s.house.fresh())
        carried = order if body is None else body
        told = [header.replace("{n}", str(len(order))) for header in headers]
        lines = [
            line,
            "Host: hub",
            f"Content-Type: {XML}",
            f"Corridor-Signature: {s.sevr.sign(order)}",
            *told,
        ]
        return await s.send("\r\n".join(lines).encode() + b"\r\n\r\n" + carried, ends=True)

    return send


def raw(sent: bytes) -> Send:
    """Send bytes."""
    return lambda s: s.send(sent, ends=True)


def unsigned(method: str, target: str, headers: Sequence[tuple[str, str]] = ()) -> Send:
    """Send a request that nobody signed."""
    return lambda s: s.send(request(method, target, headers), ends=True)


def asked(target: str) -> Send:
    """Send a signed GET."""
    return lambda s: s.send(s.sevr.get(target))


async def scanned(s: Strike) -> Answer:
    """Try phone numbers one after the other, until one is told to wait."""
    volga = s.house[VOLG]

    async def scan() -> Answer:
        began = monotonic()
        for n in range(400):
            answer = await volga.send(volga.get(f"/v1/aliases/+79160{n:06d}"))
            if answer.status != 404:
                break
        s.demand(100 <= n <= 101 + 25 * (monotonic() - began), f"{n} numbers could be tried")
        return answer

    answer = await s.measure(scan(), volga)
    s.demand(int(answer.headers["retry-after"]) > 0, "no time to come back was told")
    other = await s.pamr.send(s.pamr.get("/v1/aliases/+79160000001"))
    s.demand(other.status == 404, "another bank's look-ups suffer")
    s.complaints = [each for each in s.complaints if "processor" not in each]  # hundreds of requests
    return answer


async def pipelined(s: Strike) -> Answer:
    """Hide a second request in what a reader by length takes for the body."""
    order = s.sevr.order(s.house.fresh())
    sent = s.sevr.post(order + SMUGGLED, signature=s.sevr.sign(order))
    return await s.send(sent, ends=True)


def behind_a_refusal(s: Strike) -> Any:
    """Send a request that is refused, and one behind it in the same write."""
    return s.send(request("POST", "/v1/messages", [("Content-Type", XML)], b"x") + SMUGGLED, ends=True)


def _bad(name: str, send: Send) -> Attack:
    return Attack("A75", name, send, 400, trace="unreadable")


SMUGGLING: Final = (
    _bad("smuggled: a length and chunks", framed("Content-Length: 6", "Transfer-Encoding: chunked", body=b"0\r\n\r\nX" + SMUGGLED)),
    _bad("smuggled: chunks and a length", framed("Transfer-Encoding: chunked", "Content-Length: {n}", body=b"0\r\n\r\n" + SMUGGLED)),
    _bad("smuggled: two lengths", framed("Content-Length: 0", "Content-Length: {n}")),
    _bad("smuggled: one length twice", framed("Content-Length: {n}", "Content-Length: {n}")),
    _bad("smuggled: a list of lengths", framed("Content-Length: {n}, {n}")),
    _bad("smuggled: a length with a sign", framed("Content-Length: +{n}")),
    _bad("smuggled: a negative length", framed("Content-Length: -1")),
    _bad("smuggled: a length in hexadecimal", framed("Content-Length: 0x10")),
    _bad("smuggled: a length that overflows", framed("Content-Length: 18446744073709551617")),
    _bad("smuggled: a length of 5,000 digits", framed("Content-Length: " + "9" * 5_000)),
    _bad("smuggled: chunks that are not last", framed("Transfer-Encoding: chunked, identity")),
    _bad("smuggled: an encoding like chunked", framed("Transfer-Encoding: xchunked")),
    _bad("smuggled: an encoding with a tab", framed("Transfer-Encoding:\tchunked\x0b")),
    _bad("smuggled: a space before the colon", framed("Content-Length : {n}")),
    _bad("smuggled: a folded header", framed("X-A: 1", " Content-Length: 0", "Content-Length: {n}")),
    _bad("smuggled: a bare line feed", framed("X-A: 1\nTransfer-Encoding: chunked", "Content-Length: {n}")),
    _bad("smuggled: a bare carriage return", framed("X-A: 1\rX-B: 2", "Content-Length: {n}")),
    _bad("smuggled: a zero byte in a header", framed("X-A: 1\x00", "Content-Length: {n}")),
    _bad("smuggled: a chunk size that overflows", framed("Transfer-Encoding: chunked", body=b"FFFFFFFFFFFFFFFFF\r\nx\r\n0\r\n\r\n")),
    _bad("smuggled: a negative chunk", framed("Transfer-Encoding: chunked", body=b"-1\r\nx\r\n0\r\n\r\n")),
    _bad("smuggled: a chunk longer than it says", framed("Transfer-Encoding: chunked", body=b"1\r\nxyz\r\n0\r\n\r\n")),
    Attack("A75", "smuggled: a request behind a body", pipelined, 401, trace="unauthenticated signature"),
    Attack("A75", "smuggled: a request behind a refusal", behind_a_refusal, 401, trace="unauthenticated none"),
    _bad("another protocol: TLS", raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64))),
    _bad("another protocol: HTTP/2", raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))),
    _bad("another protocol: HTTP/0.9", raw(b"GET /health\r\n\r\n")),
    _bad("another protocol: HTTP/9.9", raw(b"GET /health HTTP/9.9\r\n\r\n")),
    _bad("another protocol: SSH", raw(b"SSH-2.0-x\r\n\r\n")),
)  # fmt: skip

HEADS: Final = (
    Attack("A75", "a header of 1 MB", framed("X-A: " + "x" * (1 << 20), "Content-Length: {n}"), 0),
    _bad("four thousand headers", framed(*(f"X-{n}: 1" for n in range(4_000)), "Content-Length: {n}")),
    _bad("a path of 60 KB", raw(b"GET /" + b"x" * 60_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n")),
    Attack("A75", "a signature of 12 KB", framed("Corridor-Signature: " + "x" * 12_000, "Content-Length: {n}"), 401, trace="unauthenticated malformed"),
)  # fmt: skip

PATHS: Final = (
    Attack("A75", "a path that climbs", unsigned("GET", "/v1/../metrics"), 404),
    Attack("A75", "a path that climbs, encoded", unsigned("GET", "/v1/%2e%2e/metrics"), 404),
    Attack("A75", "a path with two slashes", unsigned("POST", "//v1//messages"), 404),
    Attack("A75", "a method nobody knows", raw(b"BREW /v1/messages HTTP/1.1\r\nHost: h\r\n\r\n"), 400, trace="unreadable"),
    Attack("A75", "a TRACE", unsigned("TRACE", "/v1/messages"), 405),
    Attack("A75", "a CONNECT", raw(b"CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: h\r\n\r\n"), 400, trace="unreadable"),
    Attack("A75", "another method by a header", unsigned("GET", "/v1/messages", [("X-HTTP-Method-Override", "POST")]), 405),
    Attack("A75", "a query said twice", asked("/v1/mailbox?after=0&after=1"), 400),
    Attack("A75", "a query with another's BIC", asked("/v1/mailbox?after=0&participant=PAMRTJ20"), 400),
    Attack("A75", "a query of broken letters", asked("/v1/mailbox?after=%FF"), 400),
    Attack("A75", "a negative position", asked("/v1/mailbox?after=-1"), 400),
    Attack("A75", "a position of 30 digits", asked(f"/v1/mailbox?after={'9' * 30}"), 400),
    Attack("A75", "a wait of a day", asked("/v1/mailbox?after=0&wait=86400"), 400),
    Attack("A75", "a page of a million", asked("/v1/mailbox?after=0&limit=1000000"), 400),
    Attack("A76", "phone numbers one after the other", scanned, 429),
)  # fmt: skip

ATTACKS: Final = (*SMUGGLING, *HEADS, *PATHS)
