"""Payments that wait: how many a second a hub on a real PostgreSQL takes, lets wait, and settles.

Hub, settler, banks and PostgreSQL share this machine's cores. The banks hold little, so that nearly all payments wait
and settle against others; at the end they are given enough for the rest.
"""

import asyncio
import time
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

from corridor.adapters.memory.link import MemoryLink
from corridor.adapters.postgres.queues import read_considered, read_first
from corridor.adapters.postgres.snapshots import SnapshotReads
from corridor.adapters.stream.link import StreamLink
from corridor.adapters.system.clock import SystemClock
from corridor.bench.members import AMOUNT_MAX, ENOUGH, Members, serve
from corridor.services.messaging.commands import Command
from corridor.workers.rounds import Rounds
from corridor.workers.settler import in_all_ways, in_order, in_pairs

UNDER_WAY: Final = 2_000
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
    async with serve(writer, clock) as (link, socket):
        members = Members(link, clock, "RTGS")
        await members.found(limit=HOLD * AMOUNT_MAX // 2)
        orders = [members.payment() for _ in range(payments)]
        settler = get_context("spawn").Process(target=_settle, args=(reader, socket), daemon=True)
        settler.start()
        started = time.perf_counter()
        await _pay(link, orders)
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


async def _pay(link: MemoryLink, orders: Sequence[Command]) -> None:
    slots = asyncio.Semaphore(UNDER_WAY)
    for order in orders:
        await slots.acquire()
        link.submit(order).add_done_callback(lambda _: slots.release())
    for _ in range(UNDER_WAY):
        await slots.acquire()


def _settle(reader: str, socket: Path) -> None:
    """Be the settler, in a process of its own."""

    async def run() -> None:
        hub = StreamLink(socket)
        hub.open()
        works = (in_order(), read_first), (in_pairs(), read_considered), (in_all_ways(), read_considered)
        rounds = [Rounds(who, SnapshotReads(reader, what).read, hub, SystemClock()) for who, what in works]
        await asyncio.gather(*(each.run() for each in rounds))

    asyncio.run(run())
