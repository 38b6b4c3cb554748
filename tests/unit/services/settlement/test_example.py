"""docs/settlement.md: the day of three banks goes as it is told."""

import re
from pathlib import Path

from tests.unit.services.settlement.settling import BANKS, Settling

DOCUMENT = Path(__file__).parents[4] / "docs/settlement.md"
EVENT = re.compile(r"(?P<debtor>[SPZ])>(?P<creditor>[SPZ]) (?P<amount>\d+)(?P<urgent> urgent)?")
NAMES = {bic: name for name, bic in BANKS.items()}


def test_the_day_of_three_banks() -> None:
    world = Settling().found()
    (day,) = re.findall(r"```\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    n = 0
    for line in day.splitlines():
        event, waits = re.split(r"  +", line)
        if order := EVENT.fullmatch(event):
            n += 1
            priority = "URGT" if order["urgent"] else None
            debtor, creditor = BANKS[order["debtor"]], BANKS[order["creditor"]]
            world.gross(n, int(order["amount"]), debtor, creditor, settlement_priority=priority)
        else:
            bank, amount = event.split(" gets ")
            world.bring(BANKS[bank], int(amount))
        world.propose()
        left = sorted(world.waiting(), key=lambda o: ("SPZ".index(NAMES[o.debtor]), o.priority, o.place))
        told = ", ".join(f"{NAMES[o.debtor]}>{NAMES[o.creditor]} {o.amount}" for o in left)
        assert (told or "nothing") == waits, line
    assert [world.balance(BANKS[name], "RUB") for name in "SPZ"] == [0, 25, 0]
    world.watch()
