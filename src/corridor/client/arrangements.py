"""Arrangements, as two central banks speak of them."""

from typing import Any

import msgspec

from corridor.client.facilities import Owed
from corridor.client.requests import amount_members
from corridor.domain.money import Money


class Arrangement(msgspec.Struct, frozen=True):
    """An arrangement as it stands: who may owe how far, and what each has with the other (CRDT) or owes it (DBIT).

    `base_stands` is the quote bank's, in the base currency; `quote_stands` the base bank's, in the quote currency.
    """

    arrangement: int
    state: str
    base_bank: str
    quote_bank: str
    base_swing: Owed
    quote_swing: Owed
    base_stands: Owed
    base_credit_debit: str
    quote_stands: Owed
    quote_credit_debit: str
    offered_by: str
    nets_on: str | None = None


def offer_members(central_bank: str, swing: Money, other_swing: Money) -> dict[str, Any]:
    return {
        "central_bank": central_bank,
        "swing": amount_members(swing),
        "other_swing": amount_members(other_swing),
    }


read_arrangement = msgspec.json.Decoder(Arrangement).decode
