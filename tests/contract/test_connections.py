"""Whoever reads again and again hears in one word that the database went away, and reads on by a new connection."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg
import pytest
from tests.contract.signed_world import SEAL

from corridor.adapters.postgres.journal import PostgresJournal
from corridor.adapters.postgres.looks import Looks
from corridor.adapters.postgres.snapshots import Fetch, SnapshotReads
from corridor.hub.lists import TABLES
from corridor.ports import JournalAway

Reads = Callable[[], Awaitable[object]]
Maker = Callable[[str], tuple[Reads, Reads]]
"""What reads, and what closes."""
_END = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def by_looks(dsn: str) -> tuple[Reads, Reads]:
    looks = Looks(dsn, SEAL)

    async def read() -> object:
        async with looks.look() as look:
            return await look.transfers(0, 1)

    return read, looks.close


def by_snapshots(dsn: str) -> tuple[Reads, Reads]:
    async def what(fetch: Fetch, _seen: int) -> object:
        return await fetch("SELECT 1")

    reads = SnapshotReads(dsn, what)
    return lambda: reads.read(0), reads.close


@asynccontextmanager
async def relay(dsn: str, directory: Path) -> AsyncIterator[str]:
    """Pass on what both sides say, but never that the database has closed: a client may read its last words first."""
    socket = parse_qs(urlsplit(dsn).query)["host"][0]

    under_way: list[asyncio.Task[None]] = []

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while some := await reader.read(65_536):
            writer.write(some)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        under_way.append(asyncio.current_task())
        there, here = await asyncio.open_unix_connection(f"{socket}/.s.PGSQL.5432")
        back = asyncio.create_task(pass_on(there, writer))
        await asyncio.gather(pass_on(reader, here), back, return_exceptions=True)
        for each in (here, writer):
            each.close()
            with suppress(OSError):
                await each.wait_closed()

    async with await asyncio.start_unix_server(serve, str(directory / ".s.PGSQL.5432")) as server:
        yield dsn.replace(quote(socket), quote(str(directory)))
        server.close()
        await asyncio.gather(*under_way)


@pytest.mark.parametrize("by", [by_looks, by_snapshots])
def test_a_connection_that_the_database_ends(database: str, tmp_path: Path, by: Maker) -> None:
    """The driver calls it an error of its own where it has heard the last words, and not yet that it is closed."""

    async def end() -> None:
        db = await asyncpg.connect(database)
        await db.execute(_END)
        await db.close()
        await asyncio.sleep(0.1)

    async def run() -> None:
        journal = PostgresJournal(database, SEAL)
        await journal.open(TABLES, "CORRXXM0", 0)
        await journal.close()
        async with relay(database, tmp_path) as dsn:
            read, close = by(dsn)
            assert await read() is not None
            await end()
            with pytest.raises(JournalAway, match="cannot switch to state"):
                await read()
            assert await read() is not None
            await close()

    asyncio.run(run())
