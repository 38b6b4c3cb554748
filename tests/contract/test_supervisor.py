"""The embedded PostgreSQL: it keeps what it was given, whoever runs it and however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from corridor.adapters.postgres import identity
from corridor.adapters.postgres.backup import BackupFailed, backup, restore
from corridor.adapters.postgres.binaries import NoPostgreSQL, pg_bindir
from corridor.adapters.postgres.roles import (
    READER,
    SIGNER,
    WRITER,
    RolesMissing,
    UnsuitableServer,
    create_roles,
    dsn_as,
)
from corridor.adapters.postgres.supervisor import LONGEST_SOCKET_PATH, Cluster, ClusterFailed

pytestmark = pytest.mark.anyio
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder everybody may enter, with a short path."""
    with TemporaryDirectory(prefix="corridor-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def victim() -> Iterator[Cluster]:
    with TemporaryDirectory(prefix="corridor-") as name:
        cluster = Cluster(Path(name, "victim"))
        yield cluster
        cluster.stop()


@pytest.fixture
def own(victim) -> Cluster:
    """A started server that a test may stop and kill."""
    victim.start(die_with_parent=True)
    return victim


async def query(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_what_was_committed_survives_kill_9(own):
    session = await asyncpg.connect(own.dsn())
    await session.execute("CREATE TABLE survivors AS SELECT generate_series(1, 1000) AS n")
    own.kill()
    before = time.monotonic()
    assert own.start(die_with_parent=True)
    assert time.monotonic() - before < 5
    assert await query(own.dsn(), "SELECT count(*) FROM survivors") == 1000
    session.terminate()


def test_a_server_that_is_just_starting_has_not_named_its_socket_directory_yet(folder):
    cluster = Cluster(folder / "starting")
    cluster.data.mkdir(parents=True)
    # What PostgreSQL writes first; the directory follows once it listens.
    (cluster.data / "postmaster.pid").write_text(f"4711\n{cluster.data}\n1795564744\n5432\n\n")
    assert cluster.socket_directory == cluster.directory


def test_the_old_number_in_a_stranger_s_hands_does_not_stop_a_start(own):
    own.kill()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        status = own.data / "postmaster.pid"
        lines = status.read_text().splitlines()
        status.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        assert own.start(die_with_parent=True)
        assert stranger.poll() is None
        stranger.kill()


def test_a_second_start_joins_and_does_not_stop_what_it_joined(own):
    with Cluster(own.directory) as second:
        assert second.start() is False
        assert second.dsn() == own.dsn()
    assert own.running()
    second.stop()
    assert not own.running()


def test_of_many_starts_at_once_one_starts(folder):
    clusters = [Cluster(folder / "own") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(Cluster.start, clusters))
    for cluster in clusters:
        cluster.stop()
    assert sorted(started) == [False, False, False, True]


async def test_durability_is_on_and_nothing_listens_to_the_network(cluster):
    for setting, value in {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
    }.items():
        assert await query(cluster.dsn(), f"SELECT current_setting('{setting}')") == value
    assert cluster.directory.stat().st_mode & 0o777 == 0o700


async def test_any_path_will_do_and_may_change(folder):
    deep = folder / "a, b" / ("x" * LONGEST_SOCKET_PATH)
    with Cluster(deep) as cluster:
        sockets = cluster.socket_directory
        assert sockets != deep
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert await query(cluster.dsn(), "SELECT 1") == 1
    assert not sockets.exists()
    odd = deep.rename(folder / 'it\'s "odd" \\ &?=%')
    with Cluster(odd) as cluster:
        assert cluster.socket_directory == odd
        assert await query(cluster.dsn(), "SELECT 1") == 1


def test_a_directory_of_other_things_is_left_alone(folder):
    (folder / "letters").touch()
    with pytest.raises(ClusterFailed, match="holds other things"):
        Cluster(folder).start()
    assert [path.name for path in folder.iterdir()] == ["letters"]


def test_a_server_that_cannot_start_says_why(own):
    own.stop()
    version = own.data / "PG_VERSION"
    right = version.read_text()
    version.write_text("9\n")
    with pytest.raises(ClusterFailed, match="incompatible with server"):
        own.start()
    version.write_text(right)


def test_it_stops_with_its_parent_if_told_to(own):
    own.stop()
    program = (
        "import os, sys; from corridor.adapters.postgres.supervisor import Cluster\n"
        "assert Cluster(sys.argv[1]).start(die_with_parent=True); os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", program, own.directory], check=False)
    assert died.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 5
    while own.running() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not own.running()


@as_root
def test_root_runs_it_and_the_files_stay_root_s(own):
    assert {path.stat().st_uid for path in own.directory.rglob("*")} == {0}


@as_root
async def test_where_namespaces_are_forbidden_root_runs_it_as_nobody(folder, monkeypatch):
    monkeypatch.setattr(identity.shutil, "which", lambda name: None)
    cluster = Cluster(folder / "own")
    if not reachable_for_nobody(pg_bindir() / "postgres"):
        with pytest.raises(identity.RootRefused):
            cluster.start()
        return
    with cluster:
        assert cluster.data.stat().st_uid == identity.NOBODY
        assert await query(cluster.dsn(), "SELECT 1") == 1
        backup(cluster, folder / "copy")
    with restore(folder / "copy", folder / "restored") as restored:
        assert await query(restored.dsn(), "SELECT 1") == 1


@as_root
def test_an_ordinary_user_runs_it(folder):
    if not reachable_for_nobody(pg_bindir() / "postgres"):
        pytest.skip("this checkout is root's alone")
    folder.chmod(0o777)
    child = os.fork()
    if child == 0:  # the interpreter may lie where nobody can go, so it is not started again
        try:
            os.setgroups([])
            os.setgid(identity.NOBODY)
            os.setuid(identity.NOBODY)
            with Cluster(folder / "own") as cluster:
                assert cluster.running()
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert (folder / "own" / "data").stat().st_uid == identity.NOBODY


def reachable_for_nobody(path: Path) -> bool:
    return subprocess.run(["test", "-x", path], user=identity.NOBODY, check=False).returncode == 0


async def test_a_backup_restores_what_was_committed_before_it(own, folder):
    connection = await asyncpg.connect(own.dsn())
    await connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    backup(own, folder / "copy")
    await connection.execute("DELETE FROM kept")
    await connection.close()
    with restore(folder / "copy", folder / "restored") as restored:
        assert await query(restored.dsn(), "SELECT count(*) FROM kept") == 1000
        with pytest.raises(ClusterFailed, match="in use"):
            restore(folder / "copy", restored.directory)
    with pytest.raises(BackupFailed, match="holds a cluster already"):
        restore(folder / "copy", restored.directory)

    damaged = folder / "copy" / "global" / "pg_filenode.map"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
    with pytest.raises(BackupFailed, match=r"pg_filenode\.map"):
        restore(folder / "copy", folder / "never")
    assert not (folder / "never").exists()


async def test_the_reader_reads_all_the_signer_what_it_is_granted_and_neither_writes(cluster, database):
    writer = await asyncpg.connect(database)
    name = await writer.fetchval("SELECT current_database()")
    await writer.execute("CREATE TABLE seen (n int); INSERT INTO seen VALUES (1)")
    await writer.execute("CREATE VIEW view AS SELECT n FROM seen")
    await writer.close()
    assert await query(cluster.dsn(READER, name), "SELECT n FROM view JOIN seen USING (n)") == 1
    for role in (READER, SIGNER):
        session = await asyncpg.connect(cluster.dsn(role, name))
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await session.execute("INSERT INTO seen VALUES (2)")
        await session.execute("SET default_transaction_read_only = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await session.execute("INSERT INTO seen VALUES (2)")
        await session.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await query(cluster.dsn(SIGNER, name), "SELECT n FROM seen")


async def test_an_operator_of_a_foreign_server_needs_no_superuser(own):
    await query(own.dsn(), "CREATE ROLE operator LOGIN CREATEROLE")
    await query(own.dsn(), "CREATE DATABASE foreign_one OWNER operator")
    url = own.dsn("operator", "foreign_one")
    operator = await asyncpg.connect(url)
    await create_roles(operator)
    await create_roles(operator)
    await operator.close()
    await query(dsn_as(url, WRITER), "CREATE TABLE seen AS SELECT 1 AS n")
    assert await query(dsn_as(url, READER), "SELECT n FROM seen") == 1
    assert await query(dsn_as(url, READER), "SELECT current_user::text") == READER
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await query(dsn_as(url, READER), "DELETE FROM seen")


async def test_who_may_not_create_roles_is_told_what_to_ask_for(own):
    await query(own.dsn(), "CREATE ROLE stranger LOGIN")
    stranger = await asyncpg.connect(own.dsn("stranger"))
    with pytest.raises(RolesMissing, match=f"GRANT {WRITER}"):
        await create_roles(stranger)
    await stranger.close()


async def test_a_server_that_loosens_durability_is_refused(cluster):
    session = await asyncpg.connect(cluster.dsn(), server_settings={"synchronous_commit": "off"})
    with pytest.raises(UnsuitableServer, match="synchronous_commit"):
        await create_roles(session)
    await session.close()


def test_a_folder_without_a_server_is_named(folder, monkeypatch):
    monkeypatch.setenv("CORRIDOR_PG_BIN", str(folder))
    with pytest.raises(NoPostgreSQL, match=str(folder)):
        pg_bindir()
