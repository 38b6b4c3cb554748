"""Whatever overlaps, however slowly, and wherever it breaks off: a seed decides, the invariants are always the same."""

import random
from collections import defaultdict

import msgspec
import pytest

from corridor.codecs.iso20022.pacs028 import StatusRequest as Request
from corridor.decision import ACCOUNT, BALANCE, PENDING, TRANSFER
from corridor.domain.money import Money
from corridor.hub import events, machine, memory
from corridor.hub.batch import chain
from corridor.hub.lists import TABLES
from corridor.ledger.transfers import FIRST_CALLER_ID, PendingStatus, Transfer, TransferFlag
from corridor.services.instant.commands import StatusRequest
from corridor.services.messaging import commands
from corridor.services.messaging.records import CASE, IDENTITY, MAILBOX, MESSAGE, OUT
from tests.unit.hub.slow import Slow
from tests.world import ALFX, PAMR, SEVR, World

SEEDS = range(40)
STEPS = 120
RESERVE, POST, VOID = (int(flag) for flag in list(TransferFlag)[1:4])


class Chaos(Slow):
    """Banks and an operator give what comes to their minds; loads, commits and crashes come when they like."""

    def __init__(self, seed: int) -> None:
        super().__init__(World().found())
        self.random = random.Random(seed)
        self.orders, self.given = [], []
        self.unanswered, self.said = {}, {}
        self.durable = [batch.writes for batch in self.world.batches]
        known = self.world.hub.memory.records(ACCOUNT)
        self.accounts = [a.id for a in known if a.currency == "RUB" and a.participant in {SEVR, PAMR, ALFX}]

    def submit(self, *given) -> None:
        for ticket, command in enumerate(given, self._tickets + 1):
            self.unanswered[ticket] = command
        super().submit(*given)

    def commit(self) -> None:
        self.durable.append(self.commits[0].batch.writes)
        super().commit()

    def receive(self, event: events.Event) -> None:
        super().receive(event)
        for answer in self.answers:
            origin = self.unanswered.pop(answer.ticket).origin
            known = self.world.store.rows[IDENTITY][origin.signer, origin.message_id]
            if known.digest == origin.digest:
                said = self.said.setdefault((origin.signer, origin.message_id), answer.body)
                assert said == answer.body, "the same message, the same answer"
        self.answers.clear()

    def step(self) -> None:
        kind = self.random.random()
        if kind < 0.25:
            many = [self.command() for _ in range(self.random.choice((1, 1, 2, 5, 9)))]
            self.given += many
            self.submit(*many)
        elif kind < 0.5:
            if self.loads:
                self.load()
        elif kind < 0.72:
            if self.commits:
                self.commit()
        elif kind < 0.97:
            self.wake(self.random.choice((0, 500, 4_000, 5_000, 300_000, 3_000_000, 8_000_000)))
        elif kind < 0.985:
            self.wake(-self.random.choice((1_000, 2_000_000)))
        else:
            self.crash()

    def crash(self) -> None:
        """A fresh hub; what was not answered is sent again."""
        lost = list(self.unanswered.values())
        self.unanswered.clear()
        self.loads.clear()
        self.commits.clear()
        self.world.restart()
        self.submit(*lost)

    def command(self) -> commands.Command:
        world, choose, kind = self.world, self.random.choice, self.random.random()
        if kind < 0.25 or not self.given:
            self.orders.append(world.order(len(self.orders), interbank_settlement_amount=Money(7_00, "RUB")))
            return world.credit_transfer(self.orders[-1])
        if kind < 0.3 and self.orders:
            return world.credit_transfer(choose(self.orders))
        if kind < 0.6 and self.orders:
            return world.status_report(
                choose(self.orders[-6:]).uetr, choose(("ACCP", "RJCT", "ACCC")), reason=None
            )
        if kind < 0.65 and self.orders:
            origin = world.origin(SEVR, definition="pacs.028.001.03")
            question = Request(
                message_id=origin.message_id, created_at=world.now, original_uetr=choose(self.orders).uetr
            )
            return StatusRequest(origin, message=question)
        if kind < 0.8:
            return choose(self.given)
        if kind < 0.85:
            known = choose(self.given)
            return msgspec.structs.replace(
                known, origin=msgspec.structs.replace(known.origin, digest=b"other")
            )
        transfers = tuple(self.transfer() for _ in range(self.random.randint(1, 4)))
        return commands.PostTransfers(world.origin("operator:bob"), transfers)

    def transfer(self) -> Transfer:
        number, ended = (
            FIRST_CALLER_ID + self.random.choice((0, 10_000)) + self.random.randrange(30) for _ in range(2)
        )
        debit, credit = self.random.sample(self.accounts, 2)
        flags = self.random.choice((0, 0, RESERVE, POST, VOID))
        if flags in {POST, VOID}:
            return Transfer(number, 0, 0, 0, "", flags, ended)
        return Transfer(
            number, debit, credit, 1, "RUB", flags, 0, self.random.choice((0, 3)) if flags == RESERVE else 0
        )

    def finish(self) -> None:
        """Let everything end, time-outs too."""
        super().finish()
        for seconds in (10, 10):
            self.wake(seconds * 1_000_000)
            super().finish()
        while self.world.hub.memory.next_due() is not None:
            self.wake()
            super().finish()


@pytest.fixture(params=SEEDS)
def chaos(request, monkeypatch) -> Chaos:
    """A day that is over: nothing is on its way any more."""
    chaos = Chaos(request.param)
    monkeypatch.setattr(memory, "RECENT_TRANSFERS", chaos.random.choice((1, 3, 10, 50_000)))
    monkeypatch.setattr(machine, "BATCH_COMMANDS", chaos.random.choice((3, 8, 256)))
    monkeypatch.setattr(machine, "BATCH_WORK", chaos.random.choice((3, 8_192)))
    for _ in range(STEPS):
        chaos.step()
    chaos.finish()
    return chaos


def test_in_any_order_nothing_is_lost_doubled_or_forgotten(chaos):
    rows = chaos.world.store.rows
    assert not chaos.unanswered
    assert not [case for case in rows[CASE].values() if case.kind == "fault"]
    assert set(rows[BALANCE].values()) == set(balances(rows))
    assert heads(chaos.durable) == chaos.world.store.head
    numbers = defaultdict(list)
    for line in rows[MESSAGE].values():
        if line.direction == OUT:
            numbers[line.participant].append(line.number)
    for participant, sent in numbers.items():
        assert sorted(sent) == list(range(1, rows[MAILBOX][participant].last_number + 1)), participant
    chaos.submit(commands.Refused(chaos.world.origin(SEVR), "FF01", ""))  # with the next batch memory lets go
    chaos.finish()
    for table in set(TABLES) - {TRANSFER, IDENTITY}:
        held = {table.key(record): record for record in chaos.world.hub.memory.records(table)}
        assert held == {key: record for key, record in rows[table].items() if table.resident(record)}, table


def balances(rows):
    """Return what the transfers add up to."""
    sums = defaultdict(lambda: [0, 0, 0, 0])
    for transfer in rows[TRANSFER].values():
        if not transfer.flags & (RESERVE | VOID):
            sums[transfer.debit_account_id][1] += transfer.amount
            sums[transfer.credit_account_id][3] += transfer.amount
    for pending in rows[PENDING].values():
        if pending.status == PendingStatus.PENDING:
            sums[pending.debit_account_id][0] += pending.amount
            sums[pending.credit_account_id][2] += pending.amount
    return [BALANCE.record(account, *four) for account, four in sums.items()]


def heads(durable):
    """Return where the chain leads."""
    head = bytes(32)
    for number, writes in enumerate(durable, 1):
        assert writes.number == number
        head = chain(head, number, writes.at, writes.rows.get(MESSAGE, ()), writes.rows.get(TRANSFER, ()))
        assert head == writes.head
    return head
