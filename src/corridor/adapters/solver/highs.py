"""The choice of payments as an integer programme, solved by HiGHS: the optional extra `optimise`.

The numbers are floats here and nowhere else. What comes out is a set of payments, taken only if it may settle
in integers and is worth more than what the solver was given to start from.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import highspy

from corridor.services.settlement.waiting import Room, Selection, Waiting, verify_selection

TIME_LIMIT_S = 5.0


class HighsChooser:
    """One thread and a fixed seed; only the time limit makes two runs differ."""

    def __init__(self, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._time_limit_s = time_limit_s

    def choose(self, waiting: Sequence[Waiting], room: Room, start: Selection) -> Selection:
        """A set that may settle together, never worth less than the start."""
        solver = _solver(self._time_limit_s)
        gates = _describe(solver, waiting, room, whole=True)
        given = highspy.HighsSolution()
        taken = frozenset(start.numbers)
        enters = [payment.number in taken for payment in waiting]
        given.col_value = [*map(float, enters), *(float(all(enters[c] for c in gate)) for gate in gates)]
        solver.setSolution(given)
        solver.run()
        values: Sequence[float] = solver.getSolution().col_value[: len(waiting)]
        found = [p for p, value in zip(waiting, values, strict=True) if value > 0.5]
        found.sort(key=lambda payment: payment.order)
        numbers = tuple(payment.number for payment in found)
        value = sum(payment.amount for payment in found)
        if value <= start.value or verify_selection(waiting, room, numbers):
            return start
        words = f"a solver found {len(found)} payments that settle together, worth {value - start.value} more"
        return Selection(numbers, value, "solver", words)


def linear_bound(waiting: Sequence[Waiting], room: Room) -> float:
    """The greatest value of any set, were payments divisible; limits and priorities hold."""
    solver = _solver(60.0)
    _describe(solver, waiting, room, whole=False)
    solver.run()
    bound: float = solver.getInfo().objective_function_value
    return bound


def _solver(time_limit_s: float) -> Any:
    with _silence():
        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False), ("threads", 1), ("random_seed", 1), ("time_limit", time_limit_s)
    ):  # fmt: skip
        solver.setOptionValue(option, value)
    return solver


@contextmanager
def _silence() -> Iterator[None]:
    """Keep off standard output what the library says of itself before it can be told to be quiet."""
    kept = os.dup(1)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _describe(solver: Any, waiting: Sequence[Waiting], room: Room, *, whole: bool) -> list[list[int]]:
    """One column a payment, 0 or 1; one row an account that sends, a limit, a step of priority.

    Between two priorities of a queue stands a gate, a column after the payments', open only if all of the higher
    priority enter; returned are those payments, gate by gate.
    """
    unit = 1.0 / max((payment.amount for payment in waiting), default=1)
    rows: dict[tuple[str, ...], tuple[float, dict[int, float]]] = {}
    steps: list[tuple[int, int]] = []
    gates: list[list[int]] = []
    queues: dict[tuple[str, str], list[int]] = {}
    for column, payment in enumerate(waiting):
        solver.addVar(0.0, 1.0)
        solver.changeColCost(column, payment.amount)
        if whole:
            solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        queues.setdefault((payment.debtor, payment.currency), []).append(column)
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    for account in queues:
        rows[account] = (max(0, room.of(account)) * unit, {})
    for pair, limit in room.bilateral.items():
        rows[pair] = (max(0, limit) * unit, {})
    for column, payment in enumerate(waiting):
        amount = payment.amount * unit
        for row, sign in (
            ((payment.debtor, payment.currency), 1),
            ((payment.creditor, payment.currency), -1),
            ((payment.debtor, payment.creditor, payment.currency), 1),
            ((payment.creditor, payment.debtor, payment.currency), -1),
        ):
            if row in rows:
                rows[row][1][column] = sign * amount
    for bound, row_terms in rows.values():
        solver.addRow(-highspy.kHighsInf, bound, len(row_terms), list(row_terms), list(row_terms.values()))
    for queue in queues.values():
        grades: dict[int, list[int]] = {}
        for column in queue:
            grades.setdefault(waiting[column].priority, []).append(column)
        ordered = [grades[priority] for priority in sorted(grades)]
        for higher, lower in pairwise(ordered):
            gate = len(waiting) + len(gates)
            gates.append(higher)
            solver.addVar(0.0, 1.0)
            steps += [(gate, column) for column in higher] + [(column, gate) for column in lower]
    for less, more in steps:
        solver.addRow(-highspy.kHighsInf, 0.0, 2, [less, more], [1.0, -1.0])
    return gates
