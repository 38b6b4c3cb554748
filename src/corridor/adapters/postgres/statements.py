"""What statements are made of, read from transfers and the log.

A transfer has no time of its own: it has that of the batch that names it, and both ascend together. A day is found
by the numbers of its transfers, and an account's part of it by an index: a page costs no more for the history kept.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import msgspec

from corridor.domain.instants import Instant, iso
from corridor.reports.log import Runs
from corridor.reports.pages import ENTRIES, Page, Turnover, require_day
from corridor.reports.statements import Balances, Day, Moved, NoSuchAccount

Fetch = Callable[..., Awaitable[Sequence[Any]]]

BY_INDEX: Final = """
SELECT set_config(setting, 'off', true)
  FROM unnest(ARRAY['enable_seqscan', 'enable_bitmapscan', 'enable_sort', 'jit']) AS setting
"""
"""For one transaction: a table that grows fast is planned by what it was; the order of rows is that of an index."""
_HUB = "SELECT bic, batch, at, head FROM hub"
_ACCOUNT = """
SELECT a.id FROM settlement_account s JOIN account a ON a.id = s.account_id
 WHERE (s.participant, s.currency) = ($1, $2)
"""
_CUT_OFF = "SELECT second FROM cut_off WHERE currency = $1"
LAST_BEFORE: Final = """
SELECT transfers FROM blob WHERE month <= $1 AND at < $2 AND length(transfers) > 1 ORDER BY at DESC, batch DESC LIMIT 1
"""
_ENTRIES = """(
    SELECT id, -amount AS amount FROM transfer
     WHERE debit_account_id = $1 AND id > $2 AND id <= $3 AND flags & 10 = 0
     UNION ALL
    SELECT id, amount FROM transfer
     WHERE credit_account_id = $1 AND id > $2 AND id <= $3 AND flags & 10 = 0)"""
_BALANCES = f"""
SELECT coalesce(sum(amount) FILTER (WHERE id <= $4), 0)::bigint AS opening,
       coalesce(sum(amount) FILTER (WHERE id <= $5), 0)::bigint AS closing,
       coalesce(sum(amount), 0)::bigint AS all,
       coalesce((SELECT credits_posted - debits_posted FROM balance WHERE account_id = $1), 0) AS stored,
       coalesce((SELECT debits_pending FROM balance WHERE account_id = $1), 0) AS reserved
  FROM {_ENTRIES} AS entry
"""  # noqa: S608  nobody's words but these
TURNOVER: Final = f"""
SELECT coalesce(sum(amount) FILTER (WHERE amount > 0 AND id <= $4), 0)::bigint AS credits,
       count(*) FILTER (WHERE amount > 0 AND id <= $4) AS credit_entries,
       coalesce(-sum(amount) FILTER (WHERE amount < 0 AND id <= $4), 0)::bigint AS debits,
       count(*) FILTER (WHERE amount < 0 AND id <= $4) AS debit_entries,
       coalesce(sum(amount), 0)::bigint AS since,
       coalesce((SELECT credits_posted - debits_posted FROM balance WHERE account_id = $1), 0) AS stored,
       coalesce((SELECT debits_pending FROM balance WHERE account_id = $1), 0) AS reserved
  FROM {_ENTRIES} AS entry
"""  # noqa: S608  nobody's words but these
"""What came and went between two transfers, and what has moved since the first: so much less there was before it."""
MOVED: Final = """
WITH entry AS (
    (SELECT id, -amount AS amount FROM transfer
      WHERE debit_account_id = $1 AND id > $2 AND id <= $3 AND flags & 10 = 0
      ORDER BY id LIMIT $4::bigint + $5::bigint)
     UNION ALL
    (SELECT id, amount FROM transfer
      WHERE credit_account_id = $1 AND id > $2 AND id <= $3 AND flags & 10 = 0
      ORDER BY id LIMIT $4::bigint + $5::bigint)
     ORDER BY id LIMIT $4::bigint OFFSET $5::bigint),
     moved AS (
    SELECT e.id, e.amount, t.reference, coalesce(r.code, t.code) AS code,  -- a post is of the kind of what it posts
           CASE WHEN e.amount > 0 THEN t.debit_account_id ELSE t.credit_account_id END AS other
      FROM entry e JOIN transfer t ON t.id = e.id LEFT JOIN transfer r ON r.id = t.pending_id)
SELECT m.id, m.code, m.amount, o.participant AS counterparty, b.at, coalesce(p.provider, '') AS provider,
       coalesce(p.uetr, l.uetr, r.uetr, nullif(m.reference, 0)::text, '') AS reference
  FROM moved m JOIN account o ON o.id = m.other
 CROSS JOIN LATERAL (
    SELECT at FROM blob
     WHERE first_transfer(transfers) <= m.id AND length(transfers) > 1 AND month BETWEEN $6 AND $7
     ORDER BY first_transfer(transfers) DESC LIMIT 1) b
  LEFT JOIN payment p ON m.code IN (10, 11) AND p.number = m.reference
  LEFT JOIN liquidity_transfer l ON m.code IN (1, 2) AND l.number = m.reference
  LEFT JOIN returned_payment r ON m.code = 12 AND r.number = m.reference
 ORDER BY m.id
"""
_LAST: Final = 2**63 - 1
_runs = msgspec.msgpack.Decoder(Runs)


async def read_account(fetch: Fetch, participant: str, currency: str) -> int | None:
    """Return the id of a participant's settlement account, None if it has none."""
    found = await fetch(_ACCOUNT, participant, currency)
    return found[0]["id"] if found else None


async def read_day(fetch: Fetch, currency: str, now: Instant, date: str = "") -> Day:
    """Return a business day, today's without a date, as the cut-off stands now. Raises: InvalidDateTime."""
    found = await fetch(_CUT_OFF, currency)
    return Day.of(date, now, found[0]["second"] if found else 0)


async def read_statement(fetch: Fetch, account_id: int, day: Day) -> tuple[Balances, list[Moved]]:
    """Return what the statement of an account for a day is made of, added up from its first transfer on.

    The balances are of one snapshot; what stands before the end of a day that has ended never changes. All queries
    should be of one transaction.
    """
    await fetch(BY_INDEX)
    first, last = [await _last_before(fetch, instant) for instant in (day.begins, day.ends)]
    (row,) = await fetch(_BALANCES, account_id, 0, _LAST, first, last)
    return Balances(**dict(row)), await _moved(fetch, account_id, day, first, last, None, 0)


async def read_page(fetch: Fetch, participant: str, currency: str, date: str, number: int) -> Page:
    """Return a page of an account's business day; without a date of the day that runs, as the hub's time goes.

    All queries must be of one transaction, and see one moment. The opening balance is reckoned back from what is
    stored. Raises: NoSuchAccount, NotBegun, TooOld, NoSuchPage, InvalidDateTime.
    """
    await fetch(BY_INDEX)
    (hub,) = await fetch(_HUB)
    account_id = await read_account(fetch, participant, currency)
    if account_id is None:
        raise NoSuchAccount(field="currency")
    day = await read_day(fetch, currency, hub["at"], date)
    require_day(day, hub["at"])
    first = await _last_before(fetch, day.begins)
    last = await _last_before(fetch, day.ends) if hub["at"] >= day.ends else _LAST
    (row,) = await fetch(TURNOVER, account_id, first, _LAST, last)
    turnover = Turnover(
        row["stored"] - row["since"],
        row["credits"],
        row["credit_entries"],
        row["debits"],
        row["debit_entries"],
    )
    turnover.require_page(number)
    skipped = (number - 1) * ENTRIES
    entries = await _moved(fetch, account_id, day, first, last, ENTRIES, skipped)
    return Page(
        hub=hub["bic"],
        batch=hub["batch"],
        at=hub["at"],
        head=hub["head"],
        participant=participant,
        currency=currency,
        day=day,
        turnover=turnover,
        reserved=row["reserved"],
        number=number,
        entries=entries,
    )


async def _moved(
    fetch: Fetch, account_id: int, day: Day, first: int, last: int, limit: int | None, skipped: int
) -> list[Moved]:
    months = _month(day.begins), _month(day.ends)
    return [
        Moved(
            row["id"],
            row["at"],
            row["code"],
            row["counterparty"],
            row["reference"],
            row["amount"],
            row["provider"],
        )
        for row in await fetch(MOVED, account_id, first, last, limit, skipped, *months)
    ]


async def _last_before(fetch: Fetch, instant: Instant) -> int:
    """Return the number of the last transfer that was decided before an instant; 0 if there is none."""
    found = await fetch(LAST_BEFORE, _month(instant), instant)
    if not found:
        return 0
    first, ids = _runs.decode(found[0]["transfers"])[-1]
    return first + ids - 1


def _month(instant: Instant) -> int:
    return int(iso(instant)[:7].replace("-", ""))
