"""Two queues and rings that one can check by hand."""

from corridor.services.settlement.offsetting import offset_bilaterally, settle_cycles
from corridor.services.settlement.waiting import HIGH, NORMAL, Room, Waiting


def pay(number, debtor, creditor, amount, priority=NORMAL):
    return Waiting(number, debtor, creditor, "RUB", amount, priority, number)


def test_two_that_lack_money_settle_against_each_other():
    waiting = (pay(1, "SEVRRUM0", "PAMRTJ20", 100_00), pay(2, "PAMRTJ20", "SEVRRUM0", 90_00))
    (offset,) = offset_bilaterally(waiting, Room({("SEVRRUM0", "RUB"): 10_00}))
    assert (offset.numbers, offset.value, offset.method) == ((1, 2), 190_00, "bilateral offset")
    assert offset.explanation == (
        "2 payments of 2 banks settle together: 190.00 RUB by moving 10.00 RUB. SEVRRUM0 pays PAMRTJ20 100.00 RUB; "
        "PAMRTJ20 pays SEVRRUM0 90.00 RUB. Each by itself, none of them could have settled."
    )


def test_one_direction_is_no_offset():
    assert offset_bilaterally((pay(1, "A", "B", 5), pay(2, "B", "C", 5)), Room({("A", "RUB"): 9})) == ()


def test_a_limit_forbids_what_money_would_allow():
    waiting = (pay(1, "A", "B", 100), pay(2, "B", "A", 90))
    room = Room({("A", "RUB"): 10}, bilateral={("A", "B", "RUB"): 9})
    assert offset_bilaterally(waiting, room) == ()


def test_what_is_urgent_for_another_holds_up_an_offset():
    waiting = (pay(1, "A", "B", 100), pay(2, "B", "A", 100), pay(3, "A", "C", 7, HIGH))
    assert offset_bilaterally(waiting, Room({})) == ()
    assert [each.numbers for each in offset_bilaterally(waiting[:2], Room({}))] == [(1, 2)]


def test_the_money_of_one_offset_is_not_spent_in_the_next():
    waiting = (pay(1, "A", "B", 60), pay(2, "B", "A", 50), pay(3, "A", "C", 60), pay(4, "C", "A", 50))
    assert [each.numbers for each in offset_bilaterally(waiting, Room({("A", "RUB"): 10}))] == [(1, 2)]
    assert [each.numbers for each in offset_bilaterally(waiting, Room({("A", "RUB"): 20}))] == [
        (1, 2),
        (3, 4),
    ]


def test_a_ring_of_three_settles_which_no_two_can():
    waiting = (pay(1, "A", "B", 100), pay(2, "B", "C", 100), pay(3, "C", "A", 95))
    room = Room({("A", "RUB"): 5})
    assert offset_bilaterally(waiting, room) == ()
    (cycle,) = settle_cycles(waiting, room)
    assert (cycle.numbers, cycle.method) == ((1, 2, 3), "cycle")
    assert settle_cycles(waiting, Room({("A", "RUB"): 4})) == ()


def test_a_ring_of_five_is_found_and_one_of_six_is_left_to_the_optimiser():
    def ring(names):
        ends = zip(names, names[1:] + names[:1], strict=True)
        return [pay(number, *pair, 10) for number, pair in enumerate(ends)]

    assert [each.value for each in settle_cycles(ring("ABCDE"), Room({}))] == [50]
    assert settle_cycles(ring("ABCDEF"), Room({})) == ()


def test_a_search_for_rings_ends_where_there_are_none():
    names = [f"BANK{number:02}" for number in range(60)]
    upwards = [(debtor, creditor) for debtor in names for creditor in names if debtor < creditor]
    waiting = [pay(number, *pair, 10) for number, pair in enumerate(upwards)]
    assert settle_cycles(waiting, Room({})) == ()


def test_rings_share_no_payment_and_stop_with_the_steps():
    waiting = [
        pay(n, *pair, 10) for n, pair in enumerate(("AB", "BC", "CA", "AD", "DE", "EA", "AB", "BC", "CA"))
    ]
    found = settle_cycles(waiting, Room({}))
    assert sorted(number for each in found for number in each.numbers) == list(range(9))
    assert settle_cycles(waiting, Room({}), steps=0) == ()
