"""docs/rulebook.md, section 11: the life of a trade, as its two sides hear it."""

from typing import Any

import pytest

from corridor.domain.instants import DAY, SECOND, iso_date
from corridor.domain.money import MAX_MINOR, Money
from corridor.services.fx.commands import SetFxLimit
from corridor.services.fx.records import FX_EXPOSURE
from corridor.services.messaging.commands import SetFrozen, SetParticipantState
from corridor.services.settlement.commands import (
    SetCutOff,
    SetSettlementLimit,
    SetUrgentReserve,
)
from tests.rig import answer_of
from tests.unit.services.settlement.pvp.trading import PAMR, SEVR, ZARA, Trading
from tests.world import ALFX, CBRR

ROUBLES, SOMONI = (850, "RUB"), (100, "TJS")


@pytest.fixture
def world() -> Trading:
    return Trading().found()


@pytest.fixture
def rich(world: Trading) -> Trading:
    world.bring_money(SEVR, 10_000, "RUB")
    world.bring_money(PAMR, 10_000, "TJS")
    return world


def test_both_sides_move_at_once_when_both_have_what_they_sell(rich: Trading) -> None:
    first = rich.capture(1, SEVR, PAMR, ROUBLES, SOMONI)
    assert answer_of(first)["state"] == "unmatched"
    assert rich.told(PAMR) == ["UNMATCHED INFO -100 TJS"]
    second = rich.capture(1, PAMR, SEVR, SOMONI, ROUBLES)
    assert answer_of(second) == {"trade": rich.traded(1).number, "state": "settled"}
    assert rich.told(SEVR) == ["UNMATCHED INFO -850 RUB", "SETTLED BOOK -850 RUB", "SETTLED BOOK +100 TJS"]
    assert rich.told(PAMR) == ["UNMATCHED INFO -100 TJS", "SETTLED BOOK -100 TJS", "SETTLED BOOK +850 RUB"]
    assert rich.purse(SEVR) == (9_150, 100)
    assert rich.purse(PAMR) == (850, 9_900)
    rich.watch()


@pytest.mark.parametrize("lacks", [SEVR, PAMR])
def test_who_lacks_cover_keeps_the_other_from_paying_until_both_are_told(world: Trading, lacks: str) -> None:
    if lacks != SEVR:
        world.bring_money(SEVR, 850, "RUB")
    if lacks != PAMR:
        world.bring_money(PAMR, 100, "TJS")
    before = world.purse(SEVR), world.purse(PAMR)
    world.trade(1)
    assert world.states() == "matched"
    assert world.told(SEVR)[-1] == "MATCHED PDNG -850 RUB"
    world.advance(DAY // SECOND)
    assert world.states() == "rejected AM04"
    assert (world.purse(SEVR), world.purse(PAMR)) == before
    assert world.told(SEVR)[-1] == "REJECTED AM04 INFO -850 RUB"
    assert world.told(PAMR)[-1] == "REJECTED AM04 INFO -100 TJS"
    world.watch()


def test_one_that_is_never_matched_times_out(rich: Trading) -> None:
    rich.capture(1, SEVR, PAMR, ROUBLES, SOMONI)
    rich.advance(DAY // SECOND + 1)
    assert rich.states() == "rejected NOAS"
    assert rich.told(PAMR) == ["UNMATCHED INFO -100 TJS", "REJECTED NOAS INFO -100 TJS"]
    late = rich.capture(1, PAMR, SEVR, SOMONI, ROUBLES)
    assert answer_of(late)["reason"] == "DU03"


MISMATCHES: list[tuple[str, dict[str, Any], str, str]] = [
    ("trade_date", {"trade_date": iso_date(1_795_000_000 * SECOND - DAY)}, "DT01", "trade_date"),
    (
        "settlement_date",
        {"settlement_date": iso_date(1_795_000_000 * SECOND + DAY)},
        "DT01",
        "settlement_date",
    ),
    ("sold", {"sell_amount": 101}, "AM09", "trading_side_sell_amount"),
    ("bought", {"buy_amount": 849}, "AM09", "trading_side_buy_amount"),
    ("direction", {"sell_currency": "RUB", "buy_currency": "TJS"}, "AM09", "trading_side_sell_amount"),
]


@pytest.mark.parametrize(
    ("facts", "reason", "field"), [row[1:] for row in MISMATCHES], ids=[r[0] for r in MISMATCHES]
)
def test_a_mismatch_names_the_field_and_may_be_corrected(
    rich: Trading, facts: dict[str, Any], reason: str, field: str
) -> None:
    rich.capture(1, SEVR, PAMR, ROUBLES, SOMONI)
    wrong = answer_of(rich.capture(1, PAMR, SEVR, SOMONI, ROUBLES, **facts))
    assert (wrong["reason"], wrong["field"]) == (reason, field)
    assert rich.states() == "unmatched"
    swapped = field.replace("sell", "BUY").replace("buy", "sell").replace("BUY", "buy")
    assert rich.told(SEVR)[-1] == f"MISMATCHED {swapped} INFO -850 RUB"
    rich.capture(1, PAMR, SEVR, SOMONI, ROUBLES)
    assert rich.states() == "settled"


def test_a_word_that_comes_too_late_is_no_mismatch(rich: Trading) -> None:
    """It says the same: nobody hears that a date differs."""
    rich.capture(1, SEVR, PAMR, ROUBLES, SOMONI)
    before = rich.told(SEVR)
    rich.operate(SetCutOff, currency="RUB", time="00:00:01Z")  # the day has ended
    late = answer_of(rich.capture(1, PAMR, SEVR, SOMONI, ROUBLES))
    assert (late["reason"], late["field"]) == ("TM01", "settlement_date")
    assert (rich.told(SEVR), rich.states()) == (before, "unmatched")


YESTERDAY, TOMORROW = (iso_date(1_795_000_000 * SECOND + days * DAY) for days in (-1, 1))
REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    ("an unknown counterparty", {"counterparty": "NOBDRUM0"}, "RC04", "counterparty_side"),
    ("a central bank", {"counterparty": CBRR}, "RC04", "counterparty_side"),
    ("oneself", {"counterparty": SEVR}, "AG03", "counterparty_side"),
    ("one currency", {"buy_currency": "RUB"}, "CURR", "trading_side_buy_amount"),
    ("nothing", {"sell_amount": 0}, "AM01", "trading_side_sell_amount"),
    ("too much", {"buy_amount": MAX_MINOR + 1}, "AM01", "trading_side_buy_amount"),
    ("a currency nobody holds", {"buy_currency": "KZT"}, "AM03", "trading_side_buy_amount"),
    ("a past day", {"trade_date": YESTERDAY, "settlement_date": YESTERDAY}, "DT01", "settlement_date"),
    ("no day", {"settlement_date": "2026-02-30"}, "DT01", "settlement_date"),
    ("no trade day", {"trade_date": "2026-02-30"}, "DT01", "trade_date"),
    ("agreed after it settles", {"trade_date": TOMORROW}, "DT01", "trade_date"),
    ("far ahead", {"settlement_date": "2026-12-24"}, "DT01", "settlement_date"),
    ("a time that has passed", {"reject_time": "00:00:01Z"}, "AB03", "reject_time"),
    ("no time", {"reject_time": "noon"}, "DT01", "reject_time"),
]


@pytest.mark.parametrize(
    ("facts", "reason", "field"), [row[1:] for row in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_what_cannot_be_a_trade_is_refused_with_the_field(
    rich: Trading, facts: dict[str, Any], reason: str, field: str
) -> None:
    refused = answer_of(rich.capture(1, SEVR, PAMR, ROUBLES, SOMONI, **facts))
    assert (refused["reason"], refused["field"]) == (reason, field)
    assert rich.states() == ""
    assert rich.told(SEVR) == rich.told(PAMR) == []


def test_the_same_side_twice_is_refused(rich: Trading) -> None:
    rich.capture(1, SEVR, PAMR, ROUBLES, SOMONI)
    again = answer_of(rich.capture(1, SEVR, PAMR, ROUBLES, SOMONI))
    assert (again["reason"], again["field"]) == ("DU03", "common_reference")
    rich.capture(1, PAMR, SEVR, SOMONI, ROUBLES)
    assert answer_of(rich.capture(1, PAMR, SEVR, SOMONI, ROUBLES))["reason"] == "DU03"


def test_after_the_cut_off_of_either_currency_it_is_too_late(rich: Trading) -> None:
    rich.operate(SetCutOff, currency="TJS", time="00:00:01Z")
    assert answer_of(rich.capture(1, SEVR, PAMR, ROUBLES, SOMONI))["reason"] == "TM01"


def test_before_its_day_it_waits_and_then_moves(rich: Trading) -> None:
    rich.capture(1, SEVR, PAMR, ROUBLES, SOMONI, settlement_date=TOMORROW)
    rich.capture(1, PAMR, SEVR, SOMONI, ROUBLES, settlement_date=TOMORROW)
    assert rich.states() == "matched"
    assert answer_of(rich.settle_together(1))["reason"] == "NOOR"
    rich.advance(DAY // SECOND)
    assert rich.states() == "settled"
    rich.watch()


def test_the_earlier_reject_time_of_both_ends_it(world: Trading) -> None:
    times = ("23:30:00Z", "23:00:00Z")
    world.capture(1, SEVR, PAMR, ROUBLES, SOMONI, reject_time=times[0])
    world.capture(1, PAMR, SEVR, SOMONI, ROUBLES, reject_time=times[1])
    trade = world.traded(1)
    world.advance_to(trade.until_at)
    assert world.states() == "rejected AM04"
    assert world.traded(1).ended_at == trade.until_at


def test_one_side_alone_undoes_only_what_is_not_matched(world: Trading) -> None:
    world.capture(1, SEVR, PAMR, ROUBLES, SOMONI)
    assert answer_of(world.undo(1, PAMR, SEVR))["reason"] == "NOOR"
    assert answer_of(world.undo(1, SEVR, PAMR))["state"] == "cancelled"
    assert world.told(PAMR)[-1] == "CANCELLED DS02 INFO -100 TJS"


def test_a_matched_one_is_undone_by_both(world: Trading) -> None:
    world.trade(1)
    assert answer_of(world.undo(1, SEVR, PAMR))["state"] == "matched"
    assert world.told(PAMR)[-1] == f"CANCELLATION ASKED by {SEVR} PDNG -100 TJS"
    assert answer_of(world.undo(1, SEVR, PAMR))["reason"] == "DU03"
    assert answer_of(world.undo(1, PAMR, SEVR))["state"] == "cancelled"
    assert world.states() == "cancelled DS02"
    assert answer_of(world.undo(1, PAMR, SEVR))["reason"] == "NOOR"
    world.watch()


def test_a_wish_to_cancel_stops_nothing(world: Trading) -> None:
    world.trade(1)
    world.undo(1, SEVR, PAMR)
    world.bring_money(SEVR, 850, "RUB")
    world.bring_money(PAMR, 100, "TJS")
    assert world.settle_together(1).status == "accepted"
    assert world.states() == "settled"


def test_nobody_undoes_another_s_trade(world: Trading) -> None:
    world.trade(1)
    assert answer_of(world.undo(1, ZARA, SEVR))["reason"] == "NOOR"
    assert world.states() == "matched"


def test_opposite_trades_settle_by_their_difference(world: Trading) -> None:
    world.trade(1, SEVR, PAMR, 850, 100)
    world.trade(2, PAMR, SEVR, 860, 100)
    world.bring_money(PAMR, 9, "RUB")
    assert answer_of(world.settle_together(1, 2))["reason"] == "AM04"
    assert world.states() == "matched matched"
    world.bring_money(PAMR, 1, "RUB")
    assert answer_of(world.settle_together(1))["reason"] == "AM04"
    assert world.settle_together(1, 2).status == "accepted"
    assert world.states() == "settled settled"
    assert world.purse(SEVR) == (10, 0)
    assert world.purse(PAMR) == (0, 0)
    world.watch()


def test_a_proposal_is_refused_whole(world: Trading) -> None:
    world.trade(1)
    world.trade(2, PAMR, SEVR)
    world.capture(3, SEVR, PAMR, ROUBLES, SOMONI)
    for ns in ((1, 2, 3), (1, 1), ()):
        assert world.settle_together(*ns).status == "refused"
    assert world.settle_together(1, 2, method="").status == "refused"
    assert world.states() == "matched matched unmatched"


@pytest.mark.parametrize("frozen", [("RUB", SEVR), ("RUB", PAMR), ("TJS", SEVR), ("TJS", PAMR)])
def test_nothing_moves_on_a_frozen_account(rich: Trading, frozen: tuple[str, str]) -> None:
    currency, bank = frozen
    rich.operate(SetFrozen, participant=bank, currency=currency, frozen=True)
    before = rich.purse(SEVR), rich.purse(PAMR)
    rich.trade(1)
    assert rich.settle_together(1).status == "refused"
    rich.advance(DAY // SECOND)
    assert rich.states() == "rejected AC06"
    assert (rich.purse(SEVR), rich.purse(PAMR)) == before


def test_nothing_moves_for_who_is_suspended(world: Trading) -> None:
    world.trade(1)
    world.bring_money(SEVR, 850, "RUB")
    world.bring_money(PAMR, 100, "TJS")
    world.operate(SetParticipantState, bic=PAMR, state="suspended")
    assert answer_of(world.settle_together(1))["reason"] == "AB08"
    world.advance(DAY // SECOND)
    assert world.states() == "rejected AB08"
    assert world.told(PAMR)[-1] == "REJECTED AB08 INFO -100 TJS"


def test_limits_are_asked_of_both_legs(rich: Trading) -> None:
    rich.operate(SetSettlementLimit, participant=PAMR, creditor=SEVR, currency="TJS", amount=99)
    rich.advance(DAY // SECOND)
    rich.trade(1)
    assert rich.states() == "matched"
    assert answer_of(rich.settle_together(1))["reason"] == "AM14"
    rich.trade(2, PAMR, SEVR, 10, 1)  # brings the other one below the limit
    assert rich.settle_together(1, 2).status == "accepted"


def test_what_is_kept_for_urgent_payments_pays_no_trade(rich: Trading) -> None:
    rich.operate(SetUrgentReserve, participant=SEVR, currency="RUB", amount=9_151)
    rich.trade(1)
    assert answer_of(rich.settle_together(1))["reason"] == "AM04"


@pytest.mark.parametrize(("priority", "passes"), [("URGT", False), ("HIGH", False), ("NORM", True)])
def test_it_comes_after_urgent_and_high_payments(rich: Trading, priority: str, passes: bool) -> None:
    rich.gross(1, 20_000, settlement_priority=priority)
    rich.trade(1)
    assert rich.states() == ("settled" if passes else "matched")
    rich.trade(2, PAMR, SEVR)  # what an account receives spends nothing of it
    assert (rich.settle_together(1, 2).status == "accepted") is not passes


def test_a_provider_trades_too(rich: Trading) -> None:
    rich.bring_money(ALFX, 100, "TJS")
    rich.trade(1, SEVR, ALFX)
    assert rich.states() == "settled"


def test_a_provider_does_not_trade_away_what_it_has_promised(rich: Trading) -> None:
    rich.bring_money(ALFX, 1_000, "TJS")
    rich.quote(901, fixed="destination")
    rich.trade(1, SEVR, ALFX)
    assert rich.states() == "matched"
    refused = answer_of(rich.settle_together(1))
    assert (refused["reason"], refused["text"][:11]) == ("AM04", "open quotes")
    rich.advance(61)  # nobody has spent it
    assert rich.settle_together(1).status == "accepted"
    rich.watch()


def test_a_trade_says_who_pays_what(world: Trading) -> None:
    world.trade(1, SEVR, PAMR)
    trade = world.traded(1)
    assert trade.sides == (PAMR, SEVR)
    assert trade.paid_by(SEVR) == Money(850, "RUB")
    assert trade.paid_by(PAMR) == Money(100, "TJS")


def test_a_trade_of_a_provider_moves_its_position_and_passes_no_limit(rich: Trading) -> None:
    rich.operate(SetFxLimit, provider=ALFX, currency="RUB", kind="position", amount=0)
    rich.bring_money(ALFX, 100, "TJS")
    rich.trade(1, SEVR, ALFX)
    rich.trade(2, SEVR, PAMR)
    assert rich.states() == "settled settled"
    held = {key: (each.sold, each.bought) for key, each in rich.store.rows[FX_EXPOSURE].items()}
    assert held == {(ALFX, "RUB"): (0, 850), (ALFX, "TJS"): (100, 0)}
    rich.watch()
