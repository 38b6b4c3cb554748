"""Cut-offs under load: a hub on a real PostgreSQL takes payments into cycles that are closed one after another.

Hub, netter, banks and PostgreSQL share this machine's cores. Afterwards every cycle is recomputed from its transfers.
"""

import asyncio
import time
from collections import Counter
from itertools import count
from typing import Final

import asyncpg
import msgspec

from corridor.adapters.memory.link import MemoryLink
from corridor.adapters.postgres.cycles import read_cycles, sheets
from corridor.adapters.postgres.snapshots import SnapshotReads
from corridor.adapters.system.clock import SystemClock
from corridor.bench.members import ENOUGH, Members, serve
from corridor.ports import Told
from corridor.services.settlement.commands import CloseCycle
from corridor.services.settlement.proof import differences
from corridor.workers.netter import Netter
from corridor.workers.rounds import Rounds

RETRY_S: Final = 0.01
"""Where the cycle before has not settled, the cut-off is asked for again so soon."""
AT_REST_S: Final = 120.0
_STATE = "SELECT closed_at, settled_at, ended_at, state, items FROM cycle ORDER BY number"


class CutoffFigures(msgspec.Struct, frozen=True):
    """`difference_units` is by how much, in all, positions and settled nets are not what gross transfers add up to.

    `lost` is how many payments were accepted, but are in no cycle. `settle_*_ms` is from cut-off to settlement.
    """

    cutoffs: int
    difference_units: int
    lost: int
    payments: int
    refused: int
    offered_per_second: int
    payments_per_second: int
    settle_p50_ms: float
    settle_p99_ms: float
    seconds: float


async def measure(writer: str, reader: str, *, cutoffs: int, per_s: float) -> CutoffFigures:
    """Close so many cycles while payments come at a rate; then recompute all of them from what is stored."""
    clock = SystemClock()
    told: Counter[str] = Counter()
    async with serve(writer, clock) as (link, _):
        members = Members(link, clock, "MPNS")
        await members.found(limit=ENOUGH, cap=ENOUGH)
        reads, enough = SnapshotReads(reader, read_cycles), asyncio.Event()
        netting = asyncio.create_task(Rounds(Netter(), reads.read, link, clock).run())
        paying = asyncio.create_task(_pay(link, members, told, per_s, enough))
        started = time.perf_counter()
        await _close(link, members, cutoffs)
        enough.set()
        await paying
        seconds = time.perf_counter() - started
        rows = await _rest(reader)
        netting.cancel()
        await reads.close()
    wrong = [each async for sheet in sheets(reader) for each in differences(sheet)]
    took_ms = sorted((row["settled_at"] - row["closed_at"]) / 1000 for row in rows if row["settled_at"])
    accepted = told["accepted"]
    return CutoffFigures(
        cutoffs=len(took_ms),
        difference_units=sum(each.units for each in wrong),
        lost=accepted - sum(row["items"] for row in rows),
        payments=accepted,
        refused=told.total() - accepted,
        offered_per_second=round(per_s),
        payments_per_second=round(accepted / seconds),
        settle_p50_ms=round(took_ms[len(took_ms) // 2], 1),
        settle_p99_ms=round(took_ms[int(len(took_ms) * 0.99)], 1),
        seconds=round(seconds, 1),
    )


async def _rest(reader: str) -> list[asyncpg.Record]:
    """Wait until every closed cycle is told to its end; return all cycles."""
    db = await asyncpg.connect(reader)
    try:
        async with asyncio.timeout(AT_REST_S):
            while True:
                rows: list[asyncpg.Record] = await db.fetch(_STATE)
                if all(row["ended_at"] or row["state"] == "open" for row in rows):
                    return rows
                await asyncio.sleep(RETRY_S)
    finally:
        await db.close()


async def _pay(
    link: MemoryLink, members: Members, told: Counter[str], per_s: float, until: asyncio.Event
) -> None:
    """Offer payments at a rate, whatever becomes of those before."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    waiting: set[asyncio.Future[Told]] = set()
    for n in count():
        if until.is_set():
            break
        await asyncio.sleep(max(0.0, began + n / per_s - loop.time()))
        future = link.submit(members.payment())
        waiting.add(future)
        future.add_done_callback(lambda done: told.update([done.result().status]))
        future.add_done_callback(waiting.discard)
    await asyncio.gather(*waiting)


async def _close(link: MemoryLink, members: Members, cutoffs: int) -> None:
    """Close so many cycles, each as soon as something is in it and the one before has settled."""
    cycle = 1
    while cycle <= cutoffs:
        answer = await link.submit(members.command(CloseCycle, cycle=cycle))
        cycle += answer.status == "accepted"
        await asyncio.sleep(RETRY_S)
