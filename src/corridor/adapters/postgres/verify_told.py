"""One truth to all: what the agents of a payment were told, read from the very bytes that were sent."""

from collections.abc import AsyncIterator
from itertools import groupby
from typing import Any

import asyncpg
from lxml import etree

from corridor.adapters.postgres import schema
from corridor.adapters.postgres.blobs import contents
from corridor.adapters.postgres.sealing import Sealing
from corridor.codecs.errors import DecodeError
from corridor.reports import checks
from corridor.reports.findings import Findings
from corridor.reports.log import status_in
from corridor.services.settlement.payments import PAYMENT, Payment

Connection = asyncpg.Connection

GROUP_ROWS = 1_000

_PAYMENT = [name for name, _, _ in schema.columns(PAYMENT)]
_TOLD = f"""
SELECT {", ".join(f"p.{name}" for name in _PAYMENT)},
       m.participant, m.month, m.batch, m.position, m.start, m.size
  FROM payment p LEFT JOIN message m
    ON m.payment = p.number AND m.direction = 'out' AND m.definition = 'pacs.002.001.10'
 ORDER BY p.number, m.batch, m.position
"""  # noqa: S608  our own


async def told(db: Connection, sealing: Sealing) -> Findings:
    """Both agents were told one and the same final status, with the reason and time of the record."""
    findings = Findings("told")
    async for rows in _groups(db):
        places = {(row["month"], row["batch"]) for row in rows if row["batch"] is not None}
        blobs = await contents(db.fetch, sealing, places, damaged=b"")
        for _, lines in groupby(rows, key=lambda row: row["number"]):
            of_payment = list(lines)
            said: list[checks.Said] = []
            unreadable: list[str] = []
            for line in of_payment:
                if line["participant"] is None:
                    continue
                try:
                    evidence = blobs[line["batch"]][line["start"] : line["start"] + line["size"]]
                    said.append((line["participant"], status_in(evidence)))
                except (DecodeError, etree.XMLSyntaxError, IndexError, KeyError) as error:
                    unreadable.append(f"payment {line['uetr']}: status in batch {line['batch']}: {error!r}")
            payment = Payment(*list(of_payment[0])[: len(_PAYMENT)])
            findings.judge([*unreadable, *checks.told(payment, said)])
    return findings


async def _groups(db: Connection) -> AsyncIterator[list[Any]]:
    """Yield payments in order with the statuses that were sent, many payments at a time, none divided."""
    group: list[Any] = []
    async for row in db.cursor(_TOLD, prefetch=GROUP_ROWS):
        if len(group) >= GROUP_ROWS and row["number"] != group[-1]["number"]:
            yield group
            group = []
        group.append(row)
    if group:
        yield group
