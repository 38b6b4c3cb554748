"""What can go wrong between a participant and the hub."""

from corridor.domain.errors import CorridorError


class Forged(CorridorError):
    """What claims to be the hub's is not signed by it for this participant."""

    reason = "DS0B"


class Gap(CorridorError):
    """A message of the mailbox is missing between the last one and this one."""

    reason = "DU02"
    transient = True


class Lost(CorridorError):
    """The connection ended before the answer was complete: the outcome is unknown until asked again."""

    reason = "AB08"
    transient = True


class Refused(CorridorError):
    """The hub, or the door for it, refuses the request."""

    # The reason is the peer's, so here it belongs to the error, not to its class.

    reason = "NARR"

    def __init__(self, message: str | None = None, *, field: str | None = None, reason: str = "NARR") -> None:
        super().__init__(message, field=field)
        self.reason = reason  # type: ignore[misc]  # see above


class TurnedAway(Refused):
    """The door did not let the message through to the hub: nothing is stored there."""

    def __init__(self, status: int, message: str, *, field: str | None = None, reason: str = "NARR") -> None:
        """`status` is HTTP's."""
        super().__init__(message, field=field, reason=reason)
        self.status = status
