"""docs/rulebook.md, section 15: money that leaves."""

from collections import Counter
from typing import Any

import msgspec
import pytest

from corridor.codecs.iso20022.camt050 import LiquidityTransfer as Wish
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.domain.instants import MINUTE, SECOND, iso_date
from corridor.domain.money import MAX_MINOR, Money
from corridor.services.messaging.commands import AddParticipant, SetFrozen, SetLimit, SetParticipantState
from corridor.services.messaging.records import MESSAGE
from corridor.services.settlement.commands import CloseCycle, SetClearingCap, SetCutOff, SetUrgentReserve
from corridor.services.settlement.funding.orders import ANSWER_TIME
from tests.unit.services.settlement.funding.liquidity import ELSEWHERE, Liquidity, uetr
from tests.unit.services.settlement.settling import ZARA
from tests.world import ALFX, CBRR, CBTJ, PAMR, SEVR


@pytest.fixture
def world() -> Liquidity:
    world = Liquidity().found()
    world.bring(SEVR, 1_000)
    return world


ABOUT_IT = ("camt.050.001.07", "pacs.009.001.08", "pacs.002.001.10", "pacs.028.001.03", "admi.002.001.01")


def statuses(world: Liquidity, who: str) -> list[StatusReport]:
    return [each.message for each in world.mailboxes[who] if isinstance(each.message, StatusReport)]


def test_money_is_reserved_until_the_central_bank_has_it_and_both_hear_the_same(world: Liquidity) -> None:
    assert world.defund(1, 400).status == "accepted"
    assert (world.state(1), world.purse()) == ("defunding ACSP", (1_000, 400))
    (asked,) = [each.message for each in world.mailboxes[CBRR] if isinstance(each.message, Wish)]
    assert asked == msgspec.structs.replace(
        world.wish(1, 400),
        message_id=asked.message_id,
        created_at=world.now,
        settlement_date=iso_date(world.now),
    )
    assert asked.message_id == world.stands(1).central_bank_message_id
    assert world.heard(SEVR) == []
    assert world.answer(1, "ACSC").status == "accepted"
    assert (world.state(1), world.purse()) == ("defunding ACSC", (600, 0))
    assert world.issued() == 600
    mine, theirs = statuses(world, SEVR)[-1], statuses(world, CBRR)[-1]
    assert (mine.transaction_status, mine.original_message_id) == ("ACSC", "SEVRRUM0-l1")
    assert (theirs.transaction_status, theirs.original_message_id) == ("ACSC", asked.message_id)
    assert mine.original_message_definition_id == theirs.original_message_definition_id == "camt.050.001.07"
    assert mine.original_instruction_id == theirs.original_instruction_id == "i1"
    assert (mine.original_end_to_end_id, mine.original_transaction_id) == ("e1", None)
    for name in ("original_uetr", "effective_settlement_at", "clearing_system_reference", "acceptance_at"):
        assert getattr(mine, name) == getattr(theirs, name) is not None
    world.watch()


def test_what_the_central_bank_refuses_stays(world: Liquidity) -> None:
    world.defund(1, 400)
    world.answer(1, "RJCT", reason="AC03")
    assert (world.state(1), world.purse()) == ("defunding RJCT AC03", (1_000, 0))
    assert (world.heard(SEVR), world.heard(CBRR)[-1]) == (["RJCT AC03"], "RJCT AC03")
    world.defund(2, 1_000)
    world.answer(2, "RJCT")
    assert world.state(2) == "defunding RJCT NARR"
    world.watch()


def test_what_is_reserved_is_not_spent_a_second_time(world: Liquidity) -> None:
    world.defund(1, 700)
    world.defund(2, 301)
    assert world.state(2) == "defunding RJCT AM04"
    assert world.heard(SEVR) == ["RJCT AM04"]
    world.pay(world.order(1, interbank_settlement_amount=Money(301, "RUB")))
    assert world.heard(SEVR)[-1] == "RJCT AM04"
    world.defund(3, 300)
    assert world.state(3) == "defunding ACSP"
    world.watch()


def test_a_credit_line_never_leaves(world: Liquidity) -> None:
    world.operate(SetLimit, participant=SEVR, currency="RUB", limit=5_000)
    world.defund(1, 1_001)
    assert world.state(1) == "defunding RJCT AM04"
    world.pay(world.order(1, interbank_settlement_amount=Money(1_500, "RUB"), clearing_channel="RTGS"))
    assert world.balance(SEVR, "RUB") == -500
    world.defund(2, 1)
    assert world.state(2) == "defunding RJCT AM04"
    world.watch()


def test_what_is_kept_for_urgent_payments_stays(world: Liquidity) -> None:
    world.operate(SetUrgentReserve, participant=SEVR, currency="RUB", amount=900)
    world.defund(1, 101)
    world.defund(2, 100)
    assert (world.state(1), world.state(2)) == ("defunding RJCT AM04", "defunding ACSP")


def test_what_a_provider_has_promised_stays_while_the_quote_is_open(world: Liquidity) -> None:
    world.fund(CBTJ, ALFX, "TJS", 50_00)
    promised = int(world.quote(100_00)["destination"]["amount"])

    def takes_home(n: int, amount: int) -> str:
        facts = {"debtor_account": f"{ALFX}-TJS", "amount": Money(amount, "TJS")}
        world.transfer(world.wish(n, 0, ALFX, **facts), ALFX)
        return world.state(n)

    assert takes_home(1, 50_00 - promised + 1) == "defunding RJCT AM04"
    assert takes_home(2, 50_00 - promised) == "defunding ACSP"
    world.advance(61)
    assert takes_home(3, promised) == "defunding ACSP"


def test_what_is_owed_to_cycles_stays_whatever_others_owe(world: Liquidity) -> None:
    for bank in (SEVR, PAMR):
        world.operate(SetClearingCap, participant=bank, currency="RUB", cap=10_000)
    world.pay(world.order(1, clearing_channel="MPNS", interbank_settlement_amount=Money(600, "RUB")))
    world.submit(world.operation(CloseCycle, cycle=1))
    back = {"clearing_channel": "MPNS", "interbank_settlement_amount": Money(5_000, "RUB")}
    world.pay(world.order(2, PAMR, SEVR, **back))
    world.defund(1, 401)  # what the next cycle will bring is not there yet
    world.defund(2, 400)
    assert (world.state(1), world.state(2)) == ("defunding RJCT AM04", "defunding ACSP")
    world.watch()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"debtor": PAMR}, "AG01"),
        ({"creditor": PAMR}, "AG01"),
        ({"debtor_account": "PAMRTJ20-RUB"}, "AC02"),
        ({"debtor_account": "SEVRRUM0-TJS"}, "AC02"),
        ({"creditor_account": "SEVRRUM0-RUB"}, "AC02"),
        ({"amount": Money(0, "RUB")}, "AM01"),
        ({"amount": Money(MAX_MINOR, "RUB")}, "AM04"),
        ({"amount": Money(1, "USD"), "debtor_account": "SEVRRUM0-USD"}, "AM03"),
        ({"settlement_date": "2020-01-01"}, "DT01"),
        ({"settlement_date": "soon"}, "DT01"),
    ],
)
def test_a_wrong_order_moves_nothing_and_is_told_for_ever(
    world: Liquidity, facts: dict[str, Any], reason: str
) -> None:
    wish = world.wish(1, 100, **facts)
    assert world.transfer(wish).status == "refused"
    assert (world.heard(SEVR), world.heard(CBRR)) == ([f"RJCT {reason}"], [])
    assert world.purse() == (1_000, 0)
    world.transfer(world.wish(1, 100))
    assert world.heard(SEVR)[-1] == "admi.002 DU03"
    assert world.stands(1).reason == reason
    world.watch()


def test_the_day_is_the_currencys_business_day(world: Liquidity) -> None:
    world.defund(1, 100, settlement_date=iso_date(world.now))
    assert world.state(1) == "defunding ACSP"
    world.operate(SetCutOff, currency="RUB", time="00:00:01Z")
    world.defund(2, 100, settlement_date=iso_date(world.now))
    assert world.state(2) == "defunding RJCT DT01"


def test_a_blocked_account_gives_nothing_and_what_was_reserved_may_still_end(world: Liquidity) -> None:
    world.defund(1, 100)
    world.operate(SetFrozen, participant=SEVR, currency="RUB", frozen=True)
    world.defund(2, 100)
    assert world.state(2) == "defunding RJCT AC06"
    world.answer(1, "ACSC")
    assert world.balance(SEVR, "RUB") == 900


def test_nothing_goes_to_a_central_bank_whose_account_is_blocked(world: Liquidity) -> None:
    world.operate(SetFrozen, participant=CBRR, currency="RUB", frozen=True)
    world.defund(1, 100)
    assert (world.state(1), world.purse()) == ("defunding RJCT AC06", (1_000, 0))


def test_nobody_is_asked_who_is_not_active_or_not_there(world: Liquidity) -> None:
    world.operate(SetParticipantState, bic=CBRR, state="suspended")
    world.defund(1, 100)
    assert world.state(1) == "defunding RJCT AB08"
    assert world.stands(1).central_bank == ""


def test_a_currency_without_a_central_bank_does_not_leave(world: Liquidity) -> None:
    facts = {"bic": "YUANCNB0", "name": "Yuan Bank", "role": "bank", "currencies": ("CNY",)}
    world.operate(AddParticipant, **facts, key=world.new_key("YUANCNB0"))
    for state in ("certified", "active"):
        world.operate(SetParticipantState, bic="YUANCNB0", state=state)
    wish = world.wish(1, 0, "YUANCNB0", amount=Money(100, "CNY"), debtor_account="YUANCNB0-CNY")
    world.transfer(wish, "YUANCNB0")
    assert world.state(1) == "defunding RJCT AM03"


def test_a_currency_that_the_sender_does_not_hold_does_not_leave(world: Liquidity) -> None:
    facts = {"bic": "ISFRTJ20", "name": "Isfara Bank", "role": "bank", "currencies": ("TJS",)}
    world.operate(AddParticipant, **facts, key=world.new_key("ISFRTJ20"))
    for state in ("certified", "active"):
        world.operate(SetParticipantState, bic="ISFRTJ20", state=state)
    assert world.defund(1, 100, "ISFRTJ20").status == "refused"
    assert (world.state(1), world.cases()) == ("defunding RJCT AM03", [])


def test_all_that_is_said_of_it_stands_in_the_log_under_its_number(world: Liquidity) -> None:
    wish = world.wish(1, 100, transaction_id="t1")
    for _ in range(2):
        world.transfer(wish)
    world.ask(uetr(1))
    for _ in range(2):
        world.answer(1, "ACSC")
    world.defund(1, 7)  # refused under a known UETR
    world.defund(2, 10_000)
    lines = [each for each in world.store.rows[MESSAGE].values() if each.definition in ABOUT_IT]
    assert len(lines) == 14
    own = {uetr(1): world.stands(1).number, uetr(2): world.stands(2).number}
    assert Counter(each.payment for each in lines) == {own[uetr(1)]: 12, own[uetr(2)]: 2}
    assert statuses(world, SEVR)[0].original_transaction_id == "t1"


class TestTheSameTwice:
    def test_the_same_order_is_decided_once(self, world: Liquidity) -> None:
        wish = world.wish(1, 400)
        world.transfer(wish)
        assert world.transfer(wish).status == "accepted"  # in another envelope
        assert world.purse() == (1_000, 400)
        assert [type(each.message).__name__ for each in world.mailboxes[CBRR]].count("LiquidityTransfer") == 1
        wish = world.wish(2, 100)
        first = world.transfer(wish, message_id="twice")
        assert world.transfer(wish, message_id="twice").body == first.body
        assert world.purse() == (1_000, 500)

    def test_another_order_under_a_known_uetr_is_refused(self, world: Liquidity) -> None:
        world.bring(PAMR, 1_000)
        world.defund(1, 400)
        assert world.defund(1, 401).status == "refused"
        assert world.heard(SEVR) == ["admi.002 DU03"]
        assert world.defund(1, 400, PAMR).status == "refused"
        assert world.heard(PAMR) == ["admi.002 DU03"]
        assert (world.state(1), world.purse(PAMR)) == ("defunding ACSP", (1_000, 0))

    def test_a_payments_uetr_is_taken(self, world: Liquidity) -> None:
        world.pay(world.order(1, interbank_settlement_amount=Money(100, "RUB")))
        world.transfer(world.wish(1, 100, uetr=world.order(1).uetr))
        assert world.heard(SEVR) == ["admi.002 DU03"]
        assert world.purse() == (1_000, 100)

    def test_an_answer_twice_is_told_again_and_another_opens_a_case(self, world: Liquidity) -> None:
        for n, first, other in ((1, "ACSC", "RJCT"), (2, "RJCT", "ACSC")):
            world.defund(n, 100)
            world.answer(n, first)
            before = world.balance(SEVR, "RUB"), world.heard(SEVR), len(world.cases())
            world.answer(n, first)
            assert len(world.cases()) == before[2]
            world.answer(n, other)
            assert len(world.cases()) == before[2] + 1
            told = first if first == "ACSC" else "RJCT NARR"
            assert world.heard(CBRR)[-3:] == [told, told, told]
            assert (world.balance(SEVR, "RUB"), world.heard(SEVR)) == before[:2]
        world.watch()


class TestTheCentralBank:
    def test_only_the_one_that_was_asked_answers(self, world: Liquidity) -> None:
        world.defund(1, 100)
        assert world.answer(1, "ACSC", CBTJ).status == "refused"
        assert world.heard(CBTJ) == ["admi.002 NOOR"]
        assert world.answer(1, "ACSC", PAMR).status == "refused"
        assert world.answer(2, "ACSC").status == "refused"
        assert world.heard(CBRR)[-1] == "admi.002 NOOR"
        assert world.state(1) == "defunding ACSP"

    @pytest.mark.parametrize("status", ["ACCP", "PDNG", "ACCC", "ACSP"])
    def test_it_says_yes_or_no(self, world: Liquidity, status: str) -> None:
        world.defund(1, 100)
        assert world.answer(1, status).status == "refused"
        assert world.heard(CBRR)[-1] == "admi.002 CH20"
        assert world.state(1) == "defunding ACSP"

    def test_its_silence_means_nothing_but_that_a_person_is_told(self, world: Liquidity) -> None:
        assert ANSWER_TIME == 15 * MINUTE
        world.defund(1, 100)
        world.advance(ANSWER_TIME // SECOND - 1)
        assert world.cases() == []
        world.advance(2)
        (case,) = world.cases()
        assert (case.kind, case.participant) == ("unanswered", CBRR)
        assert uetr(1) in case.text
        world.advance(10 * MINUTE // SECOND)
        assert (world.state(1), world.purse(), len(world.cases())) == ("defunding ACSP", (1_000, 100), 1)
        world.restart()
        world.answer(1, "ACSC")
        assert (world.state(1), world.purse()) == ("defunding ACSC", (900, 0))
        world.watch()

    def test_it_is_no_agent_of_payments(self, world: Liquidity) -> None:
        world.pay(world.order(1, interbank_settlement_amount=Money(100, "RUB")))
        assert world.report(world.order(1).uetr, "ACCP", CBRR).status == "refused"


class TestWhereItStands:
    def test_either_side_may_ask_and_nobody_else(self, world: Liquidity) -> None:
        world.defund(1, 100)
        for who in (SEVR, CBRR):
            assert world.ask(uetr(1), who).status == "accepted"
            assert world.heard(who)[-1] == "ACSP"
        for who in (PAMR, CBTJ, ALFX):
            world.ask(uetr(1), who)
            assert world.heard(who) == ["admi.002 NOOR"]
        world.answer(1, "ACSC")
        world.restart()
        world.ask(uetr(1))
        assert world.heard(SEVR)[-1] == "ACSC"
        world.watch()


def test_a_provider_takes_its_money_home_too(world: Liquidity) -> None:
    world.bring(ALFX, 500)
    world.defund(1, 500, ALFX)
    world.answer(1, "ACSC")
    assert (world.balance(ALFX, "RUB"), world.issued()) == (0, 1_000)
    world.bring(ZARA, 5)
    assert world.issued() == 1_005
    world.watch()


def test_the_account_elsewhere_is_the_participants_business(world: Liquidity) -> None:
    world.defund(1, 100, creditor_account="RU0304452522540817810538091310419")
    asked = world.mailboxes[CBRR][-1].message
    assert isinstance(asked, Wish)
    assert (asked.creditor_account, asked.debtor_account) == (
        "RU0304452522540817810538091310419",
        "SEVRRUM0-RUB",
    )
    assert world.wish(1, 1).creditor_account == ELSEWHERE
