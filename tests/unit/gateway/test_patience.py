"""One timer for all that wait: each is given up at last, but who is answered."""

import asyncio

import pytest

from corridor.gateway.patience import Patience
from corridor.ports import HubAway, Told

pytestmark = pytest.mark.anyio
TOLD = Told(1, "accepted", 1, "header..signature", b"{}")


async def test_whoever_comes_while_the_timer_runs_is_given_up_too():
    patience, loop = Patience(0.02), asyncio.get_running_loop()
    early, late, answered = (loop.create_future() for _ in range(3))
    first = asyncio.create_task(patience.wait(early))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(patience.wait(each)) for each in (late, answered)]
    await asyncio.sleep(0)
    answered.set_result(TOLD)
    assert await others[1] == TOLD
    for waiting in (first, others[0]):
        with pytest.raises(HubAway):
            await waiting


async def test_who_leaves_is_forgotten():
    patience, loop = Patience(0.01), asyncio.get_running_loop()
    gone = asyncio.create_task(patience.wait(loop.create_future()))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    with pytest.raises(HubAway):
        await patience.wait(loop.create_future())
