"""docs/own-currency.md: the two days of an arrangement go as they are told."""

import re
from pathlib import Path

from corridor.domain.money import decimal_text
from corridor.services.fx.commands import SetFxFee
from tests.unit.services.fx.arranging import Arranged

DOCUMENT = Path(__file__).parents[4] / "docs/own-currency.md"
BECAME = {"paid": "ACSC", "refused": "AM23"}


def test_two_days_of_an_arrangement() -> None:
    world = Arranged().found()
    world.operate(SetFxFee, currency="RUB", rate_bps=0, minimum_amount=0)
    world.arrange(swing=8_500_00, other_swing=1_000_00)
    _, days = re.findall(r"```\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert len(days.splitlines()) == 8
    for line in days.splitlines():
        event, stands = re.split(r"  +(?=R )", line, maxsplit=1)
        happen(world, event.split())
        somoni, roubles = world.owed
        told = f"R {decimal_text(somoni, 'TJS'):>7} TJS  T {decimal_text(roubles, 'RUB'):>7} RUB"
        assert told == stands, line
    assert [netting.remainder for netting in world.nettings] == [0, 2]
    world.watch()


def happen(world: Arranged, words: list[str]) -> None:
    match words:
        case ["a", "somoni", "costs", rate]:
            world.fix(rate)
        case [amount, currency, "are", became]:
            assert world.send(int(amount) * 100, currency) == BECAME[became]
        case ["the", "day", "ends"]:
            world.midnight()
        case _:
            raise AssertionError(words)
