"""The hub as a sans-I/O machine: events in, actions out; it never sleeps, reads a clock or touches a socket."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from corridor.codecs.jws import HubHeader
from corridor.decision import (
    PENDING,
    Accepted,
    Again,
    Answer,
    Handler,
    Key,
    Missing,
    Rejected,
    Step,
    Table,
)
from corridor.domain.instants import MILLISECOND, SECOND, Instant
from corridor.hub import events
from corridor.hub.batch import BatchBuilder, receipt
from corridor.hub.lists import Rules
from corridor.hub.memory import Memory
from corridor.ports import Snapshot
from corridor.services.messaging.admission import admit, identify, with_last_number
from corridor.services.messaging.commands import Command, Origin, PostTransfers
from corridor.services.messaging.records import (
    ACCEPTED,
    FAULT,
    IDENTITY,
    IN,
    MAILBOX,
    REFUSED,
    TIMER,
    Identity,
    Mailbox,
)
from corridor.services.messaging.rules import open_case, refuse_message

BATCH_COMMANDS = 256
BATCH_SPACING = 4 * MILLISECOND
FULL_ENOUGH = 64
"""Queued work at which a batch need not wait for more: its fixed cost is spread thin already."""
QUEUE_COMMANDS = 10_000
TIMERS_REST = 5 * SECOND
"""After a start no deadline fires for so long, so that answers that waited for the hub win."""


class Due(Command, frozen=True):
    """A record's time has come."""

    table: str
    key: Any


class Waiting(msgspec.Struct):
    """A command in the queue, and the keys it was found to need besides its first ones."""

    link: int
    ticket: int
    command: Command
    needs: tuple[tuple[Table[Any], Key], ...] = ()


class Hub:
    """Decides commands in batches and keeps one transaction in flight.

    Guarantees: nothing is answered or delivered before the batch that says so is durable; a command that is refused
    or raises harms no other; time never runs backwards; the same events at the same times give the same actions.
    """

    def __init__(self, hub: str, header: HubHeader, rules: Rules, snapshot: Snapshot, now: Instant) -> None:
        self.memory = Memory(hub, rules.tables, snapshot)
        self._rules = rules
        self._tables = {table.name: table for table in rules.tables}
        self._header = header
        self._number = snapshot.batch
        self._head = snapshot.head
        self._at = max(now, snapshot.at)
        self._rest_until = self._at + TIMERS_REST
        self._queues: dict[str, deque[Waiting]] = {}
        self._queued = 0
        self._work = 0
        self._retry: list[Waiting] = []
        self._gathered: list[Waiting] | None = None
        self._loading = False
        self._decided: events.Batch | None = None
        self._in_flight: events.Batch | None = None
        self._next_start = 0
        self._wake_at: Instant | None = None
        self._actions: list[events.Action] = []

    def receive(self, event: events.Event, now: Instant) -> Sequence[events.Action]:
        """Take in one event; return what is to be done, in this order."""
        self._at = max(self._at, now)
        match event:
            case events.Submitted():
                self._enqueue(event)
            case events.Loaded():
                self._loading = False
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
        return not (self._queued or self._retry or self._gathered or self._decided or self._in_flight)

    # the pipeline: queue, load, decide, commit, release

    def _enqueue(self, event: events.Submitted) -> None:
        busy: list[events.Answered] = []
        for ticket, command in event.commands:
            if self._queued >= QUEUE_COMMANDS:
                header = self._header.receipt(command.origin.signer, self._at, self._number, self._head)
                busy.append(events.Answered(event.link, ticket, "busy", 0, header, b""))
                continue
            queue = self._queues.setdefault(command.origin.signer, deque())
            queue.append(Waiting(event.link, ticket, command))
            self._queued += 1
            self._work += weight(command)
        if busy:
            self._actions.append(events.Release(busy, ()))

    def _advance(self) -> None:
        self._commit_decided()
        while self._may_start():
            if self._at < self._next_start and self._work < FULL_ENOUGH:
                self._wake(self._next_start)
                return
            self._next_start = self._at + BATCH_SPACING
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
        return bool(self._queued or self._retry or self._timers_due())

    def _timers_due(self) -> bool:
        due = self.memory.next_due()
        return due is not None and due <= self._at and self._at >= self._rest_until

    def _wake(self, at: Instant) -> None:
        if self._wake_at is None or at < self._wake_at:
            self._wake_at = at
            self._actions.append(events.WakeAt(at))

    def _gather(self) -> None:
        gathered, self._retry = self._retry, []
        while len(gathered) < BATCH_COMMANDS and self._queued:
            for signer in list(self._queues):
                queue = self._queues[signer]
                waiting = queue.popleft()
                gathered.append(waiting)
                self._queued -= 1
                self._work -= weight(waiting.command)
                if not queue:
                    del self._queues[signer]
                if len(gathered) >= BATCH_COMMANDS:
                    break
        if self._timers_due():
            gathered += [self._timer(table, key) for table, key in self.memory.due(self._at)]
        wanted = {
            (table, key): None
            for waiting in gathered
            for table, key in (*self._first_keys(waiting.command), *waiting.needs)
            if not self.memory.holds(table, key)
        }
        self._gathered = gathered
        if wanted:
            self._loading = True
            self._actions.append(events.Load(tuple(wanted)))
        else:
            self._decide_gathered()

    def _timer(self, table: Table[Any], key: Key) -> Waiting:
        origin = Origin("timer", f"{table.name}:{key}", "timer", b"", self._at)
        return Waiting(0, 0, Due(origin, table.name, key))

    def _first_keys(self, command: Command) -> Iterable[tuple[Table[Any], Key]]:
        if isinstance(command, Due):
            return ()
        origin = command.origin
        return (
            (IDENTITY, (origin.signer, origin.message_id)),
            *self._rules.handlers[type(command)].keys(command),
        )

    def _decide_gathered(self) -> None:
        gathered, self._gathered = self._gathered, None
        assert gathered is not None, "records were loaded that no batch waits for"
        batch = BatchBuilder(
            self.memory.hub, self._number + 1, self._at, self._head, self._header, self._rules.render
        )
        for waiting in gathered:
            self._decide(batch, waiting)
        self.memory.lend({})
        if batch.empty:
            self._release_repeats(batch.answers)
            return
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
        self.memory.settle(done.writes.rows)
        if done.answers or done.deliveries:
            self._actions.append(events.Release(done.answers, done.deliveries))

    # one command

    def _decide(self, batch: BatchBuilder, waiting: Waiting) -> None:
        command = waiting.command
        try:
            if isinstance(command, Due):
                self._decide_timer(batch, command)
            else:
                self._decide_command(batch, waiting, command)
        except Missing as missing:
            needs = (*waiting.needs, (missing.table, missing.key))
            self._retry.append(Waiting(waiting.link, waiting.ticket, command, needs))

    def _decide_timer(self, batch: BatchBuilder, due: Due) -> None:
        table = self._tables[due.table]
        record: Any = self.memory.find(table, due.key)
        if record is None or record.due_at is None or record.due_at > batch.at:
            return
        step = Step(self.memory, batch.at)
        outcome = ACCEPTED
        try:
            if table is PENDING:
                step.posting.expire(record.id, batch.at)
            else:
                self._rules.timers[table](step, record)
            payloads = batch.render(step.outgoing)
        except Missing:
            raise
        except Exception as fault:
            outcome = FAULT
            step = Step(self.memory, batch.at)
            step.put(table, msgspec.structs.replace(record, due_at=None))
            open_case(step, "fault", "", f"{due.origin.message_id}: {fault!r}"[:500])
            payloads = []
        self._log(batch, TIMER, due.origin, step, payloads, outcome)

    def _decide_command(self, batch: BatchBuilder, waiting: Waiting, command: Command) -> None:
        origin = command.origin
        known = identify(Step(self.memory, batch.at), origin)
        if isinstance(known, Identity):
            body = receipt(origin, known.batch, known.position, known.at, known.body)
            batch.answer(waiting.link, waiting.ticket, known.outcome, origin.signer, body)
            return
        handler = self._rules.handlers[type(command)]
        try:
            step, answer = self._admit_and_decide(batch.at, command, handler, known)
            if isinstance(answer, Again):
                batch.answer(waiting.link, waiting.ticket, "again", origin.signer, answer.text.encode())
                return
            payloads = batch.render(step.outgoing)
            status = ACCEPTED if isinstance(answer, Accepted) else REFUSED
        except Missing:
            raise
        except Exception as fault:
            status = FAULT
            answer = Rejected("NARR", "the hub could not decide this; an operator has been told")
            step, payloads = self._fault(batch, handler, command, answer, fault)
        told = self._told(origin, answer)
        if known is None:
            key = (origin.signer, origin.message_id)
            place = (batch.number, batch.position, batch.at)
            step.put(IDENTITY, Identity(*key, origin.digest, *place, status, told))
        body = receipt(origin, batch.number, batch.position, batch.at, told)
        reason = answer.reason if isinstance(answer, Rejected) else ""
        self._log(batch, IN, origin, step, payloads, status, reason)
        batch.answer(waiting.link, waiting.ticket, status, origin.signer, body)

    def _admit_and_decide(
        self, now: Instant, command: Command, handler: Handler, conflict: Rejected | None
    ) -> tuple[Step, Answer]:
        """Decide on one step; what is refused is told on a fresh one."""
        step = Step(self.memory, now)
        turned_away = conflict or admit(step, command.origin)
        if turned_away is not None:
            return self._refuse(now, TURNED_AWAY, command, turned_away), turned_away
        answer = handler.decide(step, command)
        if isinstance(answer, Rejected):
            step = self._refuse(now, handler, command, answer)
        return step, answer

    def _refuse(self, now: Instant, handler: Handler, command: Command, rejected: Rejected) -> Step:
        step = Step(self.memory, now)
        if handler is not TURNED_AWAY:
            admit(step, command.origin)
        handler.refuse(step, command, rejected)
        return step

    def _fault(
        self, batch: BatchBuilder, handler: Handler, command: Command, rejected: Rejected, fault: Exception
    ) -> tuple[Step, list[bytes]]:
        """Tell the sender and a person. The refusal can fail as the decision did; that of last resort cannot."""
        for way in (handler, TURNED_AWAY):
            try:
                step = self._refuse(batch.at, way, command, rejected)
                payloads = batch.render(step.outgoing)
                break
            except Exception:  # noqa: S112  the next way is simpler
                continue
        else:
            step, payloads = Step(self.memory, batch.at), []
        open_case(step, "fault", command.origin.signer, f"{type(command).__name__}: {fault!r}"[:500])
        return step, payloads

    def _told(self, origin: Origin, answer: Accepted | Rejected) -> bytes:
        """A message's receipt says nothing about the payment; a request's answer is told at once."""
        if origin.definition in self._rules.messages:
            return b""
        return answer.body if isinstance(answer, Accepted) else refusal(answer)

    def _log(
        self,
        batch: BatchBuilder,
        direction: str,
        origin: Origin,
        step: Step,
        payloads: Sequence[bytes],
        outcome: str,
        reason: str = "",
    ) -> None:
        batch.receive(direction, origin, step.payment, outcome, reason)
        for outgoing, payload in zip(step.outgoing, payloads, strict=True):
            batch.send(outgoing, self._rules.definitions[type(outgoing.message)], payload)
            mailbox = step.get(MAILBOX, outgoing.participant) or Mailbox(outgoing.participant)
            step.put(MAILBOX, with_last_number(mailbox, outgoing.number))
        self.memory.apply(step, batch.rows)


TURNED_AWAY = Handler(decide=lambda _step, _command: Accepted(), refuse=refuse_message)
"""How a message is refused that may not be heard, or cannot be decided."""


def weight(command: Command) -> int:
    """Return how much work a command is: a bulk command counts its items."""
    return len(command.transfers) if isinstance(command, PostTransfers) else 1


def refusal(rejected: Rejected) -> bytes:
    """Return a refusal as the body of an answer."""
    return msgspec.json.encode({"reason": rejected.reason, "field": rejected.field, "text": rejected.text})
