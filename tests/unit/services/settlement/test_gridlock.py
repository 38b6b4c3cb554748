"""What a treasurer is told of a queue that does not move."""

from corridor.services.settlement.gridlock import Lack, diagnose
from corridor.services.settlement.waiting import Room, Waiting


def pay(number, debtor, creditor, amount):
    return Waiting(number, debtor, creditor, "RUB", amount, place=number)


def test_nothing_waits():
    assert diagnose([], Room({})).explanation == "Nothing waits."


def test_a_queue_that_flows():
    found = diagnose([pay(1, "A", "B", 5_00), pay(2, "B", "A", 9_00)], Room({("A", "RUB"): 5_00}))
    assert (found.state, found.alone) == ("flowing", (1,))


def test_gridlock_is_told_with_its_way_out():
    found = diagnose([pay(1, "A", "B", 5_00), pay(2, "B", "A", 5_00)], Room({}))
    assert (found.state, found.alone, found.together.numbers) == ("gridlock", (), (1, 2))
    assert found.explanation == (
        "Gridlock: none of 2 waiting payments is covered by itself. 2 payments of 2 banks settle together: "
        "10.00 RUB by moving 0.00 RUB. A pays B 5.00 RUB; B pays A 5.00 RUB. "
        "Each by itself, none of them could have settled."
    )


def test_deadlock_is_told_with_who_lacks_what():
    found = diagnose([pay(1, "A", "B", 5_00)], Room({("A", "RUB"): 2_00}))
    assert (found.state, found.together.numbers) == ("deadlock", ())
    assert found.lacks == (Lack("A", "RUB", 2_00, 5_00, 0),)
    assert found.explanation == (
        "Deadlock: no set of the 1 waiting payments was found that settles, whatever is set off; money must come "
        "in. A has 2.00 RUB, is to send 5.00 and to receive 0.00: it lacks 3.00."
    )


def test_without_any_money_nor_anything_to_come_deadlock_is_proven():
    found = diagnose([pay(1, "A", "B", 5_00)], Room({("A", "RUB"): -2_00}))
    assert (found.state, found.proven) == ("deadlock", True)
    assert "can settle" in found.explanation
    assert "A has -2.00 RUB" in found.explanation
