"""What the database itself is asked, in sets."""

import asyncpg

from corridor.reports.findings import SHOWN, Findings


async def ask(db: asyncpg.Connection, name: str, counted: str, sentences: str) -> Findings:
    """Ask the database itself, in sets.

    `counted` is the query of how many things there are; `sentences` gives a text for each, null where all is
    well.
    """
    findings = Findings(name, int(await db.fetchval(counted)))
    said = f"SELECT said, count(*) OVER () FROM ({sentences}) AS q(said) WHERE said IS NOT NULL"  # noqa: S608  our own
    for sentence, total in await db.fetch(f"{said} LIMIT {SHOWN}"):
        findings.breaks(sentence)
        findings.broken = total
    return findings
