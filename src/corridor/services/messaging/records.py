"""Records of participants, keys, mailboxes and of the log itself, and their tables."""

from typing import Any

import msgspec

from corridor.decision import ACCOUNT, BALANCE, PENDING, TRANSFER, Table, While
from corridor.domain.instants import Instant

BANK, FX_PROVIDER, CENTRAL_BANK, HUB = "bank", "fx_provider", "central_bank", "hub"
ROLES = (BANK, FX_PROVIDER, CENTRAL_BANK, HUB)
REGISTRAR, TREASURER, COMPLIANCE, OPERATIONS, AUDITOR = (
    "registrar",
    "treasurer",
    "compliance",
    "operations",
    "auditor",
)
OPERATOR_ROLES = (REGISTRAR, TREASURER, COMPLIANCE, OPERATIONS, AUDITOR)
ADDED, CERTIFIED, ACTIVE, SUSPENDED = "added", "certified", "active", "suspended"


class Participant(msgspec.Struct, frozen=True):
    """An institution that settles here. `number` is part of its account ids."""

    bic: str
    number: int
    name: str
    role: str
    state: str


class Operator(msgspec.Struct, frozen=True):
    """A person who gives commands. `name` is the signer's, "operator:vera"; `roles` are separated by spaces."""

    name: str
    roles: str
    state: str


class SigningKey(msgspec.Struct, frozen=True):
    """A public key of a participant or an operator, and the time in which what it signs is accepted."""

    key_id: str
    participant: str
    algorithm: str
    public: bytes
    valid_from: Instant
    valid_until: Instant
    revoked_at: Instant | None = None

    def valid(self, now: Instant) -> bool:
        """Say whether a signature of this key is accepted now."""
        return self.valid_from <= now < self.valid_until and (
            self.revoked_at is None or now < self.revoked_at
        )


class SettlementAccount(msgspec.Struct, frozen=True):
    """Which account holds a participant's money in a currency."""

    participant: str
    currency: str
    account_id: int


class Mailbox(msgspec.Struct, frozen=True):
    """The counters of both directions between the hub and a participant.

    `received` is the highest number the participant has used in its signed headers and `window` the set of
    the 256 numbers up to it that were seen (bit i: received - i), as 32 bytes.
    """

    participant: str
    last_number: int = 0
    acknowledged: int = 0
    received: int = 0
    window: bytes = b""


class Identity(msgspec.Struct, frozen=True):
    """A message once received is known for ever: the content, and the answer it got."""

    signer: str
    message_id: str
    digest: bytes
    batch: int
    position: int
    at: Instant
    outcome: str
    body: bytes


class Message(msgspec.Struct, frozen=True):
    """A line of the log: a message in or out, a timer, an operator's command, or what such a command changed.

    `start` and `size` place its bytes (signature or header, line feed, body) in the batch's blob.
    `digest` is the SHA-256 of those bytes; `content` that of what identifies the message.
    """

    month: int
    batch: int
    position: int
    direction: str
    participant: str
    number: int
    definition: str
    message_id: str
    payment: int
    outcome: str
    reason: str
    at: Instant
    content: bytes
    digest: bytes
    start: int
    size: int


class Blob(msgspec.Struct, frozen=True):
    """The bytes of a batch's messages, compressed with zlib, and the head of the chain after it.

    `transfers` names the batch's transfers in their order: MessagePack of pairs (first id, how many ids on).
    """

    month: int
    batch: int
    at: Instant
    head: bytes
    transfers: bytes
    content: bytes


class ChainHead(msgspec.Struct, frozen=True):
    """The head of the chain after a batch, found by the batch's number alone. Empty: the batch is known to be lost."""

    batch: int
    head: bytes


class Case(msgspec.Struct, frozen=True):
    """Something that needs a person."""

    number: int
    kind: str
    participant: str
    payment: int
    text: str
    opened_at: Instant
    closed_at: Instant | None = None


PARTICIPANT = Table("participant", Participant, "bic")
OPERATORS = Table("operator", Operator, "name")
SIGNING_KEY = Table("signing_key", SigningKey, "key_id")
SETTLEMENT_ACCOUNT = Table("settlement_account", SettlementAccount, "participant", "currency")
MAILBOX = Table("mailbox", Mailbox, "participant")
IDENTITY = Table("identity", Identity, "signer", "message_id", resident=False, appended=True)
MESSAGE = Table("message", Message, "month", "batch", "position", resident=False, appended=True, monthly=True)
BLOB = Table(
    "blob", Blob, "month", "batch", resident=False, appended=True, monthly=True, private=("content",)
)
CHAIN_HEAD = Table("chain_head", ChainHead, "batch", resident=False, appended=True)
CASE = Table("operator_case", Case, "number", resident=While("closed_at", None), private=("text",))

IN, OUT, TIMER, AUDIT = "in", "out", "timer", "audit"
ACCEPTED, REFUSED, FAULT = "accepted", "refused", "fault"

TABLES: tuple[Table[Any], ...] = (
    ACCOUNT,
    BALANCE,
    TRANSFER,
    PENDING,
    PARTICIPANT,
    OPERATORS,
    SIGNING_KEY,
    SETTLEMENT_ACCOUNT,
    MAILBOX,
    IDENTITY,
    MESSAGE,
    BLOB,
    CHAIN_HEAD,
    CASE,
)
"""The ledger's tables and the log's, besides this service's own: every other service builds on them."""
