"""The simulated institutions as one process."""

import asyncio
import sys

from corridor.cli import counter
from corridor.cli.bringup import open_sandbox
from corridor.cli.home import Home

UNDER_WAY = 64
"""So many payments at a time: where customers come faster than the machine carries, none would end in its time."""


async def serve(home: Home, rate: float) -> None:
    """Let them work, and take orders of the person at the terminal."""
    async with open_sandbox(home) as sandbox:
        await sandbox.found()
        async with await counter.serve(home.sandbox_socket, sandbox):
            if rate:
                await sandbox.offer(rate, sys.maxsize, lambda _notice: None, under_way_max=UNDER_WAY)
            await asyncio.Event().wait()
