"""Why a queue does not move, and whether it could."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from corridor.domain.money import decimal_text
from corridor.services.settlement.board import Board
from corridor.services.settlement.optimisation import optimise, value_bound
from corridor.services.settlement.waiting import Room, Selection, Waiting

State = Literal["empty", "flowing", "gridlock", "deadlock"]
NAMED = 5


class Lack(msgspec.Struct, frozen=True):
    """An account that could not send all that waits, even if all that waits for it came in."""

    bank: str
    currency: str
    available: int
    to_send: int
    to_receive: int

    @property
    def lacking(self) -> int:
        return self.to_send - self.to_receive - self.available


class Diagnosis(msgspec.Struct, frozen=True):
    """The state of a queue.

    Flowing: some payment is covered by itself. Gridlock: none is, but `together` settles. Deadlock: no set was
    found; it is `proven` that there is none if even divisible payments could not move.
    """

    state: State
    waiting: int
    alone: tuple[int, ...]
    together: Selection
    lacks: tuple[Lack, ...]
    proven: bool
    explanation: str


def diagnose(waiting: Sequence[Waiting], room: Room) -> Diagnosis:
    """What may move of a queue alone or together, whom it lacks money, and all of it in words."""
    board = Board(waiting, room)
    alone = tuple(p.number for i, p in enumerate(board.waiting) if board.fits(i))
    together = optimise(waiting, room)
    lacks = _lacks(waiting, room)
    proven = False
    state: State
    if not waiting:
        state, words = "empty", "Nothing waits."
    elif alone:
        state = "flowing"
        words = f"{len(alone)} of {len(waiting)} waiting payments are covered by themselves."
    elif together.numbers:
        state = "gridlock"
        words = (
            f"Gridlock: none of {len(waiting)} waiting payments is covered by itself. {together.explanation}"
        )
    else:
        state = "deadlock"
        proven = value_bound(waiting, room) == 0
        words = (
            f"Deadlock: no set of the {len(waiting)} waiting payments "
            + ("can settle" if proven else "was found that settles")
            + ", whatever is set off; money must come in."
        )
    lacking = " ".join(map(_describe, lacks[:NAMED]))
    return Diagnosis(
        state, len(waiting), alone, together, lacks, proven, f"{words} {lacking}".rstrip()
    )  # fmt: skip


def _lacks(waiting: Sequence[Waiting], room: Room) -> tuple[Lack, ...]:
    """Who lacks most, first."""
    to_send: dict[tuple[str, str], int] = {}
    to_receive: dict[tuple[str, str], int] = {}
    for payment in waiting:
        debtor, creditor = (payment.debtor, payment.currency), (payment.creditor, payment.currency)
        to_send[debtor] = to_send.get(debtor, 0) + payment.amount
        to_receive[creditor] = to_receive.get(creditor, 0) + payment.amount
    lacks = [
        Lack(*account, room.of(account), to_send[account], to_receive.get(account, 0)) for account in to_send
    ]
    lacks.sort(key=lambda lack: (-lack.lacking, lack.bank, lack.currency))
    return tuple(lack for lack in lacks if lack.lacking > 0)


def _describe(lack: Lack) -> str:
    def money(minor: int) -> str:
        sign = "-" if minor < 0 else ""
        return f"{sign}{decimal_text(abs(minor), lack.currency)}"

    return (
        f"{lack.bank} has {money(lack.available)} {lack.currency}, is to send {money(lack.to_send)} and to "
        f"receive {money(lack.to_receive)}: it lacks {money(lack.lacking)}."
    )
