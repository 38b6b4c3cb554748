"""The settler as a process: the production workers, with virtual time for a loop and the disk for a database."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from corridor.domain.instants import MILLISECOND, SECOND, Instant
from corridor.ports import Post, Told
from corridor.services.messaging.commands import Command
from corridor.simulation.town.disk import Disk
from corridor.simulation.town.hub_house import LINK, HubHouse
from corridor.simulation.town.snapshots import read_cycles, read_queues, read_trades
from corridor.simulation.town.timeline import Process
from corridor.workers.netter import Netter
from corridor.workers.proposals import Proposals
from corridor.workers.rounds import Worker
from corridor.workers.settler import in_all_ways, in_order, in_pairs, of_trades

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

ROUND: Instant = 50 * MILLISECOND


class Errand:
    """One worker's way: what it has read and proposed, and what of that has been answered."""

    def __init__(self, worker: Worker[Any], read: Callable[[Disk, int], Any]) -> None:
        self.worker = worker
        self.read = read
        self.proposals: Proposals | None = None
        self.tickets: list[int] = []
        self.told: dict[int, Told] = {}


class SettlerHouse(Process):
    """Settler and netter. They hold nothing durable."""

    def __init__(self, town: "Town") -> None:
        super().__init__("the settler", town.timeline)
        self._town = town
        self._link = 0

    def begin(self) -> None:
        """Start with nothing, and look for the hub."""
        super().begin()
        self._errands = (
            Errand(in_order(), read_queues),  # there are never so many that not all are the first
            Errand(in_pairs(), read_queues),
            Errand(in_all_ways(), read_queues),
            Errand(of_trades(), read_trades),
            Errand(Netter(), read_cycles),
        )
        self._tickets = 0
        self._hub: HubHouse | None = None
        self._look_for_hub()
        self._round()

    def end(self) -> None:
        """Die."""
        super().end()
        if self._hub is not None:
            self._hub.disconnect(self._link)

    def _round(self) -> None:
        """Let each worker read that has had all its answers."""
        if self._hub is not None:
            for errand in self._errands:
                if errand.proposals is None:
                    found = errand.read(self._town.disk, errand.worker.seen)
                    if found is not None:
                        errand.proposals = errand.worker.propose(found, self.now())
                        self._go_on(errand, None)
        self.after(ROUND, self._round)

    def _go_on(self, errand: Errand, told: Sequence[Told] | None) -> None:
        assert errand.proposals is not None
        try:
            commands = next(errand.proposals) if told is None else errand.proposals.send(told)
        except StopIteration:
            errand.proposals = None
            return
        except Exception as error:  # noqa: BLE001  that is what the proof is for
            self._town.break_("process", f"the settler failed: {error!r}")
            self._town.kill(self)
            return
        errand.tickets = [self._submit(each) for each in commands]
        errand.told = {}

    def _submit(self, command: Command) -> int:
        assert self._hub is not None
        self._tickets += 1
        self.after(LINK, self._hub.submit_if_alive, self._hub.life, self._link, self._tickets, command)
        return self._tickets

    def _hear(self, told: Sequence[Told], _posts: Sequence[Post]) -> None:
        if not self.up:
            return
        by_ticket = {each.ticket: each for each in told}
        for errand in self._errands:
            errand.told |= {ticket: by_ticket[ticket] for ticket in errand.tickets if ticket in by_ticket}
            if errand.proposals is not None and len(errand.told) == len(errand.tickets):
                self._go_on(errand, [errand.told[ticket] for ticket in errand.tickets])

    def _look_for_hub(self) -> None:
        hub = self._town.hub
        if hub.up:
            self._hub = hub
            self._link = self._town.new_link()
            hub.connect(self._link, self._hear, self._lose_hub)
        else:
            self.after(50 * MILLISECOND, self._look_for_hub)

    def _lose_hub(self) -> None:
        """What was under way is forgotten: what has come of it is read anew."""
        self._hub = None
        for errand in self._errands:
            errand.proposals, errand.tickets = None, []
        self.after(SECOND, self._look_for_hub)
