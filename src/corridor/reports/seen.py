"""What passes between who reads the database behind a running hub and who judges it: values only."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from corridor.decision import ACCOUNT, BALANCE, PENDING, Table
from corridor.domain.instants import Instant
from corridor.ledger.accounts import Balance
from corridor.ledger.transfers import Transfer
from corridor.reports.trails import REGISTRY, Registry
from corridor.services.credit.records import CREDIT_SOURCE, FACILITY, PLEDGE
from corridor.services.fx.arrangements.records import ARRANGEMENT, ARRANGEMENT_PAIR
from corridor.services.fx.records import FX_EXPOSURE, INQUIRY, OPEN_QUOTES, QUOTE, REPLY
from corridor.services.governance.records import PROPOSAL
from corridor.services.instant.records import HELD_PAYMENT
from corridor.services.messaging.records import MAILBOX, SIGNING_KEY, Message
from corridor.services.settlement.correspondents.records import CORRESPONDENT, CORRESPONDENT_RELATION
from corridor.services.settlement.cycle_records import CYCLE, CYCLE_POSITION
from corridor.services.settlement.funding.records import LIQUIDITY_TRANSFER
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.pvp.records import TRADE
from corridor.services.settlement.records import OBLIGATION, QUEUE

WHOLE: Final[tuple[Table[Any], ...]] = (
    *(table for table in REGISTRY if table.whole),
    CREDIT_SOURCE,
    CORRESPONDENT_RELATION,
    ARRANGEMENT_PAIR,
    BALANCE,
    MAILBOX,
    FX_EXPOSURE,
    OPEN_QUOTES,
    QUEUE,
)
"""Tables that do not grow with history: read whole when a look is a whole one."""
OPEN: Final[tuple[Table[Any], ...]] = (
    *(PENDING, PAYMENT, HELD_PAYMENT, OBLIGATION, TRADE, PROPOSAL),
    *(QUOTE, INQUIRY, REPLY, ARRANGEMENT),
    *(FACILITY, PLEDGE, CORRESPONDENT),
    *(CYCLE, CYCLE_POSITION),
    LIQUIDITY_TRANSFER,
)
"""Tables of which a whole look reads what is open."""
KNOWN_BEFORE: Final = (ACCOUNT, SIGNING_KEY)
"""What must be known of the registry before a batch that changed it can be judged."""

Rows = Mapping[Table[Any], Sequence[Any]]


class Line(msgspec.Struct, frozen=True):
    """The hub's own line: how far it has come."""

    bic: str
    batch: int
    at: Instant
    last_number: int
    head: bytes


class Seen(msgspec.Struct, frozen=True):
    """What stands in the database at one instant, as far as it was asked for.

    `lines` are those of the payments that were asked for; `transfers` counts what is stored under `uncounted` numbers.
    A `whole` one holds all of the tables in `WHOLE`, and what is open of those in `OPEN`.
    """

    line: Line
    rows: Rows
    lines: Sequence[Message] = ()
    transfers: int = 0
    whole: bool = False


class Kept(msgspec.Struct, frozen=True):
    """All that a follower needs to go on from where it was; it does not grow with history."""

    line: Line
    last_transfer: int
    balances: Sequence[Balance]
    reserved: Sequence[Transfer]
    mailboxes: Mapping[str, int]
    registry: Registry
    checked: Mapping[str, int]
    broken: Mapping[str, int]
    last: Mapping[str, int]
