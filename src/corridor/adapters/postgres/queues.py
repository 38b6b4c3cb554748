"""What the settler reads: the queues, and what room there is for them, in one snapshot."""

from typing import Any

from corridor.adapters.postgres.snapshots import Fetch
from corridor.domain.instants import DAY, SECOND, Instant, iso_date
from corridor.ledger.accounts import AccountFlag
from corridor.services.settlement.ordering import CONSIDERED, TOGETHER, Queues
from corridor.services.settlement.records import ALL
from corridor.services.settlement.waiting import Account, Pair, Room, Waiting, block

_NEWS = """
SELECT batch, at FROM hub
 WHERE batch <> $1 AND EXISTS (SELECT FROM obligation WHERE state = 'queued' AND from_at IS NULL)
"""
_COVERED = """
SELECT batch, at FROM hub
 WHERE batch <> $1 AND EXISTS (
       SELECT FROM queue q JOIN account a ON a.id = q.account_id LEFT JOIN balance b ON b.account_id = a.id, LATERAL (
              SELECT amount FROM obligation
               WHERE debit_account_id = a.id AND state = 'queued' AND from_at IS NULL AND reject_at > at
               ORDER BY priority, place LIMIT 1) first
        WHERE urgent + high + normal > 0
          AND amount <= credit_limit + coalesce(credits_posted - debits_posted - debits_pending, 0))
"""
_WAITING = """
SELECT number, debtor, creditor, currency, amount, priority, place FROM obligation
 WHERE state = 'queued' AND from_at IS NULL AND reject_at > $1
"""
_CONSIDERED = f"{_WAITING} ORDER BY priority, place LIMIT $2"
_FIRST = """
SELECT o.* FROM queue, LATERAL (
       SELECT number, debtor, creditor, currency, amount, priority, place FROM obligation
        WHERE debit_account_id = account_id AND state = 'queued' AND from_at IS NULL AND reject_at > $1
        ORDER BY priority, place LIMIT $2) o
 WHERE urgent + high + normal > 0
"""
_AVAILABLE = """
SELECT a.participant, a.currency, a.credit_limit
       + coalesce(credits_posted - debits_posted - debits_pending, 0) AS available
  FROM account a LEFT JOIN balance ON account_id = a.id
 WHERE a.id IN (SELECT account_id FROM queue WHERE urgent + high + normal > 0)
"""
_BLOCKED = f"""
SELECT participant, currency FROM account
 WHERE id IN (SELECT account_id FROM settlement_account) AND flags & {AccountFlag.FROZEN | AccountFlag.CLOSED} <> 0
"""  # noqa: S608  our own
_DAYS = """
SELECT a.participant, a.currency, l.counterparty_id, c.participant AS counterparty, l.amount, l.next_amount, l.next_on,
       u.day, u.sent, u.received, second
  FROM settlement_limit l JOIN account a ON a.id = l.account_id
  LEFT JOIN account c ON c.id = l.counterparty_id
  LEFT JOIN day_use u USING (account_id, counterparty_id) LEFT JOIN cut_off o ON o.currency = a.currency
"""
_KEPT = """
SELECT a.participant, a.currency, r.amount, r.next_amount, r.next_on, second
  FROM urgent_reserve r JOIN account a ON a.id = r.account_id LEFT JOIN cut_off o ON o.currency = a.currency
"""


async def read_queues(fetch: Fetch, seen: int = -1) -> Queues | None:
    """Return the queues if something waits and a batch is not the last; `fetch` is of one snapshot, or nearly."""
    return await _read(fetch, seen, _NEWS, _WAITING)


async def read_first(fetch: Fetch, seen: int = -1) -> Queues | None:
    """Return the first of each queue, as `read_queues` does, if money covers the very first of any.

    What it costs does not grow with the queues.
    """
    return await _read(fetch, seen, _COVERED, _FIRST, TOGETHER)


async def read_considered(fetch: Fetch, seen: int = -1) -> Queues | None:
    """Return what offsetting may consider, as `read_queues` does, with room for as many that settle in order."""
    return await _read(fetch, seen, _NEWS, _CONSIDERED, 2 * CONSIDERED)


async def _read(fetch: Fetch, seen: int, news: str, which: str, *most: int) -> Queues | None:
    found = await fetch(news, seen)
    if not found:
        return None
    batch, at = found[0]["batch"], found[0]["at"]
    waiting = [Waiting(*row) for row in await fetch(which, at, *most)]
    available = {(row["participant"], row["currency"]): row["available"] for row in await fetch(_AVAILABLE)}
    bilateral, multilateral = await read_limits(fetch, at)
    kept = await read_kept(fetch, at)
    blocked = [(row["participant"], row["currency"]) for row in await fetch(_BLOCKED)]
    room = block(Room(available, bilateral, multilateral), waiting, blocked)
    return Queues(batch, waiting, room, kept)


async def read_limits(fetch: Fetch, at: Instant) -> tuple[dict[Pair, int], dict[Account, int]]:
    """Return what is left of the day's limits: towards one bank, and towards all."""
    bilateral: dict[Pair, int] = {}
    multilateral: dict[Account, int] = {}
    for row in await fetch(_DAYS):
        day = _day(at, row["second"])
        limit = _on(row, day)
        if limit is None:
            continue
        left = limit - (row["sent"] - row["received"] if row["day"] == day else 0)
        if row["counterparty_id"] == ALL:
            multilateral[row["participant"], row["currency"]] = left
        else:
            bilateral[row["participant"], row["counterparty"], row["currency"]] = left
    return bilateral, multilateral


async def read_kept(fetch: Fetch, at: Instant) -> dict[Account, int]:
    """Return what of each account is kept for urgent payments."""
    return {
        (row["participant"], row["currency"]): _on(row, _day(at, row["second"])) or 0
        for row in await fetch(_KEPT)
    }


def _day(at: Instant, second: int | None) -> str:
    return iso_date(at + DAY - (DAY if second is None else second * SECOND))


def _on(row: Any, day: str) -> int | None:
    amount: int | None = row["next_amount"] if row["next_on"] and row["next_on"] <= day else row["amount"]
    return amount
