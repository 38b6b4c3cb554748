"""What a statement is made of, read from transfers and the log.

A transfer has no time of its own: it has that of the batch that names it, and both ascend together.
"""

from bisect import bisect_right
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from corridor.domain.instants import DAY, SECOND, Instant, at, iso, iso_date
from corridor.reports.log import Runs
from corridor.reports.statements import Balances, Moved

Fetch = Callable[..., Awaitable[Sequence[Any]]]

_ACCOUNT = """
SELECT a.id FROM settlement_account s JOIN account a ON a.id = s.account_id
 WHERE (s.participant, s.currency) = ($1, $2)
"""
_CUT_OFF = "SELECT second FROM cut_off WHERE currency = $1"
_LAST_BEFORE = """
SELECT transfers FROM blob WHERE month <= $1 AND at < $2 AND length(transfers) > 1
 ORDER BY month DESC, batch DESC LIMIT 1
"""
_BATCHES = """
SELECT at, transfers FROM blob WHERE month BETWEEN $1 AND $2 AND at >= $3 AND at < $4 AND length(transfers) > 1
 ORDER BY month, batch
"""
_BALANCES = """
WITH moved AS (
    SELECT id, CASE WHEN credit_account_id = $1 THEN amount ELSE -amount END AS amount
      FROM transfer WHERE $1 IN (debit_account_id, credit_account_id) AND flags & 10 = 0)
SELECT coalesce(sum(amount) FILTER (WHERE id <= $2), 0)::bigint AS opening,
       coalesce(sum(amount) FILTER (WHERE id <= $3), 0)::bigint AS closing,
       coalesce(sum(amount), 0)::bigint AS all,
       coalesce((SELECT credits_posted - debits_posted FROM balance WHERE account_id = $1), 0) AS stored,
       coalesce((SELECT debits_pending FROM balance WHERE account_id = $1), 0) AS reserved
  FROM moved
"""
_MOVED = """
WITH moved AS (
    SELECT t.id, coalesce(r.code, t.code) AS code, t.reference,
           CASE WHEN t.credit_account_id = $1 THEN t.debit_account_id ELSE t.credit_account_id END AS other,
           CASE WHEN t.credit_account_id = $1 THEN t.amount ELSE -t.amount END AS amount
      FROM transfer t LEFT JOIN transfer r ON r.id = t.pending_id  -- a post is of the kind of what it posts
     WHERE $1 IN (t.debit_account_id, t.credit_account_id) AND t.flags & 10 = 0 AND t.id > $2 AND t.id <= $3)
SELECT m.id, m.code, m.amount, o.participant AS counterparty,
       coalesce(p.uetr, l.uetr, r.uetr, nullif(m.reference, 0)::text, '') AS reference
  FROM moved m JOIN account o ON o.id = m.other
  LEFT JOIN payment p ON m.code IN (10, 11) AND p.number = m.reference
  LEFT JOIN liquidity_transfer l ON m.code IN (1, 2) AND l.number = m.reference
  LEFT JOIN returned_payment r ON m.code = 12 AND r.number = m.reference
 ORDER BY m.id
"""
_runs = msgspec.msgpack.Decoder(Runs)


class Day(msgspec.Struct, frozen=True):
    """A business day of a currency: its date, and from when on until when."""

    date: str
    begins: Instant
    ends: Instant


async def read_account(fetch: Fetch, participant: str, currency: str) -> int | None:
    """Return the id of a participant's settlement account, None if it has none."""
    found = await fetch(_ACCOUNT, participant, currency)
    return found[0]["id"] if found else None


async def read_day(fetch: Fetch, currency: str, now: Instant, date: str = "") -> Day:
    """Return a business day, today's without a date, as the cut-off stands now. Raises: InvalidDateTime."""
    found = await fetch(_CUT_OFF, currency)
    length = found[0]["second"] * SECOND if found else DAY
    chosen = date or iso_date(now + DAY - length)
    ends = at(chosen, "00:00:00Z") + length
    return Day(chosen, ends - DAY, ends)


async def read_statement(fetch: Fetch, account_id: int, day: Day) -> tuple[Balances, list[Moved]]:
    """Return what the statement of an account for a day is made of.

    The balances are of one snapshot; what stands before the end of a day that has ended never changes.
    """
    first, last = [await _last_before(fetch, instant) for instant in (day.begins, day.ends)]
    (row,) = await fetch(_BALANCES, account_id, first, last)
    balances = Balances(**dict(row))
    starts: list[int] = []
    times: list[Instant] = []
    for batch in await fetch(_BATCHES, _month(day.begins), _month(day.ends), day.begins, day.ends):
        for begins, _ in _runs.decode(batch["transfers"]):
            starts.append(begins)
            times.append(batch["at"])
    moved = [
        Moved(
            row["id"],
            times[bisect_right(starts, row["id"]) - 1],
            row["code"],
            row["counterparty"],
            row["reference"],
            row["amount"],
        )
        for row in await fetch(_MOVED, account_id, first, last)
    ]
    return balances, moved


async def _last_before(fetch: Fetch, instant: Instant) -> int:
    """Return the number of the last transfer that was decided before an instant; 0 if there is none."""
    found = await fetch(_LAST_BEFORE, _month(instant), instant)
    if not found:
        return 0
    first, ids = _runs.decode(found[0]["transfers"])[-1]
    return first + ids - 1


def _month(instant: Instant) -> int:
    return int(iso(instant)[:7].replace("-", ""))
