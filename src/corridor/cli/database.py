"""Which PostgreSQL: the embedded one of this directory, or the one that the environment names."""

import asyncio
import os

import asyncpg

from corridor.adapters.postgres import roles, schema
from corridor.adapters.postgres import standby as standbys
from corridor.adapters.postgres.standby import Standby
from corridor.adapters.postgres.supervisor import Cluster
from corridor.cli.home import Home

VARIABLE = "CORRIDOR_DATABASE_URL"
STANDBY = "CORRIDOR_STANDBY"
"""Names the directory of a synchronous copy of the embedded server, which belongs on another disk."""


def foreign() -> str | None:
    """Return the operator's own PostgreSQL, if one is named."""
    return os.environ.get(VARIABLE)


def cluster(home: Home) -> Cluster:
    """Return the embedded server of a directory; it waits for its copy, if one is named."""
    return Cluster(home.cluster, synchronous_with=standbys.NAME if os.environ.get(STANDBY) else "")


def standby(home: Home) -> Standby | None:
    """Return the synchronous copy of the embedded server, if the environment names a directory for one."""
    named = os.environ.get(STANDBY)
    return Standby(named, cluster(home)) if named else None


def prepare(home: Home) -> None:
    """Bring roles and schema up to date in a database that answers. Idempotent."""
    url = foreign()
    asyncio.run(roles.provision(cluster(home)) if url is None else _provision(url))
    asyncio.run(_migrate(home))


async def _provision(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        await roles.create_roles(connection)
        return url
    finally:
        await connection.close()


async def _migrate(home: Home) -> None:
    connection = await asyncpg.connect(writer_dsn(home))
    try:
        await schema.migrate(connection)
    finally:
        await connection.close()


def writer_dsn(home: Home) -> str:
    """Return the address for the hub."""
    return _dsn(home, roles.WRITER)


def reader_dsn(home: Home) -> str:
    """Return the address for everyone who only reads."""
    return _dsn(home, roles.READER)


def signer_dsn(home: Home) -> str:
    """Return the address for the signer, which reads what it signs."""
    return _dsn(home, roles.SIGNER)


def _dsn(home: Home, role: str) -> str:
    url = foreign()
    if url is not None:
        return roles.dsn_as(url, role)
    return cluster(home).dsn(role, roles.DATABASE)
