"""docs/correspondents.md: its example goes as it is told."""

import re
from pathlib import Path

from tests.unit.services.settlement.correspondents.corresponding import Corresponding
from tests.world import PAMR, SEVR

DOCUMENT = Path(__file__).parents[5] / "docs/correspondents.md"


def test_the_example() -> None:
    world = Corresponding().found()
    world.opened(overdraft=50)
    (lines,) = re.findall(r"```\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    for n, line in enumerate(lines.splitlines(), 1):
        event, stands = re.split(r"  +", line)
        who, what, amount = event.split()
        debtor, creditor = (SEVR, PAMR) if who == "S" else (PAMR, SEVR)
        match what:
            case "gets":
                reason = world.bring(debtor, int(amount)) or ""
            case "funds":
                reason = world.put(int(amount), debtor)
            case "withdraws":
                reason = world.take(int(amount), debtor)
            case _:
                reason = world.book(n, int(amount), debtor, creditor).removeprefix("ACSC")
        told = f"S {world.balance(SEVR, 'RUB')}, P {world.balance(PAMR, 'RUB')}, account {world.standing}"
        refused = reason.removeprefix("RJCT ")
        assert (f"{told}: {refused}" if refused else told) == stands, line
    assert n == 7
    world.watch()
