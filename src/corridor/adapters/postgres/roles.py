"""Who may do what in the database, and what a server must be to be the system of record."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import asyncpg

from corridor.adapters.postgres.binaries import OLDEST
from corridor.adapters.postgres.supervisor import Cluster
from corridor.domain.errors import CorridorError

WRITER = "corridor_writer"  # the hub and the migrations: owns the schema
READER = "corridor_reader"  # gateways, console, reports, workers: reads every table and view of the writer
SIGNER = "corridor_signer"  # reads what the schema grants it
DATABASE = "corridor"

READ_ONLY = "ALTER ROLE {} SET default_transaction_read_only = on"
ROLES = {
    WRITER: f"CREATE ROLE {WRITER} LOGIN",
    READER: f"CREATE ROLE {READER} LOGIN; {READ_ONLY.format(READER)}",
    SIGNER: f"CREATE ROLE {SIGNER} LOGIN; {READ_ONLY.format(SIGNER)}",
}
GRANTS = f"""
    GRANT {WRITER}, {READER}, {SIGNER} TO CURRENT_USER;
    GRANT USAGE, CREATE ON SCHEMA public TO {WRITER};
    ALTER DEFAULT PRIVILEGES FOR ROLE {WRITER} GRANT SELECT ON TABLES TO {READER};
"""
_LOCK = 0x726F6C65


class UnsuitableServer(CorridorError):
    """The PostgreSQL server cannot be the system of record."""

    reason = "AB10"


class RolesMissing(CorridorError):
    """The roles of corridor are missing, and this user may not create them."""

    reason = "AB10"


async def provision(cluster: Cluster, database: str = DATABASE) -> str:
    """The embedded cluster has the roles and the database; return the writer's address of it. Idempotent."""
    connection = await asyncpg.connect(cluster.dsn())
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", database):
            await connection.execute(f'CREATE DATABASE "{database}"')
    finally:
        await connection.close()
    connection = await asyncpg.connect(cluster.dsn(database=database))
    try:
        await create_roles(connection)
    finally:
        await connection.close()
    return cluster.dsn(WRITER, database)


async def create_roles(connection: asyncpg.Connection) -> None:
    """The roles exist and have their rights in this database. Idempotent; several may do it at once.

    Raises: UnsuitableServer; RolesMissing, which names what an administrator must run.
    """
    await check_server(connection)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        found = await connection.fetch("SELECT rolname FROM pg_roles WHERE rolname = ANY($1)", list(ROLES))
        missing = [sql for role, sql in ROLES.items() if role not in {row["rolname"] for row in found}]
        wanted = ";\n".join([*missing, GRANTS])
        try:
            await connection.execute(wanted)
        except asyncpg.InsufficientPrivilegeError as error:
            raise RolesMissing(f"ask an administrator of this database to run:\n{wanted}") from error


async def check_server(connection: asyncpg.Connection) -> None:
    """The server is new enough and loosens no durability. Raises: UnsuitableServer."""
    version = connection.get_server_version()
    if version.major < OLDEST:
        raise UnsuitableServer(f"PostgreSQL {version.major} is too old: {OLDEST} or newer is needed")
    for setting, unfit in (("fsync", "off"), ("synchronous_commit", "off"), ("server_encoding", "SQL_ASCII")):
        if await connection.fetchval("SELECT current_setting($1)", setting) == unfit:
            raise UnsuitableServer(f"{setting} is {unfit}: what is answered would not be safe", field=setting)


def dsn_as(url: str, role: str) -> str:
    """Return `url` such that asyncpg's sessions take `role`, of which the URL's user must be a member."""
    parts = urlsplit(url)
    settings = {"role": role} | ({} if role == WRITER else {"default_transaction_read_only": "on"})
    return parts._replace(query=urlencode(dict(parse_qsl(parts.query)) | settings)).geturl()
