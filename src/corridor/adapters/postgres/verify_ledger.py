"""The ledger against its own transfers: balances, conservation, limits, reservations and their ends.

Flags of transfers in these queries: 2 reserves, 4 posts, 8 voids; without any of them money moves at once.
"""

import asyncpg

from corridor.adapters.postgres.findings import ask
from corridor.reports.findings import Findings

Connection = asyncpg.Connection

_MOVED = """
    SELECT account_id, sum(debits_pending) AS debits_pending, sum(debits_posted) AS debits_posted,
           sum(credits_pending) AS credits_pending, sum(credits_posted) AS credits_posted
      FROM (SELECT debit_account_id, 0, sum(amount), 0, 0 FROM transfer WHERE flags & 10 = 0 GROUP BY 1
            UNION ALL
            SELECT credit_account_id, 0, 0, 0, sum(amount) FROM transfer WHERE flags & 10 = 0 GROUP BY 1
            UNION ALL
            SELECT debit_account_id, sum(amount), 0, 0, 0 FROM pending WHERE status = 1 GROUP BY 1
            UNION ALL
            SELECT credit_account_id, 0, 0, sum(amount), 0 FROM pending WHERE status = 1 GROUP BY 1
           ) AS side(account_id, debits_pending, debits_posted, credits_pending, credits_posted)
     GROUP BY account_id
"""


async def balances(db: Connection) -> Findings:
    """Every balance is the sum of what moved it: transfers and posts, and reservations that are open."""
    return await ask(
        db,
        "balances",
        "SELECT count(*) FROM balance",
        f"""
        SELECT format('account %s (%s %s): %s is %s, but its transfers add up to %s', account_id,
                      coalesce(a.participant, 'of nobody'), a.currency, side, stored, moved)
          FROM balance b FULL JOIN ({_MOVED}) m USING (account_id) LEFT JOIN account a ON a.id = account_id
          CROSS JOIN LATERAL (VALUES
              ('debits_pending', b.debits_pending, m.debits_pending),
              ('debits_posted', b.debits_posted, m.debits_posted),
              ('credits_pending', b.credits_pending, m.credits_pending),
              ('credits_posted', b.credits_posted, m.credits_posted)) AS s(side, stored, moved)
         WHERE coalesce(stored, 0) <> coalesce(moved, 0)
         ORDER BY account_id, side
        """,  # noqa: S608  our own
    )


async def conservation(db: Connection) -> Findings:
    """In every currency what is owed and what is due cancel out, to the minor unit, posted and pending."""
    return await ask(
        db,
        "conservation",
        "SELECT count(DISTINCT currency) FROM account",
        """
        SELECT CASE WHEN posted <> 0 OR pending <> 0
                    THEN format('%s: posted balances add up to %s minor units, pending ones to %s, not to 0',
                                currency, posted, pending) END
          FROM (SELECT currency, sum(credits_posted - debits_posted) AS posted,
                       sum(credits_pending - debits_pending) AS pending
                  FROM balance JOIN account ON id = account_id GROUP BY currency) AS c
        """,
    )


async def limits(db: Connection) -> Findings:
    """Every settlement account is limited, and none has gone beyond what it had and its limit.

    What is reserved counts as gone.
    """
    return await ask(
        db,
        "limits",
        "SELECT count(*) FROM account WHERE flags & 3 <> 0",
        """
        SELECT format('account %s (%s %s): ', id, participant, currency) || CASE
            WHEN code IN (1, 4) AND flags & 1 = 0 THEN 'it settles, but nothing limits its debits'
            WHEN flags & 1 <> 0 AND debits_pending + debits_posted > credits_posted + credit_limit
            THEN format('debits of %s pass its credits of %s and its limit of %s',
                        debits_pending + debits_posted, credits_posted, credit_limit)
            WHEN flags & 2 <> 0 AND credits_pending + credits_posted > debits_posted
            THEN format('credits of %s pass its debits of %s',
                        credits_pending + credits_posted, debits_posted) END
          FROM account LEFT JOIN balance ON account_id = id
        """,
    )


async def transfers(db: Connection) -> Findings:
    """Every transfer moves money between two accounts that exist and share its currency."""
    return await ask(
        db,
        "transfers",
        "SELECT count(*) FROM transfer",
        """
        SELECT format('transfer %s: ', t.id) || CASE
            WHEN d.id IS NULL THEN format('it debits account %s, which is not there', debit_account_id)
            WHEN c.id IS NULL THEN format('it credits account %s, which is not there', credit_account_id)
            WHEN d.id = c.id THEN format('it moves money from account %s to itself', d.id)
            WHEN d.currency <> t.currency OR c.currency <> t.currency
            THEN format('it moves %s from an account in %s to one in %s', t.currency, d.currency, c.currency)
            END
          FROM transfer t LEFT JOIN account d ON d.id = debit_account_id
          LEFT JOIN account c ON c.id = credit_account_id
        """,
    )


async def pending(db: Connection) -> Findings:
    """Every reservation has its row, ends once at most, and its row says how it ended."""
    return await ask(
        db,
        "pending",
        "SELECT count(*) FROM pending",
        """
        WITH reserved AS (SELECT * FROM transfer WHERE flags & 2 <> 0),
             ended AS (SELECT pending_id AS id, count(*) AS ends, bool_or(flags & 4 <> 0) AS posts,
                              min(amount) AS least, max(amount) AS most
                         FROM transfer WHERE flags & 12 <> 0 GROUP BY pending_id)
        SELECT CASE
            WHEN r.id IS NULL AND p.id IS NULL THEN format('transfer %s was ended, but never reserved', id)
            WHEN r.id IS NULL THEN format('pending %s has no transfer that reserved it', id)
            WHEN p.id IS NULL THEN format('transfer %s reserves, but no row says what became of it', id)
            WHEN (r.debit_account_id, r.credit_account_id, r.amount, r.currency)
                 <> (p.debit_account_id, p.credit_account_id, p.amount, p.currency)
            THEN format('pending %s is of %s %s, its transfer of %s %s, or their accounts differ',
                        id, p.amount, p.currency, r.amount, r.currency)
            WHEN e.ends > 1 THEN format('pending %s was ended %s times', id, e.ends)
            WHEN e.ends = 1 AND p.status <> CASE WHEN e.posts THEN 2 ELSE 3 END
              OR e.ends IS NULL AND NOT (p.status = 1 OR p.status = 4 AND r.timeout_s > 0)
            THEN format('pending %s is %s, but %s', id,
                        coalesce(('{PENDING,POSTED,VOIDED,EXPIRED}'::text[])[p.status], p.status::text),
                        CASE WHEN e.ends IS NULL THEN 'no transfer ended it'
                             WHEN e.posts THEN 'a transfer posted it' ELSE 'a transfer voided it' END)
            WHEN e.most > p.amount OR NOT e.posts AND e.least < p.amount
            THEN format('pending %s of %s was ended with %s', id, p.amount, e.most)
            WHEN (p.due_at IS NOT NULL) <> (p.status = 1 AND r.timeout_s > 0)
            THEN format('pending %s has a timer that it should not have, or none though it should', id) END
          FROM reserved r FULL JOIN pending p USING (id) FULL JOIN ended e USING (id)
        """,
    )


async def accounts(db: Connection) -> Findings:
    """Every account is the one settlement or clearing account of a participant in its currency, or one of a pair."""
    return await ask(
        db,
        "accounts",
        "SELECT count(*) FROM account",
        """
        SELECT CASE
            WHEN a.id IS NULL THEN format('%s %s settles in account %s, which is not there', s.participant,
                                          s.currency, account_id)
            WHEN a.code = 6 AND s.account_id IS NULL THEN CASE
                WHEN f.number IS NULL THEN format('account %s of %s keeps no facility''s debt', a.id, a.participant)
                WHEN a.participant <> CASE WHEN a.id IN (debt_account_id, charges_account_id)
                                           THEN f.borrower ELSE f.lender END OR a.currency <> f.currency
                THEN format('account %s of %s in %s is not as facility %s has it', a.id, a.participant,
                            a.currency, f.number) END
            WHEN a.code = 7 AND s.account_id IS NULL THEN CASE
                WHEN c.number IS NULL THEN format('account %s of %s is a side of no correspondent account', a.id,
                                                  a.participant)
                WHEN (a.participant, a.currency, a.flags & 1 <> 0, a.credit_limit) <> CASE
                     WHEN a.id = nostro_account_id THEN (account_owner, c.currency, true, overdraft_amount)
                     ELSE (account_servicer, c.currency, ceiling_amount > 0, ceiling_amount) END
                THEN format('account %s of %s in %s is not as correspondent account %s has it', a.id, a.participant,
                            a.currency, c.number) END
            WHEN (s.participant, s.currency) IS DISTINCT FROM (a.participant, a.currency)
            THEN format('account %s is of %s in %s, but is used by %s in %s', a.id, a.participant, a.currency,
                        coalesce(s.participant, 'nobody'), coalesce(s.currency, 'none'))
            WHEN p.bic IS NULL THEN format('account %s is of %s, no participant', a.id, a.participant)
            WHEN a.code <> CASE WHEN clears THEN 4 WHEN r.number IS NOT NULL THEN 1
                           WHEN p.role = 'central_bank' THEN 2 WHEN p.role = 'hub' THEN 3 ELSE 1 END
            THEN format('account %s of %s, a %s, has code %s', a.id, p.bic, p.role, a.code) END
          FROM account a
          FULL JOIN (SELECT *, false AS clears FROM settlement_account UNION ALL SELECT *, true FROM clearing_account) s
                 ON account_id = a.id
          LEFT JOIN participant p ON bic = a.participant
          LEFT JOIN facility f ON a.code = 6 AND a.id IN (debt_account_id, claim_account_id,
                                                          charges_account_id, income_account_id)
          LEFT JOIN LATERAL (SELECT max(number) AS number FROM arrangement
                              WHERE a.id IN (base_account_id, quote_account_id)) r ON true
          LEFT JOIN correspondent c ON a.code = 7 AND a.id IN (nostro_account_id, vostro_account_id)
        """,
    )


INVARIANTS = (accounts, balances, conservation, limits, transfers, pending)
