"""Days that one can replay by hand."""

from corridor.services.settlement.liquidity import DayPayment, Need, Rules, compare, needs, replay

DAY = (
    DayPayment(0, "A", "B", "RUB", 100),
    DayPayment(60, "B", "A", "RUB", 90),
    DayPayment(120, "A", "B", "RUB", 20),
)


def test_the_need_is_the_deepest_debit_and_never_less_than_the_end():
    assert needs(DAY) == {("A", "RUB"): Need(gross=100, least=30)}


def test_the_order_is_that_of_arrival():
    assert needs(DAY[::-1]) == needs(DAY)


def test_with_all_the_money_nobody_waits():
    done = replay(DAY, {("A", "RUB"): 100}, Rules())
    assert (done.used, done.settled, done.delay_total) == ({("A", "RUB"): 100, ("B", "RUB"): 0}, 3, 0)


def test_with_the_least_a_payment_waits_until_it_can_be_set_off():
    done = replay(DAY, {("A", "RUB"): 30}, Rules(every=2))
    assert done.together == 2
    assert done.used["A", "RUB"] == 30
    assert (done.settled, done.unsettled) == (3, 0)
    assert (done.delay_total, done.delay_max, done.delay_average) == (60, 60, 20)


def test_money_that_comes_in_releases_a_queue_before_any_optimisation():
    day = (DayPayment(0, "A", "B", "RUB", 50), DayPayment(30, "B", "A", "RUB", 50))
    done = replay(day, {("B", "RUB"): 50}, Rules(every=100))
    assert (done.together, done.delay_total) == (0, 30)


def test_what_never_settles_counts_until_the_end():
    done = replay(DAY[:2], {}, Rules())
    assert (done.settled, done.unsettled, done.delay_max) == (0, 2, 60)


def test_a_day_compared():
    saving = compare(DAY, Rules(every=2), (0, 16))
    assert (saving.gross, saving.least, saving.value) == ({"RUB": 100}, {"RUB": 30}, {"RUB": 210})
    assert [line.need for line in saving.lines] == [{"RUB": 30}, {"RUB": 100}]


def test_a_share_is_rounded_up():
    assert [Need(gross=33, least=10).share(sixteenths) for sixteenths in (0, 1, 8, 16)] == [10, 12, 22, 33]
