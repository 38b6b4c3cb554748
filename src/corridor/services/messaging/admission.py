"""Who may be heard: identity, keys, rights, the time window and the sender's counter. Asked before any other rule."""

from collections.abc import Callable
from typing import Any

import msgspec

from corridor.decision import Rejected, Step
from corridor.domain.instants import SECOND
from corridor.services.messaging.commands import Command, Origin
from corridor.services.messaging.records import (
    ACTIVE,
    IDENTITY,
    MAILBOX,
    OPERATORS,
    PARTICIPANT,
    SIGNING_KEY,
    SUSPENDED,
    Identity,
    Mailbox,
    Operator,
)

TIME_WINDOW = 300 * SECOND
NUMBER_WINDOW = 256
_WINDOW = (1 << NUMBER_WINDOW) - 1
OPERATOR = "operator:"
"""With this begin the names of persons; participants are named by their BICs."""
GATEWAY, FOUNDING, WORKER = "gateway", "founding", "worker"
"""Signers of the house itself, whose commands no participant or operator signs."""


class Right(msgspec.Struct, frozen=True):
    """Who may give a kind of command. Of several roles one is enough; where no role stands, nobody may.

    `second`: roles of another person, who must approve before it is decided. `alone` tells of which of these
    commands one person suffices all the same. `house` is the process of the house that gives it. What changes by
    an `audited` command is written down: who, what, before, after.
    """

    participants: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    alone: Callable[[Any], bool] = lambda _command: False
    house: str = ""
    audited: bool = True
    heard_of_suspended: bool = False

    def takes_two(self, command: Command) -> bool:
        """Say whether a second person must approve this command."""
        return bool(self.second) and not self.alone(command)


def identify(step: Step, origin: Origin) -> Identity | Rejected | None:
    """Return the identity of a message already known, a refusal if its content differs, None if it is new.

    A known message gets its stored answer whatever its key or time are today (rulebook, section 3).
    """
    known = step.get(IDENTITY, (origin.signer, origin.message_id))
    if known is None or known.digest == origin.digest:
        return known
    return Rejected("DU01", "this message id was used before for other content", "MsgId")


def admit(step: Step, origin: Origin, right: Right) -> Rejected | None:
    """Say why a message not known before may not be heard, or None. The sender's counter is staged."""
    signer = origin.signer
    if signer in (GATEWAY, FOUNDING, WORKER):
        return None if signer == right.house else Rejected("AG01", f"the {signer} may not do this", "iss")
    turned_away = entitle(step, signer, origin.key_id, right)
    if turned_away is not None:
        return turned_away
    if abs(origin.issued_at - step.now) > TIME_WINDOW:
        return Rejected("DT01", "signed outside the time window of 5 minutes", "iat")
    mailbox = step.get(MAILBOX, signer) or Mailbox(signer)
    counted = count_number(mailbox, origin.number)
    if counted is None:
        return Rejected("DU02", "this number was used before", "num")
    step.put(MAILBOX, counted)
    return None


def entitle(step: Step, signer: str, key_id: str, right: Right) -> Rejected | None:
    """Say why this participant or person may not do this now, or None: the key, the state, the role."""
    key = step.get(SIGNING_KEY, key_id)
    if key is None or key.participant != signer or not key.valid(step.now):
        return Rejected("DS0D", "the signing key is not valid now", "kid")
    if signer.startswith(OPERATOR):
        person = step.get(OPERATORS, signer)
        if person is None or person.state != ACTIVE:
            return Rejected("AG01", "the operator is not active", "iss")
        return lacks(person, right.operators)
    participant = step.get(PARTICIPANT, signer)
    states = (ACTIVE, SUSPENDED) if right.heard_of_suspended else (ACTIVE,)
    if participant is None or participant.state not in states:
        return Rejected("AG01", "the participant is not active", "iss")
    if participant.role not in right.participants:
        return Rejected("AG01", f"a participant whose role is {participant.role} may not do this", "iss")
    return None


def lacks(person: Operator, roles: tuple[str, ...]) -> Rejected | None:
    """Say which role a person lacks of whom one of these is wanted, or None."""
    if any(role in roles for role in person.roles.split()):
        return None
    wanted = " or ".join(roles)
    return Rejected("AG01", f"this is for the role {wanted}" if roles else "no operator may do this", "iss")


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
