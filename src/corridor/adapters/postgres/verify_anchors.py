"""The log against what was said outside of it: a cut tail or a rewritten chain agrees with itself only."""

from collections.abc import Sequence

import asyncpg

from corridor.adapters.postgres.findings import ask
from corridor.reports.findings import Findings
from corridor.reports.log import Anchor

_HEADS = "SELECT batch, head FROM chain_head WHERE batch = ANY($1)"


async def heads(db: asyncpg.Connection) -> Findings:
    """The heads that are found by number are those of the log; one that is empty is known to be lost."""
    return await ask(
        db,
        "heads",
        "SELECT count(*) FROM chain_head",
        """
        SELECT CASE WHEN c.head IS NULL THEN 'the head after batch ' || b.batch || ' is missing'
                    WHEN b.head IS NULL AND c.head <> '' THEN 'the log has no batch ' || c.batch
                    WHEN b.head <> c.head THEN 'the head after batch ' || b.batch || ' is not that of the log' END
          FROM blob b FULL JOIN chain_head c ON c.batch = b.batch
        """,
    )


async def anchors(db: asyncpg.Connection, held: Sequence[Anchor]) -> Findings:
    """What each holder holds is in the log."""
    findings = Findings("anchors")
    last = await db.fetchval("SELECT batch FROM hub")
    rows = await db.fetch(_HEADS, [each.batch for each in held])
    known: dict[int, bytes] = {row["batch"]: row["head"] for row in rows}
    for each in held:
        head = known.get(each.batch, None if each.batch else bytes(32))
        lost = head == b""
        findings.judge(
            said
            for broken, said in (
                (
                    each.reach > (last or 0),
                    f"{each.holder} holds batch {each.reach}, but the log ends with batch {last}: its tail is lost",
                ),
                (
                    head is not None and not lost and head != each.head,
                    f"{each.holder} holds another head of batch {each.batch}: the log was rewritten",
                ),
            )
            if broken
        )
    return findings
