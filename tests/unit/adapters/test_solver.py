"""The solver, where the extra is installed: what it says is checked, and it can only better what it is given."""

import pytest
from hypothesis import given, settings

from corridor.bench.settlement import Queue, make_queue
from corridor.services.settlement.optimisation import optimise, value_bound
from corridor.services.settlement.waiting import NORMAL, Room, Selection, Waiting, verify_selection
from tests.properties.settlement_queues import best_value, queues

pytest.importorskip("highspy", reason="the extra `optimise` is not installed")
highs = pytest.importorskip("corridor.adapters.solver.highs")

NOTHING = Selection((), 0, "none", "")


@given(queues(most=8))
@settings(max_examples=40)
def test_of_a_small_queue_it_never_chooses_what_cannot_settle(queue):
    waiting, room = queue
    start = optimise(waiting, room)
    chosen = highs.HighsChooser().choose(waiting, room, start)
    assert verify_selection(waiting, room, chosen.numbers) == ()
    assert start.value <= chosen.value <= best_value(waiting, room)


def test_it_finds_what_is_there():
    ring = [Waiting(n, d, c, "RUB", 100) for n, (d, c) in enumerate(("AB", "BC", "CA"))]
    chosen = highs.HighsChooser().choose(ring, Room({}), NOTHING)
    assert (chosen.numbers, chosen.value, chosen.method) == ((0, 1, 2), 300, "solver")


def test_without_priorities_and_limits_the_own_bound_is_the_linear_one():
    waiting, room = make_queue(Queue(20, 300, 0.05, 1))
    equal = [Waiting(w.number, w.debtor, w.creditor, w.currency, w.amount, NORMAL, w.place) for w in waiting]
    bound = value_bound(equal, room)
    assert abs(highs.linear_bound(equal, room) - bound) <= bound * 1e-6
    assert highs.linear_bound(waiting, room) <= bound * (1 + 1e-6)


def test_it_keeps_off_standard_output(capfd):
    highs.HighsChooser().choose([Waiting(1, "A", "B", "RUB", 5)], Room({("A", "RUB"): 5}), NOTHING)
    assert capfd.readouterr().out == ""
