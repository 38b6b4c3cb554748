"""The bench measures what it says; a small one is run whole."""

import msgspec

from corridor.bench.corridor_day import GOODS, GOODS_VALUE, WAGES, make_day
from corridor.bench.settlement import Queue, measure
from corridor.sandbox.world import SOMONI


def test_a_day_has_the_asked_proportion_and_its_streams():
    for ratio in (0.25, 0.5, 1, 2):
        day = make_day(ratio, seed=3)
        assert len(day) == GOODS + WAGES
        assert [payment.time for payment in day] == sorted(payment.time for payment in day)
        roubles = [p.amount * (8.55 if p.currency == SOMONI else 1) for p in day]
        assert abs(sum(roubles) / (GOODS_VALUE * (1 + ratio)) - 1) < 0.001
        from_rouble_banks = sum(payment.debtor.endswith("RUM0") for payment in day)
        assert 0.75 < from_rouble_banks / len(day) < 0.9  # 95 % of wages, 5 % of goods


def test_the_same_seed_gives_the_same_day():
    assert make_day(1, seed=5) == make_day(1, seed=5) != make_day(1, seed=6)


def test_all_figures_are_there_and_as_many_wages_as_goods_save_half_the_money():
    figures = msgspec.to_builtins(
        measure(items=2_000, queues=(Queue(8, 120, 0.1, 1), Queue(8, 120, 0.1, 2, True)))
    )
    assert {"net_seconds", "optimise_seconds", "value_ratio", "liquidity_ratio"} <= figures.keys()
    assert 0 < figures["value_ratio"] <= 1
    assert figures["liquidity_ratio"] <= 0.5
    assert "solver_ratio" not in figures["queues"][0]
