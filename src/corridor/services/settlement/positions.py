"""Positions of a cycle as values, and the digest in which two who have counted alike agree."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

import msgspec

from corridor.services.settlement.netting import Item, net

_encode = msgspec.msgpack.Encoder().encode


class Position(msgspec.Struct, frozen=True, order=True):
    """What a participant has paid and received of one product in one currency; an item counts at both its ends."""

    currency: str
    participant: str
    product: str
    paid: int
    received: int
    items: int


def recompute(by_product: Mapping[str, Iterable[Item]]) -> tuple[Position, ...]:
    """Net the items of each product; the nets of a currency sum to zero."""
    return tuple(
        sorted(
            Position(each.currency, each.participant, product, each.paid, each.received, each.items)
            for product, items in by_product.items()
            for each in net(items).positions
        )
    )


def digest(cycle: int, items: int, positions: Iterable[Position]) -> bytes:
    """Return the SHA-256 that stands for a cycle's number, count of items, and positions in their order."""
    lines = [msgspec.structs.astuple(each) for each in sorted(positions)]
    return sha256(_encode((cycle, items, lines))).digest()


def nets(positions: Iterable[Position]) -> dict[tuple[str, str], int]:
    """Return what each participant is owed (or owes, below zero), by currency and participant: all products in one."""
    sums: dict[tuple[str, str], int] = {}
    for each in positions:
        key = (each.currency, each.participant)
        sums[key] = sums.get(key, 0) + each.received - each.paid
    return dict(sorted(sums.items()))
