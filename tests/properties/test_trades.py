"""Trades in any order: nobody pays without receiving, whatever the two sides, the worker and time do."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.services.settlement.pvp.choice import Matched, Trades, fits, most_together, settleable
from corridor.services.settlement.pvp.records import MATCHED, SETTLED, TRADE
from corridor.services.settlement.waiting import NORMAL, Room, Waiting
from tests.unit.services.settlement.pvp.trading import PAMR, SEVR, ZARA, Trading

BANKS = (SEVR, PAMR, ZARA)
SIDES = st.sampled_from([(one, other) for one in BANKS for other in BANKS if one != other])
AMOUNTS = st.integers(1, 4)
EVENTS = st.one_of(
    st.tuples(st.just("capture"), SIDES, st.integers(1, 3), AMOUNTS, AMOUNTS, st.booleans()),
    st.tuples(st.just("mirror"), st.integers(0, 5)),
    st.tuples(st.just("bring"), st.sampled_from(BANKS), AMOUNTS, st.sampled_from(["RUB", "TJS"])),
    st.tuples(st.just("cancel"), SIDES, st.integers(1, 3)),
    st.tuples(st.just("settle"), st.sets(st.integers(0, 5), min_size=1, max_size=4)),
    st.tuples(st.just("wait"), st.sampled_from([1, 3_600, 40_000])),
    st.tuples(st.just("fall")),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=25))
def test_both_legs_move_or_none_in_any_interleaving(events: Sequence[tuple]) -> None:  # type: ignore[type-arg]
    world = Trading().found()
    brought: Counter[tuple[str, str]] = Counter()
    for event in events:
        match event:
            case ("capture", (one, other), n, roubles, somoni, sells):
                sold, bought = ((roubles, "RUB"), (somoni, "TJS"))
                world.capture(n, one, other, *((sold, bought) if sells else (bought, sold)))
            case ("mirror", which):
                trades = list(world.store.rows.get(TRADE, {}).values())
                if trades:
                    trade = trades[which % len(trades)]
                    side = trade.second if trade.first_captured_at is not None else trade.first
                    sold, bought = trade.paid_by(side), trade.paid_by(trade.other(side))
                    world.capture(
                        int(trade.reference[1:]),
                        side,
                        trade.other(side),
                        (sold.minor, sold.currency),
                        (bought.minor, bought.currency),
                        trade_date=trade.trade_date,
                        settlement_date=trade.settlement_date,
                    )
            case ("bring", bank, amount, currency):
                world.bring_money(bank, amount, currency)
                brought[bank, currency] += amount
            case ("cancel", (one, other), n):
                world.undo(n, one, other)
            case ("settle", places):
                open_ = [
                    n for n, each in sorted(world.store.rows.get(TRADE, {}).items()) if each.state == MATCHED
                ]
                world.settle_numbers(*(open_[place] for place in places if place < len(open_)))
            case ("wait", seconds):
                world.advance(seconds)
            case ("fall",):
                world.restart()
    world.watch()
    for trade in world.store.rows.get(TRADE, {}).values():
        if trade.state == SETTLED:
            for leg, payer in zip(trade.legs, trade.sides, strict=True):
                brought[payer, leg.currency] -= leg.amount
                brought[trade.other(payer), leg.currency] += leg.amount
    for bank in BANKS:
        assert world.purse(bank) == (brought[bank, "RUB"], brought[bank, "TJS"])
        assert min(world.purse(bank)) >= 0


MATCHED_TRADES = st.lists(st.tuples(SIDES, AMOUNTS, AMOUNTS), max_size=6)
ROOMS = st.dictionaries(st.tuples(st.sampled_from(BANKS), st.sampled_from(["RUB", "TJS"])), st.integers(0, 4))


def matched(rows: Sequence[tuple[tuple[str, str], int, int]]) -> list[Matched]:
    return [
        Matched(
            number,
            (
                Waiting(number, one, other, "RUB", roubles, NORMAL, number),
                Waiting(number, other, one, "TJS", somoni, NORMAL, number),
            ),
        )
        for number, ((one, other), roubles, somoni) in enumerate(rows, 1)
    ]


@given(MATCHED_TRADES, ROOMS)
def test_each_choice_fits_on_top_of_those_before(rows: list, money: dict) -> None:  # type: ignore[type-arg]
    trades, room = matched(rows), Room(money)
    by_number = {each.number: each for each in trades}
    for found in settleable(Trades(1, trades, room)):
        chosen = [by_number.pop(number) for number in found.numbers]
        assert chosen
        assert fits(chosen, room)
        room = room.after([leg for trade in chosen for leg in trade.legs])
    left = list(by_number.values())
    few = chain.from_iterable(combinations(left, size) for size in (1, 2))
    assert not any(fits(some, room) for some in few), "one or two that could settle were left"
    assert not (left and fits(left, room)), "all that is left could settle"


@given(MATCHED_TRADES, ROOMS)
def test_the_most_of_all_fits_and_is_all_if_all_fit(rows: list, money: dict) -> None:  # type: ignore[type-arg]
    trades, room = matched(rows), Room(money)
    found = most_together(trades, room)
    assert not found or fits(found, room)
    if trades and fits(trades, room):
        assert len(found) == len(trades)
