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
    """What is counted of a provider is the sum of its quotes, payments and trades, of a bank that of open quotes."""
    return await ask(
        db,
        "exposures",
        "SELECT (SELECT count(*) FROM fx_exposure) + (SELECT count(*) FROM open_quotes)",
        """
        SELECT format('%s is counted to have %s %s as %s, but its quotes, payments and trades come to %s', provider,
                      counted, currency, field, due)
          FROM fx_exposure e FULL JOIN fx_exchanged x USING (provider, currency)
         CROSS JOIN LATERAL (VALUES ('amount', e.amount, x.amount), ('receives', e.receives, x.receives),
               ('selling', e.selling, x.selling), ('buying', e.buying, x.buying), ('sold', e.sold, x.sold),
               ('bought', e.bought, x.bought)) AS each(field, stored, sum)
         CROSS JOIN LATERAL (SELECT coalesce(stored, 0) AS counted, coalesce(sum, 0) AS due) AS c
         WHERE counted <> due
        UNION ALL
        SELECT format('%s is counted to have %s open quotes, but has %s', debtor_agent, coalesce(c.quotes, 0),
                      coalesce(o.quotes, 0))
          FROM open_quotes c
          FULL JOIN (SELECT debtor_agent, count(*) AS quotes FROM quote WHERE status = 'open' GROUP BY 1) o
               USING (debtor_agent)
         WHERE coalesce(c.quotes, 0) <> coalesce(o.quotes, 0)
        UNION ALL
        SELECT format('%s is counted to have %s open inquiries, but has %s', debtor_agent, coalesce(c.inquiries, 0),
                      coalesce(o.inquiries, 0))
          FROM open_quotes c
          FULL JOIN (SELECT debtor_agent, count(*) AS inquiries FROM inquiry WHERE state = 'asked' GROUP BY 1) o
               USING (debtor_agent)
         WHERE coalesce(c.inquiries, 0) <> coalesce(o.inquiries, 0)
        """,
    )


async def inquiries(db: Connection) -> Findings:
    """What became of an inquiry is what was replied in its time: its quote is the one reply that was taken."""
    return await ask(
        db,
        "inquiries",
        "SELECT count(*) FROM inquiry",
        """
        SELECT format('inquiry %s: ', i.number) || CASE
            WHEN i.replies <> coalesce(r.replies, 0)
            THEN format('it counts %s replies, but has %s', i.replies, coalesce(r.replies, 0))
            WHEN r.strangers > 0 THEN 'somebody has replied that was not asked'
            WHEN r.late > 0 THEN 'a reply was taken in out of its time'
            WHEN r.open > 0 AND i.state <> 'asked' THEN format('it is %s, but replies to it are open', i.state)
            WHEN coalesce(r.taken, 0) <> (i.state = 'quoted')::int
            THEN format('it is %s, but %s replies were taken', i.state, coalesce(r.taken, 0))
            WHEN i.state = 'quoted' AND (
                 (q.debtor_agent, q.creditor_agent, q.source_currency, q.destination_currency, q.fixed,
                  q.base_currency, q.quote_currency, q.provider, q.rate, q.source_amount, q.destination_amount,
                  q.rated_at, q.created_at)
                 IS DISTINCT FROM
                 (i.debtor_agent, i.creditor_agent, i.source_currency, i.destination_currency, i.fixed,
                  i.base_currency, i.quote_currency, t.provider, t.rate, t.source_amount, t.destination_amount,
                  t.replied_at, i.ended_at)
                 OR i.amount <> CASE i.fixed WHEN 'source' THEN q.source_amount ELSE q.destination_amount END)
            THEN format('its quote "%s" is not the reply that was taken', i.quote_id) END
          FROM inquiry i
          LEFT JOIN (SELECT r.inquiry, count(*) AS replies,
                            count(*) FILTER (WHERE r.state = 'open') AS open,
                            count(*) FILTER (WHERE r.state = 'taken') AS taken,
                            count(*) FILTER (WHERE r.replied_at NOT BETWEEN asked_at AND answers_until) AS late,
                            count(*) FILTER (WHERE r.provider <> ALL (string_to_array(providers, ' '))) AS strangers
                       FROM reply r JOIN inquiry ON inquiry.number = r.inquiry GROUP BY r.inquiry) r
            ON r.inquiry = i.number
          LEFT JOIN reply t ON t.inquiry = i.number AND t.state = 'taken'
          LEFT JOIN quote q ON q.quote_id = i.quote_id
        UNION ALL
        SELECT format('a reply of %s is to inquiry %s, which is not there', provider, inquiry)
          FROM reply r WHERE NOT EXISTS (SELECT FROM inquiry i WHERE i.number = r.inquiry)
        """,
    )


INVARIANTS = (quotes, exposures, inquiries)
