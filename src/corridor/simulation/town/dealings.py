"""What banks deal in besides payments: trades of one currency against the other, and credit."""

from collections.abc import Callable
from decimal import Decimal
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any, Final

import msgspec

from corridor.client.facilities import Terms, read_facility, terms_members
from corridor.client.requests import Trade, amount_members, trade_members
from corridor.domain.instants import DAY, MILLISECOND, SECOND, Instant, iso_date, iso_time
from corridor.domain.money import Money
from corridor.sandbox.world import BANKS, BOTH
from corridor.services.settlement.pvp.records import TRADE
from corridor.simulation.town.faults import every

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

TRADES: Final = "trades"
CREDIT: Final = "credit"
ASK_EVERY: Instant = 300 * MILLISECOND
"""How often a lender looks whether its offer has been answered."""


def trade(town: "Town", dice: Random) -> None:
    """Let banks agree on trades; now and then one says nothing, something else, or thinks better of it."""
    numbers = count(1)

    def agree() -> None:
        one, other = (town.banks[bank.bic] for bank in dice.sample(BANKS, 2))
        now, reference = town.timeline.now, f"T{next(numbers)}"
        sold, bought = dice.sample(BOTH, 2)
        amounts = [dice.choice((dice.randrange(1, 90_000_00), dice.randrange(1, 4_000_000_00))) for _ in BOTH]
        ends = iso_time(now + dice.randrange(5, 25) * SECOND) if dice.randrange(2) else ""
        day = iso_date(now if dice.randrange(6) else now + DAY)
        stated = Trade(
            counterparty=other.name,
            reference=reference,
            trade_date=iso_date(now),
            settlement_date=day,
            sold=Money(amounts[0], sold),
            bought=Money(amounts[1], bought),
            reject_time=ends,
        )
        mirrored = msgspec.structs.replace(
            stated,
            counterparty=one.name,
            sold=Money(amounts[1] + (dice.randrange(9) == 0), bought),
            bought=stated.sold,
        )
        town.tell(f"{one.name} sells {other.name} {stated.sold} for {stated.bought} ({reference})")
        say(town, one.name, "trades", trade_members(stated))
        wait = town.timeline.after
        if dice.randrange(8):
            wait(dice.randrange(2 * SECOND), say, town, other.name, "trades", trade_members(mirrored))
        for side, counterparty in ((one, other), (other, one)):
            if dice.randrange(5) == 0:
                wait(dice.randrange(4 * SECOND), cancel, town, side.name, counterparty.name, reference)

    every(town, dice, SECOND, agree)


def lend(town: "Town", dice: Random) -> None:
    """Let two banks offer others credit, which those take, draw and repay; some is drawn by itself."""
    for lender, borrower in (dice.sample(BANKS, 2) for _ in range(2)):
        now, currency = town.timeline.now, dice.choice(BOTH)
        limit = Money(dice.randrange(1, 4_000_000_00), currency)
        rate = Decimal(dice.randrange(30_00)) / 100
        terms = Terms(
            borrower=borrower.bic,
            limit=limit,
            rate=rate,
            fee_rate=rate / 10,
            day_count=dice.choice(("ACT/360", "ACT/365F", "30E/360")),
            starts_on=iso_date(now),
            ends_on=iso_date(now + 30 * DAY),
            automatic=bool(dice.randrange(2)),
        )

        def offer(lender: str = lender.bic, terms: Terms = terms) -> None:
            town.tell(f"{lender} offers {terms.borrower} credit up to {terms.limit}")
            said = say(town, lender, "facilities", terms_members(terms))
            if said:
                hear(town, lender, said, lambda number: accept(lender, terms, number))

        def accept(lender: str, terms: Terms, number: int) -> None:
            town.tell(f"{lender} has offered facility {number}")
            say(town, terms.borrower, "facilities/accept", {"facility": number})
            every(town, dice, SECOND, lambda: use(terms, number))

        def use(terms: Terms, number: int) -> None:
            path = dice.choice(("facilities/draw", "facilities/draw", "facilities/repay"))
            amount = Money(dice.randrange(1, terms.limit.minor + 1), terms.limit.currency)
            say(town, terms.borrower, path, {"facility": number, "amount": amount_members(amount)})

        town.timeline.after(dice.randrange(2 * SECOND), offer)


def say(town: "Town", bank: str, path: str, members: dict[str, Any]) -> str:
    """Let a bank send a request, if it is there at all; return its message id."""
    house = town.banks[bank]
    return house.ask_hub(path, members) if house.up else ""


def hear(town: "Town", bank: str, message_id: str, then: Callable[[int], None]) -> None:
    """Wait for the hub's answer to an offer, as long as the storm lasts.

    Without an answer it was another message's: the offer was lost with its bank, which then gave the id away anew.
    """
    receipt = town.banks[bank].store.receipts.get(message_id)
    if receipt is not None:
        if receipt.answer:
            then(read_facility(receipt.answer).facility)
    elif town.timeline.now < town.storm_ends:
        town.timeline.after(ASK_EVERY, hear, town, bank, message_id, then)


def cancel(town: "Town", bank: str, counterparty: str, reference: str) -> None:
    """Let a bank wish that a trade had not been made."""
    members = {"counterparty_side": counterparty, "common_reference": reference}
    say(town, bank, "trades/cancel", members)


def wind_up(town: "Town") -> None:
    """Let both sides give up every trade that is still open, of their own accord."""
    for each in list(town.disk.rows[TRADE].values()):
        if each.open:
            for side in each.sides:
                if each.cancel_asked_by != side and each.captured_by(side):
                    cancel(town, side, each.other(side), each.reference)


def open_trades(town: "Town") -> list[str]:
    """Name the trades that have not come to an end."""
    return [
        f"trade {each.reference} of {each.first} and {each.second} is {each.state}"
        for each in town.disk.rows[TRADE].values()
        if each.open
    ]
