"""Payments against the ledger and the log: their legs and holds, and the evidence for them.

In these queries a leg is a transfer with the code of a payment's principal (10), of the hub's fee (11), of an item of a
netting cycle (20), which moves between clearing accounts, or of what is booked on a correspondent account (62).
"""

import asyncpg

from corridor.adapters.postgres.findings import ask
from corridor.reports.findings import Findings

Connection = asyncpg.Connection

_DUE_LEGS = "CASE WHEN provider = '' THEN 1 WHEN fee_amount = 0 THEN 2 ELSE 3 END"
_PHASE = "('{PENDING,POSTED,VOIDED,EXPIRED}'::text[])"


async def legs(db: Connection) -> Findings:
    """A settled payment moved exactly its amounts between the right accounts, a rejected one nothing.

    An open one holds exactly its reservation; one that needs no promise moved at once, in one transfer. No other
    transfer is made in a payment's name.
    """
    return await ask(
        db,
        "legs",
        "SELECT coalesce(sum(legs), 0) FROM payment",
        f"""
        WITH paid AS (
            SELECT p.*, coalesce(f.flags & 14 = 0 AND p.provider = '', false) AS at_once,
                   i.number IS NOT NULL AS netted, e.number IS NOT NULL AS booked, c.account_owner,
                   c.nostro_account_id AS nostro, c.vostro_account_id AS vostro
              FROM payment p LEFT JOIN transfer f ON f.id = p.first_transfer
              LEFT JOIN cycle_item i ON i.number = p.number
              LEFT JOIN correspondent_entry e ON e.number = p.number LEFT JOIN correspondent c ON c.number = e.account),
        entry AS (SELECT *, false AS netted FROM settlement_account UNION ALL SELECT *, true FROM clearing_account),
        due AS (
            SELECT p.uetr, p.number, p.status, p.at_once, p.netted OR p.booked AS unreserved, p.netted, leg.*,
                   p.first_transfer + leg.ordinal AS id,
                   CASE WHEN NOT booked THEN d.account_id WHEN account_owner = leg.debtor THEN nostro ELSE vostro END
                   AS debits,
                   CASE WHEN NOT booked THEN c.account_id WHEN account_owner = leg.debtor THEN vostro ELSE nostro END
                   AS credits,
                   CASE status WHEN 'ACSP' THEN 1 WHEN 'RJCT' THEN 3 WHEN 'PDNG' THEN 0 ELSE 2 END AS phase
              FROM paid p CROSS JOIN hub h
             CROSS JOIN LATERAL (VALUES
                (0, debtor_agent, CASE WHEN provider = '' THEN creditor_agent ELSE provider END,
                    source_amount, source_currency, CASE WHEN netted THEN 20 WHEN booked THEN 62 ELSE 10 END),
                (1, provider, creditor_agent, destination_amount, destination_currency, 10),
                (2, debtor_agent, h.bic, fee_amount, source_currency, 11)
             ) AS leg(ordinal, debtor, creditor, amount, currency, code)
              LEFT JOIN entry d
                     ON (d.participant, d.currency, d.netted) = (leg.debtor, leg.currency, p.netted)
              LEFT JOIN entry c
                     ON (c.participant, c.currency, c.netted) = (leg.creditor, leg.currency, p.netted)
             WHERE ordinal < {_DUE_LEGS} AND legs > 0)
        SELECT format('payment %s is %s: leg %s should be %s with %s %s from %s to %s, but is %s', uetr,
                      due.status, ordinal + 1, {_PHASE}[phase], due.amount, due.currency, debtor, creditor,
                      CASE WHEN t.id IS NULL THEN 'not there'
                           ELSE format('%s with %s %s from account %s to %s, code %s', {_PHASE}[s.status],
                                       t.amount, t.currency, t.debit_account_id, t.credit_account_id, t.code)
                      END)
          FROM due LEFT JOIN transfer t USING (id) LEFT JOIN pending s USING (id)
         WHERE (t.flags & 2, t.debit_account_id, t.credit_account_id, t.amount, t.currency, t.code,
                t.reference, s.status)
               IS DISTINCT FROM
               (CASE WHEN at_once THEN 0 ELSE 2 END, debits, credits, due.amount, due.currency, due.code,
                due.number, CASE WHEN NOT at_once THEN phase END)
            OR at_once AND due.status NOT IN ('ACSC', 'ACCC') AND NOT (netted AND due.status = 'ACPD')
            OR unreserved AND NOT at_once
        UNION ALL
        SELECT format('%s: %s transfers are made in its name, not %s',
                      coalesce('payment ' || uetr, 'no payment has number ' || reference),
                      coalesce(made, 0), coalesce(due, 0))
          FROM (SELECT number, uetr, legs * CASE WHEN status = 'ACSP' OR at_once THEN 1 ELSE 2 END AS due
                  FROM paid) p
          FULL JOIN (SELECT reference, count(*) AS made FROM transfer
                      WHERE reference <> 0 AND (code IN (10, 11, 20, 62) OR pending_id <> 0 AND code <> 2)
                      GROUP BY reference) t
            ON reference = number
         WHERE coalesce(made, 0) <> coalesce(due, 0)
        """,  # noqa: S608  our own
    )


async def evidence(db: Connection) -> Findings:
    """Every payment has its order in the log, a forwarded one its message, a settled one an answer to it.

    Nothing is reserved without an order that was accepted, for only such an order has been screened. What
    screening stopped is kept with its order, and if it is reserved all the same, was released by two persons.
    """
    return await ask(
        db,
        "evidence",
        "SELECT count(*) FROM payment",
        """
        SELECT format('payment %s: ', uetr) || CASE
            WHEN orders = 0 THEN format('the log holds no order for it from %s', debtor_agent)
            WHEN legs > 0 AND accepted = 0 THEN 'it was reserved, but no order for it was accepted'
            WHEN legs > 0 AND forwarded <> 1
            THEN format('it was reserved, but the log holds %s messages that pass it on to %s', forwarded,
                        creditor_agent)
            WHEN status IN ('ACSC', 'ACCC') AND answers = 0 AND NOT gross
            THEN format('it is %s, but %s never promised to credit it', status, creditor_agent)
            WHEN legs > 0 AND held AND persons < 2
            THEN format('it was held, and released by %s persons, not by two', persons) END
          FROM (
            SELECT p.uetr, p.status, p.legs, p.debtor_agent, p.creditor_agent,
                   EXISTS (SELECT FROM held_payment h WHERE h.uetr = p.uetr) AS held,
                   EXISTS (SELECT FROM obligation o WHERE o.number = p.number AND state = 'settled')
                   OR EXISTS (SELECT FROM cycle_item i WHERE i.number = p.number)
                   OR EXISTS (SELECT FROM correspondent_entry b WHERE b.number = p.number) AS gross,
                   count(*) FILTER (WHERE ordered) AS orders,
                   count(*) FILTER (WHERE ordered AND accepted) AS accepted,
                   count(*) FILTER (WHERE direction = 'out' AND definition = 'pacs.008.001.13'
                                      AND participant = creditor_agent AND m.message_id = forwarded_id
                                      AND at = forwarded_at) AS forwarded,
                   count(*) FILTER (WHERE definition = 'pacs.002.001.10' AND participant = creditor_agent
                                      AND accepted) AS answers,
                   count(DISTINCT participant) FILTER (WHERE participant LIKE 'operator:%'
                                                         AND accepted) AS persons
              FROM payment p LEFT JOIN message m ON m.payment = p.number
             CROSS JOIN LATERAL (SELECT m.direction = 'in' AND m.outcome = 'accepted') AS a(accepted)
             CROSS JOIN LATERAL (SELECT m.direction = 'in' AND m.definition = 'pacs.008.001.13'
                                    AND m.participant = debtor_agent AND m.content = p.content) AS o(ordered)
             GROUP BY p.uetr) AS e
        UNION ALL
        SELECT format('payment %s: ', uetr) || CASE
            WHEN p.uetr IS NULL THEN 'it is kept as held, but there is no such payment'
            WHEN (coalesce(h.open, false) OR queued IS NOT NULL) <> (status = 'PDNG')
            THEN format('it is %s, but its order is %s', status, CASE WHEN h.open THEN 'kept as held'
                                                                   ELSE 'not kept' END) END
          FROM payment p FULL JOIN held_payment h USING (uetr) LEFT JOIN (
              SELECT number AS queued FROM obligation WHERE state = 'queued') o ON queued = p.number
        """,
    )


async def holds(db: Connection) -> Findings:
    """Nothing is reserved for a payment that is not waiting for its creditor agent."""
    return await ask(
        db,
        "holds",
        "SELECT count(*) FROM pending WHERE status = 1",
        """
        SELECT format('transfer %s reserves %s %s for payment %s, which is %s', id, s.amount, s.currency,
                      coalesce(uetr, 'number ' || t.reference), coalesce(p.status, 'not there'))
          FROM pending s JOIN transfer t USING (id) LEFT JOIN payment p ON p.number = t.reference
         WHERE s.status = 1 AND t.code IN (10, 11) AND p.status IS DISTINCT FROM 'ACSP'
        """,
    )


async def queue(db: Connection) -> Findings:
    """What waits is pending, and counted by account and priority; what has ended settled or was rejected."""
    return await ask(
        db,
        "queue",
        "SELECT count(*) FROM obligation",
        """
        SELECT CASE
            WHEN p.uetr IS DISTINCT FROM o.uetr
              OR (p.source_amount, p.source_currency) <> (o.amount, o.currency)
            THEN format('obligation %s is of no payment, or of another amount than its payment', o.number)
            WHEN p.status <> ALL (CASE state WHEN 'queued' THEN '{PDNG}'::text[]
                                  WHEN 'settled' THEN '{ACSC,ACCC}' ELSE '{RJCT}' END)
            THEN format('obligation %s is %s, but its payment is %s', o.number, state, p.status) END
          FROM obligation o LEFT JOIN payment p USING (number)
        UNION ALL
        SELECT format('account %s is counted to have others waiting than it has', account_id)
          FROM queue q FULL JOIN (
              SELECT debit_account_id AS account_id,
                     count(*) FILTER (WHERE priority = 0) AS urgent,
                     count(*) FILTER (WHERE priority = 1) AS high,
                     count(*) FILTER (WHERE priority = 2) AS normal,
                     sum(amount) FILTER (WHERE priority = 0) AS urgent_amount,
                     sum(amount) FILTER (WHERE priority = 1) AS high_amount,
                     sum(amount) FILTER (WHERE priority = 2) AS normal_amount
                FROM obligation WHERE state = 'queued' AND from_at IS NULL GROUP BY 1) w USING (account_id)
         WHERE (coalesce(q.urgent, 0), coalesce(q.high, 0), coalesce(q.normal, 0), coalesce(q.urgent_amount, 0),
                coalesce(q.high_amount, 0), coalesce(q.normal_amount, 0))
            <> (coalesce(w.urgent, 0), coalesce(w.high, 0), coalesce(w.normal, 0), coalesce(w.urgent_amount, 0),
                coalesce(w.high_amount, 0), coalesce(w.normal_amount, 0))
        """,
    )


INVARIANTS = (legs, evidence, holds, queue)
