"""The hub as a process: the production machine, its journal and the signer, without an event loop."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from corridor.codecs.jws import HubHeader
from corridor.domain.instants import MILLISECOND, Instant
from corridor.hub import events
from corridor.hub.lists import TABLES
from corridor.hub.machine import TIMERS_REST, Hub
from corridor.hub.process import detach
from corridor.ports import Fenced, Post, Told
from corridor.services.messaging.commands import Command
from corridor.simulation.town.disk import Journal, finish
from corridor.simulation.town.timeline import Process

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

Send = Callable[[Sequence[Told], Sequence[Post]], None]


class HubHouse(Process):
    """One process that is, or believes to be, the hub."""

    def __init__(self, town: "Town", name: str) -> None:
        super().__init__(name, town.timeline)
        self._town = town
        self.links: dict[int, Send] = {}
        self._lost: dict[int, Callable[[], None]] = {}

    def begin(self) -> None:
        """Raise the epoch, load, go on."""
        super().begin()
        town = self._town
        self._journal = Journal(town.disk, town.watch, remembers=town.remembers)
        snapshot = finish(self._journal.open(TABLES, town.hub_bic, self.now()))
        self.rests_until = max(self.now(), snapshot.at) + TIMERS_REST
        header = HubHeader(town.hub_bic, town.environment, f"{town.hub_bic}-1")
        self.machine = Hub(town.hub_bic, header, town.rules, snapshot, self.now())
        self._releases: list[events.Release] = []
        self._signing = False
        self._timer = 0
        self.receive(events.Woken())

    def end(self) -> None:
        """Die; whoever is connected sees its link end."""
        super().end()
        lost, self._lost = self._lost, {}
        self.links.clear()
        for hear in lost.values():
            hear()

    def connect(self, link: int, send: Send, lost: Callable[[], None]) -> None:
        """A gateway has come; `lost` is called when this hub ends."""
        self.links[link] = send
        self._lost[link] = lost

    def disconnect(self, link: int) -> None:
        """A gateway has gone."""
        self.links.pop(link, None)
        self._lost.pop(link, None)

    def submit_if_alive(self, life: int, link: int, ticket: int, command: Command) -> None:
        """Take in a command that was sent to this very process."""
        if life == self.life:
            self.receive(events.Submitted(link, [(ticket, command)]))

    def receive(self, event: events.Event) -> None:
        """Let the machine decide, and do what it asks for."""
        try:
            actions = self.machine.receive(event, self.now())
        except Exception as error:  # noqa: BLE001  that is what the proof is for
            self._town.break_("process", f"the hub failed on {type(event).__name__}: {error!r}")
            self._town.kill(self)
            return
        for action in actions:
            match action:
                case events.Commit():
                    self.after(self._town.journal_delay(), self._commit, action.batch)
                case events.Load():
                    self.after(self._town.journal_delay() // 4, self._load, action)
                case events.Release():
                    self._releases.append(action)
                    self._sign()
                case events.WakeAt():
                    self._timer += 1
                    self.after(max(0, action.at - self.now()), self._wake, self._timer)

    def _wake(self, timer: int) -> None:
        if timer == self._timer:
            self.receive(events.Woken())

    def _load(self, load: events.Load) -> None:
        self.receive(events.Loaded(finish(self._journal.load(load.keys))))

    def _commit(self, batch: events.Batch) -> None:
        town = self._town
        if town.outcome_unknown():
            town.tell(f"{self.name} dies over batch {batch.writes.number}, which was not written")
            town.kill(self)
            return
        try:
            finish(self._journal.commit(batch.writes))
        except Fenced:
            town.tell(f"{self.name} is fenced off at batch {batch.writes.number} and ends")
            town.strike("second hub")
            town.kill(self)
            return
        except Exception as error:  # noqa: BLE001  that is what the proof is for
            town.break_("process", f"the journal refused batch {batch.writes.number}: {error!r}")
            town.kill(self)
            return
        if town.outcome_unknown():
            town.tell(f"{self.name} dies over batch {batch.writes.number}, which was written")
            town.kill(self)
            return
        self.after(50, self._committed, batch.writes.number)

    def _committed(self, number: int) -> None:
        self.receive(events.Committed(number))

    # the signer, a process of its own that may be away

    def _sign(self) -> None:
        if not self._signing and self._releases:
            self._signing = True
            self.after(200, self._ask_signer)

    def _ask_signer(self) -> None:
        if not self._town.signer_up:
            self.after(50 * MILLISECOND, self._ask_signer)
            return
        releases, self._releases = self._releases, []
        self._signing = False
        town, sign = self._town, self._town.sign
        told: dict[int, list[Told]] = {}
        posts: list[Post] = []
        for release in releases:
            for answer in release.answers:
                town.releases_answer(answer)
                signature = detach(answer.header, sign(answer.header + b"." + answer.body))
                told.setdefault(answer.link, []).append(
                    Told(answer.ticket, answer.status, answer.batch, signature, answer.body)
                )
            for each in release.deliveries:
                town.releases_message(each)
                signature = detach(each.header, sign(each.header + b"." + each.payload))
                posts.append(Post(each.participant, each.number, signature, each.payload))
        for link, send in list(self.links.items()):
            mine = told.get(link, ())
            if mine or posts:
                self.after(LINK, send, mine, posts)
        self._sign()


LINK: Instant = 300
"""How long a frame takes between a gateway and the hub."""
