"""Messages sent again, seconds to weeks later, by their sender and by others: the same answer, and no effect."""

from random import Random
from typing import TYPE_CHECKING

from corridor.client.events import Letter
from corridor.client.signing import Pen
from corridor.decision import BALANCE, TRANSFER
from corridor.domain.instants import DAY, SECOND
from corridor.services.settlement.funding.records import LIQUIDITY_TRANSFER
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.returns.records import RETURNED_PAYMENT
from corridor.simulation.town.institutions import House

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

WAVE_LASTS = 3 * SECOND
AT_REST = 10 * SECOND
"""After so long a hub has done what was due while it slept."""


def replay(town: "Town", count: int) -> int:
    """Replay messages now, and others weeks later to a hub that remembers nothing; return how many."""
    dice = Random(f"{town.seed}/replays")
    letters = [
        (house, letter)
        for house in town.houses
        for message_id, letter in house.store.sent.items()
        if message_id in house.store.receipts
    ]
    if not letters:
        return 0
    for later in (0, dice.randrange(DAY, 21 * DAY)):
        if later:
            town.sleep(later)
        _wave(town, dice, letters, count // 2)
    return count // 2 * 2


def _wave(town: "Town", dice: Random, letters: list[tuple[House, Letter]], count: int) -> None:
    town.timeline.run(town.timeline.now + AT_REST)
    before = _effects(town)
    answered = [0]
    for _ in range(count):
        house, letter = dice.choice(letters)
        town.timeline.after(dice.randrange(SECOND), _send, town, dice, house, letter, answered)
    town.timeline.run(town.timeline.now + WAVE_LASTS)
    town.ask("repeats", answered[0] == count, lambda: f"{answered[0]} of {count} repeats were answered")
    town.ask("repeats", _effects(town) == before, lambda: "messages sent again had an effect")


def _send(town: "Town", dice: Random, house: House, letter: Letter, answered: list[int]) -> None:
    """Send it as it was; or signed anew by its sender; or signed by another bank as its own."""
    way = dice.randrange(3)
    signer = house
    signature = letter.signature
    if way:
        signer = house if way == 1 else dice.choice([each for each in town.houses if each is not house])
        number = 10**9 + town.timeline.now - town.timeline.start
        signature = Pen(signer.profile, signer.key).sign(letter.body, number, town.timeline.now)
    receipt = house.store.receipts[letter.message_id]

    def reply(status: int, _signature: str, body: bytes) -> None:
        answered[0] += 1
        same = body == receipt.body
        town.ask(
            "repeats",
            same if signer is house else not same,
            lambda: f"{letter.message_id}, sent again by {signer.name}, got {status} {body!r}",
        )

    town.door(dice).post(letter.target, signature, letter.body, reply)


def _effects(town: "Town") -> tuple[object, ...]:
    rows = town.disk.rows
    return (
        len(rows[TRANSFER]),
        tuple(rows[BALANCE].values()),
        tuple(rows[PAYMENT].values()),
        tuple(rows[LIQUIDITY_TRANSFER].values()),
        tuple(rows[RETURNED_PAYMENT].values()),
    )
