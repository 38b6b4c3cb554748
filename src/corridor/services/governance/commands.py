"""What operators say about each other's proposals."""

from corridor.services.messaging.commands import Command


class Approve(Command, frozen=True):
    """A second person wants what is proposed, too. `digest`: SHA-256 in hex of the signed bytes that were seen."""

    proposal: int
    digest: str


class RefuseProposal(Command, frozen=True):
    """A second person does not want what is proposed; or its maker takes it back."""

    proposal: int
    text: str
