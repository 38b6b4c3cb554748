"""The hub's rules, one by one, on the machine itself."""

from collections import defaultdict

import msgspec
import pytest

from corridor.decision import Step
from corridor.domain.instants import SECOND
from corridor.domain.money import Money
from corridor.hub import events, machine
from corridor.hub.batch import chain, ranges
from corridor.hub.lists import RULES
from corridor.ports import Fenced
from corridor.services.instant import rules as instant
from corridor.services.messaging import commands
from corridor.services.messaging.admission import count_number, gaps
from corridor.services.messaging.records import BLOB, CASE, IDENTITY, MAILBOX, MESSAGE, Mailbox
from corridor.services.settlement.payments import PAYMENT
from tests.rig import answer_of, finish
from tests.world import FUNDS, PAMR, SEVR, World

KEY = {
    "key_id": "SEVRRUM0-2",
    "participant": SEVR,
    "algorithm": "EdDSA",
    "public": bytes(32),
    "valid_from": 0,
    "valid_until": 2**62,
}


@pytest.fixture
def world():
    return World().found()


# identity


def test_the_same_message_gets_the_same_answer_and_changes_nothing(world):
    command = world.credit_transfer(world.order(1))
    first = world.submit(command)
    lines = len(world.store.rows[MESSAGE])
    world.advance(3600)
    again = world.submit(msgspec.structs.replace(command, origin=late(command.origin, world.now)))
    assert (again.body, again.status, again.batch) == (first.body, first.status, first.batch)
    assert len(world.store.rows[MESSAGE]) == lines + 3, "only the time-out and what it says were added"
    assert world.heard(PAMR)[0] == "pacs.008"


def late(origin, now):
    return msgspec.structs.replace(origin, received_at=now)


def test_the_same_message_twice_in_one_batch_is_one(world):
    command = world.credit_transfer(world.order(1))
    world.submit(command, command)
    assert world.answers[-1].body == world.answers[-2].body
    assert world.heard(PAMR) == ["pacs.008"]


def test_other_content_under_a_known_id_is_refused_and_both_are_kept(world):
    first = world.credit_transfer(world.order(1))
    other = world.credit_transfer(world.order(2), message_id=first.origin.message_id)
    world.submit(first, other)
    assert world.heard(SEVR) == ["admi.002 DU01"]
    kept = [m for m in world.store.rows[MESSAGE].values() if m.message_id == first.origin.message_id]
    assert [(m.outcome, m.reason) for m in kept] == [("accepted", ""), ("refused", "DU01")]
    assert world.store.rows[IDENTITY][SEVR, first.origin.message_id].digest == first.origin.digest


def test_a_repeat_is_answered_no_sooner_than_the_original_is_durable():
    world = World().found()
    world.advance(1)
    command = world.credit_transfer(world.order(1))
    loads = world.hub.receive(events.Submitted(1, [(1, command)]), world.now)
    acts = feed(world, loads)
    commit = next(a for a in acts if isinstance(a, events.Commit))
    world.now += 10_000
    acts = feed(world, world.hub.receive(events.Submitted(1, [(2, command)]), world.now))
    assert not [a for a in acts if isinstance(a, events.Release)], "the original is still in flight"
    finish(world.journal.commit(commit.batch.writes))
    acts = world.hub.receive(events.Committed(commit.batch.writes.number), world.now)
    release = next(a for a in acts if isinstance(a, events.Release))
    assert sorted(a.ticket for a in release.answers) == [1, 2]


def feed(world, actions):
    """Answer loads at once; return all actions."""
    seen = []
    for action in actions:
        seen.append(action)
        if isinstance(action, events.Load):
            loaded = events.Loaded(finish(world.journal.load(action.keys)))
            seen += feed(world, world.hub.receive(loaded, world.now))
    return seen


def test_identity_is_for_ever_and_memory_does_not_hold_it(world):
    command = world.credit_transfer(world.order(1))
    first = world.submit(command)
    world.restart()
    assert world.submit(command).body == first.body
    assert not list(world.hub.memory.records(IDENTITY))


# who may be heard


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"key_id": "PAMRTJ20-1"}, "DS0D"),
        ({"key_id": "nobody-1"}, "DS0D"),
        ({"issued_at": 0}, "DT01"),
        ({"number": 0}, "DU02"),
    ],
)
def test_an_unknown_message_that_may_not_be_heard(world, facts, reason):
    world.pay(world.order(1), **facts)
    assert world.heard(SEVR) == [f"admi.002 {reason}"]
    assert world.balance(SEVR, "RUB") == FUNDS


def test_a_suspended_participant_is_refused_at_once(world):
    world.operate(commands.SetParticipantState, bic=SEVR, state="suspended")
    world.pay(world.order(1))
    assert world.heard(SEVR) == ["admi.002 AG01"]


def test_a_revoked_key_is_refused_but_what_it_signed_is_known(world):
    command = world.credit_transfer(world.order(1))
    first = world.submit(command)
    world.operate(commands.RevokeKey, key_id="SEVRRUM0-1")
    assert world.submit(command).body == first.body
    world.pay(world.order(2))
    assert world.heard(SEVR) == ["admi.002 DS0D"]


def test_numbers_are_used_once_and_gaps_are_counted():
    mailbox = Mailbox(SEVR)
    for number in (1, 2, 5, 4, 300):
        counted = count_number(mailbox, number)
        assert counted is not None, number
        mailbox = counted
    assert count_number(mailbox, 300) is None
    assert count_number(mailbox, 45) != mailbox
    assert count_number(mailbox, 44) == mailbox, "behind the window nobody can tell, and identity decides"
    assert gaps(mailbox) == 255
    assert gaps(Mailbox(SEVR)) == 0


# faults


def test_a_fault_harms_no_other_command_of_its_batch(world, monkeypatch):
    def explode(step, payment):
        if payment.source_amount == 666:
            raise ZeroDivisionError("boom")
        return reserve(step, payment)

    reserve = instant.legs.reserve
    monkeypatch.setattr(instant.legs, "reserve", explode)
    before = world.credit_transfer(world.order(1))
    faulty = world.credit_transfer(world.order(2, interbank_settlement_amount=Money(666, "RUB")))
    after = world.credit_transfer(world.order(3))
    world.submit(before, faulty, after)
    assert [a.status for a in world.answers[-3:]] == ["accepted", "fault", "accepted"]
    assert len({a.batch for a in world.answers[-3:]}) == 1
    assert world.heard(SEVR) == ["RJCT NARR"]
    assert world.heard(PAMR) == ["pacs.008", "pacs.008"]
    (case,) = world.store.rows[CASE].values()
    assert case.kind == "fault"
    assert "ZeroDivisionError" in case.text
    assert world.balance(SEVR, "RUB") == FUNDS - 200_00


def test_a_fault_in_rendering_is_a_fault_of_that_command_alone(world):
    bad = world.credit_transfer(world.order(1, remittance=(None,)))
    good = world.credit_transfer(world.order(2))
    world.submit(bad, good)
    assert [a.status for a in world.answers[-2:]] == ["fault", "accepted"]
    assert world.balance(SEVR, "RUB") == FUNDS - 100_00


def test_a_fault_in_a_timer_opens_one_case_and_is_tried_again(world, monkeypatch):
    tries = []
    with monkeypatch.context() as bug:
        bug.setattr(instant.legs, "void", lambda *_: tries.append(world.now) or 1 / 0)
        world.pay(world.order(1))
        due_at = world.store.rows[PAYMENT][world.order(1).uetr].due_at
        world.advance(59)
        world.advance(60)
        world.advance(60)
    assert len(tries) == 3
    (case,) = world.store.rows[CASE].values()
    assert case.kind == "fault"
    payment = world.store.rows[PAYMENT][world.order(1).uetr]
    assert (payment.status, payment.due_at) == ("ACSP", due_at), "what was due stays as it was due"
    world.advance(60)  # another release is in place
    assert world.store.rows[PAYMENT][payment.uetr].reason == "AB05"


def test_what_is_tried_again_is_tried_no_sooner_for_being_written(world, monkeypatch):
    tries = []
    monkeypatch.setattr(instant.legs, "void", lambda *_: tries.append(world.now) or 1 / 0)
    world.pay(world.order(1))
    world.advance(10)
    for _ in range(5):
        world.hub.memory.apply(
            written(world, world.store.rows[PAYMENT][world.order(1).uetr]), defaultdict(dict)
        )
        world.advance(1)
    assert len(tries) == 1
    world.advance(60)
    assert len(tries) == 2, "and not once for each time that it was written"


def test_another_time_holds_at_once_though_the_first_could_not_be_decided(world, monkeypatch):
    tries = []
    monkeypatch.setattr(instant.legs, "void", lambda *_: tries.append(world.now) or 1 / 0)
    world.pay(world.order(1))
    world.advance(10)
    payment = world.store.rows[PAYMENT][world.order(1).uetr]
    later = msgspec.structs.replace(payment, due_at=world.now + 5 * SECOND)
    world.hub.memory.apply(written(world, later), defaultdict(dict))
    world.advance(6)
    world.ask(payment.uetr)
    assert len(tries) == 2


def test_a_hub_that_starts_anew_tries_what_was_due_at_once(world, monkeypatch):
    with monkeypatch.context() as bug:
        bug.setattr(instant.legs, "void", lambda *_: 1 / 0)
        world.pay(world.order(1))
        world.advance(10)
    world.restart()
    world.advance(6)
    assert world.store.rows[PAYMENT][world.order(1).uetr].reason == "AB05"


def written(world, payment):
    """A step that does no more than write a payment."""
    step = Step(world.hub.memory, world.now)
    step.put(PAYMENT, payment)
    return step


# batches


def test_the_first_command_goes_at_once_and_others_wait_for_company(world):
    world.advance(1)
    orders = [world.credit_transfer(world.order(n)) for n in range(1, 5)]
    acts = feed(world, world.hub.receive(events.Submitted(1, [(1, orders[0])]), world.now))
    (first,) = [a.batch for a in acts if isinstance(a, events.Commit)]
    acts = world.hub.receive(events.Submitted(1, [(2, orders[1])]), world.now)
    assert list(acts) == [events.WakeAt(world.now + machine.BATCH_SPACING)]
    wake = acts[0]
    world.hub.receive(events.Submitted(1, [(3, orders[2])]), world.now)
    world.now = wake.at
    acts = feed(world, world.hub.receive(events.Woken(), world.now))
    assert not [a for a in acts if isinstance(a, events.Commit)], "one transaction in flight"
    finish(world.journal.commit(first.writes))
    acts = world.hub.receive(events.Committed(first.writes.number), world.now)
    (commit,) = [a for a in acts if isinstance(a, events.Commit)]
    assert [a.ticket for a in commit.batch.answers] == [2, 3]


def test_a_flood_of_one_participant_does_not_delay_another(world):
    world.advance(1)
    flood = [world.credit_transfer(world.order(n)) for n in range(1, 600)]
    other = world.credit_transfer(world.order(1000, debtor=PAMR, creditor=SEVR))
    before = len(world.answers)
    world.submit(*flood, other)
    assert [a.ticket for a in world.answers[before:]].index(599) == 1


def test_beyond_the_bounded_queue_the_hub_says_busy(world, monkeypatch):
    monkeypatch.setattr(machine, "QUEUE_COMMANDS", 2)
    orders = [world.credit_transfer(world.order(n)) for n in (1, 2, 3)]
    world.submit(*orders)
    assert sorted(a.status for a in world.answers[-3:]) == ["accepted", "accepted", "busy"]


def test_time_never_runs_backwards(world):
    at = world.batches[-1].writes.at
    world.now -= 200 * SECOND
    world.operate(commands.SetLimit, participant=SEVR, currency="RUB", limit=1)
    assert world.batches[-1].writes.at >= at


def test_a_second_writer_fences_the_first(world):
    old = world.journal
    world.restart()
    with pytest.raises(Fenced):
        finish(old.commit(world.batches[-1].writes))


# the log


def test_the_chain_covers_every_line(world):
    world.pay(world.order(1))
    world.report(world.order(1).uetr, "ACCP")
    head = bytes(32)
    for batch in world.batches:
        rows = batch.writes.rows
        transfers = [t for table, records in rows.items() if table.name == "transfer" for t in records]
        head = chain(head, batch.writes.number, batch.writes.at, rows.get(MESSAGE, ()), transfers)
        assert rows[BLOB][0].head == head == batch.writes.head
    assert world.store.head == head


def test_mailboxes_are_numbered_without_gaps(world):
    for n in range(1, 6):
        world.pay(world.order(n))
        world.report(world.order(n).uetr, "ACCP" if n % 2 else "RJCT", reason=None if n % 2 else "AC03")
    numbers = [d.number for batch in world.batches for d in batch.deliveries if d.participant == SEVR]
    assert numbers == list(range(1, len(numbers) + 1))
    assert world.store.rows[MAILBOX][SEVR].last_number == len(numbers)


def test_ranges_name_ids_in_their_order():
    assert ranges([5, 6, 7, 3, 9, 10]) == [(5, 3), (3, 1), (9, 2)]
    assert ranges([]) == []


# operators


def test_only_operators_operate(world):
    origin = world.origin(SEVR, definition="json/limit")
    answer = world.submit(commands.SetLimit(origin, participant=SEVR, currency="RUB", limit=1))
    assert answer.status == "refused"
    assert answer_of(answer)["reason"] == "AG01"


def test_a_limit_in_use_cannot_be_taken_away(world):
    world.operate(commands.SetLimit, participant=SEVR, currency="RUB", limit=500)
    world.pay(world.order(1, interbank_settlement_amount=Money(FUNDS + 500, "RUB")))
    answer = world.submit(
        commands.SetLimit(world.origin("operator:alice"), participant=SEVR, currency="RUB", limit=499)
    )
    assert answer_of(answer)["reason"] == "AM14"


def test_a_frozen_account_begins_nothing_but_ends_what_is_pending(world):
    world.pay(world.order(1))
    world.operate(commands.SetFrozen, participant=SEVR, currency="RUB", frozen=True)
    world.pay(world.order(2))
    assert world.heard(SEVR) == ["RJCT AC06"]
    world.report(world.order(1).uetr, "ACCP")
    assert world.heard(SEVR) == ["RJCT AC06", "ACSC"]
    world.operate(commands.SetFrozen, participant=SEVR, currency="RUB", frozen=False)
    world.pay(world.order(3))
    assert world.heard(PAMR)[-1] == "pacs.008"


def test_no_balance_appears_from_nothing(world):
    origin = world.origin(SEVR, definition="json/funding")
    answer = world.submit(commands.FundAccount(origin, participant=PAMR, currency="RUB", amount=1))
    assert answer_of(answer)["reason"] == "AG01"
    total = sum(world.balance(bic, "RUB") for bic in ("SEVRRUM0", "PAMRTJ20", "ALFXRUM0", "CBRRRUM0"))
    assert total == 0


def test_acknowledgement_is_a_position_that_never_goes_back(world):
    world.pay(world.order(1, creditor_agent="NOPERUM0"))
    for number, status in ((1, "accepted"), (0, "accepted"), (9, "refused")):
        origin = world.origin("gateway", definition="acknowledgement")
        answer = world.submit(commands.Acknowledge(origin, participant=SEVR, number=number))
        assert answer.status == status
    assert world.store.rows[MAILBOX][SEVR].acknowledged == 1


def test_every_kind_of_command_has_a_handler():
    kinds, found = [commands.Command], set()
    while kinds:
        found |= set(below := kinds.pop().__subclasses__())
        kinds += below
    assert found - {machine.Due} == set(RULES.handlers)


@pytest.mark.parametrize(
    ("command", "facts", "field"),
    [
        (commands.SetLimit, {"participant": SEVR, "currency": "RUB", "limit": 2**63}, "limit"),
        (commands.SetLimit, {"participant": SEVR, "currency": "RUB", "limit": -1}, "limit"),
        (commands.AddParticipant, {"bic": "X\0", "name": "X", "role": "bank", "currencies": ()}, "bic"),
        (
            commands.AddParticipant,
            {"bic": "NEWBRUM0", "name": "a\0b", "role": "bank", "currencies": ()},
            "name",
        ),
        (commands.AddKey, KEY | {"key_id": "a\0b"}, "key_id"),
        (commands.AddKey, KEY | {"public": b"short"}, "public"),
        (commands.AddKey, KEY | {"valid_until": 2**63}, "valid_until"),
    ],
    ids=str,
)
def test_what_the_journal_cannot_hold_is_refused(world, command, facts, field):
    answer = world.submit(command(world.origin("operator:alice"), **facts))
    assert (answer.status, answer_of(answer)["field"]) == ("refused", field)


def test_a_refused_request_is_answered_once_and_a_refused_message_in_the_mailbox(world):
    asked = world.submit(commands.Refused(world.origin(SEVR, b"{", "json/quotes"), "FF01", "no JSON"))
    assert answer_of(asked)["reason"] == "FF01"
    assert world.heard(SEVR) == []
    sent = world.submit(commands.Refused(world.origin(SEVR, b"<", "unreadable"), "FF01", "no XML"))
    assert answer_of(sent) == {}
    assert world.heard(SEVR) == ["admi.002 FF01"]


def test_a_refused_report_belongs_to_the_story_of_its_payment(world):
    order = world.order(1)
    world.pay(order)
    world.submit(world.status_report(order.uetr, "ACCP", signer=SEVR))
    report, reject = list(world.store.rows[MESSAGE].values())[-2:]
    assert (report.outcome, reject.definition) == ("refused", "admi.002.001.01")
    number = world.store.rows[PAYMENT][order.uetr].number
    assert (report.payment, reject.payment) == (number, number)
