"""The money of trades: all legs of all trades that settle together, or none.

Trades do not wait for each other: one whose counterparty lacks cover holds up no other trade of a bank. They come after
the urgent and high payments of an account that wait, and before its normal ones.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from corridor.decision import ACCOUNT, Accepted, Answer, Key, Rejected, Step, Table
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer, TransferFlag
from corridor.services.fx import positions
from corridor.services.fx.positions import Exchange
from corridor.services.fx.records import FX_EXPOSURE
from corridor.services.messaging.records import ACTIVE, FX_PROVIDER, PARTICIPANT
from corridor.services.settlement import limits
from corridor.services.settlement.legs import REFUSALS
from corridor.services.settlement.limits import Movement
from corridor.services.settlement.pvp.commands import SettleTrades
from corridor.services.settlement.pvp.records import MATCHED, SETTLED, TRADE, Trade
from corridor.services.settlement.pvp.tellings import tell_both
from corridor.services.settlement.records import HIGH, QUEUE

PVP: Final = 30
"""Transfer code: one side's money of a trade."""
TRADES_MAX: Final = 250
METHOD_MAX: Final = 35
AT_ONCE: Final = "at once"
TIMED_OUT: Final = "AB03"
_OFFSETTING: Final = int(TransferFlag.OFFSETTING)


def settle_trades(step: Step, command: SettleTrades) -> Answer:
    """Settle what the worker has found: checked anew, all or none."""
    numbers = command.numbers
    if not 1 <= len(numbers) <= TRADES_MAX or len(set(numbers)) < len(numbers):
        return Rejected("CH16", f"1 to {TRADES_MAX} different trades settle together", "numbers")
    if not 1 <= len(command.method) <= METHOD_MAX:
        return Rejected("CH16", f"a method has 1 to {METHOD_MAX} characters", "method")
    trades: list[Trade] = []
    for number in numbers:
        trade = step.get(TRADE, number)
        if trade is None or trade.state != MATCHED or not trade.from_at <= step.now < trade.until_at:
            return Rejected("NOOR", f"trade {number} does not wait", "numbers")
        trades.append(trade)
    posted = _post(step, trades)
    if isinstance(posted, Rejected):
        return posted
    for place, trade in enumerate(trades):
        _settled(step, trade, posted + 2 * place, command.method)
    step.payment = 0
    return Accepted()


def try_alone(step: Step, trade: Trade) -> bool:
    """Settle a matched trade now if nothing speaks against it."""
    posted = _post(step, [trade])
    if isinstance(posted, int):
        _settled(step, trade, posted, AT_ONCE)
        return True
    return False


def refusal_now(step: Step, trade: Trade) -> str:
    """Return the reason why a trade cannot settle as things stand; without one its time has passed."""
    posted = _post(step.trial(), [trade])
    return posted.reason if isinstance(posted, Rejected) else TIMED_OUT


def end(step: Step, trade: Trade, state: str, reason: str) -> None:
    """End a trade with nothing moved, and tell both sides."""
    ended = msgspec.structs.replace(
        trade, state=state, open=False, due_at=None, ended_at=step.now, reason=reason
    )
    step.put(TRADE, ended)
    tell_both(step, ended)


def keys(command: SettleTrades) -> Iterator[tuple[Table[Any], Key]]:
    """Name what settling reads: the trades, should one have ended meanwhile."""
    for number in command.numbers[:TRADES_MAX]:
        yield TRADE, number


def _settled(step: Step, trade: Trade, first_transfer: int, method: str) -> None:
    step.payment = trade.number
    settled = msgspec.structs.replace(
        trade,
        state=SETTLED,
        open=False,
        due_at=None,
        ended_at=step.now,
        first_transfer=first_transfer,
        method=method,
    )
    step.put(TRADE, settled)
    for side in trade.sides:
        participant = step.get(PARTICIPANT, side)
        if participant is not None and participant.role == FX_PROVIDER:
            sold, bought = trade.paid_by(side), trade.paid_by(trade.other(side))
            exchanged = Exchange(side, sold.currency, sold.minor, bought.currency, bought.minor)
            positions.trade(step, exchanged)
    tell_both(step, settled)


def _post(step: Step, trades: Sequence[Trade]) -> int | Rejected:
    """Move both legs of all, or nothing; return the id of the first transfer, which the others follow."""
    for side in {side for trade in trades for side in trade.sides}:
        participant = step.get(PARTICIPANT, side)
        if participant is None or participant.state != ACTIVE:
            return Rejected("AB08", f"{side} is not active", "numbers")
    legs = [leg for trade in trades for leg in trade.legs]
    moves = [Movement(*leg, HIGH) for leg in legs]
    refused = _passes_by(step, moves) or limits.refuse(step, moves)
    if refused is not None:
        return refused
    chain = [
        Transfer(
            step.number(),
            leg.debit_account_id,
            leg.credit_account_id,
            leg.amount,
            leg.currency,
            flags=_OFFSETTING,
            code=PVP,
            reference=trade.number,
        )
        for trade in trades
        for leg in trade.legs
    ]
    for result in step.post(chain):
        if result is not TransferResult.OK and result is not TransferResult.LINKED_EVENT_FAILED:
            return REFUSALS.get(result) or Rejected("AM09", result.name.lower().replace("_", " "))
    for move in moves:
        limits.count(step, move, sent=move.amount, received=move.amount)
    return chain[0].id


def _passes_by(step: Step, moves: Sequence[Movement]) -> Rejected | None:
    """Refuse what would spend money for which an urgent or high payment waits, or that open quotes have promised."""
    spent: Counter[int] = Counter()
    for move in moves:
        spent[move.debit_account_id] += move.amount
        spent[move.credit_account_id] -= move.amount
    for account_id, amount in spent.items():
        if amount <= 0:
            continue
        queue = step.get(QUEUE, account_id)
        if queue is not None and queue.waiting(HIGH):
            return Rejected("AM04", f"a payment of higher priority waits on account {account_id}", "numbers")
        promised = _promised(step, account_id)
        if promised and amount > limits.available(step, account_id) - promised:
            return Rejected("AM04", f"open quotes have promised what is on account {account_id}", "numbers")
    return None


def _promised(step: Step, account_id: int) -> int:
    account = step.get(ACCOUNT, account_id)
    assert account is not None, f"there is no account {account_id}"
    exposure = step.get(FX_EXPOSURE, (account.participant, account.currency))
    return 0 if exposure is None else exposure.amount
