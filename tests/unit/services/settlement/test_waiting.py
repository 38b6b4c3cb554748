"""What may settle together, one rule at a time."""

from corridor.services.settlement.waiting import HIGH, NORMAL, URGENT, Room, Waiting, verify_selection


def pay(number, debtor, creditor, amount, priority=NORMAL):
    return Waiting(number, debtor, creditor, "RUB", amount, priority, number)


BOTH = (pay(1, "A", "B", 100), pay(2, "B", "A", 90))


def test_two_without_enough_each_settle_together():
    assert verify_selection(BOTH, Room({("A", "RUB"): 10}), (1, 2)) == ()


def test_one_unit_too_little_is_told():
    assert verify_selection(BOTH, Room({("A", "RUB"): 9}), (1, 2)) == ("A lacks 1 RUB",)


def test_a_multilateral_limit_counts_like_money():
    room = Room({("A", "RUB"): 500}, multilateral={("A", "RUB"): 9})
    assert verify_selection(BOTH, room, (1, 2)) == ("A lacks 1 RUB",)


def test_a_bilateral_limit_is_net_of_what_comes_back():
    room = Room({("A", "RUB"): 500}, bilateral={("A", "B", "RUB"): 9})
    assert verify_selection(BOTH, room, (1, 2)) == ("A sends B 1 RUB above their limit",)
    assert verify_selection(BOTH, Room(room.available, {("A", "B", "RUB"): 10}), (1, 2)) == ()


def test_nothing_passes_what_has_a_higher_priority():
    waiting = (pay(1, "A", "B", 5, HIGH), pay(2, "A", "C", 5), pay(3, "A", "C", 5, URGENT))
    rich = Room({("A", "RUB"): 100})
    assert verify_selection(waiting, rich, (2, 3)) == ("payment 2 passes 1 of higher priority",)
    assert verify_selection(waiting, rich, (1, 2)) == (
        "payment 1 passes 3 of higher priority",
        "payment 2 passes 3 of higher priority",
    )
    assert verify_selection(waiting, rich, (3,)) == ()


def test_within_a_priority_one_may_pass_another():
    assert verify_selection((pay(1, "A", "B", 9), pay(2, "A", "B", 1)), Room({("A", "RUB"): 1}), (2,)) == ()


def test_who_is_below_zero_may_receive_but_not_send():
    room = Room({("A", "RUB"): 100, ("B", "RUB"): -50})
    assert verify_selection(BOTH, room, (1,)) == ()
    assert verify_selection(BOTH, room, (1, 2)) == ("B lacks 40 RUB",)


def test_what_does_not_wait_or_is_named_twice_is_told():
    assert verify_selection(BOTH, Room({("A", "RUB"): 100}), (1, 1, 7)) == (
        "a payment is named twice",
        "payment 7 does not wait",
    )


def test_room_after_a_settlement():
    room = Room(
        {("A", "RUB"): 100},
        {("A", "B", "RUB"): 100, ("B", "A", "RUB"): 0},
        {("B", "RUB"): 5, ("A", "RUB"): 1},
    )
    assert room.after(BOTH[:1]) == Room(
        {("A", "RUB"): 0, ("B", "RUB"): 100},
        {("A", "B", "RUB"): 0, ("B", "A", "RUB"): 100},
        {("B", "RUB"): 105, ("A", "RUB"): -99},
    )
