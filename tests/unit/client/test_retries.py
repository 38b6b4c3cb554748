import random

from hypothesis import given
from hypothesis import strategies as st

from corridor.client.retries import Retries


@given(st.integers(1, 1000), st.integers(0, 10**9), st.integers())
def test_a_delay_is_what_the_peer_asks_and_half_to_all_of_a_ceiling_that_doubles(attempt, asked, seed):
    retries = Retries(first=100, longest=10_000)
    ceiling = min(100 * 2 ** (attempt - 1), 10_000)
    delay = retries.delay(attempt, random.Random(seed), asked)
    assert asked + ceiling // 2 <= delay <= asked + ceiling


def test_a_crowd_comes_back_spread_out():
    dice = random.Random(1)
    assert len({Retries().delay(3, dice) for _ in range(100)}) > 90
