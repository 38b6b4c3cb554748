"""What the settler reads of a town: the same as from PostgreSQL, from the rows that are durable in memory."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from corridor.decision import ACCOUNT, BALANCE, TRANSFER
from corridor.domain.instants import DAY, SECOND, iso_date
from corridor.ledger.accounts import Account as LedgerAccount
from corridor.ledger.accounts import AccountFlag
from corridor.services.fx.records import FX_EXPOSURE
from corridor.services.messaging.records import ACTIVE, PARTICIPANT, SETTLEMENT_ACCOUNT
from corridor.services.settlement.cycle_records import CYCLE, CYCLE_CLOSING, CYCLE_ITEM, CYCLE_OPEN
from corridor.services.settlement.cycles import TOLD_MAX
from corridor.services.settlement.netting import Item
from corridor.services.settlement.ordering import Queues
from corridor.services.settlement.proof import Closed, CycleNews, Untold
from corridor.services.settlement.pvp.choice import Matched, Trades
from corridor.services.settlement.pvp.records import MATCHED, TRADE, Trade
from corridor.services.settlement.records import (
    ALL,
    CUT_OFF,
    DAY_USE,
    OBLIGATION,
    QUEUE,
    QUEUED,
    SETTLEMENT_LIMIT,
    URGENT_RESERVE,
)
from corridor.services.settlement.waiting import HIGH, Account, Pair, Room, Waiting, block
from corridor.simulation.town.disk import Disk

_SHUT = AccountFlag.FROZEN | AccountFlag.CLOSED


def read_queues(disk: Disk, seen: int = -1) -> Queues | None:
    """Return the queues if something waits and a batch is not the last."""
    if disk.batch == seen:
        return None
    waiting = [
        Waiting(
            each.number, each.debtor, each.creditor, each.currency, each.amount, each.priority, each.place
        )
        for each in disk.rows[OBLIGATION].values()
        if each.state == QUEUED and each.from_at is None and each.reject_at > disk.at
    ]
    if not waiting:
        return None
    accounts = (disk.rows[ACCOUNT][each.account_id] for each in disk.rows[QUEUE].values() if each.waiting(2))
    room = Room(_available(disk, accounts), *_limits(disk))
    return Queues(disk.batch, waiting, block(room, waiting, _blocked(disk)), _kept(disk))


def read_trades(disk: Disk, seen: int = -1) -> Trades | None:
    """Return the trades if one waits and a batch is not the last."""
    if disk.batch == seen:
        return None
    trades = [each for each in disk.rows[TRADE].values() if each.open and each.state == MATCHED]
    if not trades:
        return None
    matched = [
        _matched(each) for each in trades if each.from_at <= disk.at < each.until_at and _may(disk, each)
    ]
    ids = {account_id for each in trades for account_id in (each.first_debit_id, each.second_debit_id)}
    accounts = [disk.rows[ACCOUNT][account_id] for account_id in sorted(ids)]
    kept, available = _kept(disk), _available(disk, accounts)
    for each in accounts:
        account, queue = (each.participant, each.currency), disk.rows[QUEUE].get(each.id)
        exposure = disk.rows[FX_EXPOSURE].get(account)
        available[account] -= kept.get(account, 0) + (0 if exposure is None else exposure.amount)
        if queue is not None and queue.waiting(HIGH):
            available[account] = min(0, available[account])
    return Trades(disk.batch, matched, Room(available, *_limits(disk)))


def read_cycles(disk: Disk, seen: int = -1) -> CycleNews | None:
    """Return what is closed and not settled, and what is settled and not told; None if a batch is the last."""
    if disk.batch == seen:
        return None
    going = [each for each in disk.rows[CYCLE].values() if each.ended_at is None and each.state != CYCLE_OPEN]
    if not going:
        return None
    closed: Closed | None = None
    untold: list[Untold] = []
    for cycle in sorted(going, key=lambda each: each.number):
        items = [each for each in disk.rows[CYCLE_ITEM].values() if each.cycle == cycle.number]
        items.sort(key=lambda each: each.sequence)
        if cycle.state == CYCLE_CLOSING:
            entries = disk.rows[SETTLEMENT_ACCOUNT].values()
            accounts = [disk.rows[ACCOUNT][each.account_id] for each in entries]
            blocked = frozenset((currency, member) for member, currency in _blocked(disk))
            closed = Closed(
                disk.batch,
                cycle.number,
                cycle.items,
                _by_product(disk, items),
                {
                    (currency, member): amount
                    for (member, currency), amount in _available(disk, accounts).items()
                },
                frozenset(cycle.defaulted.split()),
                blocked,
            )
        else:
            following = items[cycle.told : cycle.told + TOLD_MAX]
            untold.append(Untold(cycle.number, tuple((each.number, each.uetr) for each in following)))
    return CycleNews(disk.batch, closed, tuple(untold))


def _by_product(disk: Disk, items: Iterable[Any]) -> dict[str, list[Item]]:
    by_product: defaultdict[str, list[Item]] = defaultdict(list)
    for each in items:
        transfer = disk.rows[TRANSFER][each.transfer_id]
        debtor, creditor = (
            disk.rows[ACCOUNT][account_id].participant
            for account_id in (transfer.debit_account_id, transfer.credit_account_id)
        )
        by_product[each.product].append(Item(debtor, creditor, transfer.currency, transfer.amount))
    return dict(by_product)


def _matched(trade: Trade) -> Matched:
    pays = (trade.first, trade.second, trade.first_currency, trade.first_amount)
    receives = (trade.second, trade.first, trade.second_currency, trade.second_amount)
    legs = (Waiting(trade.number, *leg, HIGH, trade.number) for leg in (pays, receives))
    first, second = legs
    return Matched(trade.number, (first, second))


def _may(disk: Disk, trade: Trade) -> bool:
    ids = (trade.first_debit_id, trade.first_credit_id, trade.second_debit_id, trade.second_credit_id)
    return all(disk.rows[PARTICIPANT][side].state == ACTIVE for side in trade.sides) and not any(
        disk.rows[ACCOUNT][account_id].flags & _SHUT for account_id in ids
    )


def _blocked(disk: Disk) -> list[Account]:
    entries = disk.rows[SETTLEMENT_ACCOUNT].values()
    return [(e.participant, e.currency) for e in entries if disk.rows[ACCOUNT][e.account_id].flags & _SHUT]


def _available(disk: Disk, accounts: Iterable[LedgerAccount]) -> dict[Account, int]:
    available: dict[Account, int] = {}
    for account in accounts:
        balance, has = disk.rows[BALANCE].get(account.id), account.credit_limit
        if balance is not None:
            has += balance.credits_posted - balance.debits_posted - balance.debits_pending
        available[account.participant, account.currency] = has
    return available


def _limits(disk: Disk) -> tuple[dict[Pair, int], dict[Account, int]]:
    bilateral: dict[Pair, int] = {}
    multilateral: dict[Account, int] = {}
    for limit in disk.rows[SETTLEMENT_LIMIT].values():
        account = disk.rows[ACCOUNT][limit.account_id]
        day = _day(disk, account.currency)
        most, use = limit.on(day), disk.rows[DAY_USE].get((limit.account_id, limit.counterparty_id))
        if most is None:
            continue
        left = most - (use.sent - use.received if use is not None and use.day == day else 0)
        if limit.counterparty_id == ALL:
            multilateral[account.participant, account.currency] = left
        else:
            counterparty = disk.rows[ACCOUNT][limit.counterparty_id].participant
            bilateral[account.participant, counterparty, account.currency] = left
    return bilateral, multilateral


def _kept(disk: Disk) -> dict[Account, int]:
    kept: dict[Account, int] = {}
    for reserve in disk.rows[URGENT_RESERVE].values():
        account = disk.rows[ACCOUNT][reserve.account_id]
        kept[account.participant, account.currency] = reserve.on(_day(disk, account.currency))
    return kept


def _day(disk: Disk, currency: str) -> str:
    cut_off = disk.rows[CUT_OFF].get(currency)
    return iso_date(disk.at + DAY - (DAY if cut_off is None else cut_off.second * SECOND))
