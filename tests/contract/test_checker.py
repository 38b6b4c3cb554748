"""The checker has nothing to say of honest days, whatever it sees of them, and names what is bent behind the hub."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.contract.busy_day import CONVERTED, OPEN, live
from tests.contract.signed_world import SEAL, PostgresWorld
from tests.rig import HUB

from corridor.adapters.keys.software import verifier
from corridor.adapters.postgres.looks import Looks
from corridor.adapters.postgres.roles import READER, WRITER
from corridor.adapters.system.shelf import FileShelf
from corridor.domain.instants import SECOND
from corridor.hub.batch import chain
from corridor.reports.alarms import Acknowledgement
from corridor.reports.follow import Follower
from corridor.reports.invariants import INVARIANTS
from corridor.reports.log import Log
from corridor.workers import checker as checkers
from corridor.workers.checker import WHOLE_LOOK, Checker

OF_PARTIES = {"durable", "known", "repeats", "banks", "liveness", "rebuild", "process"}
"""What only an observer of all parties sees."""


class Watched:
    """A world on PostgreSQL with a checker behind it, which may be stopped and started."""

    def __init__(self, writer: str, reader: str, directory: Path) -> None:
        self.writer = writer
        self.at = SECOND
        self.shelf = FileShelf(directory)
        self.mark: Any = None
        self._loop = asyncio.new_event_loop()
        self._looks = Looks(reader, SEAL)
        self.start()

    def start(self) -> None:
        """Begin with what the checker before has kept."""
        log = Log(HUB, "sandbox", chain, verifier, 1)
        self.checker = Checker(
            follower=Follower(log, HUB), look=self._looks.look, shelf=self.shelf, witness=self._witness, clock=self
        )

    def now(self) -> int:
        return self.at

    def look(self, *, whole: bool = True) -> None:
        """Look until all is judged; a whole look takes its time."""
        self.at += WHOLE_LOOK if whole else 0
        while not self._loop.run_until_complete(self.checker.look()):
            pass

    def bend(self, sql: str) -> None:
        """Change something behind the hub's back."""

        async def bend() -> None:
            db = await asyncpg.connect(self.writer)
            await db.execute(sql)
            await db.close()

        self._loop.run_until_complete(bend())

    @property
    def alarms(self) -> dict[str, str]:
        return {each.invariant: each.sentence for each in self.shelf.standing().open}

    def close(self) -> None:
        self._loop.run_until_complete(self._looks.close())
        self._loop.close()

    async def _witness(self) -> Any:
        return self.mark


class WatchedWorld(PostgresWorld):
    """After some commands the checker looks, in part or at the whole."""

    dice = random.Random(5)
    watched: Watched | None = None

    def submit(self, *commands: Any) -> Any:
        answer = super().submit(*commands)
        if self.watched is not None and self.dice.random() < 0.3:
            self.watched.look(whole=self.dice.random() < 0.5)
        return answer


@pytest.fixture
def world(database: str, tmp_path: Path) -> Iterator[WatchedWorld]:
    world = WatchedWorld(database)
    reader = database.replace(WRITER, READER)
    world.watched = Watched(database, reader, tmp_path / "checker")
    yield world
    world.watched.close()
    world.close()


def test_an_honest_day_seen_step_by_step(world):
    live(world, crowd=25)
    world.watched.look()
    assert world.watched.alarms == {}
    checked = world.watched.checker.follower.checked
    assert {name for name in INVARIANTS if not checked[name]} == OF_PARTIES
    assert checked["chain"] > world.watched.checker.follower.batch
