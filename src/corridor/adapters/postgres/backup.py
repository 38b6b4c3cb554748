"""A copy of the embedded cluster, taken while it runs, and a cluster made from one."""

import shutil
import subprocess
from pathlib import Path

from corridor.adapters.postgres.binaries import pg_bindir
from corridor.adapters.postgres.identity import server_identity
from corridor.adapters.postgres.supervisor import Cluster, ClusterFailed


class BackupFailed(ClusterFailed):
    """The backup is not whole."""


def backup(cluster: Cluster, target: Path) -> None:
    """Copy the running cluster into the new directory `target`, with the log that makes it consistent.

    All that is committed when it begins is in it, and every file of it is checked against its manifest.

    Raises: BackupFailed.
    """
    copy(cluster.dsn(), target)


def copy(dsn: str, target: Path) -> None:
    """As `backup`, of any server. Raises: BackupFailed."""
    _run("pg_basebackup", "--pgdata", target, "--dbname", dsn, "--checkpoint=fast")
    verify(target)


def sync(data: Path) -> None:
    """Every file of a data directory is on the disk. Raises: BackupFailed."""
    _run("initdb", "--sync-only", "--pgdata", data)


def verify(source: Path) -> None:
    """Every file of the backup is there and has the checksum its manifest names. Raises: BackupFailed."""
    _run("pg_verifybackup", "--quiet", source)


def restore(source: Path, directory: Path) -> Cluster:
    """Make a cluster in the new or empty `directory` from a backup; the caller starts it.

    Raises: BackupFailed, if the backup is not whole or the directory is in use.
    """
    verify(source)
    cluster = Cluster(directory)
    with cluster.held():
        if cluster.data.exists():
            raise BackupFailed(f"{directory} holds a cluster already; restore into a new directory")
        new = cluster.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(source, new, symlinks=True)
        server_identity(pg_bindir() / "postgres", cluster.directory).own(cluster.directory)
        sync(new)
        cluster.adopt(new)
    return cluster


def _run(program: str, *arguments: str | Path) -> None:
    done = subprocess.run((pg_bindir() / program, *arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupFailed(f"{program} says: {done.stderr.strip()}")
