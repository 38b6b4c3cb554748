"""The netter: recomputes every closed cycle from its transfers and proposes to settle it; then lets all be told."""

import logging
from collections.abc import Sequence
from typing import Any, Final

from corridor.domain.instants import MINUTE, Instant
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
    """Proposes to settle what is closed and to tell what is settled."""

    def __init__(self) -> None:
        self.seen = 0
        self._hopeless: object = None

    def propose(self, found: CycleNews, now: Instant) -> Proposals:
        """Propose what is due; return how many proposals the hub has accepted."""
        accepted, command = 0, None if found.closed is None else self._settle(found.closed, now)
        if command is not None:
            accepted += _count([command], (yield [command]))
        for untold in found.untold:
            # What the hub could not decide it answers as before, for ever: a minute later it is asked anew.
            said = {"cycle": untold.number, "payments": untold.payments, "minute": now // MINUTE}
            command = TellCycle(origin(DEFINITION, said, now), untold.number, untold.payments)
            accepted += _count([command], (yield [command]))
        if not accepted:
            self.seen = found.batch
        return accepted

    def _settle(self, closed: Closed, now: Instant) -> Command | None:
        """Return the proposal; None if it would be refused as the last one was, for the same members lack money."""
        try:
            proof = prove(closed)
        except Uncovered as uncovered:
            _log.info("cycle %d: all members together lack %s", closed.number, uncovered)
            return None
        blocked = closed.blocked & {(each.currency, each.participant) for each in proof.positions}
        if blocked or (proof.short and not proof.shares):
            hopeless = (closed.number, blocked, sorted(proof.short), closed.defaulted)
            if hopeless == self._hopeless:
                return None
            self._hopeless = hopeless
        return _command(
            SettleCycle,
            now,
            read_at=closed.batch,
            cycle=closed.number,
            items=closed.count,
            digest=proof.digest,
            shares=proof.shares,
        )


def _command(command: type[Command], now: Instant, *, read_at: int, **facts: Any) -> Command:
    return command(origin(DEFINITION, {**facts, "read_at": read_at}, now), **facts)


def _count(commands: Sequence[Command], answers: Sequence[Told]) -> int:
    """Return how many the hub has accepted, and say what it refused."""
    for command, told in zip(commands, answers, strict=True):
        if told.status != ACCEPTED:
            _log.info("%s: %r", type(command).__name__, told.body)
    return sum(told.status == ACCEPTED for told in answers)
