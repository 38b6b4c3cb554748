"""The asyncio shell of a participant's machine: connections, the store and the clock around it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from corridor.client import events
from corridor.client.connection import Response, retry_after_s
from corridor.client.errors import Lost
from corridor.client.events import Draft, Letter, Receipt
from corridor.client.http import Http
from corridor.client.machine import Correspondence
from corridor.client.mailbox import Delivery
from corridor.client.store import Store
from corridor.domain.instants import SECOND, Instant
from corridor.failpoints import failpoint

BACKLOG: Final = 2_048
"""So many messages may wait for their reader; then the stream is not read on."""
MESSAGES: Final = "/v1/messages"
ACKNOWLEDGEMENT: Final = "/v1/mailbox/acknowledgement"

_log = logging.getLogger(__name__)


class Session:
    """Does what the machine asks for. Once the store has failed, everything raises its error (crash-only)."""

    def __init__(
        self, bic: str, machine: Correspondence, store: Store, http: Http, clock: Callable[[], Instant]
    ) -> None:
        self.clock = clock
        self.timed: Callable[[str, Instant, Instant], None] | None = None
        """Told of each message that was answered: its id, when it was sent, when the answer came."""
        self._bic = bic
        self._machine = machine
        self._store = store
        self._http = http
        self._loop = asyncio.get_running_loop()
        self._events: list[events.Event] = []
        self._busy = False
        self._failure: BaseException | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._following: asyncio.Task[None] | None = None
        self._room = asyncio.Event()
        self._answers: dict[str, asyncio.Future[Receipt]] = {}
        self._after_commit: list[Callable[[], None]] = []
        self._frame: asyncio.Future[Sequence[Delivery]] = self._loop.create_future()

    def open(self) -> None:
        """Send what waits in the store, follow the mailbox."""
        self._receive(events.Opened())

    async def close(self) -> None:
        """Let go of the network; whoever waits for something is told `Lost`."""
        if self._timer is not None:
            self._timer.cancel()
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        self._fail(Lost("The session was closed."))
        await self._http.close()

    def identify(self) -> tuple[str, Instant]:
        """An id for a message, never used before, and the time."""
        now = self.clock()
        return self._machine.identify(now), now

    def submit(
        self,
        drafts: Sequence[Draft],
        effects: Sequence[Any] = (),
        *,
        handled: int | None = None,
        then: Sequence[Callable[[], None]] = (),
    ) -> None:
        """Store drafts and effects in one transaction, then send; call `then` once they are durable."""
        self._after_commit += then
        self._receive(events.Submitted(drafts, effects, handled))

    async def ask(self, draft: Draft, effects: Sequence[Any] = ()) -> Receipt:
        """As `submit`; return the receipt. Raises: Refused; TurnedAway and Lost for what is not kept."""
        answer: asyncio.Future[Receipt] = self._future()
        self._answers[draft.message_id] = answer
        try:
            self.submit([draft], effects)
            return await answer
        finally:
            del self._answers[draft.message_id]

    async def get(self, target: str) -> Response:
        """The answer to a signed GET. Raises: Lost."""
        signature = self._machine.sign_get(target, self.clock())
        return await self._http.get(target, {"Corridor-Signature": signature})

    async def frame(self) -> Sequence[Delivery]:
        """The next messages of the mailbox, once those before are handled and that is durable."""
        frame = await asyncio.shield(self._frame)
        self._frame = self._future()
        return frame

    @property
    def on_the_way(self) -> int:
        """How many messages the hub has not vouched for yet."""
        return self._machine.on_the_way

    # between machine and world

    def _receive(self, event: events.Event) -> None:
        """Bring events to the machine one after the other, also those that its own actions cause."""
        if self._failure is not None:
            return
        self._events.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._events:
                for action in self._machine.receive(self._events.pop(0), self.clock()):
                    self._perform(action)
        except Exception as error:  # noqa: BLE001  whatever it is, it ends the session
            # What is stored is right, what is in memory may not be: the next session begins from the store.
            _log.exception("%s must be opened anew", self._bic)
            self._fail(error)
        finally:
            self._busy = False

    def _perform(self, action: events.Action) -> None:
        match action:
            case events.Commit():
                after, self._after_commit = self._after_commit, []
                self._store.commit(action.changes)
                failpoint("bank: stored, not sent")
                self._events.append(events.Committed())
                for then in after:
                    then()
            case events.Post():
                self._post(action.letter)
            case events.Deliver():
                self._room.set()
                self._frame.set_result(action.deliveries)
            case events.Told():
                self._tell(action)
            case events.Acknowledge():
                answer = self._http.post(ACKNOWLEDGEMENT, _headers(JSON, action.signature), action.body)
                answer.add_done_callback(_ignore)
            case events.Follow():
                if self._following is not None:
                    self._following.cancel()
                self._following = asyncio.create_task(self._follow(action))
            case events.WakeAt():
                self._wake_at(action.at)
            case events.Alarm():
                _log.warning("%s: %s", self._bic, action.text)

    def _post(self, letter: Letter) -> None:
        headers = _headers(XML if letter.target == MESSAGES else JSON, letter.signature)
        answer = self._http.post(letter.target, headers, letter.body)
        failpoint("bank: sent, no receipt yet")
        answer.add_done_callback(partial(self._answered, letter.message_id, self.clock()))

    def _answered(self, message_id: str, sent_at: Instant, future: "asyncio.Future[Response]") -> None:
        if future.cancelled() or future.exception() is not None:
            self._receive(events.Unanswered(message_id))
            return
        response = future.result()
        failpoint("bank: receipt come, not stored")
        if self.timed is not None:
            self.timed(message_id, sent_at, self.clock())
        signature = response.headers.get("corridor-signature", "")
        self._receive(
            events.Answered(message_id, response.status, signature, response.body, response.retry_after_s)
        )

    def _tell(self, told: events.Told) -> None:
        waiting = self._answers.get(told.message_id)
        if waiting is None or waiting.done():
            if not isinstance(told.outcome, Receipt):
                _log.warning("%s: %s was refused: %s", self._bic, told.message_id, told.outcome)
        elif isinstance(told.outcome, Receipt):
            waiting.set_result(told.outcome)
        else:
            waiting.set_exception(told.outcome)

    def _wake_at(self, at: Instant) -> None:
        if self._timer is not None:
            self._timer.cancel()
        delay_s = max(0, at - self.clock()) / SECOND
        self._timer = self._loop.call_later(delay_s, self._receive, events.Woken())

    async def _follow(self, follow: events.Follow) -> None:
        try:
            stream = await self._http.stream(follow.target, {"Corridor-Signature": follow.signature})
        except Lost:
            self._receive(events.Interrupted())
            return
        try:
            if stream.status != 200:
                _log.warning("%s: the mailbox answers %d", self._bic, stream.status)
                if stream.status == CLOSED:
                    self._receive(events.VoucherWanted(asked=True))
                self._receive(events.Interrupted(retry_after_s(stream.headers)))
                return
            self._receive(events.VoucherWanted())
            while True:
                self._receive(events.Arrived(await stream.read()))
                while self._machine.backlog > BACKLOG:
                    self._room.clear()
                    await self._room.wait()
        except Lost:
            self._receive(events.Interrupted())
        finally:
            stream.close()

    def _future(self) -> "asyncio.Future[Any]":
        """A future that fails with the session."""
        future: asyncio.Future[Any] = self._loop.create_future()
        if self._failure is not None:
            _end(future, self._failure)
        return future

    def _fail(self, failure: BaseException) -> None:
        if self._failure is None:
            self._failure = failure
            for answer in self._answers.values():
                _end(answer, failure)
            _end(self._frame, failure)


CLOSED: Final = 503
"""The hub is away, or does not open before it has heard what participants hold."""
XML: Final = "application/xml"
JSON: Final = "application/json"


def _end(future: "asyncio.Future[Any]", failure: BaseException) -> None:
    if not future.done():
        future.set_exception(failure)
        future.exception()  # perhaps nobody waits for it


def _headers(content_type: str, signature: str) -> dict[str, str]:
    return {"Content-Type": content_type, "Corridor-Signature": signature}


def _ignore(future: "asyncio.Future[Response]") -> None:
    if not future.cancelled():
        future.exception()
