"""The hub's shell: a bug in the machine ends the process, whichever way the event came."""

import asyncio

import pytest

from corridor.hub import events
from corridor.hub.process import HubProcess


class Broken:
    """A machine that cannot go on."""

    def receive(self, event, _now):
        assert isinstance(event, events.Woken), "balances do not add up"
        return []


class Clock:
    def now(self):
        return 0


@pytest.mark.anyio
async def test_a_failed_assertion_ends_the_process():
    process = HubProcess(Broken(), journal=None, signer=None, clock=Clock())
    running = asyncio.create_task(process.run())
    await asyncio.sleep(0)
    with pytest.raises(AssertionError, match="add up"):
        process.submit(1, [])
    with pytest.raises(AssertionError, match="add up"):
        await running
    for task in process._tasks:
        task.cancel()
