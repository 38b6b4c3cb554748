"""The pipeline under pressure: what overlaps, what is loaded twice, what must not be forgotten, what is bounded."""

from base64 import urlsafe_b64decode

import msgspec
import pytest

from corridor.decision import ACCOUNT, PENDING, TRANSFER, Missing, Step
from corridor.domain.instants import SECOND
from corridor.domain.money import Money
from corridor.hub import machine, memory
from corridor.hub.queue import Queue, Waiting
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import FIRST_CALLER_ID, Transfer, TransferFlag
from corridor.services.instant import rules as instant
from corridor.services.messaging import commands
from corridor.services.messaging.records import MAILBOX, MESSAGE
from tests.unit.hub.slow import Slow
from tests.world import FUNDS, PAMR, SEVR, World, agreed

IDS = FIRST_CALLER_ID


@pytest.fixture
def world():
    world = World().found()
    world.advance(1)
    return world


def tickets(commit):
    return [answer.ticket for answer in commit.batch.answers]


def accounts(world):
    return [account.id for account in world.hub.memory.records(ACCOUNT) if account.currency == "RUB"]


def bulk(world, *transfers):
    return commands.PostTransfers(world.origin("operator:alice"), transfers)


def failed(answered):
    return msgspec.json.decode(answered.body).get("answer")


# what overlaps


def test_what_memory_held_when_a_batch_began_it_holds_when_the_batch_is_decided(world):
    order = world.order(1)
    world.pay(order)
    world.now += machine.BATCH_SPACING
    slow = Slow(world)
    slow.submit(world.status_report(order.uetr, "ACCP"))
    slow.load()
    world.now += machine.BATCH_SPACING
    slow.submit(world.status_report(order.uetr, "ACCP"))
    slow.commit()
    slow.load()
    (commit,) = slow.commits
    assert tickets(commit) == [2], "the payment was not let go of meanwhile"


def test_a_record_that_a_later_batch_has_changed_is_not_let_go_of(world):
    order = world.order(1)
    world.pay(order)
    slow = Slow(world)
    slow.wake()
    slow.submit(world.status_report(order.uetr, "ACCP"))
    slow.load()
    slow.wake()
    slow.submit(world.status_report(order.uetr, "ACCC"))
    slow.load()
    slow.commit()
    slow.wake()
    slow.submit(world.status_report(order.uetr, "ACCC"))
    (load,) = slow.loads
    assert [table.name for table, _ in load.keys] == ["identity"], "credited, though that is not durable yet"


# clocks


def test_a_clock_that_is_set_back_delays_no_batch(world):
    slow = Slow(world)
    slow.submit(world.credit_transfer(world.order(1)))
    slow.load()
    slow.commit()
    world.now -= 3600 * SECOND
    slow.submit(world.credit_transfer(world.order(2)))
    assert slow.loads, "an hour's wait would follow"


# what is said of what


def test_a_clock_that_is_set_forward_delays_no_batch(world):
    slow = Slow(world)
    world.pay(world.order(1))  # the hub is to be woken for its deadline, in seven seconds
    world.now += 60 * SECOND  # those seven seconds are still to come, for whoever wakes it
    slow.submit(world.credit_transfer(world.order(2)))
    slow.load()
    slow.commit()
    slow.wakes.clear()
    slow.submit(world.credit_transfer(world.order(3)))
    assert slow.wakes == [world.now + machine.BATCH_SPACING], "it waits for a wake that is far away"


def test_busy_names_only_what_is_durable(world, monkeypatch):
    durable = world.batches[-1].writes
    slow = Slow(world)
    slow.submit(world.credit_transfer(world.order(1)))
    slow.load()
    monkeypatch.setattr(machine, "QUEUE_COMMANDS", 0)
    slow.submit(world.credit_transfer(world.order(2)))
    (busy,) = slow.answers
    assert busy.status == "busy"
    header = msgspec.json.decode(urlsafe_b64decode(busy.header + b"=="))
    assert (header["batch"], header["head"]) == (durable.number, durable.head.hex())


def test_mailbox_counters_are_written_once_a_batch_with_both_directions(world):
    world.pay(world.order(1))
    report = world.status_report(world.order(1).uetr, "ACCP")
    world.submit(report, world.credit_transfer(world.order(2)), world.credit_transfer(world.order(3)))
    stored = {mailbox.participant: mailbox for mailbox in world.batches[-1].writes.rows[MAILBOX]}
    assert stored[PAMR].last_number == len(world.mailboxes[PAMR]) == 4
    assert stored[PAMR].received == report.origin.number
    assert stored[SEVR].last_number == len(world.mailboxes[SEVR]) == 1
    world.restart()
    world.pay(world.order(4))
    assert [d.number for d in world.batches[-1].deliveries] == [5]


# faults


def test_a_refusal_after_a_fault_may_load_what_it_needs(world, monkeypatch):
    quote = world.quote(1_000_00)
    amount = Money(1_000_00, "RUB")
    world.pay(world.order(1, interbank_settlement_amount=amount, agreed_rate=agreed(quote)))
    world.report(world.order(1).uetr, "RJCT", reason="AC03")
    monkeypatch.setattr(instant, "judge", lambda *_: 1 / 0)
    answer = world.pay(world.order(2, interbank_settlement_amount=amount, agreed_rate=agreed(quote)))
    assert answer.status == "fault"
    assert world.heard(SEVR)[-1] == "RJCT NARR", "the refusal spends the quote, which memory no longer held"


# ids of transfers


def test_a_bulk_command_finds_out_at_once_all_that_it_lacks(world):
    first, second = accounts(world)[:2]
    pending, post = int(TransferFlag.PENDING), int(TransferFlag.POST_PENDING)
    ids = range(IDS + 10_000, IDS + 10_050)
    reserve = [Transfer(i, first, second, 1, "RUB", pending) for i in ids]
    ends = [Transfer(i + 100, 0, 0, 0, "", post, i) for i in ids]
    world.submit(bulk(world, *reserve, *ends))
    world.restart()
    before = len(world.batches)
    loads = []
    load = world.journal.load

    async def counted(keys):
        loads.append(keys)
        return await load(keys)

    world.journal.load = counted
    answer = world.submit(bulk(world, *(msgspec.structs.replace(t, id=t.id + 1_000) for t in ends)))
    assert len(loads) <= 3
    assert len(world.batches) == before + 1
    posted = int(TransferResult.PENDING_TRANSFER_ALREADY_POSTED)
    assert failed(answer) == [[n, posted] for n in range(50)]


def test_a_transfer_that_is_not_durable_is_never_forgotten(world, monkeypatch):
    monkeypatch.setattr(memory, "RECENT_TRANSFERS", 1)
    first, second = accounts(world)[:2]
    slow = Slow(world)

    def give(*ids, amount=1):
        slow.wake()
        slow.submit(bulk(world, *(Transfer(i, first, second, amount, "RUB") for i in ids)))
        while slow.loads:
            slow.load()

    give(*range(IDS + 20_001, IDS + 20_010))
    give(IDS + 5_000)  # a low id, decided while the batch before is in flight
    slow.commit()
    give(IDS + 5_000, amount=2)
    slow.finish()
    assert [failed(a) for a in slow.answers] == [
        None,
        None,
        [[0, int(TransferResult.EXISTS_WITH_DIFFERENT_AMOUNT)]],
    ]


def test_an_old_transfer_is_looked_up_and_a_new_one_is_not(world, monkeypatch):
    monkeypatch.setattr(memory, "RECENT_TRANSFERS", 3)
    first, second = accounts(world)[:2]
    for start in range(IDS + 30_000, IDS + 30_060, 10):
        world.submit(bulk(world, *(Transfer(start + i, first, second, 1, "RUB") for i in range(4))))
    held = world.hub.memory
    assert held.transfer(IDS + 30_051) is not None
    assert held.transfer(IDS + 30_049) is None, "a gap among recent ids"
    assert held.transfer(IDS + 40_000) is None
    with pytest.raises(Missing):
        held.transfer(IDS + 30_000)
    with pytest.raises(Missing):
        held.transfer(IDS + 30_009)
    for table in (TRANSFER, PENDING):
        assert held.holds(table, IDS + 40_000)
        assert Step(held, world.now).get(table, IDS + 40_000) is None, "what is held never needs loading"


def test_callers_keep_away_from_the_hubs_own_ids(world):
    first, second = accounts(world)[:2]
    fits = Transfer(IDS, first, second, 1, "RUB")
    answer = world.submit(bulk(world, fits, Transfer(IDS - 1, first, second, 1, "RUB")))
    assert answer.status == "refused"
    assert failed(answer)["field"] == "transfers[1].id"


def test_after_a_start_with_callers_ids_a_payment_needs_no_look_up_of_transfers(world):
    first, second = accounts(world)[:2]
    world.submit(bulk(world, Transfer(IDS + 10**15, first, second, 1, "RUB")))
    world.restart()
    asked = []
    load = world.journal.load

    async def counted(keys):
        asked.extend(table for table, _ in keys)
        return await load(keys)

    world.journal.load = counted
    world.pay(world.order(1))
    assert world.heard(PAMR) == ["pacs.008"]
    assert TRANSFER not in asked


# bounds


def test_a_batch_takes_no_more_work_than_it_may(world, monkeypatch):
    monkeypatch.setattr(machine, "BATCH_WORK", 10)
    first, second = accounts(world)[:2]
    heavy = [
        bulk(world, *(Transfer(IDS + n * 100 + i, first, second, 1, "RUB") for i in range(6)))
        for n in range(500, 505)
    ]
    before = len(world.batches)
    world.submit(*heavy)
    assert [len(batch.answers) for batch in world.batches[before:]] == [2, 2, 1]


def test_timers_fire_in_batches_too(world, monkeypatch):
    orders = [world.credit_transfer(world.order(n)) for n in range(1, 26)]
    world.submit(*orders)
    monkeypatch.setattr(machine, "BATCH_COMMANDS", 10)
    before = len(world.batches)
    world.advance(8)
    fired = [
        sum(line.direction == "timer" for line in batch.writes.rows[MESSAGE])
        for batch in world.batches[before:]
    ]
    assert fired == [10, 10, 5]
    assert world.balance(SEVR, "RUB") == FUNDS


def test_turns_go_round_from_batch_to_batch(world):
    queue = Queue()
    for signer, count in (("A", 5), ("B", 2), ("C", 1)):
        for n in range(count):
            command = commands.Refused(world.origin(signer, message_id=f"{signer}{n}"), "FF01", "")
            queue.put(Waiting(1, n, command))
    took = []
    while queue:
        took.append(" ".join(waiting.command.origin.message_id for waiting in queue.take(2, 100)))
    assert took == ["A0 B0", "C0 A1", "B1 A2", "A3 A4"]
    assert queue.work == 0
