"""The quality of quotes as PostgreSQL has it: one query, which anybody can run to see the same figures."""

from corridor.adapters.postgres.reads import PostgresReads
from corridor.reports.quality import Quality, Question


def query(question: Question) -> str:
    """Return the whole query. All that a caller chooses is checked before: it is text, and no parameter."""
    days = f"BETWEEN '{question.since}' AND '{question.until}'"
    only = f" WHERE provider = '{question.provider}'" if question.provider else ""
    return f"""\
WITH each_quote AS (
    SELECT c.day, q.base_currency || '/' || q.quote_currency AS pair, q.provider, q.status = 'spent' AS used,
           c.against * (q.mid_rate - q.rate) / q.mid_rate * 10000 AS to_mid,
           c.against * (fixed.rate - q.rate) / fixed.rate * 10000 AS to_fixing,
           (coalesce(p.forwarded_at, p.final_at) - q.rated_at) / 1e6 AS age
      FROM quote q
     CROSS JOIN LATERAL (
           SELECT to_char(date '1970-01-01' + (q.created_at / 86400000000)::int, 'YYYY-MM-DD') AS day,
                  CASE WHEN q.source_currency = q.base_currency THEN 1 ELSE -1 END AS against) c
      LEFT JOIN LATERAL (
           SELECT rate FROM fixing f
            WHERE (f.day, f.base_currency, f.quote_currency) = (c.day, q.base_currency, q.quote_currency)
           UNION ALL
           SELECT 1 / rate FROM fixing f
            WHERE (f.day, f.base_currency, f.quote_currency) = (c.day, q.quote_currency, q.base_currency)
            LIMIT 1) fixed ON true
      LEFT JOIN payment p ON p.quote_id = q.quote_id AND p.number = q.spent_by
     WHERE c.day {days}
), given AS (
    SELECT day, pair, provider, count(*) AS given, count(*) FILTER (WHERE used) AS used,
           round(100.0 * count(*) FILTER (WHERE used) / count(*), 2) AS fill,
           round(avg(to_mid), 2) AS spread_to_mid, round(avg(to_fixing), 2) AS spread_to_fixing,
           round(avg(age) FILTER (WHERE used), 3) AS age_s
      FROM each_quote GROUP BY 1, 2, 3
), asked AS (
    SELECT d.day, i.base_currency || '/' || i.quote_currency AS pair, a.provider, count(*) AS asked,
           count(r.inquiry) AS replied, count(*) FILTER (WHERE r.state = 'taken') AS taken
      FROM inquiry i
     CROSS JOIN LATERAL unnest(string_to_array(i.providers, ' ')) AS a(provider)
     CROSS JOIN LATERAL (
           SELECT to_char(date '1970-01-01' + (i.asked_at / 86400000000)::int, 'YYYY-MM-DD') AS day) d
      LEFT JOIN reply r ON r.inquiry = i.number AND r.provider = a.provider
     WHERE d.day {days} GROUP BY 1, 2, 3
)
SELECT day, pair, provider, coalesce(given, 0) AS given, coalesce(used, 0) AS used, fill, spread_to_mid,
       spread_to_fixing, age_s, coalesce(asked, 0) AS asked, coalesce(replied, 0) AS replied,
       coalesce(taken, 0) AS taken
  FROM given FULL JOIN asked USING (day, pair, provider){only} ORDER BY 1, 2, 3
"""  # noqa: S608  days and a BIC, each checked


async def qualities(reads: PostgresReads, question: Question) -> list[Quality]:
    """Return a line for each day, pair and provider that gave a quote or was asked for one."""
    return [Quality(*row) for row in await reads.fetch(query(question))]
