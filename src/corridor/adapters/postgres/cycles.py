"""What the netter reads, and `cycle verify`: a cycle's items from its transfers, in one snapshot."""

from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import asyncpg

from corridor.adapters.postgres.snapshots import Fetch
from corridor.ledger.accounts import AccountFlag
from corridor.services.settlement.cycle_records import CYCLE_CLOSING, CYCLE_SETTLED
from corridor.services.settlement.cycles import TOLD_MAX
from corridor.services.settlement.losses import LossShare
from corridor.services.settlement.netting import Item
from corridor.services.settlement.positions import Position
from corridor.services.settlement.proof import Closed, CycleNews, Sheet, Untold

_NEWS = """
SELECT batch FROM hub WHERE batch <> $1 AND EXISTS (SELECT FROM cycle WHERE ended_at IS NULL AND state <> 'open')
"""
_UNDER_WAY = """
SELECT number, state, items, told, defaulted FROM cycle WHERE ended_at IS NULL AND state <> 'open' ORDER BY number
"""
ITEMS = """
SELECT d.participant AS debtor, c.participant AS creditor, t.currency, t.amount, i.product
  FROM cycle_item i JOIN transfer t ON t.id = i.transfer_id AND t.reference = i.number
  JOIN account d ON d.id = t.debit_account_id JOIN account c ON c.id = t.credit_account_id
 WHERE i.cycle = $1 ORDER BY i.sequence
"""
_AVAILABLE = f"""
SELECT a.participant, a.currency, a.credit_limit
       + coalesce(credits_posted - debits_posted - debits_pending, 0) AS available,
       a.flags & {AccountFlag.FROZEN} <> 0 AS blocked
  FROM settlement_account s JOIN account a ON a.id = s.account_id LEFT JOIN balance b ON b.account_id = a.id
"""  # noqa: S608  our own
_UNTOLD = "SELECT number, uetr FROM cycle_item WHERE cycle = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"
_CYCLES = "SELECT number, state, items, digest FROM cycle WHERE $1::bigint IN (0, number) ORDER BY number"
_COUNTED = """
SELECT currency, participant, product, paid, received, items FROM cycle_position WHERE cycle = $1
"""
NETTED = """
SELECT c.number AS cycle, t.currency, a.participant,
       sum(CASE WHEN a.id = t.credit_account_id THEN -t.amount ELSE t.amount END)::bigint AS net
  FROM cycle c JOIN transfer t ON t.id >= c.first_transfer AND t.id < c.first_transfer + c.transfers AND t.code = 21
  JOIN account a ON a.id IN (t.debit_account_id, t.credit_account_id) AND a.code = 4
"""
_SHARES = """
SELECT d.participant, s.participant, t.currency, t.amount
  FROM cycle c JOIN transfer t ON t.id >= c.first_transfer AND t.id < c.first_transfer + c.transfers AND t.code = 22
  JOIN account s ON s.id = t.debit_account_id JOIN account d ON d.id = t.credit_account_id
 WHERE c.number = $1 ORDER BY t.id
"""


async def read_cycles(fetch: Fetch, seen: int = -1) -> CycleNews | None:
    """Return what is closed and not settled, and what is settled and not told; None if that batch is the last."""
    found = await fetch(_NEWS, seen)
    if not found:
        return None
    batch: int = found[0]["batch"]
    closed: Closed | None = None
    untold: list[Untold] = []
    for row in await fetch(_UNDER_WAY):
        number = row["number"]
        if row["state"] == CYCLE_CLOSING:
            accounts = {(each["currency"], each["participant"]): each for each in await fetch(_AVAILABLE)}
            closed = Closed(
                batch,
                number,
                row["items"],
                await read_items(fetch, number),
                {place: each["available"] for place, each in accounts.items()},
                frozenset(row["defaulted"].split()),
                frozenset(place for place, each in accounts.items() if each["blocked"]),
            )
        else:
            payments = await fetch(_UNTOLD, number, row["told"], TOLD_MAX)
            untold.append(Untold(number, tuple((each["number"], each["uetr"]) for each in payments)))
    return CycleNews(batch, closed, tuple(untold))


async def read_items(fetch: Fetch, cycle: int) -> dict[str, list[Item]]:
    """Return the obligations of a cycle by product, as its transfers say."""
    by_product: defaultdict[str, list[Item]] = defaultdict(list)
    for row in await fetch(ITEMS, cycle):
        by_product[row["product"]].append(
            Item(row["debtor"], row["creditor"], row["currency"], row["amount"])
        )
    return dict(by_product)


async def read_shares(fetch: Fetch, cycle: int) -> list[LossShare]:
    """Return what survivors have paid for members in default, in the order of its transfers."""
    return [LossShare(*row) for row in await fetch(_SHARES, cycle)]


async def sheets(dsn: str, number: int = 0) -> AsyncIterator[Sheet]:
    """Yield one cycle, or all in their order, of one snapshot; a role that may only read is enough."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            for row in await connection.fetch(_CYCLES, number):
                yield await _sheet(connection.fetch, row)
    finally:
        await connection.close()


async def _sheet(fetch: Fetch, row: Any) -> Sheet:
    cycle, settled, shares = row["number"], None, list[LossShare]()
    if row["state"] == CYCLE_SETTLED:
        netted = await fetch(f"{NETTED} WHERE c.number = $1 GROUP BY 1, 2, 3", cycle)
        settled = {(each["currency"], each["participant"]): each["net"] for each in netted}
        shares = await read_shares(fetch, cycle)
    counted = tuple(Position(*each) for each in await fetch(_COUNTED, cycle))
    items = await read_items(fetch, cycle)
    return Sheet(cycle, row["state"], row["items"], items, counted, row["digest"], settled, shares)
