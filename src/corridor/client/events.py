"""What reaches a participant's machine and what it asks its surroundings to do: the whole boundary."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec

from corridor.client.errors import Lost, Refused
from corridor.client.mailbox import Delivery
from corridor.domain.instants import Instant


class Draft(msgspec.Struct, frozen=True):
    """A message that is to be sent: not yet signed, not yet stored.

    `digest` is the SHA-256 of what identifies the content, in hexadecimal: the hub's receipt must name it.
    What is `kept` is sent until the hub has it, whatever happens in between; the rest only while somebody
    waits for the answer.
    """

    target: str
    message_id: str
    body: bytes
    digest: str
    kept: bool = True


class Letter(msgspec.Struct, frozen=True):
    """A signed message on its way. Its body never changes; each attempt is signed anew."""

    number: int
    signature: str
    target: str
    message_id: str
    body: bytes
    digest: str
    kept: bool


class Voucher(msgspec.Struct, frozen=True):
    """The latest that the hub has signed for this participant, exactly as it came.

    `reach` is the highest batch of the hub's log that it proves to have been.
    """

    reach: int
    signature: str
    payload: bytes


class Place(msgspec.Struct, frozen=True):
    """How far both directions have come.

    `number` is the last that this participant has signed with, `identified_at` the instant of its last
    message id, `mailbox` the last message whose effects are done. `batch` and `head` are the latest state
    of the hub's log that the hub has vouched for with its signature, `voucher` is the evidence that reaches
    furthest: it is reported to the hub, which must not have forgotten it.
    """

    number: int = 0
    identified_at: Instant = 0
    mailbox: int = 0
    batch: int = 0
    head: str = ""
    voucher: Voucher | None = None


class Changes(msgspec.Struct, frozen=True):
    """What one transaction of the participant's store writes: all or nothing, with its own effects."""

    place: Place
    put: Sequence[Letter]
    dropped: Sequence[int]
    """Numbers of letters that are not on their way any more."""
    effects: Sequence[Any]


class Receipt(msgspec.Struct, frozen=True):
    """What the hub vouches for: these contents stand at this place of its log.

    `answer` is the result of a request as JSON, empty if there is none. `body` and `signature` are the
    evidence.
    """

    message_id: str
    batch: int
    position: int
    at: Instant
    answer: bytes
    body: bytes
    signature: str


# Events


class Opened(msgspec.Struct, frozen=True):
    """The store is loaded, the network is there."""


class Submitted(msgspec.Struct, frozen=True):
    """The participant wants these drafts sent and these effects stored, together.

    `handled` is the number of the last message that they follow from, None if they follow from none.
    """

    drafts: Sequence[Draft] = ()
    effects: Sequence[Any] = ()
    handled: int | None = None


class Committed(msgspec.Struct, frozen=True):
    """The changes asked for by `Commit` are durable."""


class Answered(msgspec.Struct, frozen=True):
    """The door has answered a letter; `signature` is empty if nobody signed the answer."""

    message_id: str
    status: int
    signature: str
    body: bytes
    retry_after_s: int = 0


class Unanswered(msgspec.Struct, frozen=True):
    """Nobody knows what became of a letter."""

    message_id: str


class Arrived(msgspec.Struct, frozen=True):
    """A piece of the mailbox's stream."""

    chunk: bytes


class Interrupted(msgspec.Struct, frozen=True):
    """The stream has ended, or could not be opened."""

    retry_after_s: int = 0


class VoucherWanted(msgspec.Struct, frozen=True):
    """The mailbox was connected (again), or `asked`: the hub may be closed, and wants even to hear of nothing held."""

    asked: bool = False


class Woken(msgspec.Struct, frozen=True):
    """The time asked for by `WakeAt` has come."""


Event: TypeAlias = (
    Opened | Submitted | Committed | Answered | Unanswered | Arrived | Interrupted | VoucherWanted | Woken
)

# Actions


class Commit(msgspec.Struct, frozen=True):
    """Write these changes durably, then say `Committed`. Until then no other `Commit` comes."""

    changes: Changes


class Post(msgspec.Struct, frozen=True):
    """Send the letter, then say `Answered` or `Unanswered`."""

    letter: Letter


class Follow(msgspec.Struct, frozen=True):
    """Read the mailbox at this target anew; a stream still open is of no use.

    Say `Arrived`, and at last `Interrupted`.
    """

    target: str
    signature: str


class Deliver(msgspec.Struct, frozen=True):
    """Handle these messages, then say `Submitted` with `handled`.

    Until that is durable no other `Deliver` comes.
    """

    deliveries: Sequence[Delivery]


class Acknowledge(msgspec.Struct, frozen=True):
    """Say how far the mailbox is held. Nobody waits for the answer: the next one says the same and more."""

    body: bytes
    signature: str


class Told(msgspec.Struct, frozen=True):
    """What became of a draft: the hub's receipt or refusal.

    What is not kept may be turned away or lost, too.
    """

    message_id: str
    outcome: Receipt | Refused | Lost


class Alarm(msgspec.Struct, frozen=True):
    """Something that should never happen, for a person to look at; the machine carries on."""

    text: str


class WakeAt(msgspec.Struct, frozen=True):
    """Say `Woken` at this time; a later action of this kind replaces it."""

    at: Instant


Action: TypeAlias = Commit | Post | Follow | Deliver | Acknowledge | Told | Alarm | WakeAt
