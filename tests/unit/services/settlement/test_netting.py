"""Positions of a day that one can check by hand."""

import doctest

from corridor.services.settlement import netting
from corridor.services.settlement.netting import BilateralPosition, Difference, Item, NetPosition, net, prove

ITEMS = (
    Item("A", "B", "RUB", 100),
    Item("B", "A", "RUB", 60),
    Item("B", "C", "RUB", 30),
    Item("C", "A", "TJS", 7),
)


def test_each_participant_has_one_position_in_each_currency():
    assert net(ITEMS).positions == (
        NetPosition("A", "RUB", paid=100, received=60, items=2),
        NetPosition("B", "RUB", paid=90, received=100, items=3),
        NetPosition("C", "RUB", paid=0, received=30, items=1),
        NetPosition("A", "TJS", paid=0, received=7, items=1),
        NetPosition("C", "TJS", paid=7, received=0, items=1),
    )


def test_two_participants_have_one_position_whoever_owes():
    assert net(ITEMS).bilateral == (
        BilateralPosition("A", "B", "RUB", paid=100, received=60, items=2),
        BilateralPosition("B", "C", "RUB", paid=30, received=0, items=1),
        BilateralPosition("A", "C", "TJS", paid=0, received=7, items=1),
    )
    assert [position.net for position in net(ITEMS).bilateral] == [-40, -30, 7]


def test_what_one_owes_itself_nets_to_nothing():
    netting = net([Item("A", "A", "RUB", 5)])
    assert [position.net for position in netting.positions] == [0]
    assert netting.bilateral == ()


def test_a_position_that_is_missing_invented_or_told_twice_is_a_difference():
    positions = net(ITEMS).positions
    assert prove(ITEMS, positions[1:]) == (Difference("A", "RUB", (0, 0, 0), (100, 60, 2)),)
    invented = NetPosition("D", "RUB", 1, 0, 1)
    assert prove(ITEMS, (*positions, invented)) == (Difference("D", "RUB", (1, 0, 1), (0, 0, 0)),)
    assert prove(ITEMS, (*positions, positions[0])) == (Difference("A", "RUB", (100, 60, 2), (0, 0, 0)),)


def test_examples():
    results = doctest.testmod(netting)
    assert results.attempted > 0
    assert results.failed == 0
