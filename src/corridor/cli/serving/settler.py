"""The settler and the netter as one process: they read as the read-only role does, and propose over one socket."""

import asyncio
import logging
import os
from typing import Final

from corridor.adapters.postgres.cycles import read_cycles
from corridor.adapters.postgres.queues import read_considered, read_first
from corridor.adapters.postgres.snapshots import SnapshotReads
from corridor.adapters.postgres.trades import read_trades
from corridor.adapters.stream import link
from corridor.adapters.system.clock import SystemClock
from corridor.cli import database
from corridor.cli.home import Home
from corridor.workers import settler
from corridor.workers.netter import Netter
from corridor.workers.rounds import Rounds

NICE: Final = 10
"""What is instant comes before what can wait."""


async def serve(home: Home) -> None:
    """Settle what waits, payments and trades, and what was netted, until something fails."""
    os.nice(NICE)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    hub = link.StreamLink(home.hub_socket)
    hub.open()
    dsn, clock = database.reader_dsn(home), SystemClock()
    rounds = (
        Rounds(settler.in_order(), SnapshotReads(dsn, read_first).read, hub, clock),
        Rounds(settler.in_pairs(), SnapshotReads(dsn, read_considered).read, hub, clock),
        Rounds(settler.in_all_ways(), SnapshotReads(dsn, read_considered).read, hub, clock),
        Rounds(settler.of_trades(), SnapshotReads(dsn, read_trades).read, hub, clock),
        Rounds(Netter(), SnapshotReads(dsn, read_cycles).read, hub, clock),
    )
    home.settler_mark.write_text("working")
    async with asyncio.TaskGroup() as group:
        for each in rounds:
            group.create_task(each.run())
