"""The log from its first batch to its last: nothing is missing, and all of it is as it was written."""

import asyncpg

from corridor.adapters.keys.software import verifier
from corridor.adapters.postgres import schema
from corridor.adapters.postgres.log_batches import batches
from corridor.adapters.postgres.sealing import Sealing
from corridor.reports.findings import Findings
from corridor.reports.log import Chain, Log, transfers_in
from corridor.reports.trails import REGISTRY
from corridor.services.messaging.records import SigningKey

Connection = asyncpg.Connection

_ORPHANS = """
SELECT count(*) FROM message m
 WHERE NOT EXISTS (SELECT FROM blob b WHERE (b.month, b.batch) = (m.month, m.batch))
"""
_KEYS = """
SELECT key_id, participant, algorithm, public, valid_from, valid_until, revoked_at FROM signing_key
"""


async def read_log(
    db: Connection, sealing: Sealing, chain: Chain, environment: str, sample: int
) -> tuple[Findings, ...]:
    """Read the whole log in order: nothing is missing, and batch follows batch up to the hub's own line."""
    line = await db.fetchrow("SELECT bic, batch, at, head FROM hub")
    if line is None:
        return ()
    keys = [SigningKey(*row) for row in await db.fetch(_KEYS)]
    log = Log(line["bic"], environment, chain, verifier, sample)
    log.know(keys)
    named = 0
    async for batch in batches(db, sealing):
        log.read(batch)
        named += transfers_in(batch.named or ())
    if (log.batch, log.at, log.head) != (line["batch"], line["at"], line["head"]):
        log.chain.breaks(
            f"the log ends with batch {log.batch}, but the hub has committed batch {line['batch']}"
        )
    stored = await db.fetchval("SELECT count(*) FROM transfer")
    if named != stored:
        log.chain.breaks(f"the log names {named} transfers, but {stored} are stored")
    for table in REGISTRY:
        query = f"SELECT {', '.join(name for name, _, _ in schema.columns(table))} FROM {table.name}"  # noqa: S608  our own
        log.trails.compare(table, [table.record(*row) for row in await db.fetch(query)])
    if orphans := await db.fetchval(_ORPHANS):
        log.chain.breaks(f"{orphans} lines of the log belong to no batch")
    return log.findings
