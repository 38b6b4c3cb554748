"""The choice of payments as an integer programme, solved by HiGHS: the optional extra `optimise`.

First the programme is solved as if payments were divisible. What that settles beyond doubt, and the start agrees with,
stays as it is; the rest, about a quarter, is searched for a better set. The numbers are floats here and nowhere
else: what comes out is taken only if it may settle in integers and is worth more than the start.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import highspy

from corridor.services.settlement.optimisation import mend
from corridor.services.settlement.waiting import Room, Selection, Waiting, verify_selection

TIME_LIMIT_S = 5.0
DOUBT = 1e-9
"""Reduced costs below this part of a payment's amount say nothing about it."""


class HighsChooser:
    """One thread and a fixed seed; only the time limit makes two runs differ."""

    def __init__(self, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._time_limit_s = time_limit_s

    def choose(self, waiting: Sequence[Waiting], room: Room, start: Selection) -> Selection:
        """A set that may settle together, never worth less than the start."""
        solver = _solver(self._time_limit_s)
        gates = _describe(solver, waiting, room)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return start
        taken = frozenset(start.numbers)
        enters = [payment.number in taken for payment in waiting]
        relaxed = solver.getSolution()
        for column, (payment, share, worth) in enumerate(
            zip(waiting, relaxed.col_value, relaxed.col_dual, strict=False)  # the gates' columns follow
        ):
            if abs(worth) > DOUBT * payment.amount and (share > 0.5) == enters[column]:
                solver.changeColBounds(column, float(enters[column]), float(enters[column]))
            else:
                solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        given = highspy.HighsSolution()
        given.col_value = [
            *map(float, enters),
            *(float(all(enters[each] for each in gate)) for gate in gates),
        ]
        solver.setSolution(given)
        solver.run()
        shares = solver.getSolution().col_value
        found = {p.number for p, share in zip(waiting, shares, strict=False) if share > 0.5}
        mended = mend(waiting, room, found, "solver")  # a float's last digits are somebody's money
        if mended.value <= start.value or verify_selection(waiting, room, mended.numbers):
            return start
        return mended


def linear_bound(waiting: Sequence[Waiting], room: Room) -> float:
    """The greatest value of any set, were payments divisible; limits and priorities hold."""
    solver = _solver(60.0)
    _describe(solver, waiting, room)
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


def _describe(solver: Any, waiting: Sequence[Waiting], room: Room) -> list[list[int]]:
    """One column a payment, from 0 to 1; one row an account that sends, a limit, a step of priority.

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
                terms = rows[row][1]
                terms[column] = terms.get(column, 0.0) + sign * amount
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
