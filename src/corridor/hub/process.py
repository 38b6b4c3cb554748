"""The hub's thin shell: sockets, the journal, the signer and the clock around the sans-I/O machine."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from corridor.domain.instants import MILLISECOND
from corridor.failpoints import failpoint
from corridor.hub import events
from corridor.hub.machine import Hub
from corridor.ports import Clock, Journal, Post, Signer, Told
from corridor.services.messaging.commands import Command

Send = Callable[[Sequence[Told], Sequence[Post]], None]


class HubProcess:
    """Runs a hub. `run` returns only by raising: a failed commit ends the process (crash-only)."""

    def __init__(self, hub: Hub, journal: Journal, signer: Signer, clock: Clock) -> None:
        self._hub = hub
        self._journal = journal
        self._signer = signer
        self._clock = clock
        self._links: dict[int, Send] = {}
        self._releases: asyncio.Queue[events.Release] = asyncio.Queue()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def closed(self) -> str:
        """A hub that runs serves; see `Entrance`."""
        return ""

    def connect(self, link: int, send: Send) -> None:
        """A gateway has come; it hears of every delivery."""
        self._links[link] = send

    def disconnect(self, link: int) -> None:
        """A gateway has gone."""
        self._links.pop(link, None)

    def submit(self, link: int, commands: Sequence[tuple[int, Command]]) -> None:
        """Pass on a frame of commands."""
        self._receive(events.Submitted(link, commands))

    async def run(self) -> None:
        """Serve until something fails; nothing goes on behind it."""
        try:
            self._spawn(self._release())
            self._receive(events.Woken())
            await self._failed
        finally:
            for task in self._tasks:
                task.cancel()

    def _receive(self, event: events.Event) -> None:
        try:
            actions = self._hub.receive(event, self._clock.now())
        except BaseException as error:
            # A failed assertion, wherever the event came from: what is in memory can no longer be trusted.
            self._fail(error)
            raise
        for action in actions:
            match action:
                case events.Commit():
                    self._spawn(self._commit(action.batch))
                case events.Load():
                    self._spawn(self._load(action))
                case events.Release():
                    self._releases.put_nowait(action)
                case events.WakeAt():
                    self._wake_at(action)

    async def _commit(self, batch: events.Batch) -> None:
        failpoint("hub: decided, not committed")
        await self._journal.commit(batch.writes)
        failpoint("hub: committed, not answered")
        self._receive(events.Committed(batch.writes.number))

    async def _load(self, load: events.Load) -> None:
        self._receive(events.Loaded(await self._journal.load(load.keys)))

    def _wake_at(self, action: events.WakeAt) -> None:
        # The loop's timers count in milliseconds: one that fires early would be set again at once, and again.
        delay_ms = -(-max(0, action.at - self._clock.now()) // MILLISECOND)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(delay_ms / 1_000, self._receive, events.Woken())

    async def _release(self) -> None:
        """Sign and send, in order; what has gathered meanwhile goes to the signer together."""
        while True:
            releases = [await self._releases.get()]
            while not self._releases.empty():
                releases.append(self._releases.get_nowait())
            answers = [answer for release in releases for answer in release.answers]
            deliveries = [delivery for release in releases for delivery in release.deliveries]
            inputs = [a.header + b"." + a.body for a in answers]
            inputs += [d.header + b"." + d.payload for d in deliveries]
            signatures = await self._signer.sign(inputs)
            failpoint("hub: signed, not sent")
            told: dict[int, list[Told]] = {}
            for answer, signature in zip(answers, signatures, strict=False):
                detached = detach(answer.header, signature)
                told.setdefault(answer.link, []).append(
                    Told(answer.ticket, answer.status, answer.batch, detached, answer.body)
                )
            posts = [
                Post(d.participant, d.number, detach(d.header, signature), d.payload)
                for d, signature in zip(deliveries, signatures[len(answers) :], strict=True)
            ]
            for link, send in self._links.items():
                mine = told.get(link, ())
                if mine or posts:
                    send(mine, posts)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)


def detach(header: bytes, signature: bytes) -> str:
    """Return a detached JWS from its base64url header and raw signature."""
    return f"{header.decode()}..{urlsafe_b64encode(signature).rstrip(b'=').decode()}"
