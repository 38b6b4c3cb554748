"""A link to a hub in the same event loop: for tests and simulation."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import count

from corridor.adapters.stream.link import Receiver
from corridor.ports import HubAway, Post, Told
from corridor.services.messaging.commands import Command


class MemoryLink:
    """A gateway's link to a hub's shell. `cut` and `join` are a cable pulled and put back."""

    def __init__(self, number: int, receiver: Receiver) -> None:
        self._number = number
        self._receiver = receiver
        self._tickets = count(1)
        self._waiting: dict[int, asyncio.Future[Told]] = {}
        self._hear: Callable[[Sequence[Post]], None] = lambda _posts: None
        self._doubt: Callable[[], None] = lambda: None
        self.connected = False
        self.join()

    @property
    def closed(self) -> str:
        """Why the hub serves nobody yet, "" if it does."""
        return self._receiver.closed

    def on_posts(self, hear: Callable[[Sequence[Post]], None]) -> None:
        """Call this with every delivery that the hub announces."""
        self._hear = hear

    def on_join(self, doubt: Callable[[], None]) -> None:
        """Call this whenever the hub hears this link (again)."""
        self._doubt = doubt

    def submit(self, command: Command) -> asyncio.Future[Told]:
        """Return the hub's answer to come. Raises: HubAway, at once or later."""
        if not self.connected:
            raise HubAway
        ticket = next(self._tickets)
        future: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting[ticket] = future
        self._receiver.submit(self._number, [(ticket, command)])
        return future

    def join(self) -> None:
        """Connect to the hub."""
        self.connected = True
        self._receiver.connect(self._number, self._answered)
        self._doubt()

    def cut(self) -> None:
        """Lose the hub: what was asked stays unanswered, what is announced is not heard."""
        self.connected = False
        self._receiver.disconnect(self._number)
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(HubAway())

    def _answered(self, told: Sequence[Told], posts: Sequence[Post]) -> None:
        for each in told:
            future = self._waiting.pop(each.ticket, None)
            if future is not None and not future.done():
                future.set_result(each)
        if posts:
            self._hear(posts)
