"""Liquidity transfers against the ledger, and what central banks have issued.

In these queries money from a central bank is a transfer of code 1, or of 70 where two have netted, money to one of code
2, or a payment's (10); 2, 4 and 8 among the flags
are a reservation, its post and its void. An account of code 2 is a central bank's.
"""

import asyncpg

from corridor.adapters.postgres.findings import ask
from corridor.reports.findings import Findings

Connection = asyncpg.Connection


async def liquidity(db: Connection) -> Findings:
    """Each moved its amount between its two sides, once and as far as it has come; nothing else in its name."""
    return await ask(
        db,
        "liquidity",
        "SELECT count(*) FROM liquidity_transfer",
        """
        WITH moved AS (
            SELECT reference AS number, min(id) AS first,
                   array_agg(format('%s %s>%s %s %s %s', flags & 14, debit_account_id, credit_account_id, amount,
                                    currency, code) ORDER BY id) AS moves
              FROM transfer WHERE code IN (1, 2) AND reference <> 0 GROUP BY reference),
        due AS (
            SELECT l.*, CASE WHEN first_transfer <> 0 THEN ARRAY(
                       SELECT format('%s %s>%s %s %s %s', flag, CASE WHEN direction = 'funding' THEN c.account_id
                                     ELSE p.account_id END, CASE WHEN direction = 'funding' THEN p.account_id
                                     ELSE c.account_id END, l.amount, l.currency,
                                     CASE WHEN direction = 'funding' THEN 1 ELSE 2 END)
                         FROM unnest(CASE WHEN direction = 'funding' THEN ARRAY[0] WHEN status = 'ACSP' THEN ARRAY[2]
                                          WHEN status = 'ACSC' THEN ARRAY[2, 4] ELSE ARRAY[2, 8] END) AS f(flag))
                   END AS moves
              FROM liquidity_transfer l
              LEFT JOIN settlement_account p ON (p.participant, p.currency) = (l.participant, l.currency)
              LEFT JOIN settlement_account c ON (c.participant, c.currency) = (l.central_bank, l.currency))
        SELECT format('liquidity transfer number %s is %s, but moved %s, not %s', number,
                      coalesce(direction || ', ' || status, 'not there'), coalesce(m.moves::text, 'nothing'),
                      coalesce(d.moves::text, 'nothing'))
          FROM due d FULL JOIN moved m USING (number)
         WHERE m.moves IS DISTINCT FROM d.moves OR m.first <> d.first_transfer
        """,
    )


async def issue(db: Connection) -> Findings:
    """What central banks have issued is what all others hold: funding, defunding and arrangements alone change it."""
    return await ask(
        db,
        "issue",
        "SELECT count(*) FROM account WHERE code = 2",
        """
        SELECT format('transfer %s, code %s, moves %s %s from account %s to %s', t.id, t.code, amount, t.currency,
                      debit_account_id, credit_account_id)
          FROM transfer t JOIN account d ON d.id = debit_account_id JOIN account c ON c.id = credit_account_id
         WHERE (d.code = 2) <> (t.code IN (1, 70)) OR (t.code = 2 AND c.code <> 2)
            OR (c.code = 2 AND t.code NOT IN (2, 10) AND t.flags & 12 = 0)
        UNION ALL
        SELECT format('%s: %s is issued, but others hold %s', currency, -issued, held)
          FROM (SELECT currency, coalesce(sum(credits_posted - debits_posted) FILTER (WHERE code = 2), 0) AS issued,
                       coalesce(sum(credits_posted - debits_posted) FILTER (WHERE code <> 2), 0) AS held
                  FROM balance JOIN account ON id = account_id GROUP BY currency) AS c
         WHERE held <> -issued AND issued <> 0
        """,
    )


INVARIANTS = (liquidity, issue)
