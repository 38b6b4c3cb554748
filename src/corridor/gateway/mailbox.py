"""A participant's mailbox: read by number, waited for or streamed, acknowledged by position."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import msgspec

from corridor.codecs.errors import DecodeError
from corridor.gateway.acknowledgements import Acknowledgements
from corridor.gateway.authentication import Authenticator
from corridor.gateway.exchange import JSON, NDJSON, Request, Response, Stream
from corridor.gateway.feeds import Feed, Feeds
from corridor.gateway.limits import Limits
from corridor.gateway.metrics import Metrics
from corridor.gateway.problems import Kind, Problem
from corridor.gateway.queries import read_query
from corridor.gateway.requests import decode
from corridor.ports import HubAway

AWAY_S: Final = 0.5
_Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class MailboxQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `GET /v1/mailbox` may ask. `after` is a position: everything up to it is acknowledged."""

    after: _Number
    limit: Annotated[int, msgspec.Meta(ge=1, le=256)] = 256
    wait: Annotated[int, msgspec.Meta(ge=0, le=30)] = 0
    stream: Annotated[int, msgspec.Meta(ge=0, le=1)] = 0


class Acknowledgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything up to this number is held. It needs no message id: saying it again changes nothing."""

    number: _Number
    message_id: str = ""


class Position(msgspec.Struct, frozen=True):
    """The position that was noted."""

    number: int


class Mailboxes:
    """Serves readers of mailboxes; each keeps its own place."""

    def __init__(
        self,
        feeds: Feeds,
        authenticator: Authenticator,
        acknowledgements: Acknowledgements,
        limits: Limits,
        metrics: Metrics,
        hub_closed: Callable[[], bool],
    ) -> None:
        self._hub_closed = hub_closed
        """A closed hub asks everybody what they hold, which they tell when they come anew."""
        self._feeds = feeds
        self._authenticator = authenticator
        self._acknowledgements = acknowledgements
        self._limits = limits
        self._metrics = metrics
        self._positions = msgspec.json.Decoder(Acknowledgement)
        self.readers = 0

    async def get(self, request: Request) -> Response | Stream:
        """Return the messages after a number, or a stream of them. A suspended participant may read, too.

        Raises: Problem.
        """
        sender = await self._authenticator.prove_get(request)
        self._authenticator.judge(sender, active=False)
        query = read_query(request.query, MailboxQuery)
        participant = sender.participant
        if query.after:
            self._acknowledgements.note(participant, query.after)
        feed = self._feeds.feed(participant)
        if feed.readers >= self._limits.readers_per_bank or self.readers >= self._limits.readers:
            raise Problem(Kind.TOO_MANY, f"{feed.readers} readers are at this mailbox", retry_after_s=1)
        if query.stream:
            return Stream(self._pieces(participant, query.after))
        try:
            with self._reader(feed):
                found = await self._feeds.read(participant, query.after, query.limit, query.wait)
        except HubAway:
            raise Problem(Kind.AWAY, retry_after_s=1) from None
        self._metrics.delivered[()] += len(found.lines)
        return Response(200, b"".join(found.lines), NDJSON)

    async def acknowledge(self, request: Request) -> Response:
        """Note a position. It reaches the hub within about a second, together with others.

        Raises: Problem; TooLarge and Gone of the body.
        """
        sender, body = await self._authenticator.prove_post(request, (JSON,))
        self._authenticator.judge(sender, active=False)
        try:
            position: Acknowledgement = decode(self._positions, body)
        except DecodeError as error:
            raise Problem(Kind.INVALID, error.message, reason=error.reason, field=error.field or "") from None
        self._acknowledgements.note(sender.participant, position.number)
        return Response(202, msgspec.json.encode(Position(position.number)))

    async def _pieces(self, participant: str, after: int) -> AsyncGenerator[bytes, None]:
        limit, heartbeat_s = self._limits.stream_piece, self._limits.heartbeat_s
        with self._reader(self._feeds.feed(participant)):
            while not self._feeds.closed and not self._hub_closed():
                try:
                    after, lines = await self._feeds.read(participant, after, limit, heartbeat_s)
                except HubAway:
                    await asyncio.sleep(AWAY_S)
                    continue
                self._metrics.delivered[()] += len(lines)
                yield b"".join(lines) or b"\n"

    @contextmanager
    def _reader(self, feed: Feed) -> Iterator[None]:
        feed.readers += 1
        self.readers += 1
        try:
            yield
        finally:
            feed.readers -= 1
            self.readers -= 1
