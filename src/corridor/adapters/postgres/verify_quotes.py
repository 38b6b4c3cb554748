"""Quotes against payments, and against what is counted of them."""

import asyncpg

from corridor.adapters.postgres.findings import ask
from corridor.reports.findings import Findings

Connection = asyncpg.Connection


async def quotes(db: Connection) -> Findings:
    """A quote is spent at most once, in its time, by a payment that names it and moved what was quoted."""
    return await ask(
        db,
        "quotes",
        "SELECT count(*) FROM quote",
        """
        SELECT format('quote %s: ', quote_id) || CASE
            WHEN status = 'spent' AND NOT named
            THEN format('it was spent by payment number %s, which does not name it', spent_by)
            WHEN status <> 'spent' AND (spent_by <> 0 OR moved > 0)
            THEN format('it is %s, but %s payments have moved money on it', status, moved)
            WHEN moved > 1 THEN format('%s payments have moved money on it', moved)
            WHEN strangers > 0
            THEN format('it was spent by payment number %s, but another has moved money on it', spent_by)
            WHEN altered > 0 THEN 'its payment moved something else than was quoted'
            WHEN late > 0 THEN 'its payment was decided out of its time'
            WHEN (due_at IS NOT NULL) <> (status = 'open')
            THEN format('it is %s, but its timer is %s', status, coalesce(due_at::text, 'off')) END
          FROM (
            SELECT q.quote_id, q.status, q.spent_by, q.due_at,
                   coalesce(bool_or(p.number = q.spent_by), false) AS named,
                   count(*) FILTER (WHERE legs > 0) AS moved,
                   count(*) FILTER (WHERE legs > 0 AND p.number <> q.spent_by) AS strangers,
                   count(*) FILTER (WHERE legs > 0 AND p.forwarded_at
                                    NOT BETWEEN q.created_at AND q.expires_at) AS late,
                   count(*) FILTER (WHERE legs > 0 AND
                       (p.debtor_agent, p.creditor_agent, p.provider, p.source_amount, p.source_currency,
                        p.destination_amount, p.destination_currency, p.fee_amount, p.unit_currency, p.rate)
                       IS DISTINCT FROM
                       (q.debtor_agent, q.creditor_agent, q.provider, q.source_amount, q.source_currency,
                        q.destination_amount, q.destination_currency, q.fee_amount, q.base_currency, q.rate)
                   ) AS altered
              FROM quote q LEFT JOIN payment p USING (quote_id) GROUP BY q.quote_id) AS s
        UNION ALL
        SELECT format('payment %s converted on quote "%s", which is not there', uetr, quote_id)
          FROM payment p
         WHERE legs > 0 AND provider <> '' AND NOT EXISTS (SELECT FROM quote q WHERE q.quote_id = p.quote_id)
        """,
    )


async def exposures(db: Connection) -> Findings:
    """What a provider is counted to have promised, and a bank to have open, is the sum of open quotes."""
    return await ask(
        db,
        "exposures",
        "SELECT (SELECT count(*) FROM fx_exposure) + (SELECT count(*) FROM open_quotes)",
        """
        SELECT format('%s is counted to have promised %s %s, but its open quotes promise %s', provider,
                      coalesce(e.amount, 0), currency, coalesce(o.amount, 0))
          FROM fx_exposure e
          FULL JOIN (SELECT provider, destination_currency AS currency, sum(destination_amount) AS amount
                       FROM quote WHERE status = 'open' GROUP BY 1, 2) o USING (provider, currency)
         WHERE coalesce(e.amount, 0) <> coalesce(o.amount, 0)
        UNION ALL
        SELECT format('%s is counted to have %s open quotes, but has %s', debtor_agent, coalesce(c.quotes, 0),
                      coalesce(o.quotes, 0))
          FROM open_quotes c
          FULL JOIN (SELECT debtor_agent, count(*) AS quotes FROM quote WHERE status = 'open' GROUP BY 1) o
               USING (debtor_agent)
         WHERE coalesce(c.quotes, 0) <> coalesce(o.quotes, 0)
        """,
    )


INVARIANTS = (quotes, exposures)
