"""The architecture as lists: what the hub decides, who may ask it to, what it keeps, what it says."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec

from corridor.codecs.iso20022.envelope import seal_envelope
from corridor.codecs.iso20022.head001 import Header
from corridor.codecs.iso20022.messages import MESSAGES, Message
from corridor.decision import Handler, Outgoing, Step, Table
from corridor.domain.instants import Instant
from corridor.services.compliance import records as compliance
from corridor.services.compliance import rules as compliance_rules
from corridor.services.credit import records as credit
from corridor.services.credit import rules as credit_rules
from corridor.services.directory import records as directory
from corridor.services.directory import rules as directory_rules
from corridor.services.fx import records as fx
from corridor.services.fx import rules as fx_rules
from corridor.services.fx.arrangements import rules as arrangement_rules
from corridor.services.governance import rules as governance_rules
from corridor.services.governance.rights import RIGHTS
from corridor.services.instant import details as instant_details
from corridor.services.instant import records as instant
from corridor.services.instant import releases as instant_releases
from corridor.services.instant import rules as instant_rules
from corridor.services.messaging import records as messaging
from corridor.services.messaging import rules as messaging_rules
from corridor.services.messaging import vouchers as messaging_vouchers
from corridor.services.messaging.admission import Right
from corridor.services.messaging.commands import Command
from corridor.services.settlement import rules as settlement_rules
from corridor.services.settlement.correspondents import rules as correspondent_rules
from corridor.services.settlement.funding import rules as funding_rules
from corridor.services.settlement.pvp import rules as pvp_rules
from corridor.services.settlement.returns import rules as return_rules


def render(hub: str, outgoing: Outgoing, now: Instant) -> bytes:
    """Return the bytes of a message: its header, and the document in one envelope."""
    header = Header(
        from_bic=hub,
        to_bic=outgoing.participant,
        business_message_id=outgoing.message_id,
        message_definition_id=DEFINITIONS[type(outgoing.message)],
        created_at=now,
    )
    return seal_envelope(header, cast("Message", outgoing.message))


class Rules(msgspec.Struct, frozen=True):
    """What makes a hub this hub: its tables, its rules, and how its messages are rendered."""

    tables: tuple[Table[Any], ...]
    handlers: Mapping[type[Command], Handler]
    rights: Mapping[type[Command], Right]
    timers: Mapping[Table[Any], Callable[[Step, Any], None]]
    audited: frozenset[Table[Any]]
    """The tables of which a timer's changes are written down as an operator's are."""
    definitions: Mapping[type[msgspec.Struct], str]
    render: Callable[[str, Outgoing, Instant], bytes]


TABLES: tuple[Table[Any], ...] = (
    *messaging.TABLES,
    *compliance.TABLES,
    *directory.TABLES,
    *fx.TABLES,
    *arrangement_rules.TABLES,
    *credit.TABLES,
    *settlement_rules.TABLES,
    *pvp_rules.TABLES,
    *correspondent_rules.TABLES,
    *funding_rules.TABLES,
    *return_rules.TABLES,
    *instant.TABLES,
    *instant_details.TABLES,
    *governance_rules.TABLES,
)
HANDLERS: dict[type[Command], Handler] = {
    **messaging_rules.HANDLERS,
    **messaging_vouchers.HANDLERS,
    **compliance_rules.HANDLERS,
    **directory_rules.HANDLERS,
    **fx_rules.HANDLERS,
    **arrangement_rules.HANDLERS,
    **credit_rules.HANDLERS,
    **settlement_rules.HANDLERS,
    **pvp_rules.HANDLERS,
    **correspondent_rules.HANDLERS,
    **funding_rules.HANDLERS,
    **return_rules.HANDLERS,
    **instant_rules.HANDLERS,
    **instant_releases.HANDLERS,
}
HANDLERS |= governance_rules.handlers_of(HANDLERS, RIGHTS)
TIMERS: dict[Table[Any], Callable[[Step, Any], None]] = {
    **fx_rules.TIMERS,
    **arrangement_rules.TIMERS,
    **credit_rules.TIMERS,
    **settlement_rules.TIMERS,
    **pvp_rules.TIMERS,
    **correspondent_rules.TIMERS,
    **funding_rules.TIMERS,
    **instant_rules.TIMERS,
    **governance_rules.TIMERS,
}
DEFINITIONS: dict[type[msgspec.Struct], str] = {codec.record: name for name, codec in MESSAGES.items()}
AUDITED: frozenset[Table[Any]] = (
    credit_rules.AUDITED | correspondent_rules.AUDITED | arrangement_rules.AUDITED
)
RULES = Rules(TABLES, HANDLERS, RIGHTS, TIMERS, AUDITED, DEFINITIONS, render)
