"""The bench of queues, in small: all that waits settles, and the figures say how."""

import asyncio

from corridor.adapters.postgres.roles import READER, WRITER
from corridor.bench.queued import measure


def test_all_that_waits_settles(database: str) -> None:
    figures = asyncio.run(measure(database, database.replace(WRITER, READER), payments=300))
    assert sum(figures.methods.values()) == figures.payments == 300
    assert 0 < figures.queued == 300 - figures.methods.get("at once", 0)
