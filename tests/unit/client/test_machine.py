from hashlib import sha256

import msgspec
import pytest

from corridor.client import events
from corridor.client.errors import Lost, Refused, TurnedAway
from corridor.client.machine import ACKNOWLEDGE_EVERY, FRAME_MESSAGES, TIDY_AFTER, TRIES
from corridor.codecs import jws
from corridor.domain.instants import MINUTE, SECOND
from tests.unit.client.desk import Desk, draft
from tests.unit.client.hub_side import BANK, NOW, head, header, line, receipt, sign


def number(letter):
    return jws.parse(letter.signature, jws.SentHeader).header.num


@pytest.fixture
def desk():
    return Desk()


def test_nothing_is_sent_before_it_is_stored(desk):
    desk.commits = False
    desk.submit(draft("a"), effects=["reserve"])
    (commit,) = desk.take(events.Commit)
    assert [letter.message_id for letter in commit.changes.put] == ["a"]
    assert commit.changes.effects == ["reserve"]
    assert desk.posted() == []
    desk.commit(commit.changes)
    assert [letter.message_id for letter in desk.posted()] == ["a"]


def test_the_receipt_ends_it(desk):
    desk.submit(draft("a"))
    (letter,) = desk.posted()
    desk.answer(letter, batch=12)
    (told,) = desk.take(events.Told)
    assert (told.message_id, told.outcome.batch) == ("a", 12)
    desk.pass_time(TIDY_AFTER)
    assert desk.letters == {}
    assert (desk.place.batch, desk.place.head) == (11, head(11).hex())
    desk.pass_time(MINUTE)
    assert desk.posted() == []


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_body_and_a_new_signature(desk):
    desk.submit(draft("a"))
    (first,) = desk.posted()
    desk.receive(events.Unanswered("a"))
    assert desk.posted() == []
    desk.pass_time(SECOND)
    (second,) = desk.posted()
    assert (second.body, second.message_id, second.digest) == (first.body, first.message_id, first.digest)
    assert number(second) == second.number == first.number + 1
    assert list(desk.letters) == [second.number]


def test_a_signature_made_anew_is_of_its_own_time(desk):
    desk.submit(draft("a"))
    desk.posted()
    desk.now += 10 * MINUTE
    desk.receive(events.Unanswered("a"))
    desk.pass_time(SECOND)
    (again,) = desk.posted()
    said = jws.parse(again.signature, jws.SentHeader).header
    assert abs(said.iat - desk.now // SECOND) <= 1


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_who_is_sent_away_for_a_while_comes_back_no_sooner_than_asked(desk, status):
    desk.submit(draft("a"))
    desk.posted()
    desk.receive(events.Answered("a", status, "", b"", retry_after_s=7))
    desk.pass_time(7 * SECOND)
    assert desk.posted() == []
    desk.pass_time(SECOND)
    assert len(desk.posted()) == 1


def test_what_was_stored_and_not_sent_is_sent_after_a_restart(desk):
    desk.commits = False
    desk.submit(draft("a"))
    (commit,) = desk.take(events.Commit)
    desk.store(commit.changes)
    desk.commits = True
    desk.restart()
    (letter,) = desk.posted()
    assert (letter.message_id, letter.body) == ("a", b"<a/>")
    assert letter.number == 2


def test_what_was_sent_and_not_yet_vouched_for_is_sent_again_after_a_restart(desk):
    desk.submit(draft("a"), draft("b"))
    before = desk.posted()
    desk.answer(before[0])
    desk.restart()  # before the receipt was stored
    after = desk.posted()
    assert [letter.body for letter in after] == [letter.body for letter in before]
    assert {letter.number for letter in after}.isdisjoint(letter.number for letter in before)


def test_what_was_not_stored_never_was(desk):
    desk.commits = False
    desk.submit(draft("a"))
    desk.restart()
    assert desk.posted() == []
    assert desk.place.number == 0


def test_numbers_of_signatures_ascend_over_restarts(desk):
    seen = []
    for name in "abc":
        desk.submit(draft(name))
        seen += [number(letter) for letter in desk.posted()]
        desk.restart()
        seen += [number(letter) for letter in desk.posted()]
    assert seen == sorted(set(seen))


def test_message_ids_are_never_used_twice_though_the_clock_stands_or_runs_back(desk):
    ids = [desk.machine.identify(desk.now) for _ in range(5)]
    desk.submit()
    desk.now -= 3 * MINUTE
    desk.restart()
    ids += [desk.machine.identify(desk.now) for _ in range(5)]
    assert ids == sorted(set(ids))


def test_a_refusal_of_the_hub_is_told(desk):
    desk.submit(draft("a"))
    (letter,) = desk.posted()
    desk.answer(letter, status=422, answer={"reason": "AM04", "text": "too little", "field": "amount"})
    (told,) = desk.take(events.Told)
    assert isinstance(told.outcome, Refused)
    assert (told.outcome.reason, told.outcome.field) == ("AM04", "amount")
    desk.pass_time(MINUTE)
    assert desk.letters == {}


@pytest.mark.parametrize(
    "facts", [{"signer": "VOLGRUM0"}, {"message_id": "b"}, {"content": "00"}, {"position": "first"}]
)
def test_a_receipt_for_something_else_ends_nothing(desk, facts):
    desk.submit(draft("a"))
    (letter,) = desk.posted()
    desk.answer(letter, **facts)
    assert len(desk.take(events.Alarm)) == 1
    assert desk.take(events.Told) == []
    desk.pass_time(SECOND)
    assert len(desk.posted()) == 1


def test_what_is_not_signed_by_the_hub_ends_nothing(desk):
    desk.submit(draft("a"))
    (letter,) = desk.posted()
    status, signature, body = (202, letter.signature, b"{}")
    desk.receive(events.Answered("a", status, signature, body))
    desk.receive(events.Answered("a", 200, "", b'{"signer":"SEVRRUM0"}'))
    assert len(desk.take(events.Alarm)) == 2
    assert desk.take(events.Told) == []
    assert len(desk.letters) == 1


def test_a_document_that_the_hub_could_not_read_is_known_by_its_whole_body(desk):
    desk.submit(draft("a"))
    (letter,) = desk.posted()
    desk.answer(letter, content=sha256(letter.body).hexdigest())
    assert len(desk.take(events.Told)) == 1


def test_the_door_cannot_end_what_is_kept(desk):
    desk.submit(draft("a"))
    desk.posted()
    desk.receive(events.Answered("a", 413, "", b'{"title":"The body is too large","detail":"64 KiB"}'))
    (alarm,) = desk.take(events.Alarm)
    assert "413: 64 KiB" in alarm.text
    assert desk.take(events.Told) == []
    desk.pass_time(2 * MINUTE)
    assert len(desk.posted()) == 1


def test_the_door_ends_what_is_not_kept(desk):
    desk.submit(draft("quote", kept=False))
    desk.receive(events.Answered("quote", 404, "", b'{"detail":"no such phone","reason":"BE23"}'))
    (told,) = desk.take(events.Told)
    assert isinstance(told.outcome, TurnedAway)
    assert (told.outcome.status, told.outcome.reason) == (404, "BE23")


def test_what_is_not_kept_is_lost_after_some_tries_and_with_the_process(desk):
    desk.submit(draft("quote", kept=False))
    for _ in range(TRIES):
        assert len(desk.posted()) == 1
        desk.receive(events.Unanswered("quote"))
        desk.pass_time(MINUTE)
    (told,) = desk.take(events.Told)
    assert isinstance(told.outcome, Lost)
    desk.submit(draft("another", kept=False))
    desk.posted()
    desk.restart()
    assert desk.posted() == []


def test_what_comes_together_is_stored_together():
    desk = Desk(spacing=4000)
    desk.submit(draft("a"))
    for name in "bcd":
        desk.now += 1000
        desk.submit(draft(name))
    assert [letter.message_id for letter in desk.posted()] == ["a"]
    desk.pass_time(1000)
    assert [letter.message_id for letter in desk.posted()] == ["b", "c", "d"]
    assert len(desk.take(events.Commit)) == 2


def test_while_one_transaction_is_written_the_next_is_gathered(desk):
    desk.commits = False
    desk.submit(draft("a"))
    desk.submit(draft("b"))
    desk.submit(draft("c"))
    desk.now += SECOND
    (first,) = desk.take(events.Commit)
    desk.commit(first.changes)
    (second,) = desk.take(events.Commit)
    assert [letter.message_id for letter in second.changes.put] == ["b", "c"]


# the mailbox


def arrive(desk, *lines):
    desk.receive(events.Arrived(b"".join(lines)))


def delivered(desk):
    return [[each.number for each in action.deliveries] for action in desk.take(events.Deliver)]


def test_the_mailbox_is_followed_from_its_place(desk):
    (follow,) = desk.take(events.Follow)
    assert follow.target == "/v1/mailbox?after=0&stream=1"
    arrive(desk, line(1), line(2))
    desk.submit(handled=2)
    desk.restart()
    (follow,) = desk.take(events.Follow)
    assert follow.target == "/v1/mailbox?after=2&stream=1"
    parsed = jws.parse(follow.signature, jws.SentHeader)
    assert parsed.header.iss == "SEVRRUM0"


def test_frames_come_one_after_the_other(desk):
    arrive(desk, line(1), line(2))
    arrive(desk, line(3))
    arrive(desk, line(4))
    assert delivered(desk) == [[1, 2]]
    desk.commits = False
    desk.submit(handled=2)
    assert delivered(desk) == []
    (commit,) = desk.take(events.Commit)
    desk.commit(commit.changes)
    assert delivered(desk) == [[3, 4]]


def test_the_place_the_effects_and_the_answers_are_one_transaction(desk):
    arrive(desk, line(1))
    desk.submit(draft("ACCC"), effects=["credit"], handled=1)
    (commit,) = desk.take(events.Commit)
    assert commit.changes.place.mailbox == 1
    assert [letter.message_id for letter in commit.changes.put] == ["ACCC"]
    assert commit.changes.effects == ["credit"]


def test_other_transactions_do_not_move_the_place(desk):
    arrive(desk, line(1))
    desk.submit(draft("a"))
    assert desk.place.mailbox == 0
    desk.restart()
    arrive(desk, line(1))
    assert delivered(desk) == [[1]]


def test_a_frame_that_was_not_handled_comes_again_after_a_restart_and_one_that_was_does_not(desk):
    arrive(desk, line(1))
    desk.restart()
    arrive(desk, line(1))
    assert delivered(desk) == [[1]]
    desk.submit(handled=1)
    desk.restart()
    arrive(desk, line(1), line(2))
    assert delivered(desk) == [[2]]


def test_a_gap_is_read_again_from_the_place_that_is_stored(desk):
    arrive(desk, line(1))
    desk.submit(handled=1)
    desk.take(events.Follow)
    arrive(desk, line(2), line(4))
    assert delivered(desk) == [[1], [2]]
    arrive(desk, line(5))  # of the same stream, which is of no use any more
    desk.pass_time(SECOND)
    (follow,) = desk.take(events.Follow)
    assert follow.target == "/v1/mailbox?after=1&stream=1"
    arrive(desk, line(2), line(3), line(4))
    desk.submit(handled=2)
    desk.pass_time(SECOND)
    assert delivered(desk) == [[3, 4]]


def test_a_forged_message_is_an_alarm_and_read_again(desk):
    desk.take(events.Follow)
    arrive(desk, line(1, to="VOLGRUM0"))
    assert len(desk.take(events.Alarm)) == 1
    assert delivered(desk) == []
    desk.pass_time(SECOND)
    assert len(desk.take(events.Follow)) == 1


def test_a_stream_that_ends_is_taken_up_later_and_later_until_something_comes(desk):
    desk.take(events.Follow)
    waits = []
    for _ in range(8):
        desk.receive(events.Interrupted())
        before = desk.now
        while not desk.take(events.Follow):
            desk.pass_time(SECOND // 100)
        waits.append(desk.now - before)
    assert waits[-1] > 8 * waits[0]
    arrive(desk, line(1))
    desk.receive(events.Interrupted())
    desk.pass_time(SECOND)
    assert len(desk.take(events.Follow)) == 1


def test_what_is_held_is_acknowledged_once_in_a_while(desk):
    for each in range(1, 6):
        arrive(desk, line(each))
        desk.submit(handled=each)
        desk.pass_time(1000)
    assert desk.take(events.Acknowledge) == []
    desk.pass_time(ACKNOWLEDGE_EVERY)
    (acknowledge,) = desk.take(events.Acknowledge)
    assert acknowledge.body == b'{"number":5}'
    desk.pass_time(MINUTE)
    assert desk.take(events.Acknowledge) == []


def test_a_long_mailbox_comes_in_frames_of_bounded_size(desk):
    arrive(desk, *(line(each) for each in range(1, FRAME_MESSAGES + 11)))
    assert desk.machine.backlog == 10
    assert delivered(desk) == [list(range(1, FRAME_MESSAGES + 1))]
    desk.submit(handled=FRAME_MESSAGES)
    assert delivered(desk) == [list(range(FRAME_MESSAGES + 1, FRAME_MESSAGES + 11))]


# what the hub has vouched for


def test_the_latest_head_is_kept(desk):
    desk.submit(draft("a"), draft("b"))
    a, b = desk.posted()
    desk.answer(b, batch=21)
    desk.answer(a, batch=20)
    desk.pass_time(TIDY_AFTER)
    assert (desk.place.batch, desk.place.head) == (20, head(20).hex())


def test_a_hub_that_contradicts_itself_is_an_alarm(desk):
    desk.submit(draft("a"))
    desk.answer(desk.posted()[0], batch=21)
    desk.pass_time(TIDY_AFTER)
    desk.restart()
    desk.submit(draft("b"))
    status, signature, body = 202, *another_past(desk.posted()[0])
    desk.receive(events.Answered("b", status, signature, body))
    (alarm,) = desk.take(events.Alarm)
    assert "two heads of batch 20" in alarm.text


def another_past(letter):
    _, _, body = receipt(letter, batch=21)
    return sign(header().receipt(BANK, NOW, 20, b"?" * 32), body), body


def reported(desk):
    desk.pass_time(SECOND // 100)
    (letter,) = desk.posted()
    assert letter.target == "/v1/vouchers"
    return letter, msgspec.json.decode(letter.body)


def test_the_evidence_that_reaches_furthest_is_reported_as_it_came(desk):
    desk.submit(draft("a"))
    (letter,) = desk.posted()
    desk.answer(letter, batch=12)
    desk.pass_time(TIDY_AFTER)
    desk.receive(events.VoucherWanted())
    _, told = reported(desk)
    assert (told["signature"], told["payload"]) == (
        desk.place.voucher.signature,
        desk.place.voucher.payload.decode(),
    )
    assert desk.place.voucher.reach == 12
    desk.receive(events.Arrived(line(1)))
    desk.pass_time(TIDY_AFTER)
    assert desk.place.voucher.reach == max(12, desk.place.batch + 1)


def test_the_first_evidence_is_stored_at_once(desk):
    desk.submit(draft("a"))
    (letter,) = desk.posted()
    desk.answer(letter, batch=12)
    desk.pass_time(SECOND // 50)
    assert desk.place.voucher.reach == 12


def test_a_report_is_made_once_a_connection_and_ends_with_its_answer(desk):
    desk.submit(draft("a"))
    (letter,) = desk.posted()
    desk.answer(letter)
    desk.receive(events.VoucherWanted())
    voucher, _ = reported(desk)
    desk.receive(events.VoucherWanted())
    assert desk.posted() == []
    assert desk.machine.on_the_way == 0
    desk.take(events.Told)
    desk.answer(voucher)
    assert desk.take(events.Told) == []
    desk.pass_time(SECOND)
    desk.receive(events.VoucherWanted())
    assert reported(desk)


def test_who_holds_nothing_says_so_when_asked_only(desk):
    desk.receive(events.VoucherWanted())
    assert desk.posted() == []
    desk.receive(events.VoucherWanted(asked=True))
    _, told = reported(desk)
    assert (told["signature"], told["payload"]) == ("", "")


def test_a_closed_hub_is_told_again_until_it_opens(desk):
    desk.receive(events.VoucherWanted(asked=True))
    letter, _ = reported(desk)
    desk.receive(events.Answered(letter.message_id, 503, "", b"", retry_after_s=1))
    desk.pass_time(3 * SECOND)
    again, _ = reported(desk)
    assert again.body == letter.body
    assert again.number > letter.number


def test_a_store_that_takes_long_is_waited_for_and_not_asked_after(desk):
    desk.submit(draft("a"))
    (letter,) = desk.posted()
    desk.commits = False
    desk.pass_time(SECOND // 100)
    desk.submit(draft("b"))
    desk.answer(letter)  # what is to be tidied up waits for the next transaction
    desk.take(events.WakeAt)
    for _ in range(3):
        desk.now += TIDY_AFTER
        desk.receive(events.Woken())
    assert all(wake.at > desk.now for wake in desk.take(events.WakeAt))


def test_a_clock_that_is_put_right_makes_nobody_wait(desk):
    desk.now += 10 * MINUTE
    desk.submit(draft("a"))
    desk.now -= 10 * MINUTE
    (letter,) = desk.posted()
    desk.receive(events.Unanswered(letter.message_id))
    desk.pass_time(SECOND)
    (again,) = desk.posted()
    assert abs(jws.parse(again.signature, jws.SentHeader).header.iat - desk.now // SECOND) <= 1


def test_what_is_due_is_due_as_soon_after_the_clock_was_put_right(desk):
    desk.submit(draft("a"))
    (letter,) = desk.posted()
    desk.receive(events.Unanswered(letter.message_id))
    desk.now -= 10 * MINUTE
    desk.submit(draft("b"))
    desk.wake_at = desk.now + SECOND  # the shell's own timer runs on, whatever the clock says
    desk.pass_time(SECOND)
    assert {letter.message_id for letter in desk.posted()} == {"a", "b"}
