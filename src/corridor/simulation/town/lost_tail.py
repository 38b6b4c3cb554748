"""A journal that forgets its last batches: no invariant of its own can see that, so others' receipts must (F11)."""

from random import Random
from typing import TYPE_CHECKING, Final

from corridor.simulation.town.institutions import House

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

LOST_TAIL: Final = "lost tail"


def lose_tail(town: "Town") -> None:
    """Lose a few batches; whatever of them was told to a participant must show in what that one holds. I9, I13."""
    dice = Random(f"{town.seed}/tail")
    for party in town.parties:
        party.end()
    lost = list(town.disk.lose(dice.randrange(1, 12)))
    town.tell(f"the journal has lost its last {len(lost)} batches")
    town.strike(LOST_TAIL)
    for house in town.houses:
        last = len(town.disk.mail[house.name])
        told = house.store.place.mailbox > last or any(
            receipt.batch in lost for receipt in house.store.receipts.values()
        )
        if told:
            town.ask(
                "known",
                exposes(house, town.disk.heads, last),
                lambda: f"{house.name} was told of batches {lost}, which are gone, and nobody sees it",  # noqa: B023
            )


def exposes(house: House, heads: list[bytes], last: int) -> bool:
    """Say whether what a participant holds proves that the hub has forgotten something."""
    place = house.store.place
    return (
        place.mailbox > last
        or place.batch >= len(heads)
        or (place.batch > 0 and heads[place.batch].hex() != place.head)
        or any(receipt.batch >= len(heads) for receipt in house.store.receipts.values())
    )
