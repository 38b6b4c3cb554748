"""For verbs that read: what is durable, by the read-only role, whether a hub is running or not."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

from corridor.adapters.keys import seals
from corridor.adapters.postgres.reads import PostgresReads
from corridor.cli import database
from corridor.cli.home import Home
from corridor.domain.errors import CorridorError
from corridor.domain.identifiers import parse_bic


class NothingHere(CorridorError):
    """Nothing has been set up."""

    reason = "AB10"


class DatabaseAway(CorridorError):
    """PostgreSQL does not answer."""

    reason = "AB10"
    transient = True


class NoSuchParticipant(CorridorError):
    """There is no such participant here; `corridor participant list` shows all."""

    reason = "RC01"


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


async def require(reads: PostgresReads, bic: str, field: str = "--bank") -> None:
    """Accept only who is a participant; "" is nobody, and all.

    Raises: NoSuchParticipant, InvalidBIC, naming the option or argument.
    """
    if bic and not await reads.fetch("SELECT 1 FROM participant WHERE bic = $1", parse_bic(bic, field=field)):
        raise NoSuchParticipant(
            f"there is no participant {bic} here; `corridor participant list` shows all", field=field
        )


def running(home: Home) -> AbstractContextManager[object]:
    """Return a context in which the database answers.

    Raises: NothingHere.
    """
    if database.foreign() is not None:
        return nullcontext()
    if not home.cluster.exists():
        raise NothingHere(f"nothing is set up in {home.directory}; run `corridor up` for it first")
    return database.cluster(home)
