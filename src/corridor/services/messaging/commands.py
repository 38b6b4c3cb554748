"""Commands every participant or operator may give, and the origin that every command carries."""

import msgspec

from corridor.domain.instants import Instant
from corridor.ledger.transfers import Transfer

REQUEST = "json/"
"""With this begins the definition of a request in JSON; its path follows."""
OPERATION = "json/operations"
"""The definition of an operator's command."""


class Origin(msgspec.Struct, frozen=True, array_like=True):
    """Where a command came from, with the evidence: the exact bytes received and their signature.

    `digest` is the SHA-256 of the content that identifies the message (the Document's bytes; the whole
    body of a JSON request). `number` is the sender's counter from the signed header. A person's signer is
    "operator:NAME".
    """

    signer: str
    message_id: str
    definition: str
    digest: bytes
    received_at: Instant
    issued_at: Instant = 0
    number: int = 0
    key_id: str = ""
    signature: str = ""
    body: bytes = b""

    @property
    def asked(self) -> bool:
        """Its sender reads the answer at once: a request in JSON, as every operator's command is.

        To a message the receipt says nothing, and what is to be said comes through the mailbox.
        """
        return self.definition.startswith(REQUEST)


class Command(msgspec.Struct, frozen=True, tag=True):
    """The base of all commands."""

    origin: Origin


class Refused(Command, frozen=True):
    """Authenticated, but wrong before any rule of state: stored and answered like everything else."""

    reason: str
    text: str
    field: str = ""


class Acknowledge(Command, frozen=True):
    """The participant holds its mailbox up to this number. Coalesced by gateways; positions never go back."""

    participant: str
    number: int


class NewKey(msgspec.Struct, frozen=True):
    """A public key with its validity, for whoever is registered with it."""

    key_id: str
    algorithm: str
    public: bytes
    valid_from: Instant
    valid_until: Instant


class AddParticipant(Command, frozen=True):
    """Register a participant, with its first key if that is at hand; it may act once it is activated."""

    bic: str
    name: str
    role: str
    currencies: tuple[str, ...]
    key: NewKey | None = None


class AddKey(Command, frozen=True):
    """Register a public key of a participant, of the hub itself, or of an operator, with its validity."""

    key_id: str
    participant: str
    algorithm: str
    public: bytes
    valid_from: Instant
    valid_until: Instant


class RevokeKey(Command, frozen=True):
    """From now on nothing signed with this key is accepted, unless it is known already."""

    key_id: str


class SetParticipantState(Command, frozen=True):
    """Certify, activate or suspend a participant."""

    bic: str
    state: str


class Founder(msgspec.Struct, frozen=True):
    """One of the first operators."""

    name: str
    roles: tuple[str, ...]
    key: NewKey


class Found(Command, frozen=True):
    """The founding ceremony: the first operators, at least two, each of whom has signed this."""

    founders: tuple[Founder, ...]


class AddOperator(Command, frozen=True):
    """Register a person as "operator:NAME", with roles and a first key; active from now on."""

    name: str
    roles: tuple[str, ...]
    key: NewKey


class SetOperatorRoles(Command, frozen=True):
    """Replace the roles of an operator."""

    name: str
    roles: tuple[str, ...]


class SetOperatorState(Command, frozen=True):
    """Suspend an operator, or let a suspended one act again."""

    name: str
    state: str


class SetLimit(Command, frozen=True):
    """Set the credit limit of a participant's settlement account, in minor units."""

    participant: str
    currency: str
    limit: int


class SetFrozen(Command, frozen=True):
    """Freeze or thaw a participant's settlement account: what is pending may end, nothing new begins."""

    participant: str
    currency: str
    frozen: bool


class FundAccount(Command, frozen=True):
    """A central bank issues money in its own currency into a participant's settlement account."""

    participant: str
    currency: str
    amount: int


class ReportVoucher(Command, frozen=True):
    """What a participant holds of the hub's log under the hub's own signature, which the gateway has proven.

    `batch` and `head` stand in the signed header, `reach` is the highest batch that the evidence proves, `number`
    its place in the mailbox (0: it is a receipt). Without a `key_id` the participant says that it holds nothing.
    """

    key_id: str = ""
    batch: int = 0
    head: bytes = b""
    reach: int = 0
    number: int = 0


class WaiveVoucher(Command, frozen=True):
    """One of two persons lets the hub open without the report of a participant that cannot give it."""

    participant: str
    reason: str


class CloseCase(Command, frozen=True):
    """A person has dealt with a case."""

    case: int
    text: str


class PostTransfers(Command, frozen=True):
    """Transfers between accounts, each on its own or linked by its flag; at most 500 in one command."""

    transfers: tuple[Transfer, ...]
