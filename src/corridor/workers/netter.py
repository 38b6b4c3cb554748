"""The netter: recomputes every closed cycle from its transfers and proposes to settle it; then lets all be told."""

import logging
from typing import Final

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
        self._refused: object = None

    def propose(self, found: CycleNews, now: Instant) -> Proposals:
        """Propose what is due; return how many proposals the hub has accepted."""
        accepted, batch = 0, found.batch
        command = None if found.closed is None else self._settle(found.closed, now)
        if command is not None:
            (told,) = yield [command]
            accepted += _accepts(command, told)
            refused = None if accepted else (command.cycle, command.digest, command.shares)
            if refused is not None and refused == self._refused:  # its own refusal is no news
                batch = told.batch
            self._refused = refused
        for untold in found.untold:
            # What the hub could not decide it answers as before, for ever: a minute later it is asked anew.
            said = {"cycle": untold.number, "payments": untold.payments, "minute": now // MINUTE}
            telling = TellCycle(origin(DEFINITION, said, now), untold.number, untold.payments)
            (told,) = yield [telling]
            accepted += _accepts(telling, told)
        if not accepted:
            self.seen = batch
        return accepted

    def _settle(self, closed: Closed, now: Instant) -> SettleCycle | None:
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
        facts = {
            "cycle": closed.number,
            "items": closed.count,
            "digest": proof.digest,
            "shares": proof.shares,
            "read_at": closed.batch,
        }
        whence = origin(DEFINITION, facts, now)
        return SettleCycle(whence, closed.number, closed.count, proof.digest, proof.shares)


def _accepts(command: Command, told: Told) -> bool:
    """Say whether the hub has accepted it, and log what it refused."""
    if told.status != ACCEPTED:
        _log.info("%s: %r", type(command).__name__, told.body)
    return told.status == ACCEPTED
