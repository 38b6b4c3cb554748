"""Any interleaving of items, cut-offs, settlements and crashes through the very hub: nothing lost, nothing doubled."""

from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from corridor.domain.money import Money
from corridor.services.messaging.admission import WORKER
from corridor.services.settlement.commands import CloseCycle, SettleCycle
from corridor.services.settlement.cycle_records import CYCLE, CYCLE_ITEM
from corridor.services.settlement.payments import PAYMENT
from tests.unit.services.settlement.netting_world import PAMR, SEVR, ZARA, Netting
from tests.world import CBTJ

BANKS = (SEVR, PAMR, ZARA)
purposes = st.sampled_from(("SUPP", "SALA", "FCOL", "TAXS", None))
pairs = st.sampled_from([(a, b) for a in BANKS for b in BANKS if a != b])


def payment(world: Netting, n: int, amount: int, debtor: str, creditor: str) -> Any:
    facts = {"clearing_channel": "MPNS", "interbank_settlement_amount": Money(amount, "RUB")}
    return world.credit_transfer(world.order(n, debtor, creditor, **facts))


class Cycles(RuleBasedStateMachine):
    """Banks with little money and low caps; operators and the worker act at any time, sensibly or not."""

    @initialize()
    def found(self) -> None:
        self.world = Netting().found()
        self.orders = 0
        self.brought = 0
        for bank in BANKS:
            self.world.fund(CBTJ, bank, "TJS", 10_000)

    @property
    def open(self) -> int:
        return max(self.world.store.rows[CYCLE], default=1)

    @rule(
        pair=pairs,
        amount=st.integers(1, 900),
        purpose=purposes,
        code=st.sampled_from(("RUB", "TJS")),
    )
    def order(self, pair: tuple[str, str], amount: int, purpose: str | None, code: str) -> None:
        self.orders += 1
        self.world.netted(self.orders, amount, *pair, category_purpose=purpose, currency=code)

    @rule(pair=pairs, amounts=st.lists(st.integers(1, 300), min_size=2, max_size=5))
    def order_around_a_cut_off_in_one_batch(self, pair: tuple[str, str], amounts: list[int]) -> None:
        """The cut-off is in the middle of a frame: a batch holds the end of one cycle and the beginning of the next."""
        world, commands = self.world, list[Any]()
        for place, amount in enumerate(amounts):
            if place == len(amounts) // 2:
                commands.append(world.operation(CloseCycle, cycle=self.open))
            self.orders += 1
            commands.append(payment(world, self.orders, amount, *pair))
        world.submit(*commands)

    @rule(bank=st.sampled_from(BANKS), amount=st.integers(1, 2_000))
    def bring(self, bank: str, amount: int) -> None:
        self.brought += amount
        self.world.bring(bank, amount)

    @rule(back=st.integers(0, 2))
    def close(self, back: int) -> None:
        self.world.close(max(1, self.open - back))

    @rule(back=st.integers(0, 2))
    def settle(self, back: int) -> None:
        self.world.settle_cycle(max(1, self.open - back))

    @rule(proof=st.binary(min_size=32, max_size=32))
    def settle_on_another_proof(self, proof: bytes) -> None:
        origin = self.world.origin(WORKER, definition="json/cycles")
        items = len(self.world.store.rows[CYCLE_ITEM])
        assert self.world.submit(SettleCycle(origin, self.open - 1, items, proof)).status == "refused"

    @precondition(lambda self: self.open > 1)
    @rule(back=st.integers(0, 2), most=st.integers(1, 3))
    def tell(self, back: int, most: int) -> None:
        self.world.tell(max(1, self.open - back), most)

    @rule()
    def crash(self) -> None:
        self.world.restart()

    @rule(seconds=st.sampled_from((1, 30, 90)))
    def wait(self, seconds: int) -> None:
        self.world.advance(seconds)

    @invariant()
    def nothing_is_lost(self) -> None:
        rows = self.world.store.rows
        self.world.positions_are_items()
        cleared = [each for each in rows[PAYMENT].values() if each.status != "RJCT"]
        assert sorted(each.number for each in cleared) == sorted(rows[CYCLE_ITEM])
        assert sum(self.world.balance(bank, "RUB") for bank in BANKS) == self.brought

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.watch()


TestCycles = Cycles.TestCase
TestCycles.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)


def test_two_hundred_cut_offs_under_load_differ_by_nothing() -> None:
    """Frames of payments with a cut-off somewhere in each, the worker in between: net is gross, to the unit."""
    dice, world = Random(7), Netting().found()
    for bank in BANKS:
        world.bring(bank, 10**6)
        world.set_cap(bank, 10**6)
    n = 0
    for cycle in range(1, 201):
        commands: list[Any] = []
        for _ in range(dice.randint(2, 12)):
            n += 1
            debtor, creditor = dice.sample(BANKS, 2)
            commands.append(payment(world, n, dice.randint(1, 500), debtor, creditor))
        commands.insert(dice.randint(1, len(commands)), world.operation(CloseCycle, cycle=cycle))
        world.submit(*commands)
        assert world.settle_cycle(cycle).status == "accepted"
        if dice.random() < 0.1:
            world.restart()
        while world.cycle(cycle).ended_at is None:
            world.tell(cycle)
    world.run_cycle(201)
    world.positions_are_items()
    assert len(world.store.rows[CYCLE_ITEM]) == n
    assert {each.status for each in world.store.rows[PAYMENT].values()} == {"ACSC"}
    world.watch()
