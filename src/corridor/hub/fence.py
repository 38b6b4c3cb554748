"""The start-up fence: may a hub speak from this log? Asked before it serves, of the witness and the participants.

One PostgreSQL can lose the tail of its log and notice nothing, nor does any invariant within. Only what was said
outside tells: the witness, written before anything of a batch is said, and what participants hold signed.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from corridor.decision import Key, Table
from corridor.domain.errors import CorridorError
from corridor.domain.instants import Instant
from corridor.ports import Journal, Mark, Records, Snapshot, Unreadable, Witness, Writes
from corridor.services.messaging.records import ACTIVE, CHAIN_HEAD, HUB, ChainHead, Participant

IN_FLIGHT = 1
"""So many batches the log may be longer than its witness: the one that was committed, but not said, at the end."""
PERSONS = 2
"""So many must waive a participant's report."""


class TailLost(CorridorError):
    """The log has lost its tail."""

    reason = "AB10"


def compare(end: Mark, witness: Mark | None, logged: ChainHead | None) -> str:
    """Return why the log that ends here is in doubt, "" if the witness agrees with it.

    `logged` is the head that the log has at the witness's batch, None if it has none.

    Raises: TailLost, if the witness holds what the log does not.
    """
    if witness is None:
        return "" if end.batch == 0 else "there is no witness of this log"
    if witness.hub != end.hub:
        return f"the witness is that of another hub, {witness.hub}"
    if witness.batch > end.batch:
        raise lost(end, witness.batch, "as the witness proves")
    if witness.batch and (logged is None or logged.head != witness.head):
        raise TailLost(
            f"the witness holds batch {witness.batch} with head {witness.head.hex()}, which is not its head in the "
            "log: the log was rewritten, or is another's"
        )
    if end.batch - witness.batch > IN_FLIGHT:
        return f"the witness is old: it ends with batch {witness.batch}, the log with batch {end.batch}"
    return ""


def lost(end: Mark, reach: int, proof: str) -> TailLost:
    """Return the refusal of a hub whose log ends before what is proven."""
    first = end.batch + 1
    batches = f"batch {first} is" if reach == first else f"batches {first} to {reach} are"
    return TailLost(f"{batches} lost, {proof}: the log ends with batch {end.batch}, head {end.head.hex()}")


class Doubt:
    """Who must speak before a hub in doubt may open: every active participant, or two persons in its stead.

    Where the log knows no active participant, two persons must answer for the hub itself.
    """

    def __init__(self, why: str, hub: str, participants: Iterable[Participant]) -> None:
        self.why = why
        active = {each.bic for each in participants if each.state == ACTIVE and each.role != HUB}
        self.missing = active or {hub}
        self._waived: dict[str, set[str]] = {}

    def vouch(self, participant: str) -> None:
        """Everything that the participant holds is in the log."""
        self.missing.discard(participant)

    def waive(self, participant: str, person: str) -> int:
        """Return how many different persons have waived the participant's report so far."""
        persons = self._waived.setdefault(participant, set())
        persons.add(person)
        if len(persons) >= PERSONS:
            self.missing.discard(participant)
        return len(persons)

    def __str__(self) -> str:
        count = len(self.missing)
        return (
            f"{self.why}; {count} participant{'s have' if count > 1 else ' has'} yet to report what they hold"
        )


class WitnessedJournal:
    """A journal whose batches are durable once the witness holds them, too: nothing is said of a batch before."""

    def __init__(self, journal: Journal, witness: Witness) -> None:
        self._journal = journal
        self._witness = witness
        self.end = Mark("", 0, 0, b"")
        """The last batch of the log that was opened, or committed since."""

    async def open(self, tables: Sequence[Table[Any]], hub: str, now: Instant) -> Snapshot:
        snapshot = await self._journal.open(tables, hub, now)
        self.end = Mark(hub, snapshot.epoch, snapshot.batch, snapshot.head)
        return snapshot

    async def examine(self) -> str:
        """Compare the log with the witness: return why it is in doubt, "" if it is not. Raises: TailLost."""
        try:
            witness = await self._witness.read()
        except Unreadable as error:
            return f"the witness cannot be read: {error}"
        logged = None
        if witness is not None:
            key = (CHAIN_HEAD, witness.batch)
            found: Any = (await self._journal.load([key]))[key]
            logged = found
        return compare(self.end, witness, logged)

    async def settle(self) -> None:
        """Let the witness hold the end of the log as it is now believed."""
        await self._witness.write(self.end)

    async def commit(self, writes: Writes) -> None:
        await self._journal.commit(writes)
        end = Mark(self.end.hub, self.end.epoch, writes.number, writes.head)
        await self._witness.write(end)
        self.end = end

    async def load(self, keys: Sequence[tuple[Table[Any], Key]]) -> Records:
        return await self._journal.load(keys)

    async def close(self) -> None:
        await self._journal.close()
