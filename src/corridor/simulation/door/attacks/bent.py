"""A79: whoever may write to the database bends it, and `verify` finds it."""

from typing import Final

import asyncpg

from corridor.adapters.postgres.verify import Report, examine
from corridor.hub.batch import chain
from corridor.simulation.door.world import ENVIRONMENT, SEAL

_SEVR: Final = (
    "(SELECT account_id FROM settlement_account WHERE (participant, currency) = ('SEVRRUM0', 'RUB'))"
)
_A_LINE: Final = "(SELECT ctid FROM message WHERE direction = 'in' AND outcome = 'refused' LIMIT 1)"
BENT: Final = {
    "one minor unit on a balance": f"UPDATE balance SET credits_posted = credits_posted + 1 WHERE account_id = {_SEVR}",
    "an entry's amount": "UPDATE transfer SET amount = amount + 1 WHERE id = (SELECT max(id) FROM transfer)",
    "an entry deleted": "DELETE FROM transfer WHERE id = (SELECT max(id) FROM transfer)",
    "a line of the log deleted": f"DELETE FROM message WHERE ctid = {_A_LINE}",
    "a line of the log edited": f"UPDATE message SET outcome = 'accepted', reason = '' WHERE ctid = {_A_LINE}",
    "two batches of the log in another order": """
        UPDATE message SET at = at + 1 WHERE batch = (SELECT max(batch) - 1 FROM message);
        UPDATE blob SET at = at + 1 WHERE batch = (SELECT max(batch) - 1 FROM blob)""",
    "a batch of the log deleted": "DELETE FROM message WHERE batch = (SELECT max(batch) - 1 FROM message)",
    "a rejected payment settled": "UPDATE payment SET status = 'ACSC' WHERE uetr = (SELECT min(uetr) FROM payment WHERE status = 'RJCT')",
    "a frozen head": "UPDATE blob SET head = sha256('x') WHERE batch = (SELECT max(batch) FROM blob)",
}  # fmt: skip


NOTHING: Final = "SELECT 1"


async def bend(dsn: str) -> tuple[int, list[str]]:
    """Return how many edits were tried on a journal that was clean, and what went unnoticed of them."""
    db = await asyncpg.connect(dsn)
    try:
        clean = await _examine(db, NOTHING)
        missed = [f"the journal was not clean before: {violation}" for violation in clean.violations]
        for name, edit in BENT.items():
            report = await _examine(db, edit)
            if report.ok:
                missed.append(f"nobody noticed: {name}")
    finally:
        await db.close()
    return len(BENT), missed


async def _examine(db: asyncpg.Connection, edit: str) -> Report:
    """Return what is found after an edit, of which nothing stays."""
    transaction = db.transaction()
    await transaction.start()
    await db.execute(edit)
    report = await examine(db, chain=chain, environment=ENVIRONMENT, seal=SEAL, sample=20)
    await transaction.rollback()
    return report
