"""Payments that wait: how many a second a hub on a real PostgreSQL takes, lets wait, and settles.

Hub, settler, banks and PostgreSQL share this machine's cores. The banks hold little, so that nearly all payments wait
and settle against others; at the end they are given enough for the rest.
"""

import asyncio
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

from corridor.adapters.postgres.queues import read_first, read_queues
from corridor.adapters.postgres.snapshots import SnapshotReads
from corridor.adapters.stream.link import StreamLink
from corridor.adapters.system.clock import SystemClock
from corridor.bench.members import AMOUNT_MAX, ENOUGH, Members, serve
from corridor.workers.rounds import Rounds
from corridor.workers.settler import of_queues, of_queues_quickly, of_the_first

UNDER_WAY: Final = 1_000
"""So many orders are without an answer at a time."""
HOLD: Final = 3
"""So many average payments a bank can make of its own."""
AT_REST_S: Final = 300.0
_WAITING = "SELECT count(*) FROM obligation WHERE state = 'queued'"
_METHODS = "SELECT method, count(*) FROM obligation WHERE state = 'settled' GROUP BY 1 ORDER BY 2 DESC"


class QueuedFigures(msgspec.Struct, frozen=True):
    """`queued_per_second` is of those that had to wait: from the first order to the last settlement.

    `methods` says how many settled how; "at once" are those that did not wait. `left` waited when the last order had
    come, for money that the banks were given then.
    """

    queued_per_second: int
    payments_per_second: int
    payments: int
    queued: int
    left: int
    methods: dict[str, int]
    seconds: float


async def measure(writer: str, reader: str, *, payments: int) -> QueuedFigures:
    """Let so many payments come as fast as they are taken; stop when the last of them has settled."""
    clock = SystemClock()
    db = await asyncpg.connect(reader)
    with tempfile.TemporaryDirectory(prefix="corridor-bench-") as directory:
        socket = Path(directory) / "hub"
        async with serve(writer, clock, socket) as link:
            members = Members(link, clock, "RTGS")
            await members.found(limit=HOLD * AMOUNT_MAX // 2)
            settler = get_context("spawn").Process(target=_settle, args=(reader, socket), daemon=True)
            settler.start()
            started = time.perf_counter()
            await _pay(members, payments)
            left = await db.fetchval(_WAITING)
            await members.limit(ENOUGH)
            async with asyncio.timeout(AT_REST_S):
                while await db.fetchval(_WAITING):  # noqa: ASYNC110  a table tells nobody
                    await asyncio.sleep(0.02)
            seconds = time.perf_counter() - started
            settler.kill()
    methods = {row["method"]: row["count"] for row in await db.fetch(_METHODS)}
    await db.close()
    queued = sum(methods.values()) - methods.get("at once", 0)
    return QueuedFigures(
        queued_per_second=round(queued / seconds),
        payments_per_second=round(sum(methods.values()) / seconds),
        payments=payments,
        queued=queued,
        left=left,
        methods=methods,
        seconds=round(seconds, 1),
    )


async def _pay(members: Members, payments: int) -> None:
    slots = asyncio.Semaphore(UNDER_WAY)
    for _ in range(payments):
        await slots.acquire()
        members.pay().add_done_callback(lambda _: slots.release())
    for _ in range(UNDER_WAY):
        await slots.acquire()


def _settle(reader: str, socket: Path) -> None:
    """Be the settler, in a process of its own."""

    async def run() -> None:
        hub = StreamLink(socket)
        hub.open()
        first = SnapshotReads(reader, read_first)
        quick, all_ways = (SnapshotReads(reader, read_queues) for _ in range(2))
        await asyncio.gather(
            Rounds(of_the_first(), first.read, hub, SystemClock()).run(),
            Rounds(of_queues_quickly(), quick.read, hub, SystemClock()).run(),
            Rounds(of_queues(), all_ways.read, hub, SystemClock()).run(),
        )

    asyncio.run(run())
