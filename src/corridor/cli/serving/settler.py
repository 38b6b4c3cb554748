"""The settler as a process: it reads as the read-only role does, and proposes over the hub's socket."""

import logging

from corridor.adapters.postgres.queues import QueueReads
from corridor.adapters.stream import link
from corridor.adapters.system.clock import SystemClock
from corridor.cli import database
from corridor.cli.home import Home
from corridor.workers.settler import Settler


async def serve(home: Home) -> None:
    """Settle what waits, until something fails."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    hub = link.StreamLink(home.hub_socket)
    hub.open()
    settler = Settler(QueueReads(database.reader_dsn(home)).read, hub, SystemClock())
    home.settler_mark.write_text("working")
    await settler.run()
