"""The example of docs/pvp.md happens as the page says."""

import re
from pathlib import Path

from corridor.domain.instants import DAY, SECOND
from corridor.domain.money import Money, decimal_text
from corridor.services.settlement.pvp.choice import Matched, Trades, settleable
from corridor.services.settlement.pvp.records import MATCHED, TRADE
from corridor.services.settlement.waiting import Room, Waiting
from tests.unit.services.settlement.pvp.trading import PAMR, SEVR, Trading

PAGE = Path(__file__).parents[5] / "docs" / "pvp.md"
_AMOUNT = r"(?P<{0}>[0-9.]+) (?P<{0}_in>[A-Z]{{3}})"
STATES = re.compile(
    rf"(?P<who>\w+) sells {_AMOUNT.format('sold')} for {_AMOUNT.format('bought')} to (?P<to>\w+) \(T(?P<n>\d)\)"
)
RECEIVES = re.compile(rf"(?P<who>\w+) receives {_AMOUNT.format('sum')}")
UNDOES = re.compile(r"(?P<who>\w+) wants T(?P<n>\d) undone")


def minor(text: str, currency: str) -> tuple[int, str]:
    return Money.parse(text, currency).minor, currency


def settler_works(world: Trading) -> None:
    """What the settler would read and propose."""
    matched = []
    for number, trade in sorted(world.store.rows[TRADE].items()):
        if trade.state == MATCHED:
            legs = [
                Waiting(number, side, trade.other(side), leg.currency, leg.amount)
                for side, leg in zip(trade.sides, trade.legs, strict=True)
            ]
            matched.append(Matched(number, (legs[0], legs[1])))
    room = Room({(bank, code): world.balance(bank, code) for bank in (SEVR, PAMR) for code in ("RUB", "TJS")})
    for found in settleable(Trades(len(world.batches), matched, room)):
        assert world.settle_numbers(*found.numbers).status == "accepted"


def happen(world: Trading, what: str) -> None:
    if found := STATES.fullmatch(what):
        f = found.groupdict()
        sold, bought = minor(f["sold"], f["sold_in"]), minor(f["bought"], f["bought_in"])
        assert world.capture(int(f["n"]), f["who"], f["to"], sold, bought).status == "accepted"
    elif found := RECEIVES.fullmatch(what):
        world.bring_money(found["who"], *minor(found["sum"], found["sum_in"]))
    elif found := UNDOES.fullmatch(what):
        other = PAMR if found["who"] == SEVR else SEVR
        assert world.undo(int(found["n"]), found["who"], other).status == "accepted"
    elif what == "the settler works":
        settler_works(world)
    else:
        assert what == "the day ends", what
        world.advance(DAY / SECOND)


def test_the_example() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text().splitlines()
        if line.startswith("| ") and not line.startswith(("| ---", "| what"))
    ]
    assert len(rows) == 15
    world = Trading().found()
    for what, severny, pamir, trades in rows:
        happen(world, what)
        for bank, stated in ((SEVR, severny), (PAMR, pamir)):
            has = ", ".join(
                f"{decimal_text(world.balance(bank, code), code)} {code}" for code in ("RUB", "TJS")
            )
            assert has == stated, (what, bank)
        for each in trades.split(", "):
            name, state = each.split()
            assert world.traded(int(name[1:])).state == state, what
    world.watch()
