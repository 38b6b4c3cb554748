"""What payments count as: what is kept of each order, compared with the very bytes that the bank signed."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
from lxml import etree

from corridor.adapters.postgres import schema
from corridor.adapters.postgres.blobs import contents
from corridor.adapters.postgres.sealing import Sealing
from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022 import pacs008
from corridor.reports.findings import Findings
from corridor.services.instant.details import PAYMENT_DETAIL, PaymentDetail, detail_of

Connection = asyncpg.Connection

GROUP_ROWS = 1_000

_DETAIL = [name for name, _, _ in schema.columns(PAYMENT_DETAIL)]
_ORDERS = f"""
SELECT {", ".join(f"d.{name} AS d_{name}" for name in _DETAIL)}, m.payment, m.month, m.batch, m.start, m.size
  FROM (SELECT * FROM message WHERE direction = 'in' AND definition = '{pacs008.CODEC.definition}'
                                AND outcome = 'accepted' AND payment <> 0) m
  FULL JOIN payment_detail d ON d.number = m.payment ORDER BY m.batch, m.position
"""  # noqa: S608  our own


async def details(db: Connection, sealing: Sealing) -> Findings:
    """What is kept of a payment is what its order says, and nothing is kept of what was never accepted."""
    findings = Findings("details")
    async for rows in _groups(db):
        places = {(row["month"], row["batch"]) for row in rows if row["batch"] is not None}
        blobs = await contents(db.fetch, sealing, places, damaged=b"")
        for row in rows:
            findings.judge(_same(row, blobs))
    return findings


def _same(row: Any, blobs: dict[int, bytes]) -> Iterator[str]:
    kept = None if row["d_number"] is None else PaymentDetail(*(row[f"d_{name}"] for name in _DETAIL))
    if row["batch"] is None:
        yield f"payment number {row['d_number']}: it has a detail, and no accepted order"
        return
    try:
        evidence = blobs[row["batch"]][row["start"] : row["start"] + row["size"]]
        order = pacs008.CODEC.decode(etree.fromstring(evidence.partition(b"\n")[2])[1])
    except (DecodeError, etree.XMLSyntaxError, IndexError, KeyError) as error:
        yield f"payment number {row['payment']}: its order in batch {row['batch']}: {error!r}"
        return
    said = detail_of(order, row["month"] if kept is None else kept.month, row["payment"])
    if kept != said:
        yield f"payment number {row['payment']}: its order says {said}, kept is {kept}"


async def _groups(db: Connection) -> AsyncIterator[list[Any]]:
    group: list[Any] = []
    async for row in db.cursor(_ORDERS, prefetch=GROUP_ROWS):
        group.append(row)
        if len(group) == GROUP_ROWS:
            yield group
            group = []
    if group:
        yield group
