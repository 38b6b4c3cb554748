"""One command: decided on a step of its own, answered, logged. Whatever happens to it harms no other."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from corridor.decision import (
    PENDING,
    Accepted,
    Again,
    Answer,
    Contradicted,
    Handler,
    Missing,
    Rejected,
    Step,
)
from corridor.domain.instants import SECOND, Instant
from corridor.hub.batch import BatchBuilder, receipt
from corridor.hub.lists import Rules
from corridor.hub.memory import Memory
from corridor.hub.queue import Waiting
from corridor.services.governance.audit import trail
from corridor.services.governance.rules import decide as decide_or_propose
from corridor.services.messaging.admission import admit, identify
from corridor.services.messaging.commands import Command, Origin
from corridor.services.messaging.records import ACCEPTED, FAULT, IDENTITY, IN, REFUSED, TIMER, Identity
from corridor.services.messaging.rules import open_case, refuse_message

TIMER_AGAIN: Final = 60 * SECOND
"""What could not be decided at its time is tried again after so long: the next release may know how."""


class Due(Command, frozen=True):
    """A record's time has come."""

    table: str
    key: Any


class Decider:
    """Decides commands and timers by the rules, on what memory holds, into the batch under construction."""

    def __init__(self, rules: Rules, memory: Memory) -> None:
        self._rules = rules
        self._memory = memory
        self._tables = {table.name: table for table in rules.tables}
        self._stuck: set[tuple[str, Any]] = set()
        """Whose timer this process could not decide: each is one case, however often it is tried again."""

    def decide(self, batch: BatchBuilder, waiting: Waiting) -> None:
        """Decide a command and write down what follows.

        Raises: Missing, and then nothing has happened; Contradicted, and then nothing may happen any more.
        """
        if isinstance(waiting.command, Due):
            self._decide_timer(batch, waiting.command)
        else:
            self._decide_command(batch, waiting)

    def _decide_timer(self, batch: BatchBuilder, due: Due) -> None:
        table = self._tables[due.table]
        record: Any = self._memory.find(table, due.key)
        fires_at = self._memory.fires_at(table, due.key)
        if record is None or fires_at is None or fires_at > batch.at:
            return
        step, which = Step(self._memory, batch.at), (due.table, due.key)
        outcome, changed = ACCEPTED, b""
        try:
            if table is PENDING:
                step.posting.expire(record.id, batch.at)
            else:
                self._rules.timers[table](step, record)
            payloads = batch.render(step.outgoing)
            if table in self._rules.audited:
                changed = trail(step, due, self._memory.peek)
            self._stuck.discard(which)
        except Missing:
            raise
        except Exception as fault:  # noqa: BLE001  whatever it is, the other commands must commit
            outcome = FAULT
            step = Step(self._memory, batch.at)  # the record stays as it is: what was due was due then
            self._memory.put_off(table, due.key, batch.at + TIMER_AGAIN)
            if which not in self._stuck:
                self._stuck.add(which)
                open_case(step, "fault", "", f"{due.origin.message_id}: {fault!r}"[:500])
            payloads = []
        self._log(batch, TIMER, due.origin, step, payloads, outcome, changed=changed)

    def _decide_command(self, batch: BatchBuilder, waiting: Waiting) -> None:
        """Decide on one step; what is refused is told on a fresh one."""
        command, origin = waiting.command, waiting.command.origin
        step = Step(self._memory, batch.at)
        known = identify(step, origin)
        if isinstance(known, Identity):
            body = receipt(origin, known.batch, known.position, known.at, known.body)
            batch.answer(waiting, known.outcome, known.batch, body)
            return
        kind = type(command)
        handler, right = self._rules.handlers[kind], self._rules.rights[kind]
        changed = b""
        answer: Answer
        try:
            turned_away = known or admit(step, origin, right)
            if turned_away is None:
                answer = decide_or_propose(step, command, self._rules.handlers, self._rules.rights)
            else:
                handler, answer = TURNED_AWAY, turned_away
            if isinstance(answer, Again):
                batch.answer(waiting, "again", 0, answer.text.encode())
                return
            if isinstance(answer, Rejected):
                step = self._refuse(batch.at, handler, command, answer, step.payment)
            payloads = batch.render(step.outgoing)
            status = ACCEPTED if isinstance(answer, Accepted) else REFUSED
            if right.audited:
                changed = trail(step, command, self._memory.peek)
        except (Missing, Contradicted):
            raise
        except Exception as fault:  # noqa: BLE001  whatever it is, the other commands must commit
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
        self._log(batch, IN, origin, step, payloads, status, reason, changed)
        batch.answer(waiting, status, batch.number, body)

    def _refuse(
        self, now: Instant, handler: Handler, command: Command, rejected: Rejected, payment: int = 0
    ) -> Step:
        """Tell of a refusal, which belongs to the story of the payment that it is about."""
        step = Step(self._memory, now)
        step.payment = payment
        if handler is not TURNED_AWAY:
            admit(step, command.origin, self._rules.rights[type(command)])
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
            except Missing:
                raise
            except Exception:  # noqa: BLE001, S112  the next way is simpler
                continue
        else:
            step, payloads = Step(self._memory, batch.at), []
        open_case(step, "fault", command.origin.signer, f"{type(command).__name__}: {fault!r}"[:500])
        return step, payloads

    def _told(self, origin: Origin, answer: Accepted | Rejected) -> bytes:
        """A message's receipt says nothing about the payment; a request's answer is told at once."""
        if not origin.asked:
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
        changed: bytes = b"",
    ) -> None:
        batch.receive(direction, origin, step.payment, outcome, reason)
        if changed:
            batch.note(origin, changed)
        for outgoing, payload in zip(step.outgoing, payloads, strict=True):
            batch.send(outgoing, self._rules.definitions[type(outgoing.message)], payload)
        self._memory.apply(step, batch.rows)


TURNED_AWAY = Handler(decide=lambda _step, _command: Accepted(), refuse=refuse_message)
"""How a message is refused that may not be heard, or cannot be decided."""


def refusal(rejected: Rejected) -> bytes:
    """Return a refusal as the body of an answer."""
    return msgspec.json.encode({"reason": rejected.reason, "field": rejected.field, "text": rejected.text})
