"""Cycles followed batch by batch: what is counted of them, against their items and what clearing accounts hold."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from corridor.decision import TRANSFER, Table
from corridor.ledger.chart import AccountCode
from corridor.ledger.transfers import Transfer
from corridor.reports.books import Books
from corridor.services.settlement.cycle_records import (
    CYCLE,
    CYCLE_ITEM,
    CYCLE_POSITION,
    CYCLE_SETTLED,
    Cycle,
    CycleItem,
    CyclePosition,
)

Rows = Mapping[Table[Any], Sequence[Any]]
Place = tuple[int, str, str, str]
"""A cycle, a participant, a currency and a product."""


class Cycles:
    """Adds up items by itself, and says where the hub has counted otherwise."""

    def __init__(self) -> None:
        self.items: dict[int, CycleItem] = {}
        self._cycles: dict[int, Cycle] = {}
        self._last: Counter[int] = Counter()
        self._sums: dict[Place, list[int]] = {}
        self._positions: dict[Place, CyclePosition] = {}

    def commit(self, rows: Rows, books: Books) -> Iterator[str]:
        """Take in what a batch wrote; its transfers are in the books already."""
        items, positions, cycles = (rows.get(table, ()) for table in (CYCLE_ITEM, CYCLE_POSITION, CYCLE))
        if not (items or positions or cycles):
            return
        transfers = {each.id: each for each in rows.get(TRANSFER, ())}
        before = dict(self._cycles)
        for item in sorted(items, key=lambda each: (each.cycle, each.sequence)):
            yield from self._item(item, transfers.get(item.transfer_id), books)
        self._cycles.update({each.number: each for each in cycles})
        for cycle in cycles:
            yield from self._cycle(before.get(cycle.number), cycle)
        self._positions.update({(p.cycle, p.participant, p.currency, p.product): p for p in positions})
        for place in {(p.cycle, p.participant, p.currency, p.product) for p in positions}:
            due = self._sums.get(place, [0, 0, 0])
            position = self._positions[place]
            if [position.paid, position.received, position.items] != due:
                yield f"position {place} is {position}, but its items add up to {due}"
        yield from cleared(self._positions.values(), books)

    def _item(self, item: CycleItem, transfer: Transfer | None, books: Books) -> Iterator[str]:
        self.items[item.number] = item
        self._last[item.cycle] += 1
        if item.sequence != self._last[item.cycle]:
            yield f"item {item.sequence} of cycle {item.cycle} comes after {self._last[item.cycle] - 1}"
        if transfer is None or transfer.reference != item.number:
            yield f"item {item.sequence} of cycle {item.cycle} has not moved the money of its payment"
            return
        debtor, creditor = books.owner(transfer.debit_account_id), books.owner(transfer.credit_account_id)
        for participant, side in ((debtor, 0), (creditor, 1)):
            place = (item.cycle, participant, transfer.currency, item.product)
            sums = self._sums.setdefault(place, [0, 0, 0])
            sums[side] += transfer.amount
            sums[2] += 1

    def _cycle(self, before: Cycle | None, cycle: Cycle) -> Iterator[str]:
        if cycle.items != self._last[cycle.number]:
            yield f"cycle {cycle.number} counts {cycle.items} items, but has {self._last[cycle.number]}"
        if before is not None and before.closed_at is not None:
            if (before.items, before.closed_at) != (cycle.items, cycle.closed_at):
                yield f"cycle {cycle.number} has changed since its cut-off"
            if before.state == CYCLE_SETTLED and (before.settled_at, before.digest) != (
                cycle.settled_at,
                cycle.digest,
            ):
                yield f"cycle {cycle.number} has settled twice"


def cleared(positions: Iterable[CyclePosition], books: Books) -> Iterator[str]:
    """What stands on clearing accounts is the sum of the positions that have not settled; those add up to zero."""
    due: Counter[tuple[str, str]] = Counter()
    sums: Counter[tuple[int, str]] = Counter()
    for each in positions:
        if each.open:
            due[each.participant, each.currency] += each.net
            sums[each.cycle, each.currency] += each.net
    for (number, currency), total in sums.items():
        if total:
            yield f"the positions of cycle {number} in {currency} add up to {total}"
    for account in books.accounts.values():
        if account.code == AccountCode.CLEARING:
            sides = books.sides[account.id]
            stands = sides.credits_posted - sides.debits_posted
            if stands != due[account.participant, account.currency]:
                yield (
                    f"{account.participant} has {stands} {account.currency} on its clearing account, but positions"
                    f" of {due[account.participant, account.currency]}"
                )
