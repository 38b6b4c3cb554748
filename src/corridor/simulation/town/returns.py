"""Payments that are given back: by their creditor agents, under faults; and what nobody may give back."""

from random import Random
from typing import TYPE_CHECKING, Final

from corridor.domain.instants import MILLISECOND, Instant
from corridor.domain.reasons import ReturnReason
from corridor.sandbox.bank import IN, OUT, RETURNED
from corridor.simulation.town.faults import every

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

RETURNS: Final = "returns"
GIVES_BACK_EVERY: Instant = 400 * MILLISECOND


def give_back(town: "Town", dice: Random) -> None:
    """Let banks return some of what their customers have received; some want too much, or once more."""
    every(town, dice, GIVES_BACK_EVERY, lambda: _one(town, dice))


def _one(town: "Town", dice: Random) -> None:
    bank = town.banks[dice.choice(list(town.banks))]
    reason = dice.choice(list(ReturnReason))
    known = sorted(bank.store.payments.values(), key=lambda each: each.uetr)
    received = [each for each in known if each.direction == IN and each.status == "ACCC"]
    if dice.randrange(4):
        if received:
            bank.give_back(dice.choice(received).uetr, reason)
        return
    # Of another amount, of what was given back before, or of what was paid by itself: never.
    returned = [each for each in known if each.direction == IN and each.status == RETURNED]
    paid = [each for each in known if each.direction == OUT]
    more, choices = dice.choice(((1, received), (0, returned), (0, paid)))
    if choices:
        bank.return_wrongly(dice.choice(choices), reason, more)
