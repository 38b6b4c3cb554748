"""What this service adds to the hub."""

from collections.abc import Callable, Iterator
from typing import Any

from corridor.decision import Handler, Key, Step, Table
from corridor.services.messaging.commands import Command
from corridor.services.messaging.rules import refuse_silently
from corridor.services.settlement.correspondents import agreements, booking, commands, reconciliation
from corridor.services.settlement.correspondents.records import CORRESPONDENT, CORRESPONDENT_POSITION, TABLES

__all__ = ["AUDITED", "HANDLERS", "TABLES", "TIMERS"]


def _account(command: Any) -> Iterator[tuple[Table[Any], Key]]:
    yield CORRESPONDENT, command.account


def _booked(command: Any) -> Iterator[tuple[Table[Any], Key]]:
    yield CORRESPONDENT, command.account
    yield CORRESPONDENT_POSITION, command.account


HANDLERS: dict[type[Command], Handler] = {
    commands.OfferCorrespondent: Handler(agreements.offer_correspondent, refuse_silently),
    commands.AcceptCorrespondent: Handler(agreements.accept_correspondent, refuse_silently, _account),
    commands.CloseCorrespondent: Handler(agreements.close_correspondent, refuse_silently, _account),
    commands.FundCorrespondent: Handler(booking.fund_correspondent, refuse_silently, _booked),
    commands.WithdrawCorrespondent: Handler(booking.withdraw_correspondent, refuse_silently, _booked),
    commands.ReconcileCorrespondent: Handler(
        reconciliation.reconcile_correspondent, refuse_silently, reconciliation.keys
    ),
}
TIMERS: dict[Table[Any], Callable[[Step, Any], None]] = {CORRESPONDENT: agreements.offer_due}
AUDITED: frozenset[Table[Any]] = frozenset({CORRESPONDENT})
"""Whose timers end what was offered."""
