"""Netting cycles from gross to net: what items add up to, what was counted, and what settled."""

import asyncpg

from corridor.adapters.postgres.cycles import NETTED, read_items, read_shares
from corridor.adapters.postgres.findings import ask
from corridor.reports.findings import Findings
from corridor.services.settlement.losses import misallocated
from corridor.services.settlement.positions import digest, recompute
from corridor.services.settlement.proof import dealt

Connection = asyncpg.Connection

_SUMS = """
SELECT i.cycle, a.participant, t.currency, i.product, sum(paid) AS paid, sum(received) AS received, count(*) AS items
  FROM cycle_item i JOIN transfer t ON t.id = i.transfer_id
 CROSS JOIN LATERAL (VALUES (t.debit_account_id, t.amount, 0), (t.credit_account_id, 0, t.amount)) s(id, paid, received)
  JOIN account a ON a.id = s.id GROUP BY 1, 2, 3, 4
"""
_WRONG = f"""
SELECT format('cycle %s, %s %s, %s: it is counted to have paid %s and received %s in %s items, but its transfers'
              ' add up to %s, %s and %s', cycle, participant, currency, product, p.paid, p.received, p.items,
              s.paid, s.received, s.items)
  FROM cycle_position p FULL JOIN ({_SUMS}) s USING (cycle, participant, currency, product)
 WHERE (p.paid, p.received, p.items) IS DISTINCT FROM (s.paid, s.received, s.items)
UNION ALL
SELECT format('cycle %s: the positions in %s add up to %s', cycle, currency, sum(received - paid))
  FROM cycle_position GROUP BY cycle, currency HAVING sum(received - paid) <> 0
UNION ALL
SELECT format('cycle %s counts %s items, but has %s, numbered %s to %s', coalesce(number, i.cycle), c.items,
              coalesce(i.items, 0), first, last)
  FROM cycle c FULL JOIN (SELECT cycle, count(*) AS items, min(sequence) AS first, max(sequence) AS last
                            FROM cycle_item GROUP BY cycle) i ON i.cycle = number
 WHERE (c.items, c.items) IS DISTINCT FROM (coalesce(i.items, 0), coalesce(last, 0)) OR coalesce(first, 1) <> 1
UNION ALL
SELECT format('item %s of cycle %s is not the money of payment %s', sequence, cycle, i.number)
  FROM cycle_item i LEFT JOIN transfer t ON t.id = transfer_id LEFT JOIN payment p ON p.number = i.number
 WHERE (t.reference, t.code, t.amount, p.uetr) IS DISTINCT FROM (i.number, 20, p.source_amount, i.uetr)
UNION ALL
SELECT format('payment %s is %s, but its cycle %s is %s and told up to item %s', i.uetr, p.status, c.number,
              c.state, told)
  FROM cycle_item i JOIN payment p USING (number) JOIN cycle c ON c.number = i.cycle
 WHERE (p.status = 'ACPD') <> (c.state <> 'settled' OR i.sequence > c.told)
    OR p.status <> 'ACPD' AND p.final_at IS DISTINCT FROM c.settled_at
UNION ALL
SELECT format('cycle %s settled %s %s for %s, but its positions come to %s', cycle, coalesce(n.net, 0), currency,
              participant, coalesce(p.net, 0))
  FROM (SELECT cycle, participant, currency, sum(received - paid) AS net FROM cycle_position WHERE NOT open
         GROUP BY 1, 2, 3) p
  FULL JOIN ({NETTED} GROUP BY 1, 2, 3) n USING (cycle, participant, currency)
 WHERE coalesce(p.net, 0) <> coalesce(n.net, 0)
UNION ALL
SELECT format('cycle %s is %s, but its position of %s in %s is %s', number, state, participant, currency,
              CASE WHEN open THEN 'open' ELSE 'settled' END)
  FROM cycle_position LEFT JOIN cycle ON number = cycle WHERE open IS DISTINCT FROM (state <> 'settled')
UNION ALL
SELECT format('%s has %s %s on its clearing account, but positions of %s', a.participant,
              coalesce(credits_posted - debits_posted, 0), a.currency, coalesce(net, 0))
  FROM account a LEFT JOIN balance ON account_id = a.id
  LEFT JOIN (SELECT participant, currency, sum(received - paid) AS net FROM cycle_position WHERE open GROUP BY 1, 2) p
         USING (participant, currency)
 WHERE a.code = 4 AND coalesce(credits_posted - debits_posted, 0) <> coalesce(net, 0)
"""  # noqa: S608  our own


async def cycles(db: Connection) -> Findings:
    """Net is recomputed from gross: positions are their items, settled is what they came to, told is what settled."""
    findings = await ask(db, "cycles", "SELECT count(*) FROM cycle_item", _WRONG)
    for row in await db.fetch(
        "SELECT number, items, digest FROM cycle WHERE state = 'settled' ORDER BY number"
    ):
        number, items = row["number"], await read_items(db.fetch, row["number"])
        proven = digest(number, row["items"], recompute(items)) == row["digest"]
        findings.judge(() if proven else (f"cycle {number} was settled on another proof than its own",))
        shares = await read_shares(db.fetch, number)
        for currency in sorted({share.currency for share in shares}):
            of_currency = [share for share in shares if share.currency == currency]
            wrong = misallocated(of_currency, dealt(items, currency))
            findings.judge(
                f"cycle {number}: {share.survivor} has paid {moved} {currency} for {share.defaulter}, by the rule {due}"
                for share, moved, due in wrong
            )
    return findings
