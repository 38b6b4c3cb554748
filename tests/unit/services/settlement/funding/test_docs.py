"""The example of docs/central-bank.md happens as the page says."""

import re
from pathlib import Path

from corridor.domain.money import Money, decimal_text
from tests.unit.services.settlement.funding.liquidity import Liquidity
from tests.world import PAMR, SEVR

PAGE = Path(__file__).parents[5] / "docs" / "central-bank.md"
ASKS = re.compile(r"(\w+) asks for ([0-9.]+) \(L(\d)\)")
CREDITS = re.compile(r"CBRRRUM0 credits (\w+) with ([0-9.]+) \(L(\d)\)")
PAYS = re.compile(r"(\w+) pays (\w+) ([0-9.]+)")
TAKES = re.compile(r"(\w+) sends home ([0-9.]+) \(L(\d)\)(?:, refused (\w+))?")
SAYS = re.compile(r"CBRRRUM0 says (\w+) \(L(\d)\)")


def happen(world: Liquidity, what: str) -> None:
    if found := ASKS.fullmatch(what):
        assert world.ask_for(int(found[3]), _minor(found[2]), found[1]).status == "accepted"
    elif found := CREDITS.fullmatch(what):
        assert world.credit(int(found[3]), _minor(found[2]), found[1]).status == "accepted"
    elif found := PAYS.fullmatch(what):
        world.gross(1, _minor(found[3]), found[1], found[2])
        assert world.payment(1).status == "ACSC"
    elif found := TAKES.fullmatch(what):
        world.defund(int(found[3]), _minor(found[2]), found[1])
        assert world.stands(int(found[3])).reason == (found[4] or "")
    else:
        found = SAYS.fullmatch(what)
        assert found is not None, what
        assert world.answer(int(found[2]), found[1]).status == "accepted"


def test_the_example() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text().partition("## An example")[2].splitlines()
        if line.startswith("| ") and not line.startswith(("| ---", "| what"))
    ]
    assert len(rows) == 9
    world = Liquidity().found()
    for what, *stated in rows:
        happen(world, what)
        purses = [", ".join(decimal_text(each, "RUB") for each in world.purse(bank)) for bank in (SEVR, PAMR)]
        assert [*purses, decimal_text(world.issued(), "RUB")] == stated, what
    world.watch()


def _minor(text: str) -> int:
    return Money.parse(text, "RUB").minor
