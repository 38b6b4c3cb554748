"""Neither crowd nor flood hurts another, at a small size; a door that holds a crowd for ever is told of."""

import pytest

from corridor.gateway import server
from corridor.simulation.door import crowd
from corridor.simulation.door.attacks.trial import on_uvloop
from corridor.simulation.door.house import open_house


def a_small_crowd(arrival_s, bound_s, monkeypatch):
    monkeypatch.setattr(server, "ARRIVAL_S", arrival_s)
    monkeypatch.setattr(crowd, "LATE_S", 1.0)
    monkeypatch.setattr(crowd, "DRIP_S", 0.02)

    async def main():
        async with open_house() as house:
            return await crowd.crowd(house, 40, bound_s, [0.1], lambda _: None)

    return on_uvloop(main())


def test_that_a_crowd_is_let_go(monkeypatch):
    stories, visits = a_small_crowd(0.3, 3.0, monkeypatch)
    assert [each for each in stories if "held" in each] == []
    assert len(visits) == 40
    assert [visit.kind for visit in visits if visit.bounded and visit.lasted_s is None] == []


def test_that_a_crowd_which_is_not_let_go_is_told(monkeypatch):
    stories, _ = a_small_crowd(60.0, 0.3, monkeypatch)
    assert {each.partition("held")[0] for each in stories} == {"5 connections are "}
    assert len(stories) == 6


@pytest.mark.parametrize(
    ("times", "alone", "right"),
    [
        ([0.1] * 100, 0.1, True),
        ([2.0] * 100, 0.1, False),
        ([2.0] * 100, 0.5, True),
        ([float("inf")] * 100, 0.5, False),
        ([0.1] * 100, float("inf"), False),
        ([], 0.1, False),
    ],
)
def test_what_is_slow(times, alone, right):
    assert (crowd.judge_times("now", times, [0.01, alone], lambda _: None) == []) is right


def test_a_flood_from_outside():
    async def main():
        async with open_house() as house:
            return await crowd.flood(house, 3.0, [0.1], lambda _: None)

    stories, sent = on_uvloop(main())
    assert [each for each in stories if "p99" not in each] == []
    assert sent > 0
