"""Every record on its own: what must hold of it whatever else there is."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import asyncpg

from corridor.adapters.postgres import schema
from corridor.decision import Table
from corridor.reports.checks import OF_RECORDS, OfRecord
from corridor.reports.findings import Findings


async def records(db: asyncpg.Connection) -> Sequence[Findings]:
    """Ask the checks of single records of all that there are; each table is read once."""
    by_table: defaultdict[Table[Any], list[OfRecord]] = defaultdict(list)
    for each in OF_RECORDS:
        assert not each.table.private, f"{each.table.name} is stored sealed"
        by_table[each.table].append(each)
    findings = {each.name: Findings(each.name) for each in OF_RECORDS}
    for table, asked in by_table.items():
        names = ", ".join(f'"{name}"' for name, _, _ in schema.columns(table))
        async for row in db.cursor(f"SELECT {names} FROM {table.name}", prefetch=1_000):  # noqa: S608  our own
            record = table.record(*row)
            for each in asked:
                findings[each.name].judge(each.check(record))
    return list(findings.values())
