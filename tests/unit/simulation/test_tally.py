"""Counts of trials add up."""

from corridor.simulation.tally import Canaries, Recovery, Tally, Violation


def test_that_sums_add_every_count() -> None:
    broken = Violation("I1", "town", 7, "a unit is missing")
    one = Tally(
        seeds=2, faults={"loss": 1}, canaries=Canaries(3, 3), checked={"I1": 5}, not_run={"cut": "no"}
    )
    other = Tally(
        seeds=1, faults={"loss": 2, "delay": 1}, canaries=Canaries(1, 0), violations=(broken,), seconds=4
    )
    assert one.plus(other) == Tally(
        seeds=3,
        faults={"loss": 3, "delay": 1},
        canaries=Canaries(4, 3),
        checked={"I1": 5},
        not_run={"cut": "no"},
        violations=(broken,),
        seconds=4,
    )


def test_that_of_two_recoveries_the_longer_counts() -> None:
    one = Tally(recovery={"hub": Recovery(900, 1_000), "signer": Recovery(3, 1_000)})
    assert one.plus(Tally(recovery={"hub": Recovery(1_200, 1_000, late=1)})).recovery == {
        "hub": Recovery(1_200, 1_000, times=2, late=1),
        "signer": Recovery(3, 1_000),
    }
