"""Limits as rows: how they are set, what they let through, who is counted, and when they hold."""

import pytest

from corridor.domain.money import Money
from corridor.services.messaging.commands import SetLimit
from corridor.services.settlement.commands import SetCutOff, SetSettlementLimit, SetUrgentReserve
from corridor.services.settlement.records import CUT_OFF, DAY_USE
from tests.rig import answer_of
from tests.unit.services.settlement.settling import ZARA, Settling
from tests.world import PAMR, SEVR

DAY = 24 * 3600
TO_PAMR = {"creditor": PAMR}


@pytest.fixture
def world() -> Settling:
    return Settling().found()


def limit(
    world: Settling, amount: int | None, participant: str = SEVR, creditor: str = PAMR, on: str = ""
) -> None:
    facts = {"participant": participant, "creditor": creditor, "amount": amount, "on": on}
    world.operate(SetSettlementLimit, currency="RUB", **facts)


def instant(world: Settling, n: int, amount: int, debtor: str = SEVR, creditor: str = PAMR) -> None:
    world.pay(world.order(n, debtor, creditor, interbank_settlement_amount=Money(amount, "RUB")))


@pytest.mark.parametrize(("creditor", "reason"), [(PAMR, "AM14"), ("", "AM23")])
def test_what_is_sent_in_a_day_net_of_what_comes_back(world: Settling, creditor: str, reason: str) -> None:
    world.bring(SEVR, 1000)
    limit(world, 100, creditor=creditor)
    world.gross(1, 150)  # nobody has counted today, so it holds from tomorrow on
    world.advance(DAY)
    world.gross(2, 60)
    world.gross(3, 41)
    assert world.heard(SEVR) == ["ACSC", "ACSC", "PDNG"]
    assert world.settle(3).status == "refused"
    world.gross(4, 1, PAMR, SEVR)
    assert world.settle(3).status == "accepted"
    instant(world, 5, 1)
    assert world.heard(SEVR)[-1] == f"RJCT {reason}"
    world.advance(DAY)
    world.gross(6, 100)
    assert world.heard(SEVR)[-1] == "ACSC"
    world.watch()


def test_a_bilateral_limit_is_of_one_counterparty(world: Settling) -> None:
    world.bring(SEVR, 1000)
    limit(world, 100)
    world.advance(DAY)
    world.gross(1, 101, settlement_priority="URGT")
    world.gross(2, 500, creditor=ZARA, settlement_priority="URGT")
    assert [world.payment(n).status for n in (1, 2)] == ["PDNG", "PDNG"]  # first come, first served
    assert world.settle(2).status == "accepted"


def test_two_pass_no_limit_by_offsetting(world: Settling) -> None:
    limit(world, 10)
    limit(world, 10, creditor="")
    world.advance(DAY)
    world.gross(1, 100)
    world.gross(2, 95, PAMR, SEVR)
    world.bring(SEVR, 5)
    assert world.settle(1, 2).status == "accepted"
    uses = {(use.sent, use.received) for use in world.store.rows[DAY_USE].values()}
    assert uses == {(100, 95)}


def test_an_instant_payment_counts_from_its_reservation_until_it_is_refused(world: Settling) -> None:
    world.bring(SEVR, 1000)
    limit(world, 100)
    world.advance(DAY)
    instant(world, 1, 70)
    instant(world, 2, 31)
    assert world.heard(SEVR) == ["RJCT AM14"]
    world.report(world.order(1).uetr, "RJCT", reason="AC03")
    instant(world, 3, 31)
    assert world.payment(3).status == "ACSP"
    world.report(world.order(3).uetr, "ACCP")
    assert [(use.sent, use.received) for use in world.store.rows[DAY_USE].values()] == [(31, 0), (31, 0)]


def test_a_refusal_after_the_day_s_end_gives_back_nothing_of_the_new_day(world: Settling) -> None:
    world.bring(SEVR, 1000)
    limit(world, 100)
    world.advance(DAY + 12 * 3600 + 53 * 60 + 15)  # five seconds before midnight
    instant(world, 1, 70)
    world.advance(6)
    world.gross(2, 100)
    world.advance(5)
    assert world.heard(SEVR) == ["ACSC", "RJCT AB05"]
    world.gross(3, 1)
    assert world.heard(SEVR)[-1] == "PDNG"


def test_what_comes_in_counts_for_who_is_limited(world: Settling) -> None:
    world.bring(SEVR, 50)
    world.bring(PAMR, 1000)
    limit(world, 10, PAMR, "")
    world.advance(DAY)
    instant(world, 1, 50)
    world.report(world.order(1).uetr, "ACCP")
    world.gross(2, 61, PAMR, ZARA)
    world.gross(3, 60, PAMR, ZARA, settlement_priority="HIGH")
    assert world.heard(PAMR)[-2:] == ["PDNG", "ACSC"]


def test_some_is_kept_for_the_urgent(world: Settling) -> None:
    world.operate(SetUrgentReserve, participant=SEVR, currency="RUB", amount=60)
    world.bring(SEVR, 100)
    instant(world, 1, 41)
    assert world.heard(SEVR) == ["RJCT AM04"]
    world.gross(2, 41, settlement_priority="HIGH")
    world.gross(3, 41, settlement_priority="URGT")
    assert world.heard(SEVR)[1:] == ["PDNG", "ACSC"]
    # what comes in at the same time takes nothing of what is kept
    world.gross(4, 41, PAMR, SEVR)
    world.gross(5, 41, PAMR, SEVR, settlement_priority="URGT")
    assert world.heard(PAMR)[-2:] == ["ACSC", "PDNG"]
    assert world.settle(2).status == "refused"
    assert world.settle(2, 5).status == "accepted"


def test_a_credit_line_counts_as_money_that_is_kept(world: Settling) -> None:
    world.operate(SetUrgentReserve, participant=SEVR, currency="RUB", amount=60)
    world.operate(SetLimit, participant=SEVR, currency="RUB", limit=100)
    world.gross(1, 41)
    world.gross(2, 40, settlement_priority="HIGH")
    assert world.heard(SEVR) == ["PDNG", "ACSC"]


def test_terms_follow_one_another(world: Settling) -> None:
    world.bring(SEVR, 1000)
    limit(world, 100, on="2026-11-20")
    world.advance(DAY)
    world.gross(1, 101)
    world.advance(DAY)
    world.gross(2, 101)
    assert world.heard(SEVR) == ["ACSC", "PDNG"]
    limit(world, 101)  # where one stands, another holds at once
    assert world.settle(2).status == "accepted"
    limit(world, None, on="2026-11-21")
    world.gross(3, 1)
    world.advance(DAY)
    world.gross(4, 500)
    assert world.heard(SEVR)[2:] == ["ACSC", "PDNG", "RJCT AB03", "ACSC"]


WRONG = [
    (SetSettlementLimit, {"participant": "NOPERUM0", "amount": 1}, "AC01 participant"),
    (SetSettlementLimit, {"participant": "CBRRRUM0", "amount": 1}, "AC01 participant"),
    (SetSettlementLimit, {"creditor": "NOPERUM0", "amount": 1}, "AC01 creditor"),
    (SetSettlementLimit, {"creditor": SEVR, "amount": 1}, "AC01 creditor"),
    (SetSettlementLimit, {"currency": "USD", "amount": 1}, "AC01 participant"),
    (SetSettlementLimit, {"amount": 10**18}, "AM12 amount"),
    (SetSettlementLimit, {"amount": 1, "on": "2026-11-18"}, "DT01 on"),
    (SetSettlementLimit, {"amount": 1, "on": "tomorrow"}, "DT01 on"),
    (SetUrgentReserve, {"amount": 1, "on": "2026-11-17"}, "DT01 on"),
    (SetUrgentReserve, {"participant": "NOPERUM0", "amount": 1}, "AC01 participant"),
    (SetUrgentReserve, {"amount": 10**18}, "AM12 amount"),
]


@pytest.mark.parametrize(("command", "facts", "refusal"), WRONG, ids=str)
def test_what_cannot_be_set(world: Settling, command: type, facts: dict[str, object], refusal: str) -> None:
    usual = {"participant": SEVR, "currency": "RUB"} | (TO_PAMR if command is SetSettlementLimit else {})
    answer = world.submit(world.operation(command, **(usual | facts)))
    told = answer_of(answer)
    assert f"{told['reason']} {told['field']}" == refusal


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"currency": "XXQ", "time": "12:00:00Z"}, "AM03 currency"),
        ({"currency": "RUB", "time": "noon"}, "DT01 time"),
    ],
    ids=str,
)
def test_what_is_no_cut_off(world: Settling, facts: dict[str, str], refusal: str) -> None:
    told = answer_of(world.submit(world.operation(SetCutOff, **facts)))
    assert f"{told['reason']} {told['field']}" == refusal


def test_a_day_that_has_ended_does_not_come_back(world: Settling) -> None:
    """Else a limit of a day could be had twice: the day is ended, and then it is made longer."""
    world.operate(SetCutOff, currency="RUB", time="09:00:00Z")  # it is later than that
    before = world.store.rows[CUT_OFF]["RUB"]
    told = answer_of(world.submit(world.operation(SetCutOff, currency="RUB", time="23:00:00Z")))
    assert f"{told['reason']} {told['field']}" == "TM01 time"
    assert world.store.rows[CUT_OFF]["RUB"] == before
    world.operate(SetCutOff, currency="RUB", time="08:00:00Z")
