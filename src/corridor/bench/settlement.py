"""Netting, optimisation and the liquidity they save, on queues and days made from seeds; cut-offs are measured apart.

Times are CPU seconds of this one process, which works on one thread: what a machine with nothing else to do
would take.
"""

import random
import time
from typing import Final, NamedTuple

import msgspec

from corridor.bench.corridor_day import make_day
from corridor.bench.cutoffs import CutoffFigures
from corridor.bench.queued import QueuedFigures
from corridor.services.settlement.liquidity import Rules, compare
from corridor.services.settlement.netting import Item, net, prove
from corridor.services.settlement.optimisation import optimise, value_bound
from corridor.services.settlement.waiting import (
    HIGH,
    NORMAL,
    URGENT,
    Room,
    Selection,
    Waiting,
    verify_selection,
)

ITEMS: Final = 1_000_000
BANKS: Final = 200
SHARE: Final = 4
"""In a day banks hold, in sixteenths, this share of what lies between the least and all at once."""
DAY_SEED: Final = 1
WAGES_TO_GOODS: Final = (0.25, 0.5, 1, 2)


class Queue(NamedTuple):
    """A queue to be made: banks hold between nothing and twice `funds`, a share of what they are to send."""

    banks: int
    payments: int
    funds: float
    seed: int
    limits: bool = False


QUEUES: Final = (
    Queue(200, 10_000, 0.02, 1),
    Queue(200, 10_000, 0.05, 2),
    Queue(200, 10_000, 0.20, 3),
    Queue(200, 10_000, 0.05, 4, limits=True),
    Queue(40, 2_000, 0.02, 5),
    Queue(20, 10_000, 0.005, 6),
)


class QueueFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """One queue optimised. Ratios are of the value settled to the bound named.

    `value_ratio`: to the exact optimum for divisible payments without priorities. `linear_ratio`: to that with
    priorities and limits; `solver_ratio`: of what the solver found, to the same. The last two need the extra.
    """

    banks: int
    payments: int
    funds: float
    limits: bool
    settled: int
    seconds: float
    value_ratio: float
    linear_ratio: float | None = None
    solver_ratio: float | None = None


class DayFigures(msgspec.Struct, frozen=True):
    """A day of the reference corridor: money used to money needed at once, in the currency that saves less.

    `least_ratio` is what no system can go below; delays are of all payments, in seconds.
    """

    wages_to_goods: float
    liquidity_ratio: float
    least_ratio: float
    delay_average_s: int
    delay_max_s: int


class SettlementFigures(msgspec.Struct, frozen=True):
    """`optimise_seconds` and `value_ratio` are the worst of all queues.

    `liquidity_ratio` is that of the day with as many wages as goods. `cutoffs` and `difference_units` are those of
    `cycles`, which were closed under load, each recomputed afterwards; `queued_per_second` is that of `queued`,
    payments that waited in a hub. 0 and None where one was left out.
    """

    net_items: int
    net_seconds: float
    prove_seconds: float
    optimise_seconds: float
    value_ratio: float
    liquidity_ratio: float
    queues: tuple[QueueFigures, ...]
    days: tuple[DayFigures, ...]
    cutoffs: int = 0
    difference_units: int | None = None
    cycles: CutoffFigures | None = None
    queued_per_second: int = 0
    queued: QueuedFigures | None = None


def measure(
    *, items: int = ITEMS, queues: tuple[Queue, ...] = QUEUES, solve: bool = False
) -> SettlementFigures:
    """All figures; every result is verified before it counts."""
    net_seconds, prove_seconds = _measure_netting(items)
    figures = tuple(_measure_queue(queue, solve=solve) for queue in queues)
    days = tuple(map(_measure_day, WAGES_TO_GOODS))
    return SettlementFigures(
        items, net_seconds, prove_seconds,
        max(each.seconds for each in figures), min(each.value_ratio for each in figures),
        next(day.liquidity_ratio for day in days if day.wages_to_goods == 1), figures, days,
    )  # fmt: skip


def make_queue(queue: Queue) -> tuple[list[Waiting], Room]:
    """Payments of very different sizes between banks of very different sizes; one in twenty is urgent."""
    dice = random.Random(queue.seed)  # noqa: S311  a load, not a secret
    banks = [f"BANK{number:03}" for number in range(queue.banks)]
    weights = [(number + 1) ** -0.7 for number in range(queue.banks)]
    waiting: list[Waiting] = []
    sent = dict.fromkeys(banks, 0)
    while len(waiting) < queue.payments:
        debtor, creditor = dice.choices(banks, weights, k=2)
        if debtor != creditor:
            amount = int(dice.lognormvariate(0, 1.5) * 10_000_00) + 1
            priority = dice.choices((URGENT, HIGH, NORMAL), (5, 10, 85))[0]
            number = len(waiting)
            waiting.append(Waiting(number, debtor, creditor, "RUB", amount, priority, number))
            sent[debtor] += amount
    available = {(bank, "RUB"): int(sent[bank] * queue.funds * dice.uniform(0, 2)) for bank in banks}
    bilateral: dict[tuple[str, str, str], int] = {}
    if queue.limits:
        between: dict[tuple[str, str, str], list[int]] = {}
        for each in waiting:
            between.setdefault((each.debtor, each.creditor, each.currency), []).append(each.amount)
        for pair in dice.sample(sorted(between), len(between) // 10):
            bilateral[pair] = max(*between[pair], int(sum(between[pair]) * dice.uniform(0.3, 1)))
    return waiting, Room(available, bilateral)


def _measure_netting(count: int) -> tuple[float, float]:
    dice = random.Random(1)  # noqa: S311  a load, not a secret
    banks = [f"BANK{number:03}" for number in range(BANKS)]
    items = [
        Item(debtor, creditor, "RUB" if dice.random() < 0.7 else "TJS", dice.randint(1, 10**9))
        for debtor, creditor in (dice.sample(banks, 2) for _ in range(count))
    ]
    begun = time.process_time()
    netting = net(items)
    netted = time.process_time()
    differences = prove(items, netting.positions)
    proven = time.process_time()
    assert not differences, "a position is not the sum of its items"
    return round(netted - begun, 3), round(proven - netted, 3)


def _measure_queue(queue: Queue, *, solve: bool) -> QueueFigures:
    waiting, room = make_queue(queue)
    begun = time.process_time()
    selection = optimise(waiting, room)
    seconds = time.process_time() - begun
    assert not verify_selection(waiting, room, selection.numbers), "the selection cannot settle"
    bound = value_bound(waiting, room)
    linear = solver = None
    if solve:
        divisible, solved = _solve(waiting, room, selection)
        linear, solver = round(selection.value / divisible, 4), round(solved.value / divisible, 4)
    return QueueFigures(
        queue.banks, queue.payments, queue.funds, queue.limits, len(selection.numbers), round(seconds, 3),
        round(selection.value / bound, 4),
        linear, solver,
    )  # fmt: skip


def _measure_day(wages_to_goods: float) -> DayFigures:
    saving = compare(make_day(wages_to_goods, DAY_SEED), Rules(), (SHARE,))
    (line,) = saving.lines
    assert line.replay.unsettled == 0, "what banks hold is enough by the end of the day"
    gross = saving.gross.items()
    return DayFigures(
        wages_to_goods,
        round(max(line.need[currency] / whole for currency, whole in gross), 4),
        round(max(saving.least[currency] / whole for currency, whole in gross), 4),
        line.replay.delay_average, line.replay.delay_max,
    )  # fmt: skip


def _solve(waiting: list[Waiting], room: Room, start: Selection) -> tuple[float, Selection]:
    from corridor.adapters.solver.highs import HighsChooser, linear_bound  # noqa: PLC0415  an extra

    solved = HighsChooser().choose(waiting, room, start)
    assert not verify_selection(waiting, room, solved.numbers), "the solver's selection cannot settle"
    return linear_bound(waiting, room), solved
