"""An automatic facility pays what a payment lacks, in the payment's own chain, and nothing else."""

from decimal import Decimal

import pytest

from corridor.decision import TRANSFER, Step
from corridor.domain.money import MAX_MINOR, Money
from corridor.services.credit import availability, commands, facilities
from corridor.services.credit.availability import plan
from corridor.services.credit.records import CREDIT_SOURCE, DRAWDOWN
from corridor.services.messaging.commands import SetFrozen, SetParticipantState
from tests.rig import answer_of
from tests.unit.services.credit.lending import LIMIT, Lending
from tests.world import ALFX, CBRR, FUNDS, PAMR, SEVR


@pytest.fixture
def world():
    return Lending().found()


def rub(minor):
    return {"interbank_settlement_amount": Money(minor, "RUB")}


def drawdowns(world):
    return [t for t in world.store.rows[TRANSFER].values() if t.code == DRAWDOWN]


def offered(world):
    return sum(amount for _, amount in plan(Step(world.hub.memory, world.now), PAMR, "RUB", MAX_MINOR))


def test_a_borrower_has_a_bounded_number_of_facilities_that_pay_by_themselves(world, monkeypatch):
    """Each is looked at in every decision on a payment that lacks money."""
    monkeypatch.setattr(facilities, "SOURCES_MAX", 2)
    world.lent(automatic=True)
    world.lent(automatic=True)
    world.lent(automatic=False)
    offered = world.offered(automatic=True)
    told = answer_of(world.say(commands.AcceptFacility, PAMR, facility=offered))
    assert (told["reason"], told["field"]) == ("DS0K", "facility")
    assert len(world.store.rows[CREDIT_SOURCE][PAMR, "RUB"].facilities.split()) == 2
    first = int(world.store.rows[CREDIT_SOURCE][PAMR, "RUB"].facilities.split()[0])
    assert world.told(commands.CancelFacility, PAMR, facility=first) == ""
    assert world.told(commands.AcceptFacility, PAMR, facility=offered) == ""


def test_nobody_is_looked_at_once_there_is_enough(world, monkeypatch):
    for rate in ("3", "1", "2"):
        world.lent(automatic=True, secured=True, rate=Decimal(rate))
        world.pledge(f"p{rate}", 1_000_00, signer=SEVR, pledger=PAMR, facility=world.number, haircut_bps=0)
    asked = []
    seen = availability.secured_amount
    monkeypatch.setattr(
        availability, "secured_amount", lambda step, each: asked.append(str(each.rate)) or seen(step, each)
    )
    world.pay(world.order(1, PAMR, SEVR, **rub(FUNDS + 1_500_00)))
    assert [t.amount for t in drawdowns(world)] == [1_000_00, 1_000_00, 500_00, 500_00]
    assert asked == ["1", "2"]


def test_a_payment_that_lacks_cover_draws_exactly_what_it_lacks(world):
    world.lent(automatic=True)
    assert offered(world) == LIMIT
    world.pay(world.order(1, PAMR, SEVR, **rub(FUNDS + 1_00)))
    assert world.drawn == 1_00
    assert world.heard(SEVR) == ["Notification", "pacs.008"]
    world.report(world.order(1).uetr, "ACCP", SEVR)
    assert world.heard(PAMR) == ["Notification", "ACSC"]
    assert world.balance(PAMR, "RUB") == 0
    assert offered(world) == LIMIT - 1_00


def test_a_gross_payment_draws_before_it_waits(world):
    world.lent(automatic=True)
    gross = {"clearing_channel": "RTGS"}
    world.pay(world.order(1, PAMR, SEVR, **gross, **rub(FUNDS + 1_00)))
    assert (world.drawn, world.heard(PAMR)) == (1_00, ["Notification", "ACSC"])
    world.pay(world.order(2, PAMR, SEVR, **gross, **rub(LIMIT)))
    assert (world.drawn, world.heard(PAMR)[-1]) == (1_00, "PDNG")


def test_what_is_covered_draws_nothing(world):
    world.lent(automatic=True)
    world.pay(world.order(1, PAMR, SEVR, **rub(FUNDS)))
    assert (world.drawn, drawdowns(world)) == (0, [])


def test_what_was_drawn_for_a_payment_that_fails_is_the_borrowers_to_repay(world):
    world.lent(automatic=True)
    world.pay(world.order(1, PAMR, SEVR, **rub(FUNDS + 1_00)))
    world.report(world.order(1).uetr, "RJCT", SEVR, "AC03")
    assert world.balance(PAMR, "RUB") == FUNDS + 1_00
    assert world.repay(1_00) == ""
    assert world.drawn == 0


@pytest.mark.parametrize("terms", [{"automatic": False}, {"automatic": True, "secured": True}], ids=str)
def test_what_may_not_be_drawn_by_itself_does_not_help(world, terms):
    world.lent(**terms)
    world.pay(world.order(1, PAMR, SEVR, **rub(FUNDS + 1)))
    assert (world.heard(PAMR), world.drawn, offered(world)) == (["RJCT AM04"], 0, 0)


def test_a_payment_beyond_all_credit_draws_nothing(world):
    world.lent(automatic=True)
    world.pay(world.order(1, PAMR, SEVR, **rub(FUNDS + LIMIT + 1)))
    assert world.heard(PAMR) == ["RJCT AM04"]
    assert drawdowns(world) == []


def test_a_chain_that_fails_for_another_reason_draws_nothing(world):
    world.lent(automatic=True)
    quote = world.quote(1_000_00)
    assert quote
    world.operate(SetFrozen, participant=ALFX, currency="RUB", frozen=True)
    world.pay(world.order(1, PAMR, SEVR, **rub(FUNDS - 1_00)))
    world.operate(SetFrozen, participant=SEVR, currency="RUB", frozen=True)
    world.pay(world.order(2, PAMR, SEVR, **rub(2_00)))
    assert drawdowns(world) == []
    assert offered(world) == 0  # the lender's account is blocked


def test_the_cheapest_lends_first_and_one_lenders_money_counts_once(world):
    dear = world.lent(automatic=True, limit=FUNDS, rate=Decimal(20))
    cheap = world.lent(automatic=True, limit=300_000_00, rate=Decimal(10))
    assert offered(world) == FUNDS
    world.pay(world.order(1, PAMR, SEVR, **rub(FUNDS + 400_000_00)))
    by_facility = {t.reference: t.amount for t in drawdowns(world)}
    assert by_facility == {cheap: 300_000_00, dear: 100_000_00}
    assert list(by_facility) == [cheap, dear]


def test_nothing_is_available_of_a_suspended_lender_or_after_the_tenor(world):
    world.lent(automatic=True, ends_on="2026-11-19")
    world.operate(SetParticipantState, bic=SEVR, state="suspended")
    assert offered(world) == 0
    world.operate(SetParticipantState, bic=SEVR, state="active")
    assert offered(world) == LIMIT
    world.advance(86_400)
    assert (offered(world), world.facility.state) == (0, "ended")


def test_a_bank_that_was_funded_again_draws_no_more(world):
    world.lent(automatic=True)
    world.pay(world.order(1, PAMR, SEVR, **rub(FUNDS + 1_00)))
    world.fund(CBRR, PAMR, "RUB", 10_00)
    world.pay(world.order(2, PAMR, SEVR, **rub(10_00)))
    assert world.drawn == 1_00
