"""A checker that fails says so as loudly as if it had found something."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from corridor.adapters.system.clock import SystemClock
from corridor.adapters.system.shelf import FileShelf
from corridor.hub.batch import chain
from corridor.ports import JournalAway
from corridor.reports.follow import Follower
from corridor.reports.log import Log
from corridor.workers import checker as checkers
from corridor.workers.checker import Checker


async def no_witness():
    return None


def test_what_is_wrong_with_the_checker_itself_is_an_alarm_and_ends_it(tmp_path, monkeypatch):
    monkeypatch.setattr(checkers, "BACK_OFF_S", 0)
    errors = [KeyError(4711), JournalAway("not yet")]

    @asynccontextmanager
    async def look():
        raise errors.pop()
        yield

    checker = Checker(
        follower=Follower(Log("CORRXXM0", "sandbox", chain, None, 1), "CORRXXM0"),
        look=look,
        shelf=FileShelf(tmp_path),
        witness=no_witness,
        clock=SystemClock(),
    )
    with pytest.raises(KeyError):
        asyncio.run(checker.run())
    (alarm,) = FileShelf(tmp_path).standing().open
    assert (alarm.invariant, alarm.sentence) == ("process", "the checker has failed: KeyError(4711)")
    assert errors == []
