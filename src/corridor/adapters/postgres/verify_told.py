"""One truth to all: what agents of payments and sides of liquidity transfers were told, read from the bytes sent."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

import asyncpg
from lxml import etree

from corridor.adapters.postgres import schema
from corridor.adapters.postgres.blobs import contents
from corridor.adapters.postgres.sealing import Sealing
from corridor.codecs.errors import DecodeError
from corridor.decision import Table
from corridor.reports import checks, liquidity, returns
from corridor.reports.findings import Findings
from corridor.reports.log import status_in
from corridor.services.settlement.funding.records import LIQUIDITY_TRANSFER
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.returns.records import RETURNED_PAYMENT

Connection = asyncpg.Connection

GROUP_ROWS = 1_000

_TOLD: Final[tuple[tuple[Table[Any], Callable[[Any, Sequence[checks.Said]], Iterator[str]]], ...]] = (
    (PAYMENT, checks.told),
    (LIQUIDITY_TRANSFER, liquidity.told),
    (RETURNED_PAYMENT, returns.told),
)
"""Whose records both sides hear of, and what must hold of that."""


async def told(db: Connection, sealing: Sealing) -> Findings:
    """Both agents, or sides, were told one and the same final status, with the reason and time of the record."""
    findings = Findings("told")
    for table, check in _TOLD:
        fields = len(schema.columns(table))
        async for rows in _groups(db, table):
            places = {(row["at_month"], row["at_batch"]) for row in rows if row["at_batch"] is not None}
            blobs = await contents(db.fetch, sealing, places, damaged=b"")
            for _, lines in groupby(rows, key=lambda row: row["number"]):
                of_record = list(lines)
                said: list[checks.Said] = []
                unreadable: list[str] = []
                for line in of_record:
                    if line["receiver"] is None:
                        continue
                    try:
                        evidence = blobs[line["at_batch"]][line["start"] : line["start"] + line["size"]]
                        said.append((line["receiver"], status_in(evidence)))
                    except (DecodeError, etree.XMLSyntaxError, IndexError, KeyError) as error:
                        unreadable.append(
                            f"payment {line['uetr']}: status in batch {line['at_batch']}: {error!r}"
                        )
                record = table.record(*list(of_record[0])[:fields])
                findings.judge([*unreadable, *check(record, said)])
    return findings


async def _groups(db: Connection, table: Table[Any]) -> AsyncIterator[list[Any]]:
    """Yield records in order with the statuses that were sent, many records at a time, none divided."""
    query = f"""
        SELECT {", ".join(f'p."{name}"' for name, _, _ in schema.columns(table))},
               m.participant AS receiver, m.month AS at_month, m.batch AS at_batch, m.start, m.size
          FROM {table.name} p LEFT JOIN message m
            ON m.payment = p.number AND m.direction = 'out' AND m.definition = 'pacs.002.001.10'
         ORDER BY p.number, m.batch, m.position
    """  # noqa: S608  our own
    group: list[Any] = []
    async for row in db.cursor(query, prefetch=GROUP_ROWS):
        if len(group) >= GROUP_ROWS and row["number"] != group[-1]["number"]:
            yield group
            group = []
        group.append(row)
    if group:
        yield group
