"""Power cuts of PostgreSQL under a load of commits; and a control without fsync, which must lose what it said.

A cut here drops everything that was not forced to the disk. `kill -9` does not: the kernel keeps what was written.
"""

import asyncio
import os
import random
import signal

import asyncpg

from corridor.adapters.postgres.roles import provision
from corridor.adapters.postgres.supervisor import Cluster, ClusterFailed
from corridor.simulation.processes import promises, volume
from corridor.simulation.processes.evidence import Evidence
from corridor.simulation.processes.volume import Volume
from corridor.simulation.processes.writer import SEAL, Record, lost, writing
from corridor.simulation.tally import Tally
from corridor.simulation.trials import Order, Tell

NAME = "power"
CUTS = 10
UNDER_LOAD_S = (0.2, 0.8)
MEGABYTES = 512


def run(order: Order, tell: Tell) -> Tally:
    """Cut, restore, compare; the control comes last, because it ruins the database."""
    reason = volume.refusal()
    if reason:
        return Tally(seeds=1, not_run={"power cuts of PostgreSQL": reason})
    return asyncio.run(_run(order, tell))


async def _run(order: Order, tell: Tell) -> Tally:
    evidence = Evidence(NAME, order, tell)
    dice = random.Random(f"{order.seed}/power")
    cuts = max(1, round(CUTS * order.scale))
    with Volume(order.directory, order.directory / "disk", megabytes=MEGABYTES) as disk:
        cluster = Cluster(disk.path / "postgresql")
        cluster.start()
        dsn = await provision(cluster)
        record: Record = {}
        for number in range(1, cuts + 1):
            before = len(record)
            await _cut(cluster, disk, dsn, record, dice)
            cluster.start()
            gone = await lost(dsn, record)
            evidence.faults["F10: PostgreSQL's power is cut"] += 1
            evidence.ask("acknowledged survives a power cut", len(record), gone)
            tell(f"cut {number}: {len(record) - before} batches acknowledged, {len(gone)} of all lost")
        await promises.the_log_is_whole(evidence, dsn, SEAL)
        missing = await _control(cluster, disk, dsn, dice)
        tell(f"the control, fsync off, has lost {missing} acknowledged batches")
        blind = "without fsync nothing was lost: this cut is none, and the other cuts prove nothing"
        evidence.ask("the control loses", 1, [blind] if not missing else ())
        cluster.kill()
    return evidence.tally(power_cuts=cuts, control_lost=missing)


async def _cut(cluster: Cluster, disk: Volume, dsn: str, record: Record, dice: random.Random) -> None:
    """Cut the power at some moment of a load, and give it back."""
    postmaster = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    async with writing(dsn, record) as writer:
        load = asyncio.create_task(writer.write_for(60, dice))
        await asyncio.wait((load,), timeout=dice.uniform(*UNDER_LOAD_S))
        disk.cut()
        os.kill(postmaster, signal.SIGKILL)
        await asyncio.wait((load,), timeout=20)
        load.cancel()
        await asyncio.gather(load, return_exceptions=True)
    disk.restore()


async def _control(cluster: Cluster, disk: Volume, dsn: str, dice: random.Random) -> int:
    """The same without fsync; return how many acknowledged batches are gone."""
    connection = await asyncpg.connect(cluster.dsn())
    await connection.execute("ALTER SYSTEM SET fsync = off")
    await connection.close()
    cluster.stop()
    cluster.start()
    disk.sync()  # only what is written from now on is at stake
    record: Record = {}
    await _cut(cluster, disk, dsn, record, dice)
    try:
        cluster.start()
        return len(await lost(dsn, record))
    except (ClusterFailed, OSError, asyncpg.PostgresError):
        return len(record)  # so much is gone that it does not even start
