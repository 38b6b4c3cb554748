"""Who may be heard: identity, keys, the time window and the sender's counter. Asked before any other rule."""

import msgspec

from corridor.decision import Rejected, Step
from corridor.domain.instants import SECOND
from corridor.services.messaging.commands import Origin
from corridor.services.messaging.records import (
    ACTIVE,
    IDENTITY,
    MAILBOX,
    PARTICIPANT,
    SIGNING_KEY,
    Identity,
    Mailbox,
)

TIME_WINDOW = 300 * SECOND
NUMBER_WINDOW = 256
_WINDOW = (1 << NUMBER_WINDOW) - 1
OPERATOR = "operator:"
GATEWAY = "gateway"


def identify(step: Step, origin: Origin) -> Identity | Rejected | None:
    """Return the identity of a message already known, a refusal if its content differs, None if it is new.

    A known message gets its stored answer whatever its key or time are today (rulebook, section 3).
    """
    known = step.get(IDENTITY, (origin.signer, origin.message_id))
    if known is None or known.digest == origin.digest:
        return known
    return Rejected("DU01", "this message id was used before for other content", "MsgId")


def admit(step: Step, origin: Origin) -> Rejected | None:
    """Say why a message not known before may not be heard, or None. The sender's counter is staged."""
    if origin.signer == GATEWAY or origin.signer.startswith(OPERATOR):
        return None
    key = step.get(SIGNING_KEY, origin.key_id)
    if key is None or key.participant != origin.signer or not key.valid(step.now):
        return Rejected("DS0D", "the signing key is not valid now", "kid")
    participant = step.get(PARTICIPANT, origin.signer)
    if participant is None or participant.state != ACTIVE:
        return Rejected("AG01", "the participant is not active", "iss")
    if abs(origin.issued_at - step.now) > TIME_WINDOW:
        return Rejected("DT01", "signed outside the time window of 5 minutes", "iat")
    mailbox = step.get(MAILBOX, origin.signer) or Mailbox(origin.signer)
    counted = count_number(mailbox, origin.number)
    if counted is None:
        return Rejected("DU02", "this number was used before", "num")
    step.put(MAILBOX, counted)
    return None


def count_number(mailbox: Mailbox, number: int) -> Mailbox | None:
    """Record a number of the sender's counter; None if it was used before.

    What lies behind the window is taken as it is: after an outage letters arrive in any order, and that the message
    is new is known from its identity.
    """
    seen = int.from_bytes(mailbox.window, "big")
    behind = mailbox.received - number
    if number <= 0 or (0 <= behind < NUMBER_WINDOW and seen >> behind & 1):
        return None
    if behind >= NUMBER_WINDOW:
        return mailbox
    if behind < 0:
        seen = (seen << -behind | 1) & _WINDOW if -behind < NUMBER_WINDOW else 1
    else:
        seen |= 1 << behind
    return Mailbox(
        mailbox.participant,
        mailbox.last_number,
        mailbox.acknowledged,
        max(mailbox.received, number),
        seen.to_bytes(NUMBER_WINDOW // 8, "big"),
    )


def gaps(mailbox: Mailbox) -> int:
    """Return how many of the sender's last numbers were never received."""
    span = min(mailbox.received, NUMBER_WINDOW)
    return span - (int.from_bytes(mailbox.window, "big") & ((1 << span) - 1)).bit_count()


def with_last_number(mailbox: Mailbox, number: int) -> Mailbox:
    """Return the mailbox after a message was put in it."""
    return msgspec.structs.replace(mailbox, last_number=number)
