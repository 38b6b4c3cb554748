"""Both ends of a link: the hub's server, and the gateway's client that reconnects by itself."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import msgspec

from corridor.adapters.stream import frames
from corridor.ports import HubAway, Post, Told
from corridor.services.messaging.commands import Command

RECONNECT_S = 0.05
SPACING_S = 0.002
"""Frames are at least so far apart: a hop of one command costs three times its share of a hop of four."""


class Answers(msgspec.Struct, frozen=True, array_like=True):
    """What the hub sends down a link."""

    told: Sequence[Told]
    posts: Sequence[Post]
    closed: str = ""
    """Why the hub serves nobody yet; every frame says it anew."""


class Receiver(Protocol):
    """The hub's shell, as its server sees it."""

    @property
    def closed(self) -> str: ...

    def connect(self, link: int, send: Callable[[Sequence[Told], Sequence[Post]], None]) -> None: ...
    def disconnect(self, link: int) -> None: ...
    def submit(self, link: int, commands: Sequence[tuple[int, Command]]) -> None: ...


async def serve(path: Path, receiver: Receiver, commands: Any) -> asyncio.Server:
    """Serve links on a Unix socket that only its owner may open. `commands` is the union of all commands."""
    decoder = msgspec.msgpack.Decoder(list[tuple[int, commands]])
    numbers = count(1)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = next(numbers)

        def send(told: Sequence[Told], posts: Sequence[Post]) -> None:
            writer.write(frames.encode(Answers(told, posts, receiver.closed)))

        receiver.connect(link, send)
        send((), ())  # from here on the link hears every delivery
        try:
            while (submitted := await frames.read(reader, decoder)) is not None:
                receiver.submit(link, submitted)
        except frames.FrameError:
            pass
        finally:
            receiver.disconnect(link)
            writer.close()

    return await frames.listen(path, handle)


class StreamLink:
    """A gateway's link to the hub. Commands submitted together travel in one frame."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tickets = count(1)
        self._waiting: dict[int, asyncio.Future[Told]] = {}
        self._unsent: list[tuple[int, Command]] = []
        self._next_flush = 0.0
        self._writer: asyncio.StreamWriter | None = None
        self._hear: Callable[[Sequence[Post]], None] = lambda _posts: None
        self._doubt: Callable[[], None] = lambda: None
        self._decoder = msgspec.msgpack.Decoder(Answers)
        self._reading: asyncio.Task[None] | None = None
        self.closed = ""
        """Why the hub serves nobody yet, "" if it does; the last that was heard of it."""

    @property
    def connected(self) -> bool:
        """The hub can be reached."""
        return self._writer is not None

    def on_posts(self, hear: Callable[[Sequence[Post]], None]) -> None:
        """Call this with every delivery that the hub announces."""
        self._hear = hear

    def on_join(self, doubt: Callable[[], None]) -> None:
        """Call this whenever the hub hears this link (again)."""
        self._doubt = doubt

    def open(self) -> None:
        """Begin to connect, for as long as the link lives."""
        self._reading = asyncio.create_task(self._run())

    async def close(self) -> None:
        """End the link."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading

    def submit(self, command: Command) -> asyncio.Future[Told]:
        """Return the hub's answer to come.

        Raises: HubAway, at once or later; the outcome is then unknown, and the same command may be submitted again.
        A hub that is silent is waited for while the connection stands: gateways bound that (gateway/patience.py).
        """
        if self._writer is None:
            raise HubAway
        loop = asyncio.get_running_loop()
        ticket = next(self._tickets)
        future = self._waiting[ticket] = loop.create_future()
        if not self._unsent:
            loop.call_at(max(loop.time(), self._next_flush), self._flush)
        self._unsent.append((ticket, command))
        return future

    def _flush(self) -> None:
        self._next_flush = asyncio.get_running_loop().time() + SPACING_S
        unsent, self._unsent = self._unsent, []
        if self._writer is not None:
            self._writer.write(frames.encode(unsent))

    async def _run(self) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path, limit=2**20)
            except OSError:
                await asyncio.sleep(RECONNECT_S)
                continue
            try:
                if (first := await frames.read(reader, self._decoder)) is not None:
                    self.closed = first.closed
                    self._writer = writer
                    self._doubt()
                    await self._read(reader)
            except frames.FrameError:
                pass
            finally:
                writer.close()
                self._writer = None
                self._fail()
            await asyncio.sleep(RECONNECT_S)  # whatever ended it may end the next one at once

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while (answers := await frames.read(reader, self._decoder)) is not None:
            self.closed = answers.closed
            for told in answers.told:
                future = self._waiting.pop(told.ticket, None)
                if future is not None and not future.done():
                    future.set_result(told)
            if answers.posts:
                self._hear(answers.posts)

    def _fail(self) -> None:
        waiting, self._waiting, self._unsent = self._waiting, {}, []
        for future in waiting.values():
            if not future.done():
                future.set_exception(HubAway())
