"""What this service adds to the hub, and to the rules of answers above it: what is not a payment's is asked here."""

from collections.abc import Callable
from typing import Any

from corridor.decision import Handler, Step, Table
from corridor.services.messaging.commands import Command
from corridor.services.settlement.funding import commands, crediting, orders
from corridor.services.settlement.funding.answers import (
    answer_of_central_bank,
    tell_status,
    wake_liquidity_transfer,
)
from corridor.services.settlement.funding.records import LIQUIDITY_TRANSFER, TABLES

__all__ = ["HANDLERS", "TABLES", "TIMERS", "answer_of_central_bank", "tell_status"]

HANDLERS: dict[type[Command], Handler] = {
    commands.TransferLiquidity: Handler(orders.transfer_liquidity, orders.refuse_order, orders.keys),
    commands.CreditParticipant: Handler(
        crediting.credit_participant, crediting.refuse_credit, crediting.keys
    ),
}
TIMERS: dict[Table[Any], Callable[[Step, Any], None]] = {LIQUIDITY_TRANSFER: wake_liquidity_transfer}
