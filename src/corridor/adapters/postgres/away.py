"""How the driver says that a database has gone away, or is not there yet."""

from typing import Final

import asyncpg

AWAY: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # it has heard that the connection ends, and not yet its end (asyncpg issue 784)
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidCatalogNameError,  # nothing was set up yet
    asyncpg.UndefinedTableError,
)
"""What passes, or is for somebody else to mend. A connection on which it was said is not to be used again."""
