"""For verbs that read: what is durable, by the read-only role, whether a hub is running or not."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

from corridor.adapters.keys import seals
from corridor.adapters.postgres.reads import PostgresReads
from corridor.cli import database
from corridor.cli.home import Home
from corridor.domain.errors import CorridorError


class NothingHere(CorridorError):
    """Nothing has been set up."""

    reason = "AB10"


class DatabaseAway(CorridorError):
    """PostgreSQL does not answer."""

    reason = "AB10"
    transient = True


@asynccontextmanager
async def reading(home: Home) -> AsyncIterator[PostgresReads]:
    """Connect to the database; an embedded one that is not running runs meanwhile.

    Raises: NothingHere, DatabaseAway.
    """
    with running(home):
        try:
            reads = await PostgresReads.connect(database.reader_dsn(home), seals.read(home.personal), size=1)
        except OSError as error:
            raise DatabaseAway(f"PostgreSQL does not answer: {error}") from None
        try:
            yield reads
        finally:
            await reads.close()


def running(home: Home) -> AbstractContextManager[object]:
    """Return a context in which the database answers.

    Raises: NothingHere.
    """
    if database.foreign() is not None:
        return nullcontext()
    if not home.cluster.exists():
        raise NothingHere(f"nothing is set up in {home.directory}; run `corridor up` for it first")
    return database.cluster(home)
