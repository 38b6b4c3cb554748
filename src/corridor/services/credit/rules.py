"""What this service adds to the hub, and to the services above it: `post_covered`."""

from collections.abc import Callable, Iterator
from typing import Any

from corridor.decision import Handler, Key, Step, Table
from corridor.services.credit import commands
from corridor.services.credit.availability import post_covered
from corridor.services.credit.collateral import follow_line
from corridor.services.credit.drawings import draw_facility, repay_facility
from corridor.services.credit.facilities import (
    accept_facility,
    cancel_facility,
    facility_due,
    offer_facility,
)
from corridor.services.credit.lines import set_credit_line, set_limit
from corridor.services.credit.pledges import expire_pledge, release_pledge, take_pledge
from corridor.services.credit.records import CREDIT_LINE, FACILITY, PLEDGE, TABLES
from corridor.services.messaging.commands import Command, SetLimit
from corridor.services.messaging.rules import refuse_silently

__all__ = ["AUDITED", "HANDLERS", "TABLES", "TIMERS", "post_covered"]


def _facility(command: Any) -> Iterator[tuple[Table[Any], Key]]:
    yield FACILITY, command.facility


def _pledge(command: commands.TakePledge | commands.ReleasePledge) -> Iterator[tuple[Table[Any], Key]]:
    yield PLEDGE, (command.origin.signer, command.pledge_id)


HANDLERS: dict[type[Command], Handler] = {
    SetLimit: Handler(set_limit, refuse_silently),
    commands.OfferFacility: Handler(offer_facility, refuse_silently),
    commands.AcceptFacility: Handler(accept_facility, refuse_silently, _facility),
    commands.CancelFacility: Handler(cancel_facility, refuse_silently, _facility),
    commands.DrawFacility: Handler(draw_facility, refuse_silently, _facility),
    commands.RepayFacility: Handler(repay_facility, refuse_silently, _facility),
    commands.SetCreditLine: Handler(set_credit_line, refuse_silently),
    commands.TakePledge: Handler(take_pledge, refuse_silently, _pledge),
    commands.ReleasePledge: Handler(release_pledge, refuse_silently, _pledge),
}
TIMERS: dict[Table[Any], Callable[[Step, Any], None]] = {
    FACILITY: facility_due,
    PLEDGE: expire_pledge,
    CREDIT_LINE: follow_line,
}
AUDITED: frozenset[Table[Any]] = frozenset({FACILITY, PLEDGE, CREDIT_LINE})
"""Whose timers end what was agreed, or change what an account may do."""
