"""docs/returns.md: its example goes as it is told, its reasons are those that are given, its days those that count."""

import re
from pathlib import Path

from lxml import etree

from corridor.codecs.iso20022.pacs004 import CODEC
from corridor.codecs.iso20022.validation import validate
from corridor.services.settlement.returns.returning import DAYS, LATE, LATE_DAYS
from tests.unit.services.settlement.returns.giving_back import GivingBack
from tests.unit.services.settlement.settling import BANKS

DOCUMENT = Path(__file__).parents[5] / "docs/returns.md"


def test_the_example() -> None:
    world = GivingBack().found()
    world.bring(BANKS["S"], 1_000)
    (lines,) = re.findall(r"```\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    received: dict[str, int] = {}
    for n, line in enumerate(lines.splitlines(), 1):
        event, stands = re.split(r"  +", line)
        match event.split():
            case [who, "pays", whom, amount]:
                world.instant(n, int(amount), BANKS[who], BANKS[whom])
                received[whom] = n
                heard = world.heard(BANKS[who])[-1]
            case [who, "gives", "back", amount]:
                heard = world.give_back(received[who], int(amount), BANKS[who], message_id=f"r{n}")
        purses = ", ".join(f"{letter} {world.purse(bank)}" for letter, bank in BANKS.items())
        assert f"{purses}: {heard.removeprefix('admi.002 ')}" == stands, line
    assert n == 7
    world.watch()


def test_the_message_is_one() -> None:
    (sample,) = re.findall(r"    <PmtRtr>.*</PmtRtr>", DOCUMENT.read_text(), re.DOTALL)
    said = re.sub(r">\s+<", "><", sample.strip())
    body = CODEC.render(
        CODEC.decode(etree.fromstring(f'<Document xmlns="{CODEC.namespace}">{said}</Document>'))
    )
    assert f">{said}<" in body
    validate(etree.fromstring(body), CODEC.definition)


def test_the_days_and_reasons() -> None:
    (told,) = re.findall(
        r"([0-9]+) days from .* for `(\w+)` .*? and\s+`(\w+)` .*? ([0-9]+) days",
        DOCUMENT.read_text(),
        re.DOTALL,
    )
    assert (int(told[0]), int(told[3]), {told[1], told[2]}) == (DAYS, LATE_DAYS, set(LATE))
