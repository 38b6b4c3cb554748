"""What this service adds to the hub."""

from collections.abc import Callable
from typing import Any

from corridor.decision import Handler, Step, Table
from corridor.services.messaging.commands import Command
from corridor.services.messaging.rules import refuse_silently
from corridor.services.settlement import (
    clearing,
    commands,
    cycle_records,
    cycles,
    days,
    limits,
    owners,
    queue,
    records,
)
from corridor.services.settlement.cycle_records import CYCLE
from corridor.services.settlement.records import OBLIGATION

__all__ = ["HANDLERS", "TABLES", "TIMERS"]

TABLES: tuple[Table[Any], ...] = (*records.TABLES, *cycle_records.TABLES)
HANDLERS: dict[type[Command], Handler] = {
    commands.MoveObligation: Handler(owners.move_obligation, refuse_silently, owners.keys),
    commands.SetObligationPriority: Handler(owners.set_obligation_priority, refuse_silently, owners.keys),
    commands.CancelObligation: Handler(owners.cancel_obligation, refuse_silently, owners.keys),
    commands.RejectObligation: Handler(owners.reject_obligation, refuse_silently, owners.keys),
    commands.SettleObligations: Handler(queue.settle_obligations, refuse_silently, queue.keys),
    commands.SetSettlementLimit: Handler(limits.set_settlement_limit, refuse_silently),
    commands.SetUrgentReserve: Handler(limits.set_urgent_reserve, refuse_silently),
    commands.SetCutOff: Handler(days.set_cut_off, refuse_silently),
    commands.SetClearingCap: Handler(clearing.set_clearing_cap, refuse_silently),
    commands.ScheduleCycles: Handler(cycles.schedule_cycles, refuse_silently),
    commands.CloseCycle: Handler(cycles.close_cycle, refuse_silently, cycles.keys),
    commands.DeclareDefault: Handler(cycles.declare_default, refuse_silently, cycles.keys),
    commands.SettleCycle: Handler(cycles.settle_cycle, refuse_silently, cycles.keys),
    commands.TellCycle: Handler(cycles.tell_cycle, refuse_silently, cycles.keys_of_telling),
}
TIMERS: dict[Table[Any], Callable[[Step, Any], None]] = {
    OBLIGATION: queue.wake_obligation,
    CYCLE: cycles.wake_cycle,
}
