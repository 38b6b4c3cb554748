"""The netter: recomputes every closed cycle from its transfers and proposes to settle it; then lets all be told."""

import logging
from collections.abc import Sequence
from typing import Any, Final

from corridor.domain.instants import Instant
from corridor.ports import Told
from corridor.services.messaging.commands import Command
from corridor.services.messaging.records import ACCEPTED
from corridor.services.settlement.commands import SettleCycle, TellCycle
from corridor.services.settlement.losses import Uncovered
from corridor.services.settlement.proof import Closed, CycleNews, prove
from corridor.workers.proposals import Proposals, origin

DEFINITION: Final = "json/cycles"
_log = logging.getLogger(__name__)


class Netter:
    """Proposes to settle what is closed and to tell what is settled; what is refused, once until something changes."""

    def __init__(self) -> None:
        self.seen = 0
        self._refused: Closed | None = None

    def propose(self, found: CycleNews, now: Instant) -> Proposals:
        """Propose what is due; return how many proposals the hub has accepted."""
        accepted, closed = 0, found.closed
        if closed is not None and (self._refused is None or _differs(closed, self._refused)):
            command = _settle(closed, now)
            settled = command is not None and _count([command], (yield [command]))
            self._refused = None if settled else closed
            accepted += settled
        for untold in found.untold:
            command = _command(TellCycle, now, cycle=untold.number, payments=untold.payments)
            accepted += _count([command], (yield [command]))
        if not accepted:
            self.seen = found.batch
        return accepted


def _settle(closed: Closed, now: Instant) -> Command | None:
    try:
        proof = prove(closed)
    except Uncovered as uncovered:
        _log.error("cycle %d: all members together lack %s", closed.number, uncovered)
        return None
    return _command(
        SettleCycle,
        now,
        read_at=closed.batch,
        cycle=closed.number,
        items=closed.count,
        digest=proof.digest,
        shares=proof.shares,
    )


def _command(command: type[Command], now: Instant, *, read_at: int | None = None, **facts: Any) -> Command:
    said = facts if read_at is None else {**facts, "read_at": read_at}
    return command(origin(DEFINITION, said, now), **facts)


def _count(commands: Sequence[Command], answers: Sequence[Told]) -> int:
    """Return how many the hub has accepted, and say what it refused."""
    for command, told in zip(commands, answers, strict=True):
        if told.status != ACCEPTED:
            _log.warning("%s: %r", type(command).__name__, told.body)
    return sum(told.status == ACCEPTED for told in answers)


def _differs(one: Closed, other: Closed) -> bool:
    return (one.number, one.available, one.defaulted) != (other.number, other.available, other.defaulted)
