"""Who bears what a member in default lacks."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.services.settlement.losses import LossShare, Uncovered, allocate, misallocated, share_losses

ALLOCATIONS = [
    (100, {"A": 1, "B": 1, "C": 1}, {"A": 34, "B": 33, "C": 33}),
    (1, {"B": 1, "A": 1}, {"A": 1, "B": 0}),
    (2, {"A": 1, "B": 1, "C": 1}, {"A": 1, "B": 1, "C": 0}),
    (10, {"A": 1, "B": 2}, {"A": 3, "B": 7}),
    (299, {"P": 300, "Z": 100}, {"P": 224, "Z": 75}),
    (5, {"A": 0, "B": 7}, {"A": 0, "B": 5}),
]


@pytest.mark.parametrize(("amount", "weights", "shares"), ALLOCATIONS, ids=str)
def test_every_unit_is_allocated(amount: int, weights: dict[str, int], shares: dict[str, int]) -> None:
    assert allocate(amount, weights) == shares


ROWS = [
    # nobody is short
    ({"A": 0, "B": 5}, {}, []),
    # in proportion to what each dealt with it, whoever else has money
    ({"A": -4, "B": 9, "C": 9, "D": 99}, {("A", "B"): 1, ("A", "C"): 3, ("B", "D"): 50}, ["A B 1", "A C 3"]),
    # who cannot bear its share bears what it can, and others what they dealt with that one
    (
        {"A": -10, "B": 2, "C": 20, "D": 9},
        {("A", "B"): 1, ("A", "C"): 1, ("B", "D"): 7},
        ["A B 5", "A C 5", "B D 3"],
    ),
    # two in default
    ({"A": -2, "B": -3, "C": 9}, {("A", "C"): 1, ("B", "C"): 4}, ["A C 2", "B C 3"]),
    # nobody who is left dealt with it: what each dealt with anybody
    ({"A": -3, "B": -1, "C": 9, "D": 9}, {("A", "B"): 5, ("B", "C"): 1, ("C", "D"): 1}, ["A C 2", "A D 1", "B C 1"]),
    # nobody dealt with anybody who is left: one share each
    ({"A": -3, "C": 9, "D": 9}, {}, ["A C 2", "A D 1"]),
]  # fmt: skip


@pytest.mark.parametrize(("capacity", "dealt", "due"), ROWS, ids=str)
def test_the_rule(capacity: dict[str, int], dealt: dict[tuple[str, str], int], due: list[str]) -> None:
    shares = share_losses("RUB", capacity, dealt)
    assert [f"{s.defaulter} {s.survivor} {s.amount}" for s in shares] == due


def test_what_nobody_can_bear_is_said() -> None:
    with pytest.raises(Uncovered):
        share_losses("RUB", {"A": -5, "B": 2}, {("A", "B"): 1})


NAMES = ("A", "B", "C", "D", "E")
amounts = st.integers(0, 10**12)


@given(
    st.fixed_dictionaries(dict.fromkeys(NAMES, st.integers(-(10**12), 10**12))),
    st.dictionaries(st.sampled_from([(a, b) for a in NAMES for b in NAMES if a < b]), amounts),
)
def test_afterwards_nobody_is_short_and_not_a_unit_is_lost(
    capacity: dict[str, int], dealt: dict[tuple[str, str], int]
) -> None:
    left = dict(capacity)
    try:
        shares: tuple[LossShare, ...] = share_losses("RUB", capacity, dealt)
    except Uncovered:
        assert sum(capacity.values()) < 0
        return
    for share in shares:
        assert share.amount > 0
        left[share.survivor] -= share.amount
        left[share.defaulter] += share.amount
    assert min(left.values()) >= 0
    assert sum(left.values()) == sum(capacity.values())
    for name, amount in capacity.items():
        if amount < 0:
            assert left[name] == 0, "a defaulter is given what it lacks, and not more"
    assert shares == share_losses("RUB", dict(reversed(capacity.items())), dealt)
    if shares:
        assert misallocated(shares, dealt) == ()
    if len(shares) > 1 and shares[0].defaulter == shares[1].defaulter:
        more, less = (
            msgspec.structs.replace(s, amount=s.amount + by) for s, by in zip(shares, (1, -1), strict=False)
        )
        assert misallocated((more, less, *shares[2:]), dealt), "one has paid a unit for another"


@given(
    amounts, st.dictionaries(st.sampled_from(NAMES), amounts, min_size=1).filter(lambda w: any(w.values()))
)
def test_an_allocation_is_exact_and_fair_to_a_unit(amount: int, weights: dict[str, int]) -> None:
    shares, whole = allocate(amount, weights), sum(weights.values())
    assert sum(shares.values()) == amount
    assert all(abs(shares[name] * whole - amount * weight) < whole for name, weight in weights.items())
