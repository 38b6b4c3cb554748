"""docs/credit.md as rows and stories: offered, accepted, drawn, repaid, reckoned, ended."""

from decimal import Decimal

import pytest

from corridor.domain.instants import DAY, HOUR
from corridor.domain.money import Money
from corridor.services.credit import commands, facilities
from corridor.services.credit.facilities import OFFERS_MAX
from corridor.services.credit.records import CREDIT_SOURCE
from corridor.services.messaging.commands import SetFrozen, SetParticipantState
from corridor.services.messaging.records import CASE, MESSAGE, TIMER
from tests.rig import answer_of
from tests.unit.services.credit.lending import FIRST, LIMIT, SECOND_DAY, TERMS, Lending
from tests.world import ALFX, CBRR, FUNDS, PAMR, SEVR

DAY_S, HOUR_S = DAY // 1_000_000, HOUR // 1_000_000


@pytest.fixture
def world():
    return Lending().found()


@pytest.mark.parametrize(("wrong", "reason"), [
    ({"limit": 0}, "AM12"),
    ({"limit": 10**15 + 1}, "AM12"),
    ({"rate": Decimal("100.1")}, "CH16"),
    ({"rate": Decimal(-1)}, "CH16"),
    ({"rate": Decimal("NaN")}, "CH16"),
    ({"fee_rate": Decimal("0.00000000001")}, "CH16"),
    ({"day_count": "ACT/ACT"}, "CH16"),
    ({"utilisation_max_bps": 10_001}, "CH16"),
    ({"average_max_bps": -1}, "CH16"),
    ({"starts_on": "2026-11-17"}, "DT01"),
    ({"starts_on": "2026-11-31"}, "DT01"),
    ({"starts_on": "20261118"}, "DT01"),
    ({"ends_on": FIRST}, "DT01"),
    ({"ends_on": "2036-11-27"}, "DT01"),
    ({"ends_on": "9999-12-31"}, "DT01"),
    ({"borrower": SEVR}, "AG03"),
    ({"borrower": ALFX}, "RC04"),
    ({"borrower": "NOPERUM0"}, "RC04"),
    ({"currency": "USD"}, "AM03"),
])  # fmt: skip
def test_terms_that_cannot_be_offered(world, wrong, reason):
    assert world.told(commands.OfferFacility, SEVR, **(TERMS | wrong)) == reason


def test_a_lender_keeps_a_bounded_number_open(world):
    for _ in range(OFFERS_MAX):
        world.offered()
    assert world.told(commands.OfferFacility, SEVR, **TERMS) == "DS0K"
    assert world.told(commands.CancelFacility, SEVR, facility=world.number) == ""
    world.offered()


def test_drawn_money_is_on_the_borrowers_account_and_the_debt_in_the_ledger(world):
    world.lent()
    assert world.draw(100_000_00) == ""
    assert world.balance(PAMR, "RUB") == FUNDS + 100_000_00
    assert world.balance(SEVR, "RUB") == FUNDS - 100_000_00
    assert world.drawn == -world.owed(world.facility.claim_account_id) == 100_000_00
    assert world.heard(PAMR) == world.heard(SEVR) == ["Notification"]
    entries = [world.mailboxes[bic][0].message.entries[0] for bic in (SEVR, PAMR)]
    assert [entry.credit_debit for entry in entries] == ["DBIT", "CRDT"]
    assert {entry.clearing_system_reference for entry in entries} == {str(world.number)}
    assert world.repay(40_000_00) == ""
    assert world.drawn == 60_000_00
    assert world.repay(60_000_00 + 1) == "AM09"


def test_a_refusal_says_what_is_left_as_people_write_it(world):
    world.lent()
    world.draw(100_000_00)
    facts = {"facility": world.number, "amount": LIMIT, "currency": "RUB"}
    assert "of the limit 400000.00 RUB is left" in str(
        answer_of(world.say(commands.DrawFacility, PAMR, **facts))
    )
    assert "no more than 100000.00 RUB is owed" in str(
        answer_of(world.say(commands.RepayFacility, PAMR, **facts))
    )


REFUSALS = [
    ("draw beyond the limit", lambda w: w.draw(LIMIT + 1), "AM14"),
    ("draw nothing", lambda w: w.draw(0), "AM01"),
    ("draw another currency", lambda w: w.draw(1, "TJS"), "CURR"),
    ("draw as the lender", lambda w: w.draw(1, signer=SEVR), "AG01"),
    ("repay what is not owed", lambda w: w.repay(1), "AM09"),
    ("repay as the lender", lambda w: w.repay(1, signer=SEVR), "AG01"),
    ("accept twice", lambda w: w.told(commands.AcceptFacility, PAMR, facility=w.number), "CH20"),
    ("cancel as the lender", lambda w: w.told(commands.CancelFacility, SEVR, facility=w.number), "AG01"),
    ("a facility that is not there", lambda w: w.told(commands.AcceptFacility, PAMR, facility=7), "NOOR"),
]


@pytest.mark.parametrize(
    ("attempt", "reason"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS]
)
def test_what_is_refused_changes_nothing(world, attempt, reason):
    world.lent()
    assert attempt(world) == reason
    assert (world.drawn, world.balance(PAMR, "RUB"), world.balance(SEVR, "RUB")) == (0, FUNDS, FUNDS)


def test_an_offer_is_no_facility_and_only_the_borrower_takes_it(world):
    world.offered()
    assert world.draw(1) == "CH20"
    assert world.repay(1) == "CH20"
    assert world.told(commands.AcceptFacility, SEVR, facility=world.number) == "AG01"
    assert world.told(commands.CancelFacility, PAMR, facility=world.number) == ""
    assert world.facility.state == "cancelled"
    assert world.told(commands.AcceptFacility, PAMR, facility=world.number) == "CH20"


def test_an_offer_lapses_with_the_date_on_which_it_would_have_begun(world):
    world.offered()
    world.advance(DAY_S)
    assert world.facility.state == "cancelled"


def test_nothing_is_drawn_before_the_tenor(world):
    world.lent(starts_on=SECOND_DAY)
    assert world.draw(1) == "TM01"
    world.advance(DAY_S)
    assert world.draw(1) == ""
    assert [row.day for row in world.days] == []


def test_nothing_is_drawn_beyond_the_lenders_money_or_of_one_suspended_or_frozen(world):
    world.lent(limit=2 * FUNDS)
    assert world.draw(FUNDS + 1) == "AM04"
    world.operate(SetParticipantState, bic=SEVR, state="suspended")
    assert world.draw(1) == "AG10"
    world.operate(SetParticipantState, bic=SEVR, state="active")
    world.operate(SetFrozen, participant=SEVR, currency="RUB", frozen=True)
    assert world.draw(1) == "AC06"


def timers(world):
    return sum(line.direction == TIMER for line in world.store.rows[MESSAGE].values())


def test_interest_and_fee_fall_due_each_midnight_and_are_taken_with_the_month(world):
    world.lent()
    world.draw(100_000_00)
    world.advance(DAY_S)
    (row,) = world.days
    # 16.5 % of 100,000.00 and 0.5 % of 400,000.00 for one day of 365
    assert (row.day, row.drawn_amount, row.interest_amount, row.fee_amount) == (FIRST, 100_000_00, 4520, 547)
    assert world.owed(world.facility.charges_account_id) == 4520 + 547
    assert world.balance(SEVR, "RUB") == FUNDS - 100_000_00
    world.advance(12 * DAY_S)  # 1 December
    assert timers(world) == 13  # one each midnight
    assert world.owed(world.facility.charges_account_id) == 0
    # 13 days, rounded down once: 58767.12... and 7123.28...
    assert world.balance(SEVR, "RUB") == FUNDS - 100_000_00 + 58767 + 7123
    assert world.facility.interest_left > 0


def test_a_month_whose_end_could_not_be_decided_at_once_is_still_taken(world, monkeypatch):
    world.lent()
    world.draw(100_000_00)
    world.advance(12 * DAY_S)  # 30 November
    with monkeypatch.context() as bug:
        bug.setattr(facilities, "reckon", lambda *_: 1 / 0)
        world.advance(DAY_S)
        assert world.today == "2026-12-01"
        assert world.owed(world.facility.charges_account_id) > 0
    world.advance(60)  # another release is in place
    assert world.owed(world.facility.charges_account_id) == 0
    assert world.balance(SEVR, "RUB") == FUNDS - 100_000_00 + 58767 + 7123


def test_a_repayment_pays_fees_then_interest_then_what_is_drawn(world):
    world.lent()
    world.draw(100_000_00)
    world.advance(DAY_S)
    world.repay(547 + 4520 + 1)
    assert (world.facility.fee_due, world.facility.interest_due, world.drawn) == (0, 0, 100_000_00 - 1)


def test_what_is_drawn_and_repaid_within_a_day_bears_no_interest(world):
    world.lent()
    world.draw(100_000_00)
    world.advance(HOUR_S)
    world.repay(100_000_00)
    world.advance(DAY_S)
    assert world.days[0].interest_amount == 0


def test_a_hub_that_was_away_reckons_every_date_before_anything_new_counts(world):
    world.lent()
    world.draw(100_000_00)
    world.now += 3 * DAY  # no timer fires meanwhile
    assert world.draw(100_000_00) == ""
    assert [row.drawn_amount for row in world.days] == [100_000_00] * 3
    world.advance(HOUR_S)  # the timer finds that day reckoned
    assert len(world.days) == 3


def test_at_the_end_everything_is_taken_and_the_rest_day_by_day(world):
    world.lent(ends_on="2026-11-20", automatic=True)
    world.draw(LIMIT)
    world.pay(world.order(1, PAMR, SEVR))  # reserves what would be missing
    spent = FUNDS + LIMIT - 100_00
    world.pay(world.order(2, PAMR, SEVR, interbank_settlement_amount=Money(spent, "RUB")))
    world.report(world.order(1).uetr, "ACCP", SEVR)
    world.report(world.order(2).uetr, "ACCP", SEVR)
    assert world.balance(PAMR, "RUB") == 0
    world.advance(2 * DAY_S)
    assert world.facility.state == "overdue"
    assert world.draw(1) == "CH20"
    assert [case.kind for case in world.store.rows[CASE].values()] == ["overdue"]
    assert world.store.rows[CREDIT_SOURCE][PAMR, "RUB"].facilities == ""
    world.fund(CBRR, PAMR, "RUB", 1_000_00)
    world.advance(DAY_S)
    assert world.facility.state == "overdue"
    assert world.balance(PAMR, "RUB") == 0
    assert [row.fee_amount for row in world.days] == [0, 0, 0]
    world.fund(CBRR, PAMR, "RUB", 10 * LIMIT)
    world.advance(DAY_S)
    assert (world.facility.state, world.facility.open, world.drawn) == ("ended", False, 0)
    assert len(world.store.rows[CASE]) == 1
    days = len(world.days)
    world.advance(3 * DAY_S)
    assert len(world.days) == days


def test_a_borrower_gives_up_what_it_does_not_use_and_pays_the_fee(world):
    world.lent()
    world.draw(1)
    world.advance(DAY_S)
    assert world.told(commands.CancelFacility, PAMR, facility=world.number) == "AM14"
    world.repay(world.facility.fee_due + 1)
    world.advance(DAY_S)
    due = world.facility.fee_due
    before = world.balance(SEVR, "RUB")
    assert world.told(commands.CancelFacility, PAMR, facility=world.number) == ""
    assert (world.facility.state, world.balance(SEVR, "RUB")) == ("ended", before + due)
    assert world.draw(1) == "CH20"


def test_a_covenant_opens_one_case_until_it_holds_again(world):
    world.lent(utilisation_max_bps=5_000, average_max_bps=3_000)
    world.draw(LIMIT * 4 // 10)
    world.advance(DAY_S)  # 40 % on average
    assert [case.kind for case in world.store.rows[CASE].values()] == ["covenant"]
    world.advance(DAY_S)
    assert len(world.store.rows[CASE]) == 1
    world.repay(world.facility.fee_due + world.facility.interest_due + world.drawn)
    world.advance(3 * DAY_S)
    assert not world.facility.breached
    world.draw(LIMIT * 6 // 10)
    world.advance(DAY_S)
    assert len(world.store.rows[CASE]) == 2


def test_a_secured_facility_is_drawn_as_far_as_its_collateral_goes(world):
    number = world.lent(secured=True)
    assert world.draw(1) == "AM23"
    pledge = {"signer": SEVR, "pledger": PAMR, "facility": number}
    assert world.pledge("bonds", 1_000_00, **pledge | {"signer": PAMR}) == "NOOR"
    assert world.pledge("bonds", 1_000_00, **pledge | {"currency": "TJS"}) == "CURR"
    assert world.pledge("bonds", 1_000_00, **pledge | {"pledger": SEVR}) == "AG01"
    assert world.pledge("bonds", 1_000_00, **pledge) == ""
    assert world.draw(900_01) == "AM23"
    assert world.draw(900_00) == ""
    told = answer_of(world.say(commands.ReleasePledge, SEVR, pledge_id="bonds"))
    text = "900.00 RUB is drawn, and no more than 0.00 RUB would be covered"
    assert told == {"reason": "AM14", "field": "pledge_id", "text": text}
    world.repay(900_00)
    assert world.release("bonds", SEVR) == ""
    assert world.draw(1) == "AM23"


def test_collateral_of_a_facility_whose_time_has_passed_opens_a_case(world):
    number = world.lent(secured=True)
    world.pledge("bonds", 1_000_00, SEVR, pledger=PAMR, facility=number, valid_until=world.now + HOUR)
    world.draw(1)
    world.advance(HOUR_S)
    assert world.draw(1) == "AM23"
    assert [case.kind for case in world.store.rows[CASE].values()] == ["collateral"]


def test_a_restart_forgets_nothing(world):
    world.lent()
    world.draw(100_000_00)
    world.restart()
    world.advance(DAY_S)
    assert len(world.days) == 1
    assert world.repay(1_00) == ""
