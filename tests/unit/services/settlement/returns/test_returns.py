"""docs/rulebook.md, section 19: a payment that is final goes back, whole, once."""

from typing import Any

import msgspec
import pytest

from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs004 import PaymentReturn
from corridor.domain.instants import iso, iso_date
from corridor.domain.money import Money
from corridor.domain.reasons import ReturnReason, code_set
from corridor.services.messaging.commands import AddParticipant, SetFrozen, SetParticipantState
from corridor.services.messaging.records import MESSAGE
from corridor.services.settlement.commands import SetCutOff, SetSettlementLimit, SetUrgentReserve
from corridor.services.settlement.returns.records import PACS_004, RETURNED_PAYMENT
from corridor.services.settlement.returns.returning import DAYS, LATE_DAYS
from tests.rig import HUB
from tests.unit.services.settlement.returns.giving_back import GivingBack
from tests.unit.services.settlement.settling import ZARA
from tests.world import ALFX, CBRR, CBTJ, PAMR, SEVR

DAY_S = 86_400


@pytest.fixture
def world() -> GivingBack:
    world = GivingBack().found()
    world.bring(SEVR, 1_000)
    return world


def told(world: GivingBack, who: str, place: int = -1) -> StatusReport:
    message = world.mailboxes[who][place].message
    assert isinstance(message, StatusReport)
    return message


def test_an_instant_payment_goes_back_and_both_hear_the_same(world: GivingBack) -> None:
    world.instant(1, 400)
    payment = world.payment(1)
    assert (world.purse(SEVR), world.purse(PAMR)) == (600, 400)
    sent = world.returning(1, 400, additional_information=("the account is closed",))
    assert world.send_back(sent).status == "accepted"
    returned = world.returned(1)
    assert returned is not None
    assert (world.purse(SEVR), world.purse(PAMR)) == (1_000, 0)
    assert world.heard(SEVR)[-3:] == ["ACSC", "PaymentReturn", "ACSC"]
    assert world.heard(PAMR)[-1] == "ACSC"
    forwarded = world.mailboxes[SEVR][-2].message
    assert forwarded == msgspec.structs.replace(
        sent,
        message_id=returned.forwarded_id,
        created_at=world.now,
        original_message_id=payment.message_id,
        original_message_definition_id="pacs.008.001.13",
        original_instruction_id="i1",
        original_end_to_end_id="e1",
        original_clearing_system_reference=str(payment.number),
        original_settlement_amount=Money(400, "RUB"),
        settlement_date=iso_date(world.now),
        clearing_system_reference=str(returned.number),
        instructing_agent=HUB,
        instructed_agent=SEVR,
    )
    mine, theirs = told(world, PAMR), told(world, SEVR)
    assert (mine.original_message_id, theirs.original_message_id) == (sent.message_id, forwarded.message_id)
    assert mine.original_message_definition_id == theirs.original_message_definition_id == PACS_004
    assert mine.clearing_system_reference == theirs.clearing_system_reference == str(returned.number)
    assert mine.effective_settlement_at == theirs.effective_settlement_at == returned.final_at == world.now
    assert (mine.original_transaction_id, mine.original_end_to_end_id) == ("r1", "e1")
    assert (mine.additional_information, mine.original_uetr) == ((), payment.uetr)
    assert world.payment(1) == payment
    world.watch()


def test_the_payment_stays_final_and_says_that_it_was_returned(world: GivingBack) -> None:
    world.instant(1, 400)
    world.report(world.order(1).uetr, "ACCC")
    world.ask(world.order(1).uetr)
    assert told(world, SEVR).additional_information == ()
    world.give_back(1, 400)
    returned = world.returned(1)
    assert returned is not None
    for bank in (SEVR, PAMR):
        world.ask(world.order(1).uetr, bank)
        assert told(world, bank).transaction_status == "ACCC"
        assert told(world, bank).clearing_system_reference == str(world.payment(1).number)
        words = f"returned {iso(returned.final_at)}, AC04, number {returned.number}"
        assert told(world, bank).additional_information == (words,)
    world.ask(world.order(1).uetr, ZARA)
    assert world.heard(ZARA)[-1] == "admi.002 NOOR"
    world.watch()


def test_what_the_creditor_agent_says_behind_the_return_moves_nothing(world: GivingBack) -> None:
    world.instant(1, 400)
    world.give_back(1, 400)
    world.report(world.order(1).uetr, "ACCC")
    assert (world.payment(1).status, world.purse(SEVR)) == ("ACCC", 1_000)
    world.watch()


def test_a_gross_payment_goes_back_at_once_and_past_what_waits(world: GivingBack) -> None:
    world.gross(1, 400)
    world.gross(2, 5_000, PAMR, SEVR)
    assert world.payment(2).status == "PDNG"
    assert world.give_back(1, 400) == "ACSC"
    assert (world.purse(SEVR), world.purse(PAMR)) == (1_000, 0)
    world.watch()


def test_a_netted_payment_goes_back_in_settlement_money_once_it_is_final(world: GivingBack) -> None:
    world.netted(1, 400)
    assert world.give_back(1, 400) == "admi.002 FF12"
    world.close(1)
    assert world.give_back(1, 400, message_id="again") == "admi.002 FF12"
    assert world.settle_cycle(1).status == "accepted"
    world.tell(1)
    assert (world.purse(SEVR), world.purse(PAMR)) == (600, 400)
    assert world.give_back(1, 400, message_id="once more") == "ACSC"
    assert (world.purse(SEVR), world.purse(PAMR)) == (1_000, 0)
    world.watch()


def test_what_was_booked_goes_back_on_the_same_account(world: GivingBack) -> None:
    world.opened(500)
    assert world.book(1, 300) == "ACSC"
    assert world.standing == 200
    assert world.give_back(1, 300) == "ACSC"
    assert (world.standing, world.purse(SEVR), world.purse(PAMR)) == (500, 1_000, 500)
    back = world.entries[-1]
    returned = world.returned(1)
    assert returned is not None
    assert (back.amount, back.number, back.uetr) == (300, returned.number, world.order(1).uetr)
    words = f"account {world.number}, entry {back.place}, CRDT, {world.today}"
    for bank in (SEVR, PAMR):
        assert told(world, bank).additional_information == (words,)
    world.watch()


def test_what_the_servicer_paid_comes_back_from_the_owner(world: GivingBack) -> None:
    world.opened(ceiling=1_000)
    assert world.book(1, 300, PAMR, SEVR) == "ACSC"
    assert world.book(2, 800) == "ACSC"  # the owner spends it, into its overdraft
    assert world.give_back(1, 300, SEVR) == "ACSC"
    assert world.standing == -800
    world.watch()


def test_what_was_booked_does_not_go_back_on_an_account_that_is_closed(world: GivingBack) -> None:
    world.opened(500)
    world.book(1, 500)
    world.close_account()
    assert world.give_back(1, 500) == "admi.002 AM03"
    assert f"correspondent account {world.number} is closed" in world.mailboxes[PAMR][-1].message.description
    assert world.returned(1) is None
    world.watch()


def test_what_was_booked_goes_back_within_overdraft_and_ceiling_only(world: GivingBack) -> None:
    world.opened(500, overdraft=0, ceiling=500)
    world.book(1, 500)
    world.book(2, 400, PAMR, SEVR)
    assert world.give_back(1, 500) == "admi.002 AM14"
    world.book(3, 400)
    assert world.give_back(2, 400, SEVR) == "admi.002 AM04"
    world.watch()


def test_what_was_exchanged_goes_back_as_it_came_and_nothing_is_exchanged_again() -> None:
    world = GivingBack()
    world.funds = 1_000_000_00
    world.found()
    world.exchanged(1)
    payment = world.payment(1)
    got = Money(payment.destination_amount, "TJS")
    provider = [world.purse(ALFX, code) for code in ("RUB", "TJS")]
    assert world.give_back(1, payment.source_amount) == "admi.002 AM09"
    assert f"you received {got}" in world.mailboxes[PAMR][-1].message.description
    assert world.give_back(1, 0, returned_amount=got, message_id="again") == "ACSC"
    assert (world.purse(PAMR, "TJS"), world.purse(SEVR, "TJS")) == (world.funds, world.funds + got.minor)
    assert [world.purse(ALFX, code) for code in ("RUB", "TJS")] == provider
    forwarded = world.mailboxes[SEVR][-2].message
    assert isinstance(forwarded, PaymentReturn)
    assert forwarded.original_settlement_amount == Money(payment.source_amount, "RUB")
    assert forwarded.returned_amount == got
    world.watch()


def test_it_does_not_go_back_in_a_currency_that_the_debtor_agent_does_not_hold() -> None:
    world = GivingBack()
    world.funds = 1_000_000_00
    world.found()
    bank = "DONARUM0"
    facts = {"bic": bank, "name": bank, "role": "bank", "currencies": ("RUB",)}
    world.operate(AddParticipant, **facts, key=world.new_key(bank))
    for state in ("certified", "active"):
        world.operate(SetParticipantState, bic=bank, state=state)
    world.bring(bank, 500_00)
    world.exchanged(1, bank)
    payment = world.payment(1)
    assert payment.status == "ACSC"
    got = Money(payment.destination_amount, "TJS")
    assert world.give_back(1, 0, returned_amount=got) == "admi.002 AM03"
    assert f"{bank} holds no TJS here" in world.mailboxes[PAMR][-1].message.description
    world.watch()


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "an unknown payment": ("NOOR OrgnlUETR", {"original_uetr": "00000000-0000-4000-8000-000000000099"}),
    "less": ("AM09 RtrdIntrBkSttlmAmt", {"returned_amount": Money(399, "RUB")}),
    "more": ("AM09 RtrdIntrBkSttlmAmt", {"returned_amount": Money(401, "RUB")}),
    "another currency": ("AM09 RtrdIntrBkSttlmAmt", {"returned_amount": Money(400, "TJS")}),
    "of another amount": ("AM09 OrgnlIntrBkSttlmAmt", {"original_settlement_amount": Money(401, "RUB")}),
    "a reason that is none": ("CH16 RtrRsnInf/Rsn/Cd", {"reason": "XXXX"}),
    "a reason of cards": ("CH16 RtrRsnInf/Rsn/Cd", {"reason": "PINL"}),
    "yesterday": ("DT01 IntrBkSttlmDt", {"settlement_date": "2026-11-17"}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_moves_nothing_and_leaves_nothing(world: GivingBack, case: str) -> None:
    expected, facts = REFUSED[case]
    world.instant(1, 400)
    assert world.send_back(world.returning(1, 400, **facts)).status == "refused"
    told_ = world.mailboxes[PAMR][-1].message
    assert f"{told_.reason} {told_.description.partition(':')[0]}" == expected
    assert (world.purse(SEVR), world.purse(PAMR), world.returned(1)) == (600, 400, None)
    # What was refused may follow in its right form.
    facts = {
        "settlement_date": world.today,
        "original_settlement_amount": Money(400, "RUB"),
        "message_id": "right",
    }
    assert world.give_back(1, 400, **facts) == "ACSC"
    world.watch()


@pytest.mark.parametrize("signer", [SEVR, ZARA])
def test_only_the_creditor_agent_gives_back(world: GivingBack, signer: str) -> None:
    world.instant(1, 400)
    assert world.give_back(1, 400, signer) == "admi.002 AG01"
    assert world.purse(PAMR) == 400
    world.watch()


def test_neither_a_provider_nor_a_central_bank_gives_back(world: GivingBack) -> None:
    world.instant(1, 400)
    for signer in (ALFX, CBRR, CBTJ):
        assert world.send_back(world.returning(1, 400, signer), signer).status == "refused"
    assert world.purse(PAMR) == 400


@pytest.mark.parametrize("ends", ["", "RJCT"])
def test_what_is_not_settled_cannot_go_back(world: GivingBack, ends: str) -> None:
    world.bring(PAMR, 400)
    order = world.order(1, interbank_settlement_amount=Money(400, "RUB"))
    world.pay(order)
    if ends:
        world.report(order.uetr, ends, reason="AC04")
    assert world.give_back(1, 400) == "admi.002 FF12"
    assert world.purse(PAMR) == 400
    world.watch()


def test_it_goes_back_once(world: GivingBack) -> None:
    world.instant(1, 400)
    world.bring(PAMR, 400)
    sent = world.returning(1, 400)
    assert world.send_back(sent).status == "accepted"
    heard = world.heard(PAMR)
    # The same document in another envelope has its answer; another return is refused.
    assert world.send_back(sent, message_id="x").status == "accepted"
    assert world.heard(PAMR) == heard
    world.restart()
    assert world.give_back(1, 400, message_id="another", return_id="another") == "admi.002 DU03"
    assert (world.purse(SEVR), world.purse(PAMR)) == (1_000, 400)
    lines = [each for each in world.store.rows[MESSAGE].values() if each.definition == PACS_004]
    assert [each.outcome for each in lines if each.direction == "in"] == ["accepted", "accepted", "refused"]
    world.watch()


@pytest.mark.parametrize("reason", ["AC04", "FR01", "FOCR"])
def test_after_its_time_it_does_not_go_back(world: GivingBack, reason: str) -> None:
    days = LATE_DAYS if reason != "AC04" else DAYS
    world.instant(1, 400)
    world.instant(2, 400)
    until = iso_date(world.now + days * DAY_S * 1_000_000)
    world.advance(days * DAY_S)
    assert world.give_back(1, 400, reason=reason) == "ACSC"
    world.advance(DAY_S)
    assert world.give_back(2, 400, reason=reason) == "admi.002 TM01"
    assert f"could be returned until {until}" in world.mailboxes[PAMR][-1].message.description
    world.watch()


def test_days_are_business_days_of_the_currency(world: GivingBack) -> None:
    world.operate(SetCutOff, currency="RUB", time="00:00:01Z")
    world.instant(1, 400)
    tomorrow = iso_date(world.now + DAY_S * 1_000_000)
    assert world.give_back(1, 400, settlement_date=world.today) == "admi.002 DT01"
    assert f"the business day of RUB is {tomorrow}" in world.mailboxes[PAMR][-1].message.description
    assert world.give_back(1, 400, settlement_date=tomorrow, message_id="again") == "ACSC"
    world.watch()


def test_a_bank_that_no_longer_has_it_does_not_give_it_back(world: GivingBack) -> None:
    world.instant(1, 400)
    world.instant(2, 1, PAMR, ZARA)
    assert world.give_back(1, 400) == "admi.002 AM04"
    assert (world.purse(SEVR), world.purse(PAMR), world.returned(1)) == (600, 399, None)
    world.bring(PAMR, 1)
    assert world.give_back(1, 400, message_id="again") == "ACSC"
    world.watch()


@pytest.mark.parametrize("bank", [SEVR, PAMR])
def test_nothing_goes_back_from_or_to_a_blocked_account(world: GivingBack, bank: str) -> None:
    world.instant(1, 400)
    world.operate(SetFrozen, participant=bank, currency="RUB", frozen=True)
    assert world.give_back(1, 400) == "admi.002 AC06"
    world.operate(SetFrozen, participant=bank, currency="RUB", frozen=False)
    assert world.give_back(1, 400, message_id="again") == "ACSC"
    world.watch()


@pytest.mark.parametrize("bank", [SEVR, PAMR])
def test_what_was_booked_does_not_go_back_where_an_account_is_blocked(world: GivingBack, bank: str) -> None:
    world.opened(500)
    world.book(1, 300)
    world.operate(SetFrozen, participant=bank, currency="RUB", frozen=True)
    assert world.give_back(1, 300) == "admi.002 AC06"
    assert world.standing == 200
    world.watch()


def test_nothing_goes_back_to_a_bank_that_is_suspended(world: GivingBack) -> None:
    world.instant(1, 400)
    world.operate(SetParticipantState, bic=SEVR, state="suspended")
    assert world.give_back(1, 400) == "admi.002 AB08"
    world.operate(SetParticipantState, bic=SEVR, state="active")
    assert world.give_back(1, 400, message_id="again") == "ACSC"
    world.watch()


def test_limits_are_asked_and_what_came_back_no_longer_counts(world: GivingBack) -> None:
    for bank in (SEVR, PAMR):
        world.operate(SetSettlementLimit, participant=bank, creditor="", currency="RUB", amount=500)
    world.advance(DAY_S)
    world.instant(1, 400)
    world.instant(2, 101)
    assert world.payment(2).status == "RJCT"
    assert world.give_back(1, 400) == "ACSC"
    world.instant(3, 500)
    assert world.payment(3).status == "ACSC"
    world.advance(DAY_S)
    world.operate(SetSettlementLimit, participant=PAMR, creditor="", currency="RUB", amount=499)
    assert world.give_back(3, 500) == "admi.002 AM23"
    world.operate(SetSettlementLimit, participant=PAMR, creditor="", currency="RUB")
    world.operate(SetUrgentReserve, participant=PAMR, currency="RUB", amount=1)
    assert world.give_back(3, 500, message_id="again") == "admi.002 AM04"
    world.watch()


def test_what_was_booked_and_goes_back_today_no_longer_counts_as_sent(world: GivingBack) -> None:
    world.opened(500)
    for bank in (SEVR, PAMR):
        world.operate(SetSettlementLimit, participant=bank, creditor="", currency="RUB", amount=300)
    world.advance(DAY_S)
    assert world.book(1, 300) == "ACSC"
    assert world.book(2, 1) == "RJCT AM23"
    assert world.give_back(1, 300) == "ACSC"
    assert world.book(3, 300) == "ACSC"
    world.advance(DAY_S)
    # It moves no money of P, whose limit it does not touch; and what was paid yesterday makes no room today.
    world.instant(4, 300, PAMR, ZARA)
    assert world.give_back(3, 300) == "ACSC"
    world.instant(5, 300)
    world.instant(6, 1)
    assert [world.payment(n).status for n in (4, 5, 6)] == ["ACSC", "ACSC", "RJCT"]
    world.watch()


def test_the_reasons_are_of_the_set_of_returns() -> None:
    assert set(ReturnReason) <= set(code_set("ExternalReturnReason1Code"))


def test_a_hub_that_forgets_finds_it_again(world: GivingBack) -> None:
    world.instant(1, 400)
    world.restart()
    assert world.give_back(1, 400) == "ACSC"
    world.restart()
    world.ask(world.order(1).uetr)
    assert told(world, SEVR).additional_information
    assert list(world.store.rows[RETURNED_PAYMENT]) == [world.order(1).uetr]
    world.watch()
