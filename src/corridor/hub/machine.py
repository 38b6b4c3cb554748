"""The hub as a sans-I/O machine: events in, actions out; it never sleeps, reads a clock or touches a socket."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from corridor.codecs.jws import HubHeader
from corridor.decision import Key, Missing, Table
from corridor.domain.instants import MILLISECOND, SECOND, Instant
from corridor.hub import events
from corridor.hub.batch import BatchBuilder
from corridor.hub.decider import Decider, Due
from corridor.hub.lists import Rules
from corridor.hub.memory import Memory
from corridor.hub.queue import Queue, Waiting, items
from corridor.ports import Snapshot
from corridor.services.messaging.commands import Command, Origin
from corridor.services.messaging.records import IDENTITY

BATCH_COMMANDS = 256
BATCH_WORK = 8_192
"""A bulk command weighs as much as its items: a batch of them must not hold up what comes after it."""
BATCH_SPACING = 8 * MILLISECOND
FULL_ENOUGH = 64
"""Queued work at which a batch need not wait for more: its fixed cost is spread thin already."""
QUEUE_COMMANDS = 10_000
TIMERS_REST = 5 * SECOND
"""After a start no deadline fires for so long, so that answers that waited for the hub win."""


class Hub:
    """Decides commands in batches and keeps one transaction in flight.

    Guarantees: nothing is answered or delivered before the batch that says so is durable; a command that is refused
    or raises harms no other; time never runs backwards; the same events at the same times give the same actions.
    """

    def __init__(
        self,
        hub: str,
        header: HubHeader,
        rules: Rules,
        snapshot: Snapshot,
        now: Instant,
        proven: Callable[[Command, Memory], bool] = lambda _command, _memory: True,
    ) -> None:
        """`proven` says of each command that comes in if it may be heard at all."""
        self._proven = proven
        self.memory = Memory(hub, rules.tables, snapshot)
        self._rules = rules
        self._decider = Decider(rules, self.memory)
        self._header = header
        self._number = snapshot.batch
        self._head = snapshot.head
        self._durable = (snapshot.batch, snapshot.head)
        self._now = now
        self._at = max(now, snapshot.at)
        self._rest_until = self._at + TIMERS_REST
        self._queue = Queue()
        self._retry: list[Waiting] = []
        self._gathered: list[Waiting] | None = None
        self._decided: events.Batch | None = None
        self._in_flight: events.Batch | None = None
        self._committed: list[Mapping[Table[Any], Sequence[msgspec.Struct]]] = []
        self._next_start = 0
        self._wake_at: Instant | None = None
        self._actions: list[events.Action] = []

    def receive(self, event: events.Event, now: Instant) -> Sequence[events.Action]:
        """Take in one event; return what is to be done, in this order."""
        self._now = now
        self._at = max(self._at, now)
        if self._wake_at is not None and self._wake_at <= now:
            self._wake_at = (
                None  # its time has come; where the clock was set forward, the waker does not know
            )
        match event:
            case events.Submitted():
                self._enqueue(event)
            case events.Loaded():
                self.memory.lend(event.records)
                self._decide_gathered()
            case events.Committed():
                self._finish(event.number)
            case events.Woken():
                self._wake_at = None
        self._advance()
        actions, self._actions = self._actions, []
        return actions

    @property
    def idle(self) -> bool:
        """Nothing is queued, loading, decided or in flight."""
        return not (self._queue or self._retry or self._gathered or self._decided or self._in_flight)

    # the pipeline: queue, load, decide, commit, release

    def _enqueue(self, event: events.Submitted) -> None:
        turned_away: list[events.Answered] = []
        for ticket, command in event.commands:
            if not self._proven(command, self.memory):
                status = "unproven"
            elif len(self._queue) < QUEUE_COMMANDS:
                self._queue.put(Waiting(event.link, ticket, command))
                continue
            else:
                status = "busy"
            header = self._header.receipt(command.origin.signer, self._at, *self._durable)
            turned_away.append(events.Answered(event.link, ticket, status, 0, header, b""))
        if turned_away:
            self._actions.append(events.Release(turned_away, ()))

    def _advance(self) -> None:
        self._commit_decided()
        while self._may_start():
            if self._too_soon():
                self._wake(self._next_start)
                return
            self._next_start = self._now + BATCH_SPACING
            self._gather()
            self._commit_decided()
        due = self.memory.next_due()
        if due is not None and not self._has_work():
            self._wake(max(due, self._rest_until, self._next_start))

    def _commit_decided(self) -> None:
        if self._decided is not None and self._in_flight is None:
            self._in_flight, self._decided = self._decided, None
            self._actions.append(events.Commit(self._in_flight))

    def _may_start(self) -> bool:
        return self._decided is None and self._gathered is None and self._has_work()

    def _has_work(self) -> bool:
        return bool(self._queue or self._retry or self._timers_due())

    def _too_soon(self) -> bool:
        """The last batch began just now, and there is little to do. A clock that was set back delays nothing."""
        return 0 < self._next_start - self._now <= BATCH_SPACING and self._queue.work < FULL_ENOUGH

    def _timers_due(self) -> bool:
        due = self.memory.next_due()
        return due is not None and due <= self._at and self._at >= self._rest_until

    def _wake(self, at: Instant) -> None:
        if self._wake_at is None or at < self._wake_at:
            self._wake_at = at
            self._actions.append(events.WakeAt(at))

    def _gather(self) -> None:
        """Begin a batch. What memory holds now it holds until the batch is decided; the rest is loaded."""
        for rows in self._committed:
            self.memory.settle(rows)
        self._committed.clear()
        self.memory.forget_transfers()
        self._gathered = self._retry + self._queue.take(BATCH_COMMANDS - len(self._retry), BATCH_WORK)
        self._retry = []
        if self._timers_due():
            due = islice(self.memory.due(self._at), BATCH_COMMANDS)
            self._gathered += [self._timer(table, key) for table, key in due]
        holds = self.memory.holds
        wanted = [need for waiting in self._gathered for need in self._needs(waiting) if not holds(*need)]
        if wanted:
            self._actions.append(events.Load(tuple(dict.fromkeys(wanted))))
        else:
            self._decide_gathered()

    def _timer(self, table: Table[Any], key: Key) -> Waiting:
        origin = Origin("timer", f"{table.name}:{key}", "timer", b"", self._at)
        return Waiting(0, 0, Due(origin, table.name, key))

    def _needs(self, waiting: Waiting) -> Iterator[tuple[Table[Any], Key]]:
        command = waiting.command
        if not isinstance(command, Due):
            yield IDENTITY, (command.origin.signer, command.origin.message_id)
            yield from self._rules.handlers[type(command)].keys(command)
        yield from waiting.needs

    def _decide_gathered(self) -> None:
        gathered, self._gathered = self._gathered, None
        assert gathered is not None, "records were loaded that no batch waits for"
        batch = BatchBuilder(
            self.memory.hub, self._number + 1, self._at, self._head, self._header, self._rules.render
        )
        for waiting in gathered:
            try:
                self._decider.decide(batch, waiting)
            except Missing as missing:
                waiting.needs += ((missing.table, missing.key), *items(waiting.command))
                self._retry.append(waiting)
        self.memory.lend({})
        if batch.empty:
            self._release_repeats(batch.answers)
            return
        self.memory.number_mailboxes(batch.rows)
        self._decided = batch.close(self.memory.last_number)
        self._number, self._head = self._decided.writes.number, self._decided.writes.head

    def _release_repeats(self, answers: Sequence[events.Answered]) -> None:
        """Let answers to repeated messages out, no sooner than what they repeat is durable."""
        if self._in_flight is None:
            self._actions.append(events.Release(answers, ()))
        else:
            self._in_flight = msgspec.structs.replace(
                self._in_flight, answers=(*self._in_flight.answers, *answers)
            )

    def _finish(self, number: int) -> None:
        done, self._in_flight = self._in_flight, None
        assert done is not None, f"batch {number} was not in flight"
        assert done.writes.number == number, f"batch {number} is not the one in flight"
        self._durable = (number, done.writes.head)
        self._committed.append(done.writes.rows)
        if done.answers or done.deliveries:
            self._actions.append(events.Release(done.answers, done.deliveries))
