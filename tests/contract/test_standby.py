"""A synchronous copy: what was committed is in it, however the server ended, and a server can be made of it again."""

import asyncio
import shutil
import time

import asyncpg
import pytest

from corridor.adapters.postgres import recovery
from corridor.adapters.postgres.standby import NAME, Standby
from corridor.adapters.postgres.supervisor import Cluster

pytestmark = pytest.mark.slow


def ask(dsn, query):
    async def main():
        db = await asyncpg.connect(dsn)
        try:
            return await db.fetchval(query)
        finally:
            await db.close()

    return asyncio.run(main())


def wait_until_it_shows(standby, count):
    """What the copy holds on its disk it shows a moment later."""
    while ask(standby.dsn(), "SELECT count(*) FROM told") != count:
        time.sleep(0.02)


@pytest.fixture
def pair(tmp_path):
    primary = Cluster(tmp_path / "it's the primary", synchronous_with=NAME)
    standby = Standby(tmp_path / "standby", primary)
    primary.start()
    standby.start()
    yield primary, standby
    primary.stop()
    standby.stop()


def test_what_was_committed_is_in_the_copy_however_the_server_ended(pair, tmp_path):
    primary, standby = pair
    ask(primary.dsn(), "CREATE TABLE told (n int)")
    older = tmp_path / "older"
    primary.stop()
    shutil.copytree(primary.data, older)
    primary.start()
    for n in range(20):
        ask(primary.dsn(), f"INSERT INTO told VALUES ({n})")
    assert ask(primary.dsn(), "SELECT sync_state FROM pg_stat_replication") == "sync"
    primary.kill()
    wait_until_it_shows(standby, 20)

    shutil.rmtree(primary.data)
    shutil.copytree(older, primary.data)  # it has lost its tail
    aside = recovery.take_over(primary, standby.dsn())
    assert aside.name == "data.lost-1"
    standby.stop()
    assert recovery.put_aside(standby).name == "data.lost-1"
    primary.start()
    standby.start()
    ask(primary.dsn(), "INSERT INTO told VALUES (20)")
    wait_until_it_shows(standby, 21)
    assert ask(standby.dsn(), "SELECT pg_is_in_recovery()")


def test_without_its_copy_a_server_answers_no_commit(pair):
    primary, standby = pair
    ask(primary.dsn(), "CREATE TABLE told (n int)")
    standby.stop()

    async def main():
        db = await asyncpg.connect(primary.dsn())
        writing = asyncio.create_task(db.execute("INSERT INTO told VALUES (1)"))
        done, _ = await asyncio.wait([writing], timeout=0.5)
        assert not done
        await asyncio.to_thread(standby.start)
        await writing
        await db.close()

    asyncio.run(main())
