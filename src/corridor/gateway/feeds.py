"""The recent end of each mailbox, as the hub announces it, shared by all that read it here.

An announcement is a hint and may be lost; numbers have no gaps. So a reader is served from memory while that
goes on from its position without a gap, and from what is stored otherwise.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from corridor.gateway.limits import Limits
from corridor.ports import Mail, Post

FIRST_DOUBT_S: Final = 1.0
LAST_DOUBT_S: Final = 15.0
"""How long silence is believed before the store is asked: ever longer, until something comes again."""
FORGET_S: Final = 60.0
"""A feed that nobody has read for so long is dropped."""


class Line(msgspec.Struct, frozen=True):
    """A message as its reader gets it; the payload's bytes are the text's in UTF-8."""

    number: int
    signature: str
    payload: str


class Lines(NamedTuple):
    """Encoded lines, and the reader's position after them."""

    last: int
    lines: Sequence[bytes]


def encode(post: Post) -> bytes:
    """Return a message as one line of JSON."""
    return _encode(Line(post.number, post.signature, post.payload.decode())) + b"\n"


_encode = msgspec.json.Encoder().encode


class Feed:
    """Lines `first` to `last` of a mailbox, without a gap, bounded. Nothing is known while `first` is 0."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lines: dict[int, bytes] = {}
        self._size = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self._doubt_s = 0.0
        self.first = 0
        self.last = 0
        self.readers = 0
        self.read_at = 0.0
        self.doubt_at = 0.0

    def hear(self, post: Post) -> None:
        """Add the next line; one that is not the next begins anew."""
        if post.number != self.last + 1 or not self.first:
            self.forget()
            self.first = post.number
        line = self._lines[post.number] = encode(post)
        self.last = post.number
        self._size += len(line)
        while self._lines and (
            len(self._lines) > self._limits.feed_posts or self._size > self._limits.feed_bytes
        ):
            self._size -= len(self._lines.pop(self.first))
            self.first += 1

    def forget(self) -> None:
        """Know nothing: what comes next is read from the store."""
        self._lines.clear()
        self._size = self.first = self.last = 0

    def rest_at(self, number: int) -> None:
        """The store has nothing beyond this number, so what is heard next goes on from here."""
        if not self.first:
            self.first, self.last = number + 1, number

    def take(self, posts: Sequence[Post], after: int, limit: int) -> Lines:
        """Return as lines what the store has after a number, asked for `limit`; memory goes on from its end."""
        last = posts[-1].number if posts else after
        if posts and self.first and posts[0].number > self.last:
            self.forget()  # this was never announced
        if len(posts) < limit:
            self.rest_at(last)
        return Lines(last, [encode(post) for post in posts])

    def after(self, number: int, limit: int) -> "Lines | None":
        """Return the lines that follow a number, or None if memory cannot tell."""
        if not self.first or not self.first - 1 <= number <= self.last:
            return None
        last = min(self.last, number + limit)
        return Lines(last, [self._lines[each] for each in range(number + 1, last + 1)])

    def believe(self, now: float, *, news: bool) -> None:
        """After the store was asked: doubt again later, and soon after news."""
        self._doubt_s = FIRST_DOUBT_S if news else min(2 * self._doubt_s or FIRST_DOUBT_S, LAST_DOUBT_S)
        self.doubt_at = now + self._doubt_s

    async def news(self, within_s: float) -> None:
        """Return when something was heard, or the time is over."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(within_s, _wake, waiter)
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiting.discard(waiter)

    def wake(self) -> None:
        """Let everybody who waits look again."""
        for waiter in self._waiting:
            _wake(waiter)


class Feeds:
    """The feeds of all mailboxes that are read here."""

    def __init__(self, mail: Mail, limits: Limits) -> None:
        self._mail = mail
        self._limits = limits
        self._feeds: dict[str, Feed] = {}
        self.closed = False
        """The gateway is about to end: nobody waits any more."""

    def hear(self, posts: Sequence[Post]) -> None:
        """Take in what the hub announces; mailboxes that nobody reads here are left alone."""
        heard = {}
        for post in posts:
            feed = self._feeds.get(post.participant)
            if feed is not None:
                feed.hear(post)
                heard[post.participant] = feed
        now = asyncio.get_running_loop().time()
        for feed in heard.values():
            feed.believe(now, news=True)
            feed.wake()

    def doubt(self) -> None:
        """Announcements may have been lost: read everything from the store again."""
        for feed in self._feeds.values():
            feed.forget()
            feed.wake()

    async def tidy(self) -> None:
        """Drop what nobody reads any more."""
        now = asyncio.get_running_loop().time()
        for participant, feed in list(self._feeds.items()):
            if not feed.readers and now - feed.read_at > FORGET_S:
                del self._feeds[participant]

    def close(self) -> None:
        """End all waiting, for good."""
        self.closed = True
        for feed in self._feeds.values():
            feed.wake()

    def feed(self, participant: str) -> Feed:
        """Return the feed of a mailbox."""
        feed = self._feeds.get(participant)
        if feed is None:
            feed = self._feeds[participant] = Feed(self._limits)
        return feed

    async def read(self, participant: str, after: int, limit: int, wait_s: float) -> Lines:
        """Return the lines that follow a number, waiting for the first one; none if none came in time.

        Raises: HubAway, if the store has to be asked and cannot be.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        feed = self.feed(participant)
        while True:
            found = feed.after(after, limit)
            if found is None or (not found.lines and loop.time() >= feed.doubt_at):
                found = await self._stored(feed, participant, after, limit)
            now = feed.read_at = loop.time()
            if found.lines or now >= until or self.closed:
                return found
            await feed.news(min(until, feed.doubt_at) - now)

    async def _stored(self, feed: Feed, participant: str, after: int, limit: int) -> Lines:
        posts = await self._mail.read(participant, after, limit)
        feed.believe(asyncio.get_running_loop().time(), news=bool(posts))
        stored = feed.take(posts, after, limit)
        return stored if posts else feed.after(after, limit) or stored  # what was announced meanwhile


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
