"""The gateway as one ASGI application: its parts, the table of its routes, and what becomes of errors."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import msgspec

from corridor.codecs.jws import audience
from corridor.gateway import inbound, metrics, requests, vouchers
from corridor.gateway.acknowledgements import Acknowledgements
from corridor.gateway.arrangements import Arrangements
from corridor.gateway.authentication import Authenticator, Unauthenticated
from corridor.gateway.correspondents import Correspondents
from corridor.gateway.exchange import (
    NDJSON,
    XML,
    Gone,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    Stream,
    TooLarge,
    send_response,
    send_stream,
)
from corridor.gateway.facilities import Facilities
from corridor.gateway.feeds import Feeds, Line
from corridor.gateway.inquiries import Inquiries, InquiryQuery
from corridor.gateway.keys import Keys
from corridor.gateway.limits import Limits
from corridor.gateway.lookups import Found, LookUpQuery, LookUps
from corridor.gateway.mailbox import Acknowledgement, Mailboxes, MailboxQuery, Position
from corridor.gateway.openapi import Receipt, document
from corridor.gateway.problems import Kind, Problem, respond
from corridor.gateway.routes import Route, Table
from corridor.gateway.screening import NameIndex, Screener
from corridor.gateway.statements import PATH as STATEMENTS
from corridor.gateway.statements import AccountStatements, StatementQuery
from corridor.gateway.submissions import Submissions
from corridor.ports import Clock, Link, Mail, Reads, Statements, Verifier
from corridor.services.credit.answers import FacilityAnswer
from corridor.services.fx.answers import InquiryAnswer
from corridor.services.fx.arrangements.answers import ArrangementAnswer
from corridor.services.settlement.correspondents.answers import CorrespondentAnswer

TELL_S: Final = 1.0
HEARD_WHILE_CLOSED: Final = (vouchers.PATH, requests.OPERATIONS_PATH)
"""What participants hold of the log, and the two persons who may waive that; of others the hub hears nothing."""
TIDY_S: Final = 10.0
_log = logging.getLogger(__name__)


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """The gateway is up. `hub` is connected, closed or away, `keys` (the registry as it is held) fresh or stale.

    `why` the hub is closed, empty if it is not.
    """

    hub: str
    keys: str
    why: str = ""


class Gateway:
    """Everything outside is given to it; it holds nothing durable and no key of the hub."""

    def __init__(
        self,
        *,
        hub: str,
        environment: str,
        link: Link,
        reads: Reads,
        mail: Mail,
        statements: Statements,
        verifier: Callable[[str, bytes], Verifier],
        load_list: Callable[[], Awaitable[NameIndex]],
        clock: Clock,
        limits: Limits | None = None,
    ) -> None:
        limits = limits or Limits()
        self._link = link
        self._metrics = metrics.Metrics()
        self._keys = Keys(reads, verifier, clock)
        self._screener = Screener(load_list, clock)
        self._feeds = Feeds(mail, limits)
        self._acknowledgements = Acknowledgements(link, clock)
        authenticator = Authenticator(self._keys, audience(hub, environment), clock, limits)
        self._submissions = Submissions(link, authenticator, self._screener, clock, limits, self._metrics)
        self._mailboxes = Mailboxes(
            self._feeds,
            authenticator,
            self._acknowledgements,
            limits,
            self._metrics,
            lambda: bool(link.closed),
        )
        look_ups = LookUps(reads, authenticator, clock, limits)
        facilities, correspondents = Facilities(reads, authenticator), Correspondents(reads, authenticator)
        inquiries, arrangements = Inquiries(reads, authenticator), Arrangements(reads, authenticator)
        account_statements = AccountStatements(statements, authenticator)
        messages = inbound.Messages(hub, self._screener, clock, self._metrics)
        signed = requests.Requests(clock, self._metrics, vouchers.Prover(self._keys, hub, environment))
        bring = self._submissions
        self.routes = (
            Route(
                "POST",
                "/v1/messages",
                partial(bring.message, messages.command),
                "Send an ISO 20022 message in its envelope. What becomes of it comes through the mailbox.",
                gives=Receipt,
                status=202,
            ),
            *(
                Route(
                    "POST",
                    path,
                    partial(bring.request, signed.maker(path)),
                    _first_line(takes),
                    takes=takes,
                    gives=Receipt,
                )
                for path, takes in requests.REQUESTS.items()
            ),
            Route(
                "POST",
                "/v1/mailbox/acknowledgement",
                self._mailboxes.acknowledge,
                "Say how far the mailbox is held.",
                takes=Acknowledgement,
                gives=Position,
                status=202,
            ),
            Route(
                "GET",
                "/v1/mailbox",
                self._mailboxes.get,
                "Read the messages after a number, wait for them, or have them streamed.",
                takes=MailboxQuery,
                gives=Line,
                media_type=NDJSON,
            ),
            Route(
                "GET",
                "/v1/aliases/{phone}",
                look_ups.get,
                "Ask whom a phone number reaches, and whether that is the creditor's name.",
                takes=LookUpQuery,
                gives=Found,
            ),
            Route(
                "GET",
                "/v1/facilities",
                facilities.get,
                "Read the open facilities in which the signer lends or borrows.",
                gives=FacilityAnswer,
                media_type=NDJSON,
            ),
            Route(
                "GET",
                "/v1/correspondents",
                correspondents.get,
                "Read the live correspondent accounts that the signer owns or services.",
                gives=CorrespondentAnswer,
                media_type=NDJSON,
            ),
            Route(
                "GET",
                "/v1/arrangements",
                arrangements.get,
                "Read the live arrangements that the signer, a central bank, is a side of.",
                gives=ArrangementAnswer,
                media_type=NDJSON,
            ),
            Route(
                "GET",
                "/v1/inquiries",
                inquiries.get,
                "Read the inquiries that the signer has made, or is asked.",
                takes=InquiryQuery,
                gives=InquiryAnswer,
                media_type=NDJSON,
            ),
            Route(
                "GET",
                STATEMENTS,
                account_statements.get,
                "Read a page of a statement of the signer's account: camt.053 of an ended day, camt.052 of today.",
                takes=StatementQuery,
                media_type=XML[0],
            ),
            Route(
                "GET",
                "/health",
                self._health,
                "Is the gateway up, and can it reach the hub?",
                signed=False,
                gives=Health,
            ),
            Route(
                "GET",
                "/metrics",
                self._show_metrics,
                "Metrics for Prometheus.",
                signed=False,
                media_type=metrics.CONTENT_TYPE,
            ),
            Route("GET", "/openapi.json", self._show_document, "This page.", signed=False),
        )
        self._table = Table(self.routes)
        self._metrics.watch("in_flight", "Commands awaiting the hub", lambda: self._submissions.in_flight)
        self._metrics.watch("readers", "Readers at mailboxes", lambda: self._mailboxes.readers)
        self._metrics.watch("hub_connected", "1 if the hub can be reached", lambda: link.connected)
        self._metrics.watch("hub_closed", "1 if the hub does not serve yet", lambda: bool(link.closed))
        self._document = document(self.routes, hub, environment)
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the server's life."""
        if scope["type"] != "http":
            await self._live(receive, send)
            return
        request = Request(scope, receive)
        path = "none"
        try:
            route = self._route(request)
            path = route.path
            self._require_open(route)
            answer = await route.answer(request)
        except Gone:
            return
        except Exception as error:  # noqa: BLE001  whatever it is, the peer gets an answer
            answer = respond(self._problem(error))
        self._metrics.requests[path, str(answer.status)] += 1
        if isinstance(answer, Stream):
            await send_stream(request, send, answer)
        else:
            await send_response(request, send, answer)

    async def open(self) -> None:
        """Begin: read keys and list, listen to the hub. What cannot be had yet comes later."""
        self._link.on_posts(self._feeds.hear)
        self._link.on_join(self._feeds.doubt)
        await self._keys.refresh()
        await self._screener.open()
        self._tasks = [
            asyncio.create_task(_repeat(TELL_S, self._acknowledgements.tell)),
            asyncio.create_task(_repeat(TELL_S, self._keys.refresh)),
            asyncio.create_task(_repeat(TIDY_S, self._feeds.tidy)),
        ]

    def count_unreadable(self) -> None:
        """Count what came and is no request."""
        self._metrics.requests["none", "400"] += 1

    def count_handshake(self, why: str) -> None:
        """Count a handshake that failed."""
        self._metrics.handshakes[why,] += 1

    def stop(self) -> None:
        """Let no reader wait any more."""
        self._feeds.close()

    async def close(self) -> None:
        """End, and tell the hub what was noted."""
        self.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._acknowledgements.tell()

    def _route(self, request: Request) -> Route:
        methods = self._table.find(request.path)
        if methods is None:
            raise Problem(Kind.NOT_FOUND)
        route = methods.get(request.method)
        if route is None:
            raise Problem(Kind.METHOD_NOT_ALLOWED, allow=", ".join(sorted(methods)))
        return route

    def _require_open(self, route: Route) -> None:
        if route.signed and route.path not in HEARD_WHILE_CLOSED and self._link.closed:
            raise Problem(Kind.CLOSED, self._link.closed, retry_after_s=1)

    def _problem(self, error: Exception) -> Problem:
        """Return what the peer is told of any error whatever."""
        match error:
            case Unauthenticated():
                self._metrics.unauthenticated[error.why,] += 1
                return error
            case Problem():
                return error
            case TooLarge():
                return Problem(Kind.TOO_LARGE)
            case _:
                _log.error("a request failed", exc_info=error)
                return Problem(Kind.FAULT)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _health(self, _request: Request) -> Response:
        why = self._link.closed if self._link.connected else ""
        hub = ("closed" if why else "connected") if self._link.connected else "away"
        health = Health(hub, "fresh" if self._keys.fresh else "stale", why)
        return Response(200, msgspec.json.encode(health))

    async def _show_metrics(self, _request: Request) -> Response:
        return Response(200, self._metrics.page(), metrics.CONTENT_TYPE)

    async def _show_document(self, _request: Request) -> Response:
        return Response(200, self._document)


async def _repeat(every_s: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(every_s)
        try:
            await work()
        except Exception:  # noqa: BLE001  whatever it was, the next time may be better
            _log.exception("the gateway's own work failed; it is tried again")


def _first_line(of: type) -> str:
    return (of.__doc__ or "").partition("\n")[0]
