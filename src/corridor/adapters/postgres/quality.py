"""The quality of quotes as PostgreSQL has it: one query, which anybody can run to see the same figures."""

from corridor.adapters.postgres.reads import PostgresReads
from corridor.reports.quality import Quality, Question


def query(question: Question) -> str:
    """Return the whole query. All that a caller chooses is checked before: it is text, and no parameter."""
    only = f" AND q.provider = '{question.provider}'" if question.provider else ""
    return f"""\
WITH given AS (
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
     WHERE c.day BETWEEN '{question.since}' AND '{question.until}'{only}
)
SELECT day, pair, provider, count(*) AS given, count(*) FILTER (WHERE used) AS used,
       round(100.0 * count(*) FILTER (WHERE used) / count(*), 2) AS fill,
       round(avg(to_mid), 2) AS spread_to_mid, round(avg(to_fixing), 2) AS spread_to_fixing,
       round(avg(age) FILTER (WHERE used), 3) AS age_s
  FROM given GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""  # noqa: S608  days and a BIC, each checked


async def qualities(reads: PostgresReads, question: Question) -> list[Quality]:
    """Return a line for each day, pair and provider that gave a quote."""
    return [Quality(*row) for row in await reads.fetch(query(question))]
