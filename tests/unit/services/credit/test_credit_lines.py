"""A credit line is worth what its collateral is worth: the account's limit follows in the same decision."""

import pytest

from corridor.decision import ACCOUNT
from corridor.domain.instants import DAY, HOUR, MINUTE
from corridor.domain.money import Money
from corridor.services.credit.commands import ReleasePledge, SetCreditLine
from corridor.services.credit.pledges import PLEDGES_MAX
from corridor.services.credit.records import PLEDGE
from corridor.services.messaging.commands import SetLimit
from corridor.services.messaging.records import CASE, SETTLEMENT_ACCOUNT
from tests.rig import answer_of
from tests.unit.services.credit.lending import Lending
from tests.world import CBRR, CBTJ, FUNDS, PAMR, SEVR

SECOND = 1_000_000


@pytest.fixture
def world():
    return Lending().found()


def limit(world):
    entry = world.store.rows[SETTLEMENT_ACCOUNT][SEVR, "RUB"]
    return world.store.rows[ACCOUNT][entry.account_id].credit_limit


def spend(world, amount):
    world.pay(world.order(1, interbank_settlement_amount=Money(amount, "RUB")))
    world.report(world.order(1).uetr, "ACCP")


def test_the_limit_is_the_line_or_the_collateral_whichever_is_less(world):
    assert world.line(1_000_00) == ""
    assert limit(world) == 0
    assert world.pledge("a", 500_00) == ""
    assert limit(world) == 450_00
    assert world.pledge("b", 1_000_01, haircut_bps=0) == ""
    assert limit(world) == 1_000_00
    assert world.line(1_200_00) == ""
    assert limit(world) == 1_200_00
    assert world.release("b") == ""
    assert limit(world) == 450_00


def test_a_haircut_is_rounded_against_whoever_pledges(world):
    world.line(1_000_00)
    world.pledge("a", 99, haircut_bps=1)
    assert limit(world) == 98


def test_collateral_may_come_before_the_line(world):
    world.pledge("a", 500_00, haircut_bps=0)
    assert limit(world) == 0
    world.line(100_00)
    assert limit(world) == 100_00


WRONG = [
    ("a line by another central bank", lambda w: w.line(1, CBTJ), "AG01"),
    ("a line by a bank", lambda w: w.line(1, SEVR), "AG01"),
    ("a line too large", lambda w: w.line(10**18), "AM12"),
    ("a pledge in another currency", lambda w: w.pledge("a", 1, currency="TJS"), "CURR"),
    ("a pledge for a line by a bank", lambda w: w.pledge("a", 1, PAMR), "CURR"),
    ("a pledge of nobody", lambda w: w.pledge("a", 1, pledger="NOPERUM0"), "AC03"),
    ("a pledge of no value", lambda w: w.pledge("a", 0), "AM12"),
    ("a haircut of more than all", lambda w: w.pledge("a", 1, haircut_bps=10_001), "CH16"),
    ("a pledge that has expired", lambda w: w.pledge("a", 1, valid_until=w.now), "DT01"),
    ("a pledge without a name", lambda w: w.pledge("", 1), "CH16"),
    ("a release of nothing", lambda w: w.release("a"), "NOOR"),
]


@pytest.mark.parametrize(("attempt", "reason"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_refused(world, attempt, reason):
    assert attempt(world) == reason
    assert limit(world) == 0
    assert world.store.rows[PLEDGE] == {}


def test_a_name_is_used_once_by_each_taker(world):
    world.pledge("a", 1)
    assert world.pledge("a", 1) == "DU01"
    world.release("a")
    assert world.pledge("a", 1) == "DU01"
    assert world.release("a") == "NOOR"


def test_a_taker_holds_a_bounded_number(world):
    for n in range(PLEDGES_MAX):
        world.pledge(f"p{n}", 1)
    assert world.pledge("one more", 1) == "DS0K"


def test_collateral_in_use_is_not_released_nor_the_line_cut(world):
    world.line(1_000_00)
    world.pledge("a", 500_00)
    spend(world, FUNDS + 400_00)
    origin = world.origin(CBRR, definition="json/facilities")
    kept = answer_of(world.submit(ReleasePledge(origin, "a")))
    text = "400.00 RUB is in use, and no more than {} would be covered"
    assert kept == {"reason": "AM14", "field": "pledge_id", "text": text.format("0.00 RUB")}
    facts = {"participant": SEVR, "currency": "RUB", "line": 399_99}
    cut = answer_of(world.say(SetCreditLine, CBRR, **facts))
    assert cut == {"reason": "AM14", "field": "line", "text": text.format("399.99 RUB")}
    assert (limit(world), world.store.rows[PLEDGE][CBRR, "a"].state) == (450_00, "held")
    assert world.line(400_00) == ""
    world.fund(CBRR, SEVR, "RUB", 400_00)
    assert world.release("a") == ""
    assert limit(world) == 0


def test_treasurers_set_the_limit_where_no_central_bank_has_set_a_line(world):
    world.operate(SetLimit, participant=SEVR, currency="RUB", limit=5_00)
    assert limit(world) == 5_00
    world.line(1_00)
    assert limit(world) == 0
    facts = {"participant": SEVR, "currency": "RUB", "limit": 5_00}
    assert answer_of(world.submit(world.operation(SetLimit, **facts)))["reason"] == "AG01"


def test_a_limit_in_use_is_not_replaced_by_a_line_that_does_not_cover_it(world):
    world.operate(SetLimit, participant=SEVR, currency="RUB", limit=5_00)
    spend(world, FUNDS + 5_00)
    facts = {"participant": SEVR, "currency": "RUB", "limit": 4_99}
    told = answer_of(world.submit(world.operation(SetLimit, **facts)))
    assert told == {"reason": "AM14", "field": "limit", "text": "5.00 RUB of it is in use"}
    assert world.line(1_000_00) == "AM14"
    world.pledge("a", 5_00, haircut_bps=0)
    assert world.line(1_000_00) == ""


def test_collateral_whose_time_has_passed_counts_no_more(world):
    world.line(1_000_00)
    world.pledge("a", 500_00, valid_until=world.now + HOUR)
    world.advance(HOUR // SECOND)
    assert (limit(world), world.store.rows[PLEDGE][CBRR, "a"].state) == (0, "expired")
    assert world.store.rows[CASE] == {}


def test_what_expired_collateral_left_uncovered_opens_a_case_and_the_limit_falls_with_it(world):
    world.line(1_000_00)
    world.pledge("a", 500_00, valid_until=world.now + HOUR)
    spend(world, FUNDS + 400_00)
    world.advance(HOUR // SECOND)
    assert limit(world) == 400_00
    assert [case.kind for case in world.store.rows[CASE].values()] == ["collateral"]
    world.fund(CBRR, SEVR, "RUB", 150_00)
    world.advance(MINUTE // SECOND)
    assert limit(world) == 250_00
    world.fund(CBRR, SEVR, "RUB", 300_00)
    world.advance(DAY // SECOND)
    assert limit(world) == 0
    assert len(world.store.rows[CASE]) == 1
    assert world.wake is None
