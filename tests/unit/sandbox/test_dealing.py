"""Two simulated providers agree, each on its own side of the same trade."""

import random
from types import SimpleNamespace

import pytest

from corridor.domain.instants import iso_date
from corridor.domain.money import Money
from corridor.sandbox.dealing import LOT, LOTS_MAX, Dealing
from corridor.sandbox.world import ALTYN_FX, MID, SUGD_FX

NOW = 1_795_000_000_000_000


@pytest.mark.parametrize("seed", range(8))
def test_both_state_the_same_trade_mirrored(seed: int) -> None:
    sides = [SimpleNamespace(profile=SimpleNamespace(bic=each.bic)) for each in (ALTYN_FX, SUGD_FX)]
    one, other = Dealing(*sides, random.Random(seed), lambda: NOW).agree()  # type: ignore[arg-type]
    assert (one.counterparty, other.counterparty) == (SUGD_FX.bic, ALTYN_FX.bic)
    assert (one.sold, one.bought) == (other.bought, other.sold)
    assert one.reference == other.reference == f"FX{NOW}"
    assert one.trade_date == one.settlement_date == other.settlement_date == iso_date(NOW)
    somoni, roubles = sorted((one.sold, one.bought), key=lambda each: each.minor)
    assert somoni.minor % LOT == 0
    assert 1 <= somoni.minor // LOT <= LOTS_MAX
    assert roubles == Money(int(somoni.minor * MID), "RUB")
