"""How a trade comes to be: each side states it, and the hub compares."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from corridor.decision import Accepted, Answer, Key, Rejected, Step, Table
from corridor.domain.errors import CorridorError
from corridor.domain.instants import DAY, Instant, at, iso_date
from corridor.domain.money import MAX_MINOR, Money
from corridor.services.messaging.records import ACTIVE, BANK, FX_PROVIDER, PARTICIPANT
from corridor.services.messaging.rules import settlement_account
from corridor.services.settlement.days import DAYS_AHEAD, business_day, end_of_day
from corridor.services.settlement.pvp.commands import CancelTrade, CaptureTrade
from corridor.services.settlement.pvp.records import (
    CANCELLED,
    MATCHED,
    REJECTED,
    TRADE,
    TRADE_REFERENCE,
    UNMATCHED,
    Trade,
    TradeReference,
)
from corridor.services.settlement.pvp.settling import end, refusal_now, try_alone
from corridor.services.settlement.pvp.tellings import CANCELLATION_ASKED, MISMATCHED, tell, tell_both

MATCH_TIME: Final = DAY
"""So long a trade that one side has captured waits for the other, and never beyond its settlement."""
_TERMS: Final = ("trade_date", "settlement_date", "trading_side_sell_amount", "trading_side_buy_amount")


class Window(NamedTuple):
    """When a trade may settle."""

    from_at: Instant
    until_at: Instant


def capture_trade(step: Step, command: CaptureTrade) -> Answer:
    """Take in one side's word: the first waits for the other, the second matches it or is refused."""
    stated = _stated(step, command)
    if isinstance(stated, Rejected):
        return stated
    known = _find(step, stated.first, stated.second, stated.reference)
    signer = command.origin.signer
    if known is None:
        step.payment = stated.number
        step.put(TRADE_REFERENCE, TradeReference(*stated.sides, stated.reference, stated.number))
        step.put(TRADE, stated)
        tell_both(step, stated)
        return _accepted(stated)
    step.payment = known.number
    if not known.open or known.captured_by(signer):
        whose = "you have captured" if known.captured_by(signer) else "you have had"
        return Rejected("DU03", f"{whose} a trade with them under this reference", "common_reference")
    different = _compare(known, stated)
    if different is not None:
        return different
    matched = _matched(step, known, signer, stated.until_at)
    if matched.from_at > step.now or not try_alone(step, matched):
        step.put(TRADE, matched)
        tell_both(step, matched)
    return _accepted(step.get(TRADE, known.number) or matched)


def tell_of_mismatch(step: Step, command: CaptureTrade, rejected: Rejected) -> None:
    """The signer reads the refusal in its answer; whoever had captured the trade hears which term differs, if any."""
    if rejected.field not in _TERMS:
        return
    first, second = sorted((command.origin.signer, command.counterparty))
    trade = _find(step, first, second, command.common_reference)
    if trade is None or trade.state != UNMATCHED or trade.captured_by(command.origin.signer):
        return
    if _differs(trade, command, rejected.field):
        tell(step, trade, command.counterparty, f"{MISMATCHED} {_THEIRS.get(rejected.field, rejected.field)}")


def cancel_trade(step: Step, command: CancelTrade) -> Answer:
    """Undo what nobody has matched; ask the other side to undo what is matched, or agree to what it has asked."""
    signer = command.origin.signer
    first, second = sorted((signer, command.counterparty))
    trade = _find(step, first, second, command.common_reference)
    if trade is None or not trade.open or not trade.captured_by(signer):
        return Rejected("NOOR", "no such trade of yours is open", "common_reference")
    step.payment = trade.number
    if trade.state == UNMATCHED or trade.cancel_asked_by == trade.other(signer):
        end(step, trade, CANCELLED, "DS02")
    elif trade.cancel_asked_by == signer:
        return Rejected("DU03", "you have asked already; the other side has not", "common_reference")
    else:
        asked = msgspec.structs.replace(trade, cancel_asked_by=signer)
        step.put(TRADE, asked)
        for side in trade.sides:
            tell(step, asked, side, f"{CANCELLATION_ASKED} by {signer}")
    return _accepted(step.get(TRADE, trade.number) or trade)


def wake_trade(step: Step, trade: Trade) -> None:
    """Do what the time asks for: end it with nothing moved, or let it begin to settle."""
    step.payment = trade.number
    if trade.state == UNMATCHED:
        end(step, trade, REJECTED, "NOAS")
    elif trade.until_at <= step.now:
        end(step, trade, REJECTED, refusal_now(step, trade))
    else:
        begun = msgspec.structs.replace(trade, due_at=trade.until_at)
        if not try_alone(step, begun):
            step.put(TRADE, begun)


def keys(command: CaptureTrade | CancelTrade) -> Iterator[tuple[Table[Any], Key]]:
    """Name what these read that memory does not hold."""
    first, second = sorted((command.origin.signer, command.counterparty))
    yield TRADE_REFERENCE, (first, second, command.common_reference)


_THEIRS: Final = {
    "trading_side_sell_amount": "trading_side_buy_amount",
    "trading_side_buy_amount": "trading_side_sell_amount",
}
"""What one side sells the other buys."""


def _find(step: Step, first: str, second: str, reference: str) -> Trade | None:
    named = step.get(TRADE_REFERENCE, (first, second, reference))
    return None if named is None else step.get(TRADE, named.number)


def _stated(step: Step, command: CaptureTrade) -> Trade | Rejected:
    """Return the trade as one side has stated it, under a new number."""
    signer, other = command.origin.signer, command.counterparty
    sold, bought = (command.sell_currency, command.sell_amount), (command.buy_currency, command.buy_amount)
    refused = _who(step, signer, other) or _amounts(command)
    if refused is not None:
        return refused
    window = _window(step, command)
    if isinstance(window, Rejected):
        return window
    accounts: dict[tuple[str, str], int] = {}
    for side in (signer, other):
        for currency in (command.sell_currency, command.buy_currency):
            account = settlement_account(step, side, currency)
            if account is None:
                field = "sell" if currency == command.sell_currency else "buy"
                return Rejected("AM03", f"{side} holds no {currency} here", f"trading_side_{field}_amount")
            accounts[side, currency] = account.id
    (first, second), (paid, received) = (
        ((signer, other), (sold, bought)) if signer < other else ((other, signer), (bought, sold))
    )
    return Trade(
        number=step.number(),
        first=first,
        second=second,
        reference=command.common_reference,
        state=UNMATCHED,
        open=True,
        due_at=min(step.now + MATCH_TIME, window.until_at),
        trade_date=command.trade_date,
        settlement_date=command.settlement_date,
        first_currency=paid[0],
        first_amount=paid[1],
        second_currency=received[0],
        second_amount=received[1],
        first_debit_id=accounts[first, paid[0]],
        first_credit_id=accounts[second, paid[0]],
        second_debit_id=accounts[second, received[0]],
        second_credit_id=accounts[first, received[0]],
        first_captured_at=step.now if signer == first else None,
        second_captured_at=step.now if signer == second else None,
        from_at=window.from_at,
        until_at=window.until_at,
    )


def _who(step: Step, signer: str, other: str) -> Rejected | None:
    if other == signer:
        return Rejected("AG03", "a trade has two sides", "counterparty_side")
    participant = step.get(PARTICIPANT, other)
    if participant is None or participant.role not in (BANK, FX_PROVIDER):
        return Rejected("RC04", "no such counterparty", "counterparty_side")
    if participant.state != ACTIVE:
        return Rejected("AB08", "the counterparty is not active", "counterparty_side")
    return None


def _amounts(command: CaptureTrade) -> Rejected | None:
    if command.sell_currency == command.buy_currency:
        return Rejected("CURR", "a trade is of two currencies", "trading_side_buy_amount")
    for field, amount in (
        ("trading_side_sell_amount", command.sell_amount),
        ("trading_side_buy_amount", command.buy_amount),
    ):
        if not 0 < amount <= MAX_MINOR:
            return Rejected("AM01", "the amount is zero or too large", field)
    return None


def _window(step: Step, command: CaptureTrade) -> Window | Rejected:
    """Return when it may settle: on the day that the settlement date is in both currencies, until the earliest end."""
    currencies = (command.sell_currency, command.buy_currency)
    day = command.settlement_date
    todays = [business_day(step, code) for code in currencies]
    try:
        ends = [end_of_day(step, code, day) for code in currencies]
    except CorridorError as error:
        return Rejected(error.reason, "a date reads like 2026-11-24", "settlement_date")
    try:
        traded = iso_date(at(command.trade_date, "00:00:00Z"))
    except CorridorError as error:
        return Rejected(error.reason, "a date reads like 2026-11-24", "trade_date")
    if traded > min(max(todays), day):
        return Rejected("DT01", "a trade is agreed today or before, and settles then or later", "trade_date")
    until_at = min(ends)
    if until_at <= step.now:
        if day >= iso_date(step.now):
            return Rejected("TM01", "a business day of its currencies has ended", "settlement_date")
        return Rejected("DT01", f"the business day is {max(todays)}", "settlement_date")
    if max(ends) > step.now + (DAYS_AHEAD + 1) * DAY:
        return Rejected("DT01", f"a trade comes at most {DAYS_AHEAD} days ahead", "settlement_date")
    from_at = max(ends) - DAY
    if command.reject_time:
        try:
            until_at = min(until_at, at(day, command.reject_time))
        except CorridorError as error:
            return Rejected(error.reason, error.message, "reject_time")
        if until_at <= max(from_at, step.now):
            return Rejected("AB03", "it has passed, or comes before the trade may settle", "reject_time")
    return Window(from_at, until_at)


def _compare(known: Trade, stated: Trade) -> Rejected | None:
    """Say the first term on which the two sides differ, as the one that states it now calls it."""
    side = known.second if known.first_captured_at is not None else known.first
    sold, theirs = known.paid_by(side), known.paid_by(known.other(side))
    pairs: tuple[tuple[str, str, str | Money, str | Money], ...] = (
        ("trade_date", "DT01", stated.trade_date, known.trade_date),
        ("settlement_date", "DT01", stated.settlement_date, known.settlement_date),
        ("trading_side_sell_amount", "AM09", stated.paid_by(side), sold),
        ("trading_side_buy_amount", "AM09", stated.paid_by(known.other(side)), theirs),
    )
    for field, reason, yours, other in pairs:
        if yours != other:
            return Rejected(reason, f"{known.other(side)} has captured {other}", field)
    return None


def _differs(trade: Trade, command: CaptureTrade, field: str) -> bool:
    """Say whether a term is another than the trade has: one that is refused for its time may be the same."""
    sold, bought = trade.paid_by(command.origin.signer), trade.paid_by(command.counterparty)
    yours, known = {
        "trade_date": (command.trade_date, trade.trade_date),
        "settlement_date": (command.settlement_date, trade.settlement_date),
        "trading_side_sell_amount": (
            (command.sell_amount, command.sell_currency),
            (sold.minor, sold.currency),
        ),
        "trading_side_buy_amount": (
            (command.buy_amount, command.buy_currency),
            (bought.minor, bought.currency),
        ),
    }[field]
    return yours != known


def _matched(step: Step, trade: Trade, signer: str, until_at: Instant) -> Trade:
    until_at = min(trade.until_at, until_at)
    return msgspec.structs.replace(
        trade,
        state=MATCHED,
        first_captured_at=step.now if signer == trade.first else trade.first_captured_at,
        second_captured_at=step.now if signer == trade.second else trade.second_captured_at,
        matched_at=step.now,
        until_at=until_at,
        due_at=trade.from_at if trade.from_at > step.now else until_at,
    )


def _accepted(trade: Trade) -> Accepted:
    return Accepted(msgspec.json.encode({"trade": trade.number, "state": trade.state}))
