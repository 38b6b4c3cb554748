"""Three banks that net, and a worker that recomputes each cycle from what is durable."""

from collections import defaultdict
from typing import Any

from corridor.decision import TRANSFER
from corridor.domain.money import Money
from corridor.hub import events
from corridor.services.messaging.admission import WORKER
from corridor.services.messaging.records import ACCOUNT
from corridor.services.settlement.commands import CloseCycle, SetClearingCap, SettleCycle, TellCycle
from corridor.services.settlement.cycle_records import CYCLE, CYCLE_ITEM, CYCLE_POSITION, Cycle
from corridor.services.settlement.losses import LossShare
from corridor.services.settlement.netting import Item
from corridor.services.settlement.positions import Position, digest, nets, recompute
from tests.unit.services.settlement.settling import BANKS, ZARA, Settling
from tests.world import PAMR, SEVR

CAP = 1_000


class Netting(Settling):
    cap = CAP

    def found(self) -> "Netting":
        super().found()
        for bank in BANKS.values():
            for currency in ("RUB", "TJS"):
                self.set_cap(bank, self.cap, currency)
        return self

    def set_cap(self, bank: str, cap: int, currency: str = "RUB") -> None:
        self.operate(SetClearingCap, participant=bank, currency=currency, cap=cap)

    def netted(
        self, n: int, amount: int, debtor: str = SEVR, creditor: str = PAMR, **facts: Any
    ) -> events.Answered:
        """Order a payment of so many kopecks into the open cycle."""
        money = Money(amount, facts.pop("currency", "RUB"))
        filled = {"clearing_channel": "MPNS", "interbank_settlement_amount": money} | facts
        return self.pay(self.order(n, debtor, creditor, **filled))

    def close(self, cycle: int) -> events.Answered:
        return self.submit(self.operation(CloseCycle, cycle=cycle))

    def recomputed(self, cycle: int) -> tuple[Position, ...]:
        """Net the transfers of a cycle's items, as the worker does; nothing that the hub has counted is looked at."""
        by_product: dict[str, list[Item]] = defaultdict(list)
        for item in self.store.rows[CYCLE_ITEM].values():
            if item.cycle == cycle:
                moved = self.store.rows[TRANSFER][item.transfer_id]
                debtor, creditor = (
                    self.store.rows[ACCOUNT][side].participant
                    for side in (moved.debit_account_id, moved.credit_account_id)
                )
                by_product[item.product].append(Item(debtor, creditor, moved.currency, moved.amount))
        return recompute(by_product)

    def settle_cycle(
        self, cycle: int, proof: bytes | None = None, shares: tuple[LossShare, ...] = ()
    ) -> events.Answered:
        """Propose, as the worker does, to settle a cycle."""
        items = sum(each.cycle == cycle for each in self.store.rows[CYCLE_ITEM].values())
        proof = digest(cycle, items, self.recomputed(cycle)) if proof is None else proof
        origin = self.origin(WORKER, definition="json/cycles")
        return self.submit(SettleCycle(origin, cycle, items, proof, shares))

    def tell(self, cycle: int, most: int = 100) -> events.Answered:
        """Let the next payments of a settled cycle be told."""
        told = self.cycle(cycle).told
        items = sorted(
            (each for each in self.store.rows[CYCLE_ITEM].values() if each.cycle == cycle),
            key=lambda each: each.sequence,
        )[told : told + most]
        origin = self.origin(WORKER, definition="json/cycles")
        return self.submit(TellCycle(origin, cycle, tuple((each.number, each.uetr) for each in items)))

    def run_cycle(self, cycle: int) -> None:
        """From cut-off to the last word."""
        for answer in (self.close(cycle), self.settle_cycle(cycle)):
            assert answer.status == "accepted", answer.body
        while self.cycle(cycle).ended_at is None:
            assert self.tell(cycle).status == "accepted"

    def cycle(self, number: int) -> Cycle:
        return self.store.rows[CYCLE][number]

    def positions_are_items(self) -> None:
        """Positions are what items add up to, those of a currency cancel out, and no place in a cycle is missing."""
        cycles = self.store.rows[CYCLE]
        for number, cycle in cycles.items():
            counted = tuple(
                sorted(
                    Position(p.currency, p.participant, p.product, p.paid, p.received, p.items)
                    for p in self.store.rows[CYCLE_POSITION].values()
                    if p.cycle == number
                )
            )
            assert counted == self.recomputed(number)
            for currency in ("RUB", "TJS"):
                assert sum(net for (code, _), net in nets(counted).items() if code == currency) == 0
            places = sorted(
                each.sequence for each in self.store.rows[CYCLE_ITEM].values() if each.cycle == number
            )
            assert places == list(range(1, cycle.items + 1))


__all__ = ["BANKS", "CAP", "PAMR", "SEVR", "ZARA", "Netting"]
