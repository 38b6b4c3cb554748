"""docs/rulebook.md, section 15: money that comes."""

from collections import Counter
from typing import Any

import msgspec
import pytest

from corridor.codecs.iso20022.camt050 import LiquidityTransfer as Wish
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs009 import InstitutionTransfer as Credit
from corridor.domain.instants import DAY, iso_date
from corridor.domain.money import MAX_MINOR, Money
from corridor.services.messaging.commands import SetFrozen, SetParticipantState
from corridor.services.messaging.records import MESSAGE
from corridor.services.settlement.commands import SetCutOff
from corridor.services.settlement.funding.orders import ANSWER_TIME
from corridor.services.settlement.funding.records import LIQUIDITY_TRANSFER
from tests.rig import HUB
from tests.unit.services.settlement.funding.liquidity import Liquidity, uetr
from tests.unit.services.settlement.settling import ZARA
from tests.world import ALFX, CBRR, CBTJ, PAMR, SEVR


@pytest.fixture
def world() -> Liquidity:
    return Liquidity().found()


def last_status(world: Liquidity, who: str) -> StatusReport:
    message = world.mailboxes[who][-1].message
    assert isinstance(message, StatusReport)
    return message


def test_a_central_banks_money_is_there_at_once_and_both_hear_the_same(world: Liquidity) -> None:
    assert world.credit(1, 500).status == "accepted"
    assert (world.state(1), world.purse(), world.issued()) == ("funding ACSC", (500, 0), 500)
    assert (world.heard(SEVR), world.heard(CBRR)) == (["InstitutionTransfer", "ACSC"], ["ACSC"])
    told = world.mailboxes[SEVR][0].message
    number = str(world.stands(1).number)
    assert told == msgspec.structs.replace(
        world.crediting(1, 500),
        message_id=f"{HUB}-{SEVR}-1",
        clearing_system_reference=number,
        interbank_settlement_date=iso_date(world.now),
        instructing_agent=HUB,
        instructed_agent=SEVR,
    )
    mine, theirs = last_status(world, SEVR), last_status(world, CBRR)
    assert (mine.original_message_id, theirs.original_message_id) == (told.message_id, f"{CBRR}-c1")
    assert mine.original_message_definition_id == theirs.original_message_definition_id == "pacs.009.001.08"
    assert mine.clearing_system_reference == theirs.clearing_system_reference == number
    assert mine.effective_settlement_at == theirs.effective_settlement_at == world.stands(1).final_at
    assert world.stands(1).forwarded_at == world.stands(1).final_at
    assert (theirs.original_instruction_id, theirs.original_transaction_id) == (None, None)
    world.watch()


def test_what_a_participant_asks_for_comes_under_its_uetr(world: Liquidity) -> None:
    world.ask_for(1, 500)
    asked_at = world.stands(1).forwarded_at
    world.advance(1)
    assert (world.state(1), world.purse()) == ("funding PDNG", (0, 0))
    (asked,) = [each.message for each in world.mailboxes[CBRR] if isinstance(each.message, Wish)]
    assert (asked.creditor_account, asked.uetr) == ("SEVRRUM0-RUB", uetr(1))
    world.ask(uetr(1))
    assert world.heard(SEVR) == ["PDNG"]
    world.credit(1, 500)
    assert (world.state(1), world.purse()) == ("funding ACSC", (500, 0))
    assert world.heard(SEVR)[1:] == ["InstitutionTransfer", "ACSC"]
    mine, theirs = last_status(world, SEVR), last_status(world, CBRR)
    assert (mine.original_message_id, mine.original_message_definition_id) == (
        "SEVRRUM0-l1",
        "camt.050.001.07",
    )
    assert (theirs.original_message_id, theirs.original_message_definition_id) == (
        f"{CBRR}-c1",
        "pacs.009.001.08",
    )
    world.answer(1, "ACSC")
    assert world.heard(CBRR)[-1] == "ACSC"
    assert world.stands(1).forwarded_at == asked_at
    assert world.stands(1).final_at > asked_at
    world.watch()


def test_a_central_bank_may_refuse_what_it_is_asked_for(world: Liquidity) -> None:
    world.ask_for(1, 500)
    world.answer(1, "RJCT", reason="AM04")
    assert (world.state(1), world.purse()) == ("funding RJCT AM04", (0, 0))
    assert (world.heard(SEVR), world.heard(CBRR)[-1]) == (["RJCT AM04"], "RJCT AM04")
    assert last_status(world, CBRR).original_message_definition_id == "camt.050.001.07"
    assert world.credit(1, 500).status == "refused"
    assert world.heard(CBRR)[-1] == "admi.002 DU03"
    assert world.purse() == (0, 0)
    world.watch()


def test_what_was_asked_for_does_not_come_by_a_status(world: Liquidity) -> None:
    world.ask_for(1, 500)
    assert world.answer(1, "ACSC").status == "refused"
    assert (world.heard(CBRR)[-1], world.state(1)) == ("admi.002 CH20", "funding PDNG")
    assert "comes by pacs.009" in world.mailboxes[CBRR][-1].message.description
    world.advance(ANSWER_TIME // 1_000_000 + 1)
    assert [case.kind for case in world.cases()] == ["unanswered"]
    assert world.state(1) == "funding PDNG"
    world.watch()


@pytest.mark.parametrize(
    ("kopecks", "receiver", "facts"),
    [(501, SEVR, {}), (500, PAMR, {}), (500, SEVR, {"interbank_settlement_amount": Money(500, "TJS")})],
)
def test_another_amount_or_receiver_than_was_asked_for_is_not_the_answer(
    world: Liquidity, kopecks: int, receiver: str, facts: dict[str, Any]
) -> None:
    world.ask_for(1, 500)
    assert world.credit(1, kopecks, receiver, **facts).status == "refused"
    assert (world.heard(CBRR)[-1], world.state(1)) == ("admi.002 AM09", "funding PDNG")
    world.credit(1, 500)
    assert world.state(1) == "funding ACSC"
    world.watch()


@pytest.mark.parametrize(
    ("by", "facts", "reason"),
    [
        (CBTJ, {}, "AG01"),
        (CBRR, {"interbank_settlement_amount": Money(500, "TJS")}, "AG01"),
        (CBRR, {"interbank_settlement_amount": Money(0, "RUB")}, "AM01"),
        (CBRR, {"interbank_settlement_amount": Money(MAX_MINOR, "RUB")}, ""),
        (CBRR, {"creditor": "NOPERUM0"}, "RC04"),
        (CBRR, {"creditor": CBTJ}, "AM03"),
        (CBRR, {"creditor": CBRR}, "AM03"),
        (CBRR, {"creditor_account": "PAMRTJ20-RUB"}, "AC03"),
        (CBRR, {"creditor_account": "SEVRRUM0-RUB"}, ""),
        (CBRR, {"debtor": PAMR}, "RC03"),
        (CBRR, {"debtor": CBRR}, ""),
        (CBRR, {"interbank_settlement_date": "2020-01-01"}, "DT01"),
    ],
)
def test_who_may_put_money_where(world: Liquidity, by: str, facts: dict[str, Any], reason: str) -> None:
    world.credit(1, 500, SEVR, by, **facts)
    if reason:
        assert (world.state(1), world.heard(by)) == (f"funding RJCT {reason}", [f"RJCT {reason}"])
        assert (world.purse(), world.issued(), world.heard(SEVR)) == ((0, 0), 0, [])
        world.credit(1, 500)
        assert world.heard(CBRR)[-1] == "admi.002 DU03"
        assert world.purse() == (0, 0)
    else:
        assert world.state(1) == "funding ACSC"
        assert world.purse()[0] == world.issued() > 0
    world.watch()


def test_nobody_but_a_central_bank_sends_it(world: Liquidity) -> None:
    for who in (SEVR, ALFX):
        assert world.credit(1, 500, SEVR, who).status == "refused"
        assert world.heard(who) == ["admi.002 AG01"]
    assert world.transfer(world.wish(1, 5, CBRR), CBRR).status == "refused"
    assert LIQUIDITY_TRANSFER not in world.store.rows or not world.store.rows[LIQUIDITY_TRANSFER]


def test_nothing_is_asked_for_by_asking_for_nothing(world: Liquidity) -> None:
    world.ask_for(1, 0)
    assert (world.state(1), world.heard(SEVR), world.heard(CBRR)) == ("funding RJCT AM01", ["RJCT AM01"], [])


def test_all_that_is_said_of_it_stands_in_the_log_under_its_number(world: Liquidity) -> None:
    credit = world.crediting(1, 500, instruction_id="i1", transaction_id="t1")
    for _ in range(2):
        world.send_credit(credit)
    world.credit(1, 501)
    world.credit(2, 500, "NOPERUM0")
    told = [each.message for each in world.mailboxes[CBRR] if isinstance(each.message, StatusReport)]
    assert (told[0].original_instruction_id, told[0].original_transaction_id) == ("i1", "t1")
    about = ("pacs.009.001.08", "pacs.002.001.10", "admi.002.001.01")
    lines = [each.payment for each in world.store.rows[MESSAGE].values() if each.definition in about]
    numbers = [world.stands(n).number for n in (1, 2)]
    assert Counter(lines) == {numbers[0]: 7, numbers[1]: 2}


def test_who_is_suspended_or_blocked_gets_none(world: Liquidity) -> None:
    world.operate(SetFrozen, participant=PAMR, currency="RUB", frozen=True)
    world.ask_for(1, 500, PAMR)
    assert world.state(1) == "funding RJCT AC06"
    world.credit(2, 500, PAMR)
    assert world.state(2) == "funding RJCT AC06"
    world.ask_for(3, 500)
    world.operate(SetFrozen, participant=SEVR, currency="RUB", frozen=True)
    world.credit(3, 500)
    assert (world.state(3), world.heard(CBRR)[-1]) == ("funding PDNG", "admi.002 AC06")
    assert world.mailboxes[CBRR][-1].message.description == "Cdtr: a settlement account is blocked"
    world.operate(SetParticipantState, bic=ZARA, state="suspended")
    world.credit(4, 500, ZARA)
    assert world.state(4) == "funding RJCT AB08"
    world.watch()


class TestTheSameTwice:
    def test_the_same_credit_moves_once(self, world: Liquidity) -> None:
        credit = world.crediting(1, 500)
        world.send_credit(credit)
        world.restart()
        assert world.send_credit(credit).status == "accepted"  # in another envelope
        assert (world.purse(), world.heard(CBRR)) == ((500, 0), ["ACSC"])
        credit = world.crediting(2, 100)
        first = world.send_credit(credit, message_id="twice")
        assert world.send_credit(credit, message_id="twice").body == first.body
        assert world.purse() == (600, 0)
        world.watch()

    def test_the_same_answer_to_a_wish_moves_once(self, world: Liquidity) -> None:
        wish = world.wish(1, 500, inward=True)
        world.transfer(wish)
        credit = world.crediting(1, 500)
        for _ in range(2):
            world.send_credit(credit)
            assert (world.purse(), world.heard(CBRR)[1:]) == ((500, 0), ["ACSC"])
        assert world.transfer(wish).status == "accepted"
        assert (world.heard(SEVR)[-1], world.purse()) == ("ACSC", (500, 0))

    def test_another_credit_under_a_known_uetr_is_refused(self, world: Liquidity) -> None:
        world.credit(1, 500)
        for by, kopecks in ((CBRR, 501), (CBTJ, 500)):
            assert world.credit(1, kopecks, SEVR, by).status == "refused"
            assert world.heard(by)[-1] == "admi.002 DU03"
        world.defund(2, 100)
        world.credit(2, 100)
        assert (world.heard(CBRR)[-1], world.purse()) == ("admi.002 DU03", (500, 100))
        world.watch()

    def test_a_payments_uetr_is_taken(self, world: Liquidity) -> None:
        world.pay(world.order(1, interbank_settlement_amount=Money(100, "RUB")))
        world.credit(1, 100, uetr=world.order(1).uetr)
        assert (world.heard(CBRR), world.purse()) == (["admi.002 DU03"], (0, 0))


def test_what_comes_settles_what_waits_no_sooner_than_the_settler_finds_it(world: Liquidity) -> None:
    world.gross(1, 300)
    world.credit(1, 300)
    assert world.heard(SEVR) == ["PDNG", "InstitutionTransfer", "ACSC"]
    world.propose()
    assert world.payment(1).status == "ACSC"
    assert world.purse(PAMR) == (300, 0)
    world.watch()


def test_a_credit_says_whose_money_it_was(world: Liquidity) -> None:
    world.credit(1, 5, debtor_account="30101810400000000225", remittance=("на день",))
    told = world.mailboxes[SEVR][0].message
    assert isinstance(told, Credit)
    assert (told.debtor, told.debtor_account, told.remittance) == (SEVR, "30101810400000000225", ("на день",))


def test_who_was_told_nothing_of_a_refused_credit_is_told_nothing_when_it_asks(world: Liquidity) -> None:
    world.operate(SetFrozen, participant=SEVR, currency="RUB", frozen=True)
    world.credit(1, 100)
    assert world.state(1) == "funding RJCT AC06"
    assert world.ask(uetr(1), SEVR).status == "refused"
    assert world.ask(uetr(1), CBRR).status == "accepted"
    assert world.heard(CBRR)[-1] == "RJCT AC06"


def test_behind_the_cut_off_both_are_told_the_business_day_that_the_hub_itself_asks_for(
    world: Liquidity,
) -> None:
    world.operate(SetCutOff, currency="RUB", time="00:00:01Z")
    day = iso_date(world.now + DAY)
    world.ask_for(1, 100, settlement_date=day)
    (asked,) = [each.message for each in world.mailboxes[CBRR] if isinstance(each.message, Wish)]
    assert asked.settlement_date == day
    assert world.credit(1, 100, interbank_settlement_date=asked.settlement_date).status == "accepted"
    (credit,) = [each.message for each in world.mailboxes[SEVR] if isinstance(each.message, Credit)]
    assert credit.interbank_settlement_date == day
