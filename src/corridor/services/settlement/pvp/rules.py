"""What this service adds to the hub."""

from collections.abc import Callable
from typing import Any

from corridor.decision import Handler, Step, Table
from corridor.services.messaging.commands import Command
from corridor.services.messaging.rules import refuse_silently
from corridor.services.settlement.pvp import capture, commands, settling
from corridor.services.settlement.pvp.records import TABLES, TRADE

__all__ = ["HANDLERS", "TABLES", "TIMERS"]

HANDLERS: dict[type[Command], Handler] = {
    commands.CaptureTrade: Handler(capture.capture_trade, capture.tell_of_mismatch, capture.keys),
    commands.CancelTrade: Handler(capture.cancel_trade, refuse_silently, capture.keys),
    commands.SettleTrades: Handler(settling.settle_trades, refuse_silently, settling.keys),
}
TIMERS: dict[Table[Any], Callable[[Step, Any], None]] = {TRADE: capture.wake_trade}
