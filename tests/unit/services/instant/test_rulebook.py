"""docs/rulebook.md, section 5: the life of a payment as rows.

Each row: what happens, in order; then what the debtor agent's and the creditor agent's mailboxes hold, and
how many kopecks moved. `+N` lets N seconds pass; a word before a colon names the sender where it is another.
"""

import pytest

from corridor.domain.money import Money
from corridor.services.compliance.commands import SetScreeningPolicy
from corridor.services.compliance.records import LIST_IN_FORCE
from corridor.services.compliance.screening import Hit, Screening
from corridor.services.directory.commands import RegisterAlias
from corridor.services.fx.commands import SetFxFee
from corridor.services.instant.commands import RefusePayment, ReleasePayment
from corridor.services.messaging.commands import CloseCase, SetParticipantState
from corridor.services.messaging.records import CASE, MESSAGE, TIMER
from corridor.services.settlement.payments import PAYMENT
from tests.rig import answer_of
from tests.world import ALFX, CBRR, FUNDS, LIST, PAMR, SEVR, World, agreed

ROWS = [
    # the ordinary way
    ("pay", [], ["pacs.008"], 0),
    ("pay ACCP", ["ACSC"], ["pacs.008", "ACSC"], 100_00),
    ("pay ACCP ACCC", ["ACSC", "ACCC"], ["pacs.008", "ACSC"], 100_00),
    ("pay RJCT", ["RJCT AC03"], ["pacs.008", "RJCT AC03"], 0),
    # silence
    ("pay +6.9 ACCP", ["ACSC"], ["pacs.008", "ACSC"], 100_00),
    ("pay +7.1", ["RJCT AB05"], ["pacs.008", "RJCT AB05"], 0),
    # too late: the stored answer again
    ("pay +7.1 ACCP", ["RJCT AB05"], ["pacs.008", "RJCT AB05", "RJCT AB05"], 0),
    ("pay ACCP RJCT", ["ACSC"], ["pacs.008", "ACSC", "ACSC"], 100_00),
    ("pay ACCP ACCC RJCT", ["ACSC", "ACCC"], ["pacs.008", "ACSC", "ACCC"], 100_00),
    ("pay RJCT ACCP", ["RJCT AC03"], ["pacs.008", "RJCT AC03", "RJCT AC03"], 0),
    # twice
    ("pay ACCP ACCP", ["ACSC"], ["pacs.008", "ACSC", "ACSC"], 100_00),
    ("pay ACCP ACCC ACCC", ["ACSC", "ACCC"], ["pacs.008", "ACSC"], 100_00),
    ("pay RJCT RJCT", ["RJCT AC03"], ["pacs.008", "RJCT AC03", "RJCT AC03"], 0),
    ("pay pay", ["admi.002 DU03"], ["pacs.008"], 0),
    # what does not follow
    ("pay ACCC", [], ["pacs.008", "admi.002 CH20"], 0),
    ("pay RJCT ACCC", ["RJCT AC03"], ["pacs.008", "RJCT AC03", "admi.002 CH20"], 0),
    ("pay PDNG", [], ["pacs.008", "admi.002 CH20"], 0),
    ("ACCP", [], ["admi.002 NOOR"], 0),
    # not theirs to say
    ("pay SEVRRUM0:ACCP", ["admi.002 AG01"], ["pacs.008"], 0),
    ("pay SEVRRUM0:ACCC", ["admi.002 AG01"], ["pacs.008"], 0),
    # questions
    ("pay ask", ["ACSP"], ["pacs.008"], 0),
    ("pay ACCP ask", ["ACSC", "ACSC"], ["pacs.008", "ACSC"], 100_00),
    ("pay PAMRTJ20:ask", [], ["pacs.008", "ACSP"], 0),
    ("pay ALFXRUM0:ask", [], ["pacs.008"], 0),
    ("ask", ["admi.002 NOOR"], [], 0),
]


@pytest.fixture
def world():
    return World().found()


@pytest.mark.parametrize(("story", "debtor_hears", "creditor_hears", "moved"), ROWS, ids=str)
def test_the_rulebook(world, story, debtor_hears, creditor_hears, moved):
    order = world.order(1)
    for number, event in enumerate(story.split()):
        signer, _, word = event.rpartition(":")
        if word == "pay":
            world.pay(world.order(1, message_id=f"m{number}"))
        elif word == "ask":
            world.ask(order.uetr, signer or SEVR)
        elif word.startswith("+"):
            world.advance(float(word))
        else:
            world.report(order.uetr, word, signer or PAMR, "AC03" if word == "RJCT" else None)
    assert (world.heard(SEVR), world.heard(PAMR)) == (debtor_hears, creditor_hears)
    undecided = creditor_hears[:1] == ["pacs.008"] and not moved and "RJCT" not in " ".join(creditor_hears)
    assert world.balance(PAMR, "RUB") == FUNDS + moved
    assert world.balance(SEVR, "RUB") == FUNDS - moved - (100_00 if undecided else 0)


def test_a_final_status_says_the_same_to_both(world):
    order = world.order(1)
    world.pay(order)
    world.report(order.uetr, "ACCP")
    told = [world.mailboxes[bic][-1].message for bic in (SEVR, PAMR)]
    assert len({(m.effective_settlement_at, m.clearing_system_reference) for m in told}) == 1
    assert told[0].effective_settlement_at == world.now
    assert told[0].original_message_id == order.message_id
    assert {m.original_message_definition_id for m in told} == {"pacs.008.001.13"}
    assert told[1].original_message_id == world.mailboxes[PAMR][0].message.message_id


@pytest.mark.parametrize("facts", [{}, {"instruction_id": None}, {"transaction_id": "t1"}], ids=str)
def test_a_status_names_the_order_as_its_sender_does(world, facts):
    order = world.order(1, **facts)
    world.pay(order)
    world.ask(order.uetr)
    told = world.mailboxes[SEVR][-1].message
    assert told.original_instruction_id == order.instruction_id
    assert told.original_end_to_end_id == order.end_to_end_id
    assert told.original_transaction_id == order.transaction_id
    assert (told.effective_settlement_at, told.reason) == (None, None)


def test_silence_ends_within_ten_seconds_of_receipt(world):
    order = world.order(1)
    world.pay(order)
    received = world.now
    world.advance(60)
    final = world.mailboxes[SEVR][-1]
    assert final.header.created_at - received < 10_000_000


@pytest.mark.parametrize(
    ("first", "late", "kind"),
    [
        ("", "ACCP", "late acceptance"),
        ("ACCP", "RJCT", "late refusal"),
        ("ACCP ACCC", "RJCT", "late refusal"),
    ],
)
def test_late_answers_open_a_case(world, first, late, kind):
    order = world.order(1)
    world.pay(order)
    for status in first.split():
        world.report(order.uetr, status)
    world.advance(8)
    assert not world.store.rows[CASE]
    world.report(order.uetr, late)
    assert [(case.kind, case.participant) for case in world.store.rows[CASE].values()] == [(kind, PAMR)]


def test_who_refuses_without_a_reason_has_given_none(world):
    order = world.order(1)
    world.pay(order)
    world.report(order.uetr, "RJCT")
    assert (world.heard(SEVR)[-1], world.heard(PAMR)[-1]) == ("RJCT NARR", "RJCT NARR")
    assert world.mailboxes[SEVR][-1].message.effective_settlement_at is None


def test_a_refusal_names_the_element_at_fault(world):
    def told(bic):
        return world.mailboxes[bic][-1].message.description.partition(":")[0]

    order = world.order(1)
    world.report(order.uetr, "ACCP")
    assert told(PAMR) == "OrgnlUETR"
    world.ask(order.uetr)
    assert told(SEVR) == "OrgnlUETR"
    world.pay(order)
    world.report(order.uetr, "ACCP", SEVR)
    assert told(SEVR) == "OrgnlUETR"
    world.report(order.uetr, "ACCC")
    assert told(PAMR) == "TxSts"
    world.pay(world.order(1, message_id="another"))
    assert told(SEVR) == "UETR"
    world.operate(SetScreeningPolicy, on_hit="hold", hold_limit_s=600)
    world.pay(world.order(2), HIT)
    world.report(world.order(2).uetr, "ACCP")
    assert told(PAMR) == "OrgnlUETR"


def test_two_currencies_move_by_the_quote(world):
    quote = world.quote(1_000_00)
    order = world.order(1, interbank_settlement_amount=Money(1_000_00, "RUB"), agreed_rate=agreed(quote))
    world.pay(order)
    forwarded = world.mailboxes[PAMR][-1].message
    destination = int(quote["destination"]["amount"])
    assert (forwarded.interbank_settlement_amount.minor, forwarded.interbank_settlement_amount.currency) == (
        destination,
        "TJS",
    )
    assert (forwarded.uetr, forwarded.instructed_amount) == (order.uetr, Money(1_000_00, "RUB"))
    assert [c.amount.minor for c in forwarded.charges] == [int(quote["fee"]["amount"])]
    world.report(order.uetr, "ACCP")
    assert world.heard(SEVR) == ["ACSC"]
    assert world.heard(ALFX) == ["Notification", "Notification"]
    fee = int(quote["fee"]["amount"])
    assert world.balance(SEVR, "RUB") == FUNDS - 1_000_00 - fee
    assert world.balance(ALFX, "RUB") == FUNDS + 1_000_00
    assert world.balance(ALFX, "TJS") == FUNDS - destination
    assert world.balance(PAMR, "TJS") == FUNDS + destination
    assert world.balance("CORRXXM0", "RUB") == fee


@pytest.mark.parametrize(("more", "heard"), [(0, []), (1, ["RJCT AM09"])])
def test_an_order_that_says_what_arrives_must_say_what_the_quote_gives(world, more, heard):
    quote = world.quote(1_000_00)
    order = world.order(
        1,
        interbank_settlement_amount=Money(1_000_00, "RUB"),
        instructed_amount=Money(int(quote["destination"]["amount"]) + more, "TJS"),
        agreed_rate=agreed(quote),
    )
    world.pay(order)
    assert world.heard(SEVR) == heard


@pytest.mark.parametrize("status", ["ACCP", "RJCT"])
def test_what_is_final_waits_for_nothing_more(world, status):
    order = world.order(1)
    assert world.pay(order).status == "accepted"
    waiting = world.store.rows[PAYMENT][order.uetr]
    assert (waiting.open, waiting.final_at, waiting.due_at) == (True, None, world.now + 7_000_000)
    assert world.report(order.uetr, status).status == "accepted"
    final = world.store.rows[PAYMENT][order.uetr]
    assert (final.open, final.final_at, final.due_at) == (False, world.now, None)
    assert world.ask(order.uetr).status == "accepted"


def test_where_the_hub_takes_no_fee_two_legs_move(world):
    world.operate(SetFxFee, currency="RUB", rate_bps=0, minimum_amount=0)
    quote = world.quote(1_000_00)
    order = world.order(1, interbank_settlement_amount=Money(1_000_00, "RUB"), agreed_rate=agreed(quote))
    world.pay(order)
    assert world.mailboxes[PAMR][-1].message.charges == ()
    world.report(order.uetr, "ACCP")
    assert world.balance(SEVR, "RUB") == FUNDS - 1_000_00
    assert world.balance(ALFX, "RUB") == FUNDS + 1_000_00
    assert world.balance("CORRXXM0", "RUB") == 0


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"interbank_settlement_amount": 1_000_01}, "AM09"),
        ({"creditor_agent": "VOLGRUM0"}, "RC04"),
        ({"quote": "00000000-0000-4000-8000-000000000000"}, "TK01"),
        ({"rate": "8.61"}, "CH16"),
        ({"rate": "8.60000000001"}, "CH16"),
    ],
    ids=str,
)
def test_an_altered_quote_is_refused(world, facts, reason):
    quote = world.quote(1_000_00)
    quote["quote_id"] = facts.get("quote", quote["quote_id"])
    quote["rate"] = facts.get("rate", quote["rate"])
    order = world.order(
        1,
        interbank_settlement_amount=Money(facts.get("interbank_settlement_amount", 1_000_00), "RUB"),
        creditor_agent=facts.get("creditor_agent", PAMR),
        agreed_rate=agreed(quote),
    )
    world.pay(order)
    assert world.heard(SEVR) == [f"RJCT {reason}"]
    assert world.balance(SEVR, "RUB") == FUNDS


def test_a_quote_is_spent_by_the_first_order_even_a_refused_one(world):
    quote = world.quote(FUNDS * 2)
    amount = Money(FUNDS * 2, "RUB")
    for n in (1, 2):
        world.pay(world.order(n, interbank_settlement_amount=amount, agreed_rate=agreed(quote)))
    assert world.heard(SEVR) == ["RJCT AM04", "RJCT TKSG"]


@pytest.mark.parametrize("bic", [ALFX, CBRR])
def test_only_banks_pay_and_are_paid(world, bic):
    world.pay(world.order(1, debtor=bic))
    world.pay(world.order(2, creditor=bic))
    assert (world.heard(bic)[-1], world.heard(SEVR)[-1]) == ("admi.002 AG01", "RJCT RC04")
    assert world.heard(PAMR) == []


def test_a_quote_is_not_spent_by_a_stranger_in_the_banks_name(world):
    quote = world.quote(amount=100_000)
    facts = {"interbank_settlement_amount": Money(100_000, "RUB"), "agreed_rate": agreed(quote)}
    world.pay(world.order(1, **facts), signer=PAMR)
    assert world.heard(PAMR)[-1] == "RJCT RC03"
    world.pay(world.order(2, **facts))
    assert world.heard(PAMR)[-1] == "pacs.008"


def test_a_quote_expires_against_the_decision(world):
    quote = world.quote(1_000_00)
    world.advance(61)
    world.pay(world.order(1, interbank_settlement_amount=Money(1_000_00, "RUB"), agreed_rate=agreed(quote)))
    assert world.heard(SEVR) == ["RJCT TKXP"]


BAD_ORDERS = [
    ({"debtor_agent": PAMR, "signer": SEVR}, "RC03"),
    ({"creditor_agent": SEVR}, "AG03"),
    ({"creditor_agent": "NOPERUM0"}, "RC04"),
    ({"amount": (0, "RUB")}, "AM01"),
    ({"amount": (FUNDS + 1, "RUB")}, "AM04"),
    ({"amount": (1, "USD")}, "AM03"),
    ({"creditor_proxy_type": "MBNO", "creditor_proxy": "+992917000001"}, "BE23"),
    ({"creditor_proxy_type": "EMAL", "creditor_proxy": "a@b.example"}, "BE23"),
]


@pytest.mark.parametrize(("facts", "reason"), BAD_ORDERS, ids=str)
def test_a_bad_order_is_refused_and_moves_nothing(world, facts, reason):
    facts = dict(facts)
    signer = facts.pop("signer", SEVR)
    amount = facts.pop("amount", (100_00, "RUB"))
    order = world.order(1, interbank_settlement_amount=Money(*amount), **facts)
    world.pay(order, signer=signer)
    assert world.heard(signer) == [f"RJCT {reason}"]
    assert world.balance(SEVR, "RUB") == FUNDS


def test_an_order_again_in_another_envelope_is_the_same_payment(world):
    order = world.order(1)
    world.pay(order)
    assert world.pay(order).status == "accepted"
    assert (world.heard(SEVR), world.heard(PAMR)) == ([], ["pacs.008"])
    assert world.balance(SEVR, "RUB") == FUNDS - 100_00


def test_whatever_is_said_of_a_payment_stands_in_the_log_under_its_number(world):
    order = world.order(1)
    before = len(world.store.rows[MESSAGE])
    world.pay(order)
    world.pay(world.order(1, message_id="another"))
    world.report(order.uetr, "ACCP", SEVR)
    world.ask(order.uetr)
    world.report(order.uetr, "RJCT", reason="AC03")
    world.pay(order)
    said = list(world.store.rows[MESSAGE].values())[before:]
    assert len(said) > 6
    assert {line.payment for line in said} == {world.store.rows[PAYMENT][order.uetr].number}


def test_a_time_out_stands_in_the_log_under_the_payments_number(world):
    order = world.order(1)
    before = len(world.store.rows[MESSAGE])
    world.pay(order)
    world.advance(8)
    said = list(world.store.rows[MESSAGE].values())[before:]
    assert TIMER in {line.direction for line in said}
    assert {line.payment for line in said} == {world.store.rows[PAYMENT][order.uetr].number}


def test_whoever_is_suspended_is_not_paid(world):
    world.operate(SetParticipantState, bic=PAMR, state="suspended")
    world.pay(world.order(1))
    assert world.heard(SEVR) == ["RJCT AB08"]
    assert world.balance(SEVR, "RUB") == FUNDS


@pytest.mark.parametrize(("bank", "heard"), [(PAMR, []), (SEVR, ["RJCT BE23"])])
def test_a_phone_number_must_be_a_customers_of_the_creditor_agent(world, bank, heard):
    phone = "+992917000001"
    origin = world.origin(bank, definition="json/aliases")
    customer = {
        "phone": phone,
        "currency": "RUB",
        "account": "20206972000000000001",
        "name": "Рустам Каримов",
    }
    assert world.submit(RegisterAlias(origin, **customer)).status == "accepted"
    world.pay(world.order(1, creditor_proxy_type="MBNO", creditor_proxy=phone))
    assert world.heard(SEVR) == heard


def test_the_limit_exactly_met_passes(world):
    order = world.order(1, interbank_settlement_amount=Money(FUNDS, "RUB"))
    world.pay(order)
    assert world.heard(PAMR) == ["pacs.008"]


HIT = Screening(LIST, (Hit("Иван Петров", "UN", "QDi.1", "Ivan Petrov", 97, "both words"),))


def test_a_hit_refuses_and_says_no_more(world):
    world.pay(world.order(1), HIT)
    assert world.heard(SEVR) == ["RJCT RR04"]


def test_an_older_list_is_asked_to_screen_again(world):
    answer = world.pay(world.order(1), Screening("list-0"))
    assert (answer.status, answer.body) == ("again", LIST.encode())
    assert world.heard(SEVR) == []
    world.pay(world.order(1))
    assert world.heard(PAMR) == ["pacs.008"]


def test_without_a_list_in_force_nothing_is_paid(world):
    world.store.rows[LIST_IN_FORCE].clear()
    world.restart()
    world.pay(world.order(1))
    assert world.heard(SEVR) == ["RJCT RR04"]
    assert world.heard(PAMR) == []


def test_a_uetr_is_unique_across_senders(world):
    world.pay(world.order(1))
    world.pay(world.order(1, debtor=PAMR, creditor=SEVR))
    assert world.heard(PAMR) == ["pacs.008", "admi.002 DU03"]
    world.submit(world.status_report(world.order(1).uetr, "ACCP"))
    assert world.heard(SEVR) == ["ACSC"]
    assert world.balance(SEVR, "RUB") == FUNDS - 100_00


def hold(world):
    world.operate(SetScreeningPolicy, on_hit="hold", hold_limit_s=600)
    order = world.order(1)
    assert world.pay(order, HIT).status == "accepted"
    assert world.heard(SEVR) == ["PDNG"]
    assert world.balance(SEVR, "RUB") == FUNDS, "held before any reservation"
    return order


def decide(world, person, command, order):
    return world.submit(world.operation(command, by=person, uetr=order.uetr))


def test_a_held_payment_is_released_by_two_persons(world):
    order = hold(world)
    proposal = answer_of(decide(world, "alice", ReleasePayment, order))
    assert world.approve(proposal, by="alice").status == "refused"
    assert world.heard(PAMR) == []
    assert world.approve(proposal, by="bob").status == "accepted"
    assert world.heard(PAMR) == ["pacs.008"]
    world.report(order.uetr, "ACCP")
    assert world.heard(SEVR) == ["PDNG", "ACSC"]
    assert all(case.closed_at for case in world.store.rows[CASE].values())


def test_a_held_payment_is_refused_by_one(world):
    order = hold(world)
    decide(world, "alice", RefusePayment, order)
    assert world.heard(SEVR) == ["PDNG", "RJCT RR04"]


def test_a_released_payment_that_is_not_covered_any_more_is_refused(world):
    order = hold(world)
    proposal = answer_of(decide(world, "alice", ReleasePayment, order))
    world.pay(world.order(2, interbank_settlement_amount=Money(FUNDS, "RUB")))
    assert world.approve(proposal, by="bob").status == "accepted", (
        "the persons have decided; the money has not"
    )
    assert world.heard(SEVR) == ["PDNG", "RJCT AM04"]
    assert world.heard(PAMR) == ["pacs.008"], "of the other payment"
    assert all(case.closed_at for case in world.store.rows[CASE].values())


def test_nobody_answers_for_a_payment_that_is_held(world):
    order = hold(world)
    world.report(order.uetr, "ACCP")
    assert world.heard(PAMR) == ["admi.002 NOOR"]
    assert world.balance(SEVR, "RUB") == FUNDS


@pytest.mark.parametrize("command", [ReleasePayment, RefusePayment])
def test_only_what_is_held_is_released_or_refused(world, command):
    order = world.order(1)
    assert decide(world, "alice", command, order).status == "refused", "nobody has heard of it"
    world.pay(order)
    assert decide(world, "alice", command, order).status == "refused", "it is on its way"
    assert world.heard(SEVR) == []


def test_a_case_that_a_person_has_closed_stays_as_it_was(world):
    order = hold(world)
    (case,) = world.store.rows[CASE].values()
    world.operate(CloseCase, case=case.number, text="seen")
    (closed,) = world.store.rows[CASE].values()
    world.advance(60)
    decide(world, "alice", RefusePayment, order)
    assert world.heard(SEVR) == ["PDNG", "RJCT RR04"]
    assert list(world.store.rows[CASE].values()) == [closed]


def test_a_hold_ends_at_its_limit(world):
    order = hold(world)
    world.advance(601)
    assert world.heard(SEVR) == ["PDNG", "RJCT RR04"]
    assert decide(world, "alice", ReleasePayment, order).status == "refused"


def test_payments_survive_a_restart_between_any_two_steps(world):
    order = world.order(1)
    world.pay(order)
    world.restart()
    world.report(order.uetr, "ACCP")
    world.restart()
    world.report(order.uetr, "ACCC")
    assert (world.heard(SEVR), world.heard(PAMR)) == (["ACSC", "ACCC"], ["pacs.008", "ACSC"])


def test_after_a_start_waiting_answers_win_over_deadlines(world):
    order = world.order(1)
    world.pay(order)
    world.now += 30_000_000
    world.restart()
    world.report(order.uetr, "ACCP")
    assert world.heard(SEVR) == ["ACSC"]


def test_a_start_after_the_deadline_ends_silence(world):
    order = world.order(1)
    world.pay(order)
    world.now += 30_000_000
    world.restart()
    world.advance(4.9)
    assert world.heard(SEVR) == []
    world.advance(0.2)
    assert world.heard(SEVR) == ["RJCT AB05"]
    assert order.uetr
