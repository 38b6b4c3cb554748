"""Trades against the ledger: both legs or none.

In this query a leg is a transfer with the code of a trade's money (30).
"""

import asyncpg

from corridor.adapters.postgres.findings import ask
from corridor.reports.findings import Findings


async def trades(db: asyncpg.Connection) -> Findings:
    """A settled trade moved both its legs, each by its amount and at once, and no other trade moved anything."""
    return await ask(
        db,
        "trades",
        "SELECT count(*) FROM trade",
        """
        WITH due AS (
            SELECT number, first_transfer + place AS id, debits, credits, leg.currency, leg.amount
              FROM trade CROSS JOIN LATERAL (VALUES
                (0, first_debit_id, first_credit_id, first_currency, first_amount),
                (1, second_debit_id, second_credit_id, second_currency, second_amount)
              ) AS leg(place, debits, credits, currency, amount)
             WHERE state = 'settled')
        SELECT format('trade %s should have moved %s %s by transfer %s, but that is %s', due.number, due.amount,
                      due.currency, due.id, CASE WHEN t.id IS NULL THEN 'not there' ELSE
                      format('%s %s from account %s to %s in the name of %s, code %s', t.amount, t.currency,
                             t.debit_account_id, t.credit_account_id, t.reference, t.code) END)
          FROM due LEFT JOIN transfer t USING (id)
         WHERE (t.flags & 14, t.debit_account_id, t.credit_account_id, t.currency, t.amount, t.reference, t.code)
               IS DISTINCT FROM (0, debits, credits, due.currency, due.amount, due.number, 30)
        UNION ALL
        SELECT format('trade %s is %s, but moved by %s transfers', t.reference, coalesce(state, 'not there'), made)
          FROM (SELECT reference, count(*) AS made FROM transfer WHERE code = 30 GROUP BY reference) t
          LEFT JOIN trade ON number = t.reference
         WHERE made <> CASE WHEN state = 'settled' THEN 2 ELSE 0 END
        UNION ALL
        SELECT format('trade %s is found under %s by nobody', t.number, t.reference)
          FROM trade t LEFT JOIN trade_reference r USING (first, second, reference)
         WHERE r.number IS DISTINCT FROM t.number
        """,
    )


INVARIANTS = (trades,)
