"""The architecture as lists: what the hub decides, what it keeps, what it says."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from corridor.decision import Handler, Outgoing, Step, Table
from corridor.domain.instants import Instant
from corridor.services.compliance import records as compliance
from corridor.services.compliance import rules as compliance_rules
from corridor.services.messaging import records as messaging
from corridor.services.messaging import rules as messaging_rules
from corridor.services.messaging.commands import Command


class Rules(msgspec.Struct, frozen=True):
    """What makes a hub this hub: its tables, its rules, and how its messages are rendered."""

    tables: tuple[Table[Any], ...]
    handlers: Mapping[type[Command], Handler]
    timers: Mapping[Table[Any], Callable[[Step, Any], None]]
    definitions: Mapping[type[msgspec.Struct], str]
    render: Callable[[Outgoing, Instant], bytes]

    @property
    def messages(self) -> frozenset[str]:
        """The definitions whose answers come through the mailbox."""
        return frozenset(self.definitions.values())


TABLES: tuple[Table[Any], ...] = (*messaging.TABLES, *compliance.TABLES)
HANDLERS: dict[type[Command], Handler] = {**messaging_rules.HANDLERS, **compliance_rules.HANDLERS}
