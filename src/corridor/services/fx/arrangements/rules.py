"""What this service adds to the hub."""

from collections.abc import Callable, Iterator
from typing import Any

from corridor.decision import Handler, Key, Step, Table
from corridor.services.fx.arrangements import agreements, commands, netting
from corridor.services.fx.arrangements.records import ARRANGEMENT, TABLES
from corridor.services.messaging.commands import Command
from corridor.services.messaging.rules import refuse_silently

__all__ = ["AUDITED", "HANDLERS", "TABLES", "TIMERS"]


def _arrangement(command: Any) -> Iterator[tuple[Table[Any], Key]]:
    yield ARRANGEMENT, command.arrangement


HANDLERS: dict[type[Command], Handler] = {
    commands.OfferArrangement: Handler(agreements.offer_arrangement, refuse_silently),
    commands.AcceptArrangement: Handler(agreements.accept_arrangement, refuse_silently, _arrangement),
    commands.EndArrangement: Handler(agreements.end_arrangement, refuse_silently, _arrangement),
}
TIMERS: dict[Table[Any], Callable[[Step, Any], None]] = {ARRANGEMENT: netting.wake_arrangement}
AUDITED: frozenset[Table[Any]] = frozenset({ARRANGEMENT})
"""Whose timers end what was offered, and begin the next day."""
