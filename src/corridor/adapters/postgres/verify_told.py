"""One truth to all: what the agents of a payment were told, read from the very bytes that were sent."""

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import groupby
from typing import Any

import asyncpg
from lxml import etree

from corridor.adapters.postgres.blobs import contents
from corridor.adapters.postgres.findings import Findings
from corridor.adapters.postgres.sealing import Sealing
from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022 import pacs002
from corridor.services.instant.records import CREDITED, HELD, REJECTED, RESERVED, SETTLED

Connection = asyncpg.Connection

GROUP_ROWS = 1_000

MAY_BE_TOLD = {
    HELD: {HELD},
    RESERVED: {HELD, RESERVED},
    SETTLED: {HELD, RESERVED, SETTLED},
    CREDITED: {HELD, RESERVED, SETTLED, CREDITED},
    REJECTED: {HELD, RESERVED, REJECTED},
}
"""What the agents may have heard of a payment by the time it stands where it stands."""

_TOLD = """
SELECT p.number, p.uetr, p.status, p.reason, p.received_at, p.forwarded_at, p.final_at,
       p.debtor_agent, p.creditor_agent, p.message_id, p.forwarded_id,
       p.instruction_id, p.end_to_end_id, p.transaction_id,
       m.participant, m.month, m.batch, m.position, m.start, m.size
  FROM payment p LEFT JOIN message m
    ON m.payment = p.number AND m.direction = 'out' AND m.definition = 'pacs.002.001.10'
 ORDER BY p.number, m.batch, m.position
"""

Said = tuple[str, pacs002.StatusReport]


async def told(db: Connection, sealing: Sealing) -> Findings:
    """Both agents were told one and the same final status, with the reason and time of the record."""
    findings = Findings("told")
    async for rows in _groups(db):
        places = {(row["month"], row["batch"]) for row in rows if row["batch"] is not None}
        blobs = await contents(db.fetch, sealing, places, damaged=b"")
        for _, lines in groupby(rows, key=lambda row: row["number"]):
            of_payment = list(lines)
            said: list[Said] = []
            unreadable: list[str] = []
            for line in of_payment:
                if line["participant"] is None:
                    continue
                try:
                    said.append((line["participant"], _status(line, blobs)))
                except (DecodeError, etree.XMLSyntaxError, IndexError, KeyError) as error:
                    unreadable.append(f"payment {line['uetr']}: status in batch {line['batch']}: {error!r}")
            findings.judge([*unreadable, *contradictions(of_payment[0], said)])
    return findings


def contradictions(payment: Any, said: Sequence[Said]) -> Iterator[str]:
    """Yield what agents were told that is not so, and what they were to be told but were not."""
    name = f"payment {payment['uetr']}"
    status, agents = payment["status"], {payment["debtor_agent"], payment["creditor_agent"]}
    heard: dict[str, set[str]] = {}
    for agent, report in said:
        told = report.transaction_status
        heard.setdefault(agent, set()).add(told)
        if agent not in agents:
            yield f"{name}: {agent} was told {told}, but is neither of its agents"
        named = _named(payment, agent)
        if named != (stated := _stated(report)):
            yield f"{name}: {agent} was told {told} of {stated}, not of {named}"
        if told not in MAY_BE_TOLD.get(status, ()):
            yield f"{name}: {agent} was told {told}, but the payment is {status}"
        elif told == REJECTED and report.reason != payment["reason"]:
            yield f"{name}: {agent} was told RJCT {report.reason}, the record says {payment['reason']}"
        elif told in (SETTLED, CREDITED) and report.effective_settlement_at != payment["final_at"]:
            yield f"{name}: {agent} was told another time of settlement than the record's"
    final = {REJECTED: REJECTED, SETTLED: SETTLED, CREDITED: SETTLED}.get(status)
    if final is not None:
        due = agents if payment["forwarded_at"] is not None else {payment["debtor_agent"]}
        for agent in sorted(due):
            if final not in heard.get(agent, ()):
                yield f"{name} is {status}, but {agent} was never told {final}"


def _named(payment: Any, agent: str) -> tuple[Any, ...]:
    """What a status says of which payment it is, by the record."""
    is_debtor = agent == payment["debtor_agent"]
    return (
        payment["uetr"],
        str(payment["number"]),
        payment["message_id"] if is_debtor else payment["forwarded_id"] or payment["message_id"],
        payment["instruction_id"] or None,
        payment["end_to_end_id"],
        payment["transaction_id"] or None,
        payment["received_at"],
    )


def _stated(report: pacs002.StatusReport) -> tuple[Any, ...]:
    """The same, by the status."""
    return (
        report.original_uetr,
        report.clearing_system_reference,
        report.original_message_id,
        report.original_instruction_id,
        report.original_end_to_end_id,
        report.original_transaction_id,
        report.acceptance_at,
    )


def _status(line: Any, blobs: dict[int, bytes]) -> pacs002.StatusReport:
    evidence = blobs[line["batch"]][line["start"] : line["start"] + line["size"]]
    envelope = etree.fromstring(evidence.partition(b"\n")[2])
    report: pacs002.StatusReport = pacs002.CODEC.decode(envelope[1])
    return report


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
