"""The optimiser against the best by trying all, and on queues that one can check by hand."""

import random

import pytest

from corridor.bench.settlement import Queue, make_queue
from corridor.services.settlement.flow import Pipe, least_cut
from corridor.services.settlement.optimisation import optimise, value_bound
from corridor.services.settlement.waiting import HIGH, NORMAL, URGENT, Room, Waiting, verify_selection
from tests.properties.settlement_queues import best_value


def small_queue(seed):
    dice = random.Random(seed)
    waiting = []
    for number in range(12):
        debtor, creditor = dice.sample("ABCDE", 2)
        priority = dice.choices((URGENT, HIGH, NORMAL), (1, 1, 8))[0]
        amount = int(dice.lognormvariate(5, 1)) + 1
        waiting.append(Waiting(number, debtor, creditor, "RUB", amount, priority, number))
    return waiting, Room({(bank, "RUB"): dice.randint(0, 200) for bank in "ABCDE"})


def test_on_small_queues_it_comes_close_to_the_best():
    values, best = [], []
    for seed in range(40):
        waiting, room = small_queue(seed)
        selection = optimise(waiting, room)
        assert verify_selection(waiting, room, selection.numbers) == ()
        values.append(selection.value)
        best.append(best_value(waiting, room))
        assert values[-1] <= best[-1]
    assert sum(values) >= 0.95 * sum(best)
    assert sum(mine == most for mine, most in zip(values, best, strict=True)) >= 30


@pytest.mark.parametrize(
    ("queue", "least"),
    [
        (Queue(40, 2_000, 0.02, 5), 0.85),
        (Queue(20, 2_000, 0.05, 1), 0.85),
        (Queue(40, 2_000, 0.20, 2), 0.85),
    ],
)
def test_of_long_queues_it_settles_most_of_what_is_possible(queue, least):
    waiting, room = make_queue(queue)
    selection = optimise(waiting, room)
    assert verify_selection(waiting, room, selection.numbers) == ()
    assert selection.value >= least * value_bound(waiting, room)


def test_limits_of_a_long_queue_hold():
    waiting, room = make_queue(Queue(40, 2_000, 0.05, 4, limits=True))
    selection = optimise(waiting, room)
    assert selection.value > 0
    assert verify_selection(waiting, room, selection.numbers) == ()


def test_nobody_is_cut_where_all_may_settle():
    ring = [Waiting(n, d, c, "RUB", 100) for n, (d, c) in enumerate(("AB", "BC", "CA"))]
    selection = optimise(ring, Room({}))
    assert (selection.numbers, selection.value) == ((0, 1, 2), 300)


def test_the_urgent_settles_and_not_the_greater():
    waiting = [Waiting(1, "A", "B", "RUB", 50, URGENT), Waiting(2, "A", "B", "RUB", 90, NORMAL)]
    assert optimise(waiting, Room({("A", "RUB"): 100})).numbers == (1,)


def test_of_equals_the_earlier_settles():
    waiting = [Waiting(2, "A", "B", "RUB", 50, place=1), Waiting(1, "A", "C", "RUB", 50, place=2)]
    assert optimise(waiting, Room({("A", "RUB"): 99})).numbers == (2,)


def test_an_empty_queue_has_an_empty_answer():
    assert optimise([], Room({})).numbers == ()
    assert value_bound([], Room({})) == 0


def test_a_cut_goes_the_shortest_way():
    # A is short of 10. Cutting what it sends B is enough, since B has room; over C it would cost twice.
    pipes = [Pipe(0, 2, 10), Pipe(0, 1, 10), Pipe(2, 1, 10)]
    assert least_cut(pipes, [10, 0, 0]) == [0, 10, 0]


def test_a_cut_that_was_made_is_taken_back_where_another_costs_less():
    # Each of 0 and 1 sends 10 to 2 and has nothing; 2 passes 20 on to 3.
    pipes = [Pipe(0, 2, 10), Pipe(1, 2, 10), Pipe(2, 3, 20)]
    assert least_cut(pipes, [0, 10, 0, 0]) == [10, 0, 10]
