"""Verification: every invariant recomputed from the journal, while the hub may be running."""

from collections.abc import Awaitable, Callable, Sequence

import asyncpg

from corridor.adapters.postgres import (
    verify_anchors,
    verify_arrangements,
    verify_correspondents,
    verify_credit,
    verify_cycles,
    verify_exchange,
    verify_ledger,
    verify_liquidity,
    verify_log,
    verify_payments,
    verify_quotes,
    verify_returns,
    verify_trades,
)
from corridor.adapters.postgres.sealing import Sealing
from corridor.adapters.postgres.verify_details import details
from corridor.adapters.postgres.verify_records import records
from corridor.adapters.postgres.verify_told import told
from corridor.ports import Seal
from corridor.reports.findings import Findings, Report
from corridor.reports.log import Anchor, Chain

__all__ = ["INVARIANTS", "SAMPLE", "Anchor", "Findings", "Report", "examine", "verify"]

Invariant = Callable[[asyncpg.Connection], Awaitable[Findings]]

SAMPLE = 20
"""Of so many messages one is parsed and checked by schema; signatures and digests are checked of all."""

INVARIANTS: tuple[Invariant, ...] = (
    *verify_ledger.INVARIANTS,
    *verify_exchange.INVARIANTS,
    *verify_payments.INVARIANTS,
    *verify_trades.INVARIANTS,
    *verify_liquidity.INVARIANTS,
    *verify_returns.INVARIANTS,
    *verify_quotes.INVARIANTS,
    *verify_credit.INVARIANTS,
    *verify_correspondents.INVARIANTS,
    *verify_arrangements.INVARIANTS,
    verify_cycles.cycles,
    verify_anchors.heads,
)


async def verify(
    dsn: str,
    *,
    chain: Chain,
    environment: str,
    seal: Seal,
    sample: int = SAMPLE,
    held: Sequence[Anchor] = (),
    tell: Callable[[Findings], None] = lambda _: None,
) -> Report:
    """Ask every invariant of one snapshot of the journal; a role that may only read is enough.

    Guarantees: no state of the hub is believed that its history does not give; memory is bounded, whatever
    the length of the history; the hub is not disturbed, though vacuum waits for the end of the snapshot.

    `chain` is how the hub computes the head after a batch; `seal` opens what is stored sealed. `held` is what is
    known of the log outside of the database, read before this is called. One message in `sample` is checked by
    schema, 1 for all. `tell` hears of each invariant as soon as it has been asked.
    """
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await examine(
                connection,
                chain=chain,
                environment=environment,
                seal=seal,
                sample=sample,
                held=held,
                tell=tell,
            )
    finally:
        await connection.close()


async def examine(
    db: asyncpg.Connection,
    *,
    chain: Chain,
    environment: str,
    seal: Seal,
    sample: int = SAMPLE,
    held: Sequence[Anchor] = (),
    tell: Callable[[Findings], None] = lambda _: None,
) -> Report:
    """As `verify`, of what this connection sees in its transaction."""
    findings: list[Findings] = []
    sealing = Sealing(seal)
    for invariant in INVARIANTS:
        findings.append(await invariant(db))
        tell(findings[-1])
    for of_bytes in (told, details):
        findings.append(await of_bytes(db, sealing))
        tell(findings[-1])
    outside = await verify_anchors.anchors(db, held)
    log = await verify_log.read_log(db, sealing, chain, environment, sample)
    for found in (*await records(db), *log, outside):
        findings.append(found)
        tell(found)
    return Report(findings)
