"""Who is woken is woken once for what is still open, and again for what comes back."""

from corridor.reports.alarms import Acknowledgement, Standing, raised
from corridor.reports.invariants import Broken

TWO = [Broken("balances", "one"), Broken("chain", "another"), Broken("balances", "one more")]


def test_one_alarm_for_each_invariant():
    alarms = raised(Standing([], []), TWO, 7, 1)
    assert [(each.number, each.invariant, each.sentence) for each in alarms] == [
        (1, "balances", "one"),
        (2, "chain", "another"),
    ]


def test_an_open_alarm_is_not_raised_again():
    before = raised(Standing([], []), TWO, 7, 1)
    assert raised(Standing(before, []), TWO, 8, 2) == []


def test_what_was_acknowledged_and_comes_back_is_a_new_alarm():
    before = raised(Standing([], []), TWO, 7, 1)
    standing = Standing(before, [Acknowledgement(1, "anna", "seen", 2)])
    assert [each.number for each in standing.open] == [2]
    assert [(each.number, each.invariant) for each in raised(standing, TWO, 8, 3)] == [(3, "balances")]
