"""Three banks without money, and what they send to have it settled."""

from typing import Any

from corridor.domain.money import Money
from corridor.hub import events
from corridor.hub.batch import chain
from corridor.reports.watch import Watch
from corridor.services.messaging import commands
from corridor.services.messaging.admission import WORKER
from corridor.services.messaging.commands import Command
from corridor.services.settlement.commands import SettleObligations
from corridor.services.settlement.ordering import Queues, selections
from corridor.services.settlement.payments import PAYMENT, Payment
from corridor.services.settlement.records import OBLIGATION, QUEUE, QUEUED, Obligation, Queue
from corridor.services.settlement.waiting import Room, Waiting
from tests.world import CBRR, PAMR, SEVR, World

ZARA = "ZARATJ20"
BANKS = {"S": SEVR, "P": PAMR, "Z": ZARA}


class Settling(World):
    funds = 0

    def found(self) -> "Settling":
        super().found()
        facts = {"bic": ZARA, "name": ZARA, "role": "bank", "currencies": ("RUB", "TJS")}
        self.operate(commands.AddParticipant, **facts, key=self.new_key(ZARA))
        for state in ("certified", "active"):
            self.operate(commands.SetParticipantState, bic=ZARA, state=state)
        return self

    def bring(self, bank: str, amount: int) -> None:
        self.fund(CBRR, bank, "RUB", amount)

    def gross(
        self, n: int, amount: int, debtor: str = SEVR, creditor: str = PAMR, **facts: Any
    ) -> events.Answered:
        """Order a gross payment of so many kopecks."""
        money = Money(amount, "RUB")
        filled = {"clearing_channel": "RTGS", "interbank_settlement_amount": money} | facts
        return self.pay(self.order(n, debtor, creditor, **filled))

    def own(self, command: type[Command], n: int, signer: str = SEVR, **facts: Any) -> events.Answered:
        """Let a bank do something about a payment that waits."""
        origin = self.origin(signer, definition="json/queue")
        return self.submit(command(origin, uetr=self.order(n).uetr, **facts))

    def settle(self, *ns: int, method: str = "test") -> events.Answered:
        """Propose, as the worker does, to settle these together."""
        numbers = tuple(self.payment(n).number for n in ns)
        origin = self.origin(WORKER, definition="json/settlements")
        return self.submit(SettleObligations(origin, numbers, len(self.batches), method, "why"))

    def propose(self) -> None:
        """Settle what the settler finds: never refused, when nothing has happened since it read."""
        waiting = [
            Waiting(o.number, o.debtor, o.creditor, o.currency, o.amount, o.priority, o.place)
            for o in self.waiting()
        ]
        room = Room({(bank, "RUB"): self.balance(bank, "RUB") for bank in BANKS.values()})
        orders = {self.payment(n).number: n for n in range(1, 30) if self.order(n).uetr in self.uetrs}
        for found in list(selections(Queues(1, waiting, room, {}))):
            told = self.settle(*(orders[number] for number in found.numbers), method=found.method)
            assert told.status == "accepted", told.body

    @property
    def uetrs(self) -> set[str]:
        return set(self.store.rows[PAYMENT])

    def payment(self, n: int) -> Payment:
        return self.store.rows[PAYMENT][self.order(n).uetr]

    def obligation(self, n: int) -> Obligation:
        return self.store.rows[OBLIGATION][self.payment(n).number]

    def waiting(self) -> list[Obligation]:
        """What waits for money, in the order of each queue."""
        queued = [o for o in self.store.rows[OBLIGATION].values() if o.state == QUEUED and o.from_at is None]
        return sorted(queued, key=lambda o: (o.debit_account_id, o.priority, o.place))

    def queue_is_counted(self) -> None:
        """The counts are what waits."""
        due: dict[int, Queue] = {}
        for each in self.waiting():
            queue = due.get(each.debit_account_id) or Queue(each.debit_account_id)
            due[each.debit_account_id] = queue.changed(each.priority, 1, each.amount)
        counted = {key: queue for key, queue in self.store.rows[QUEUE].items() if queue.waiting(2)}
        assert counted == due

    def watch(self) -> None:
        """Every invariant holds of every batch."""
        watch = Watch(chain)
        for batch in self.batches:
            assert list(watch.commit(batch.writes)) == []
        assert list(watch.finish()) == []
