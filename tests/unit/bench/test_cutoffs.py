"""The bench of cut-offs, in small: what it counts is there, and nothing differs."""

import asyncio

from corridor.adapters.postgres.roles import READER, WRITER
from corridor.bench.cutoffs import measure


def test_cut_offs_under_load_differ_by_nothing(database: str) -> None:
    figures = asyncio.run(measure(database, database.replace(WRITER, READER), cutoffs=5, per_s=100))
    assert (figures.cutoffs, figures.difference_units, figures.lost, figures.refused) == (5, 0, 0, 0)
    assert figures.payments > 0
