"""Correspondent accounts against their entries and transfers: both sides mirror each other, entry by entry.

In these queries a booking is a transfer of money that came (60) or was taken back (61), of a payment (62), or of its
return (63).
"""

from typing import Any

import asyncpg

from corridor.adapters.postgres import schema
from corridor.adapters.postgres.findings import ask
from corridor.decision import Table
from corridor.ledger.accounts import Balance
from corridor.reports import correspondents as reports
from corridor.reports.findings import Findings
from corridor.services.settlement.correspondents.records import (
    CORRESPONDENT,
    CORRESPONDENT_RELATION,
    Correspondent,
    CorrespondentRelation,
)

Connection = asyncpg.Connection

_BALANCES = """
SELECT account_id, debits_pending, debits_posted, credits_pending, credits_posted
  FROM balance JOIN account ON id = account_id WHERE code = 7
"""
_WRONG = """
WITH entry AS (
    SELECT e.*, c.nostro_account_id AS nostro, c.vostro_account_id AS vostro, c.account_owner, c.account_servicer,
           lag(place, 1, 0) OVER w AS place_before, lag(balance, 1, 0) OVER w AS stood,
           lag(day, 1, '') OVER w AS day_before
      FROM correspondent_entry e LEFT JOIN correspondent c ON c.number = e.account
    WINDOW w AS (PARTITION BY account ORDER BY place)),
booked AS (SELECT id FROM account WHERE code = 7)
SELECT format('entry %s of correspondent account %s, in place %s, does not follow from place %s and balance %s',
              number, account, place, place_before, stood)
  FROM entry
 WHERE nostro IS NULL OR place <> place_before + 1 OR balance <> stood + amount OR day < day_before
UNION ALL
SELECT format('entry %s of correspondent account %s was not booked by transfer %s', e.number, account, e.transfer_id)
  FROM entry e LEFT JOIN transfer t ON t.id = e.transfer_id LEFT JOIN payment p USING (number)
  LEFT JOIN returned_payment r USING (number)
 WHERE (coalesce(p.uetr, r.uetr, ''), t.code = 62, t.code = 63, t.debit_account_id, t.credit_account_id, t.amount,
        t.reference, t.flags & 14)
       IS DISTINCT FROM (e.uetr, p.uetr IS NOT NULL, r.uetr IS NOT NULL,
                         CASE WHEN e.amount < 0 THEN nostro ELSE vostro END,
                         CASE WHEN e.amount < 0 THEN vostro ELSE nostro END, abs(e.amount), e.number, 0)
    OR t.code <> ALL (CASE WHEN e.amount < 0 THEN '{61,62,63}'::bigint[] ELSE '{60,62,63}' END)
UNION ALL
SELECT format('entry %s of correspondent account %s moved settlement money in %s transfers', e.number, account,
              (SELECT count(*) FROM transfer s WHERE s.reference = e.number AND s.code = t.code) - 1)
  FROM entry e JOIN transfer t ON t.id = transfer_id
 WHERE t.code IN (60, 61) AND NOT EXISTS (
       SELECT FROM transfer s JOIN account d ON d.id = s.debit_account_id JOIN account c ON c.id = s.credit_account_id
        WHERE (s.id, s.reference, s.code, s.amount, s.flags & 14, d.code, c.code)
              = (t.id - 1, e.number, t.code, t.amount, 0, 1, 1)
          AND (d.participant, c.participant) = (CASE t.code WHEN 60 THEN account_owner ELSE account_servicer END,
                                                CASE t.code WHEN 60 THEN account_servicer ELSE account_owner END))
UNION ALL
SELECT format('transfer %s moves a correspondent account, and no entry says so', t.id)
  FROM transfer t LEFT JOIN correspondent_entry e ON e.transfer_id = t.id
 WHERE e.number IS NULL
   AND (debit_account_id IN (SELECT id FROM booked) OR credit_account_id IN (SELECT id FROM booked))
UNION ALL
SELECT format('%s transfers are said to bring money to a correspondent account, or take it back, not two an entry: %s',
              count(*), reference)
  FROM transfer WHERE code IN (60, 61) GROUP BY reference HAVING count(*) <> 2
UNION ALL
SELECT format('correspondent account %s stands at %s by its entries, %s by its balance', c.number,
              coalesce(e.balance, 0), coalesce(b.credits_posted - b.debits_posted, 0))
  FROM correspondent c LEFT JOIN balance b ON b.account_id = nostro_account_id
  LEFT JOIN (SELECT DISTINCT ON (account) account, balance FROM correspondent_entry
              ORDER BY account, place DESC) e ON e.account = c.number
 WHERE coalesce(e.balance, 0) <> coalesce(b.credits_posted - b.debits_posted, 0)
UNION ALL
SELECT format('correspondent account %s: of %s it is counted to have %s entries, it has %s',
              coalesce(s.number, e.account), coalesce(s.day, e.day), s.entries, e.entries)
  FROM (SELECT number, day, entries, debits, credits, closing FROM correspondent_day
        UNION ALL
        SELECT p.number, day, day_entries, debits, credits, b.credits_posted - b.debits_posted
          FROM correspondent_position p JOIN correspondent c USING (number)
          JOIN balance b ON b.account_id = nostro_account_id) s
  FULL JOIN (SELECT account, day, count(*) AS entries, sum(greatest(-amount, 0)) AS debits,
                    sum(greatest(amount, 0)) AS credits,
                    (array_agg(balance ORDER BY place DESC))[1] AS closing
               FROM correspondent_entry GROUP BY account, day) e ON (e.account, e.day) = (s.number, s.day)
 WHERE (s.entries, s.debits, s.credits, s.closing) IS DISTINCT FROM (e.entries, e.debits, e.credits, e.closing)
UNION ALL
SELECT format('correspondent account %s counts %s entries, it has %s', p.number, p.place, e.entries)
  FROM correspondent_position p LEFT JOIN (
       SELECT account, count(*) AS entries FROM correspondent_entry GROUP BY account) e ON e.account = p.number
 WHERE p.place IS DISTINCT FROM e.entries
"""


async def correspondents(db: Connection) -> Findings:
    """What one bank owes on an account is what the other has, by its entries, and within what both have agreed."""
    findings = await ask(db, "correspondents", "SELECT count(*) FROM correspondent_entry", _WRONG)
    balances = {row["account_id"]: Balance(*row) for row in await db.fetch(_BALANCES)}
    known = [Correspondent(*row) for row in await db.fetch(_select(CORRESPONDENT))]
    for account in known:
        findings.judge(reports.standing(account, balances))
    relations = [CorrespondentRelation(*row) for row in await db.fetch(_select(CORRESPONDENT_RELATION))]
    for sentence in reports.related(relations, known):
        findings.breaks(sentence)
    return findings


def _select(table: Table[Any]) -> str:
    names = ", ".join(f'"{name}"' for name, _, _ in schema.columns(table))
    return f"SELECT {names} FROM {table.name}"  # noqa: S608  our own names


INVARIANTS = (correspondents,)
