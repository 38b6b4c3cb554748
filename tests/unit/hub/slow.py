"""A hub whose loads and commits end when a test says so, and not before."""

from corridor.hub import events, machine
from tests.rig import finish
from tests.world import World


class Slow:
    """Drives a world's hub step by step, over its journal."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.loads: list[events.Load] = []
        self.commits: list[events.Commit] = []
        self.answers: list[events.Answered] = []
        self.wakes: list[int] = []
        self._tickets = 0

    def submit(self, *commands) -> None:
        """Give commands in one frame; tickets go on from 1."""
        frame = []
        for command in commands:
            self._tickets += 1
            frame.append((self._tickets, command))
        self.receive(events.Submitted(1, frame))

    def load(self) -> None:
        """End the load under way."""
        keys = self.loads.pop(0).keys
        self.receive(events.Loaded(finish(self.world.journal.load(keys))))

    def commit(self) -> None:
        """End the commit under way."""
        writes = self.commits.pop(0).batch.writes
        finish(self.world.journal.commit(writes))
        self.receive(events.Committed(writes.number))

    def wake(self, microseconds: int = machine.BATCH_SPACING) -> None:
        """Let time pass."""
        self.world.now += microseconds
        self.receive(events.Woken())

    def finish(self) -> None:
        """Let everything end that is on its way."""
        while not self.world.hub.idle:
            if self.loads:
                self.load()
            elif self.commits:
                self.commit()
            else:
                self.wake()

    def receive(self, event: events.Event) -> None:
        """Pass on an event; keep what the hub asks for."""
        for action in self.world.hub.receive(event, self.world.now):
            match action:
                case events.Load():
                    self.loads.append(action)
                case events.Commit():
                    self.commits.append(action)
                case events.Release():
                    self.answers += action.answers
                case events.WakeAt():
                    self.wakes.append(action.at)
