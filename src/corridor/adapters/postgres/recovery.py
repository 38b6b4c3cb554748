"""A cluster whose log has lost its tail, made whole from a copy that has not: a standby, or another server."""

import shutil
from pathlib import Path

import asyncpg

from corridor.adapters.postgres import backup
from corridor.adapters.postgres.binaries import pg_bindir
from corridor.adapters.postgres.identity import server_identity
from corridor.adapters.postgres.supervisor import Cluster
from corridor.ports import Mark
from corridor.services.messaging.records import ChainHead


async def read_end(dsn: str, batch: int) -> tuple[Mark, ChainHead | None]:
    """Return where the log of a database ends, and its head after a batch, None if it has no such batch."""
    connection = await asyncpg.connect(dsn)
    try:
        line = await connection.fetchrow("SELECT bic, epoch, batch, head FROM hub")
        head = await connection.fetchval("SELECT head FROM chain_head WHERE batch = $1", batch)
    finally:
        await connection.close()
    end = Mark(line["bic"], line["epoch"], line["batch"], line["head"]) if line else Mark("", 0, 0, bytes(32))
    return end, None if head is None else ChainHead(batch, head)


def take_over(cluster: Cluster, dsn: str) -> Path:
    """Replace the data of a cluster that does not run by a copy of the server at `dsn`, which may.

    Returns where the data before it was put aside: it is evidence, and nothing here deletes it.

    Raises: ClusterFailed, if the cluster runs; BackupFailed, and then nothing is changed.
    """
    with cluster.held():
        new = cluster.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        backup.copy(dsn, new)
        for left in ("standby.signal", "recovery.signal"):
            (new / left).unlink(missing_ok=True)
        server_identity(pg_bindir() / "postgres", cluster.directory).own(new)
        backup.sync(new)
        aside = _aside(cluster)
        cluster.adopt(new)
    return aside


def put_aside(cluster: Cluster) -> Path:
    """Let a cluster that does not run be made anew at its next start. Raises: ClusterFailed, if it runs."""
    with cluster.held():
        return _aside(cluster)


def _aside(cluster: Cluster) -> Path:
    taken = {path.name for path in cluster.directory.iterdir()}
    name = next(name for n in range(1, len(taken) + 2) if (name := f"data.lost-{n}") not in taken)
    return cluster.data.rename(cluster.directory / name)
