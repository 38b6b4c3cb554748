"""docs/cycles.md: the cycle of three banks goes as it is told."""

import re
from pathlib import Path

from corridor.services.settlement.cycle_records import CYCLE_POSITION
from tests.unit.services.settlement.netting_world import BANKS, Netting

DOCUMENT = Path(__file__).parents[4] / "docs/cycles.md"
EVENT = re.compile(r"([SPZ])>([SPZ]) (\d+)( \w+)?")
PURPOSES = {" goods": "SUPP", " wages": "SALA", None: None}


def test_the_cycle_of_three_banks() -> None:
    world = Netting().found()
    (story,) = re.findall(r"```\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    n = 0
    for line in story.splitlines():
        event, due, money = re.split(r"  +\|? ?", line)
        if order := EVENT.fullmatch(event):
            n += 1
            debtor, creditor, amount, product = order.groups()
            world.netted(n, int(amount), BANKS[debtor], BANKS[creditor], category_purpose=PURPOSES[product])
        elif event == "cut-off":
            assert world.close(1).status == "accepted"
        elif event == "settled":
            assert world.settle_cycle(1).status == "accepted"
        else:
            bank, brought = event.split(" gets ")
            world.bring(BANKS[bank], int(brought))
        nets = dict.fromkeys(BANKS.values(), 0)
        for position in world.store.rows[CYCLE_POSITION].values():
            nets[position.participant] += position.net if position.open else 0
        assert ", ".join(f"{name} {nets[bic]}" for name, bic in BANKS.items()) == due, line
        assert " ".join(str(world.balance(bic, "RUB")) for bic in BANKS.values()) == money, line
    world.watch()
