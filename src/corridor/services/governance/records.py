"""A command that one person has given and another must want."""

from typing import Any

import msgspec

from corridor.decision import Table, While
from corridor.domain.instants import Instant

OPEN, EXECUTED, REFUSED, WITHDRAWN, EXPIRED = "open", "executed", "refused", "withdrawn", "expired"


class Proposal(msgspec.Struct, frozen=True):
    """The exact bytes that its maker signed, their SHA-256, and what became of them.

    What is executed is read from `command` and from nothing else. `checker` is who approved or refused.
    """

    number: int
    state: str
    due_at: Instant | None
    kind: str
    command: bytes
    digest: bytes
    maker: str
    maker_key: str
    message_id: str
    proposed_at: Instant
    expires_at: Instant
    checker: str = ""
    checker_key: str = ""
    decided_at: Instant | None = None
    text: str = ""


PROPOSAL = Table("proposal", Proposal, "number", resident=While("state", OPEN))
TABLES: tuple[Table[Any], ...] = (PROPOSAL,)
