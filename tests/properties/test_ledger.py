"""The ledger and its oracle are given the same commands and never disagree."""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from corridor.ledger.results import TransferResult
from tests.properties.ledger_trial import Trial

T = TypeVar("T")


class LedgerAndOracle(RuleBasedStateMachine):
    """Few commands, but what fails is shrunk to the shortest story that fails."""

    @initialize(data=st.data())
    def start(self, data: st.DataObject) -> None:
        self.data = data
        self.trial = Trial(self.choose)

    @rule()
    def command(self) -> None:
        self.trial.command()

    @rule()
    def change_account(self) -> None:
        self.trial.change_account()

    @rule()
    def wait(self) -> None:
        self.trial.wait()

    @invariant()
    def check(self) -> None:
        self.trial.check()

    def choose(self, options: Sequence[T]) -> T:
        return self.data.draw(st.sampled_from(options))


TestLedgerAndOracle = LedgerAndOracle.TestCase
TestLedgerAndOracle.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)


SEEDS = range(10)


@cache
def stories(seed: int) -> list[TransferResult]:
    """Many commands; every result that was reached."""
    random = Random(seed)
    reached: list[TransferResult] = []
    for _ in range(40):
        trial = Trial(random.choice)
        for _ in range(20):
            random.choice([trial.command, trial.command, trial.change_account, trial.wait])()
            trial.check()
        reached += trial.results
    return reached


@pytest.mark.parametrize("seed", SEEDS)
def test_many_stories(seed: int) -> None:
    assert stories(seed)


def test_the_stories_are_rich() -> None:
    reached = [result for seed in SEEDS for result in stories(seed)]
    assert set(reached) == set(TransferResult)
    assert reached.count(TransferResult.OK) > len(reached) / 4
