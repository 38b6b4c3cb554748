"""Returns against payments and the ledger.

In these queries what goes back is a transfer of settlement money (12), or on a correspondent account (63).
"""

import asyncpg

from corridor.adapters.postgres.findings import ask
from corridor.reports.findings import Findings

Connection = asyncpg.Connection


async def returns(db: Connection) -> Findings:
    """Each gave back what the creditor agent of a final payment had received; no other transfer gives any back."""
    return await ask(
        db,
        "returns",
        "SELECT count(*) FROM returned_payment",
        """
        WITH moved AS (
            SELECT t.reference AS number,
                   array_agg(format('%s %s %s>%s %s %s %s', t.id, t.flags & 14, d.participant, c.participant, amount,
                                    t.currency, t.code) ORDER BY t.id) AS moves
              FROM transfer t JOIN account d ON d.id = debit_account_id JOIN account c ON c.id = credit_account_id
             WHERE t.code IN (12, 63) GROUP BY t.reference),
        due AS (
            SELECT r.number, r.uetr,
                   ARRAY[format('%s 0 %s>%s %s %s %s', r.transfer_id, p.creditor_agent, p.debtor_agent,
                                destination_amount, destination_currency,
                                CASE WHEN e.number IS NULL THEN 12 ELSE 63 END)] AS moves
              FROM returned_payment r LEFT JOIN payment p ON p.number = r.payment
              LEFT JOIN correspondent_entry e ON e.number = r.payment)
        SELECT format('return number %s, of payment %s, moved %s, not %s', number, coalesce(uetr, 'none'),
                      coalesce(m.moves::text, 'nothing'), coalesce(d.moves::text, 'nothing'))
          FROM due d FULL JOIN moved m USING (number)
         WHERE m.moves IS DISTINCT FROM d.moves
        UNION ALL
        SELECT format('return number %s is of payment %s, which is %s', r.number, r.uetr,
                      coalesce(p.status, 'not there'))
          FROM returned_payment r LEFT JOIN payment p USING (uetr)
         WHERE p.status IS NULL OR p.status NOT IN ('ACSC', 'ACCC') OR p.final_at > r.final_at
            OR (p.number, p.debtor_agent, p.creditor_agent, p.destination_currency, p.destination_amount)
               <> (r.payment, r.debtor_agent, r.creditor_agent, r.currency, r.amount)
        UNION ALL
        SELECT format('return number %s: %s accepted messages of %s ask for it, and %s pass it on', r.number,
                      count(*) FILTER (WHERE asks), creditor_agent, count(*) FILTER (WHERE passes_on))
          FROM returned_payment r LEFT JOIN message m ON m.payment = r.number
         CROSS JOIN LATERAL (SELECT m.definition = 'pacs.004.001.09' AND m.direction = 'in' AND m.outcome = 'accepted'
                                    AND m.participant = creditor_agent AND m.content = r.content,
                                    m.definition = 'pacs.004.001.09' AND m.direction = 'out'
                                    AND m.participant = debtor_agent AND m.message_id = forwarded_id
                            ) AS l(asks, passes_on)
         GROUP BY r.uetr HAVING count(*) FILTER (WHERE asks) = 0 OR count(*) FILTER (WHERE passes_on) <> 1
        """,
    )


INVARIANTS = (returns,)
