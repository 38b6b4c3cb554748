"""The settler and the netter as one process: they read as the read-only role does, and propose over one socket."""

import asyncio
import logging

from corridor.adapters.postgres.cycles import CycleReads
from corridor.adapters.postgres.queues import QueueReads, read_queues
from corridor.adapters.postgres.trades import read_trades
from corridor.adapters.stream import link
from corridor.adapters.system.clock import SystemClock
from corridor.cli import database
from corridor.cli.home import Home
from corridor.services.settlement.cycles import TOLD_MAX
from corridor.workers import settler
from corridor.workers.netter import Netter


async def serve(home: Home) -> None:
    """Settle what waits, payments and trades, and what was netted, until something fails."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    hub = link.StreamLink(home.hub_socket)
    hub.open()
    dsn, clock = database.reader_dsn(home), SystemClock()
    payments = settler.of_queues(QueueReads(dsn, read_queues).read, hub, clock)
    trades = settler.of_trades(QueueReads(dsn, read_trades).read, hub, clock)
    netter = Netter(CycleReads(dsn, TOLD_MAX).read, hub, clock)
    home.settler_mark.write_text("working")
    async with asyncio.TaskGroup() as group:
        for worker in (payments, trades, netter):
            group.create_task(worker.run())
