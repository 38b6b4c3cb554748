"""Fixtures for all tests: the event loop's kind, Hypothesis' manners, a real PostgreSQL."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import Phase, settings

from corridor.adapters.postgres.roles import provision
from corridor.adapters.postgres.supervisor import Cluster

settings.register_profile("corridor", deadline=None)  # a loaded machine is no failure
settings.register_profile("hunt", deadline=None, phases=[Phase.explicit, Phase.generate])  # finding is enough
settings.load_profile("corridor")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A started server for all tests; to stop or kill one, make your own."""
    with TemporaryDirectory(prefix="corridor-") as directory:
        cluster = Cluster(Path(directory, "postgres"))
        cluster.start(die_with_parent=True)
        yield cluster
        cluster.stop()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[str]:
    """The writer's address of a new, empty database; `cluster.dsn(role, name)` is another role's."""
    name = f"test_{uuid4().hex}"
    yield asyncio.run(provision(cluster, name))
    asyncio.run(_drop(cluster, name))


async def _drop(cluster: Cluster, name: str) -> None:
    connection = await asyncpg.connect(cluster.dsn())
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()
