"""What the settler reads of trades: those whose time has come, and what room there is for them, in one snapshot."""

from corridor.adapters.postgres.queues import read_kept, read_limits
from corridor.adapters.postgres.snapshots import Fetch
from corridor.ledger.accounts import AccountFlag
from corridor.services.settlement.pvp.choice import Matched, Trades
from corridor.services.settlement.waiting import HIGH, Room, Waiting

_NEWS = """
SELECT batch, at FROM hub WHERE batch <> $1 AND EXISTS (SELECT FROM trade WHERE open AND state = 'matched')
"""
_MATCHED = f"""
SELECT number, first, second, first_currency, first_amount, second_currency, second_amount FROM trade
 WHERE open AND state = 'matched' AND from_at <= $1 AND until_at > $1
   AND NOT EXISTS (SELECT FROM participant WHERE bic IN (first, second) AND participant.state <> 'active')
   AND NOT EXISTS (SELECT FROM account WHERE flags & {AccountFlag.FROZEN | AccountFlag.CLOSED} <> 0
                    AND id IN (first_debit_id, first_credit_id, second_debit_id, second_credit_id))
"""  # noqa: S608  our own
_AVAILABLE = """
SELECT a.participant, a.currency,
       a.credit_limit + coalesce(credits_posted - debits_posted - debits_pending, 0)
       - coalesce(e.amount, 0) AS available,
       coalesce(urgent + high, 0) > 0 AS blocked
  FROM account a LEFT JOIN balance b ON b.account_id = a.id LEFT JOIN queue q ON q.account_id = a.id
  LEFT JOIN fx_exposure e ON e.provider = a.participant AND e.currency = a.currency
 WHERE a.id IN (SELECT unnest(ARRAY[first_debit_id, second_debit_id]) FROM trade WHERE open AND state = 'matched')
"""


async def read_trades(fetch: Fetch, seen: int = -1) -> Trades | None:
    """Return the trades if one waits and a batch is not the last; `fetch` is of one snapshot."""
    found = await fetch(_NEWS, seen)
    if not found:
        return None
    batch, at = found[0]["batch"], found[0]["at"]
    matched = []
    for number, first, second, *terms in await fetch(_MATCHED, at):
        first_currency, first_amount, second_currency, second_amount = terms
        pays = Waiting(number, first, second, first_currency, first_amount, HIGH, number)
        receives = Waiting(number, second, first, second_currency, second_amount, HIGH, number)
        matched.append(Matched(number, (pays, receives)))
    kept = await read_kept(fetch, at)
    available = {}
    for row in await fetch(_AVAILABLE):
        account = (row["participant"], row["currency"])
        spendable = row["available"] - kept.get(account, 0)
        available[account] = min(0, spendable) if row["blocked"] else spendable
    bilateral, multilateral = await read_limits(fetch, at)
    return Trades(batch, matched, Room(available, bilateral, multilateral))
