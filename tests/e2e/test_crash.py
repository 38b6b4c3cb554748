"""Every process is killed under load: nothing is lost, nothing doubled, and it serves again within five seconds."""

import asyncio
import os
import signal
from collections import Counter

import pytest

from corridor.adapters.keys import seals
from corridor.adapters.postgres import verify
from corridor.adapters.system.clock import SystemClock
from corridor.cli import database
from corridor.cli.bringup import bring_up, open_sandbox
from corridor.cli.home import ENVIRONMENT, Home
from corridor.cli.stack import Stack
from corridor.domain.instants import SECOND
from corridor.hub.batch import chain

PAYMENTS = 500
SERVING_AGAIN_S = 5.0


@pytest.fixture
def stack(tmp_path):
    with Stack(Home(tmp_path / "home")) as stack:
        bring_up(stack, lambda _text: None)
        yield stack


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_any_process_may_be_killed_under_load(stack):
    ended, gaps = asyncio.run(load(stack))
    assert sum(ended.values()) == PAYMENTS
    assert ended["ACCC"] >= PAYMENTS * 0.8, ended
    assert len(gaps) == 4
    assert max(gaps.values()) < SERVING_AGAIN_S, gaps
    seal = seals.read(stack.home.personal)
    report = asyncio.run(
        verify.verify(database.reader_dsn(stack.home), chain=chain, environment=ENVIRONMENT, seal=seal)
    )
    assert report.ok, report.violations


async def load(stack):
    """Offer payments and kill; return how they ended, and for each process how long until a later order settled."""
    ended, gaps = Counter(), {}
    settled = asyncio.Event()
    killed_at = 0
    now = SystemClock().now

    def observe(notice):
        if notice.status in ("ACCC", "RJCT"):
            ended[notice.status] += 1
        # What was ordered before the kill may have been settled before it, too.
        if notice.status == "ACSC" and notice.ordered_at >= killed_at:
            settled.set()

    async with open_sandbox(stack.home) as sandbox:
        await sandbox.found()
        offering = asyncio.create_task(sandbox.offer(40, PAYMENTS, observe, look_up=False))
        for name in ("gateway", "signer", "hub", "postgres"):
            await asyncio.sleep(0.7)
            kill(stack, name)
            killed_at = now()
            settled.clear()
            async with asyncio.timeout(60):
                await settled.wait()
            gaps[name] = (now() - killed_at) / SECOND
        await offering
    return ended, gaps


def kill(stack, name):
    if name == "postgres":
        stack.cluster.kill()
        return
    (child,) = [child for child in stack.children if child.name == name]
    os.kill(child.pid, signal.SIGKILL)
