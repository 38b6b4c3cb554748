"""A hub on a memory journal, driven in virtual time: the very machine, with no event loop around it."""

from collections import defaultdict
from collections.abc import Coroutine
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

from corridor.adapters.memory.journal import MemoryJournal, MemoryStore
from corridor.codecs.iso20022.envelope import Opened, open_envelope
from corridor.codecs.jws import HubHeader
from corridor.domain.instants import SECOND, Instant
from corridor.hub import events, lists
from corridor.hub.lists import TABLES
from corridor.hub.machine import Hub
from corridor.services.governance import operations
from corridor.services.governance.commands import Approve
from corridor.services.messaging.admission import FOUNDING, OPERATOR, Right
from corridor.services.messaging.commands import (
    OPERATION,
    Command,
    Found,
    Founder,
    NewKey,
    Origin,
    PostTransfers,
)
from corridor.services.messaging.records import (
    AUDITOR,
    BALANCE,
    OPERATIONS,
    OPERATOR_ROLES,
    OPERATORS,
    SETTLEMENT_ACCOUNT,
)

HUB = "CORRXXM0"
FOUNDERS = {name: tuple(role for role in OPERATOR_ROLES if role != AUDITOR) for name in ("alice", "bob")}
"""The first operators, each with every role that gives commands."""
RULES = msgspec.structs.replace(
    lists.RULES, rights={**lists.RULES.rights, PostTransfers: Right(operators=(OPERATIONS,), audited=False)}
)
"""The hub's own, and whoever sees to operations may post transfers, too: the ledger's tests need it."""
START: Instant = 1_795_000_000 * SECOND
T = TypeVar("T")


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits")


class Rig:
    """One hub; `submit` runs it until nothing is left to do at this time."""

    rules = RULES

    def __init__(self, store: MemoryStore | None = None, now: Instant = START) -> None:
        self.now = now
        self.store = store or MemoryStore()
        self.answers: list[events.Answered] = []
        self.mailboxes: dict[str, list[Opened]] = defaultdict(list)
        self.batches: list[events.Batch] = []
        self._numbers: dict[str, int] = defaultdict(int)
        self.restart()

    def restart(self) -> None:
        """A fresh hub on the same store: what was not durable is gone."""
        self.journal = MemoryJournal(self.store)
        snapshot = finish(self.journal.open(TABLES, HUB, self.now))
        self.hub = Hub(HUB, HubHeader(HUB, "sandbox", f"{HUB}-1"), self.rules, snapshot, self.now)
        self.wake: Instant | None = None
        self._run(events.Woken())

    def origin(self, signer: str, content: bytes = b"", definition: str = OPERATION, **facts: Any) -> Origin:
        """Return an origin as a gateway would make it; the message id and number are the sender's next.

        Before the first operator signs, the corridor is founded.
        """
        if signer.startswith(OPERATOR):
            self.found_operators()
        self._numbers[signer] += 1
        number = self._numbers[signer]
        filled = {
            "message_id": f"{signer}-{number}",
            "digest": sha256(content or f"{signer}{number}".encode()).digest(),
            "received_at": self.now,
            "issued_at": self.now,
            "number": number,
            "key_id": f"{signer.removeprefix(OPERATOR)}-1",
            "signature": "header..signature",
            "body": content,
        }
        return Origin(signer=signer, definition=definition, **(filled | facts))

    def public(self, owner: str) -> bytes:
        """Return somebody's public key; nobody verifies anything with it here."""
        return sha256(owner.encode()).digest()

    def found_operators(self) -> None:
        """Hold the founding ceremony, unless it has been."""
        if any(self.hub.memory.records(OPERATORS)):
            return
        founders = tuple(
            Founder(OPERATOR + name, roles, self.new_key(OPERATOR + name)) for name, roles in FOUNDERS.items()
        )
        body = operations.write(FOUNDING, Found, founders=founders)
        answer = self.submit(Found(self.origin(FOUNDING, body, message_id=FOUNDING), founders))
        assert answer.status == "accepted", answer.body

    def new_key(self, owner: str) -> NewKey:
        """Return somebody's first key, to be registered."""
        return NewKey(f"{owner.removeprefix(OPERATOR)}-1", "EdDSA", self.public(owner), 0, 2**62)

    def operation(self, command: type[Command], by: str = "alice", **facts: Any) -> Command:
        """Return an operator's command with the bytes that say so."""
        signer = OPERATOR + by
        self.found_operators()
        body = operations.write(f"{signer}-{self._numbers[signer] + 1}", command, **facts)
        return command(self.origin(signer, body), **facts)

    def operate(self, command: type[Command], **facts: Any) -> events.Answered:
        """Give an operator's command, with a second person's approval if it takes one; it must be accepted."""
        answer = self.submit(self.operation(command, **facts))
        assert answer.status == "accepted", answer.body
        told = answer_of(answer)
        if "proposal" in told:
            answer = self.approve(told)
            assert answer.status == "accepted", answer.body
        return answer

    def approve(self, proposal: dict[str, Any], by: str = "bob") -> events.Answered:
        """Approve what the answer to a command calls a proposal."""
        facts = {"proposal": proposal["proposal"], "digest": proposal["digest"]}
        return self.submit(self.operation(Approve, by=by, **facts))

    def submit(self, *commands: Command) -> events.Answered:
        """Give commands in one frame; return the answer to the last."""
        before = len(self.answers)
        self._run(events.Submitted(1, [(i, command) for i, command in enumerate(commands)]))
        while len(self.answers) < before + len(commands):
            self.advance_to(self.wake or self.now)
        last = [a for a in self.answers[before:] if a.ticket == len(commands) - 1]
        return last[-1]

    def advance(self, seconds: float) -> None:
        """Let time pass, timer by timer."""
        end = self.now + round(seconds * SECOND)
        while self.wake is not None and self.wake <= end:
            self.advance_to(self.wake)
        self.now = end

    def advance_to(self, at: Instant) -> None:
        """Let one timer fire."""
        self.now = max(self.now, at)
        self.wake = None
        self._run(events.Woken())

    def balance(self, participant: str, currency: str) -> int:
        """Return what a participant may dispose of, pending debits counted."""
        entry = self.store.rows[SETTLEMENT_ACCOUNT][participant, currency]
        balance = self.store.rows[BALANCE].get(entry.account_id)
        if balance is None:
            return 0
        return balance.credits_posted - balance.debits_posted - balance.debits_pending

    def _run(self, event: events.Event) -> None:
        todo = [event]
        while todo:
            for action in self.hub.receive(todo.pop(0), self.now):
                match action:
                    case events.Load():
                        todo.append(events.Loaded(finish(self.journal.load(action.keys))))
                    case events.Commit():
                        self.batches.append(action.batch)
                        finish(self.journal.commit(action.batch.writes))
                        todo.append(events.Committed(action.batch.writes.number))
                    case events.Release():
                        self.answers += action.answers
                        for delivery in action.deliveries:
                            self.mailboxes[delivery.participant].append(open_envelope(delivery.payload))
                    case events.WakeAt():
                        self.wake = action.at


def answer_of(answered: events.Answered) -> dict[str, Any]:
    """Return what the answer says besides the receipt."""
    return msgspec.json.decode(answered.body).get("answer") or {}
