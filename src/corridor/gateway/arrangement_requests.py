"""Signed requests of central banks about an arrangement: payers of both pay in their own currency."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from corridor.gateway.forms import Amount, Bic, Request
from corridor.services.fx.arrangements import commands
from corridor.services.messaging.commands import Command, Origin

ArrangementNumber = Annotated[
    int, msgspec.Meta(ge=1, le=2**48, description="As the answer to the offer says.")
]


class ArrangementOfferRequest(Request, frozen=True, kw_only=True):
    """Offer another central bank that payers of both pay in their own currency, at the official rate.

    `swing`, in the signer's currency: how far the other may owe; `other_swing`, in the other's: how far the signer may.
    """

    central_bank: Bic
    swing: Amount
    other_swing: Amount

    def command(self, origin: Origin) -> Command:
        ours, theirs = self.swing.money("swing"), self.other_swing.money("other_swing")
        return commands.OfferArrangement(
            origin,
            central_bank=self.central_bank,
            currency=ours.currency,
            other_currency=theirs.currency,
            swing=ours.minor,
            other_swing=theirs.minor,
        )


class ArrangementAcceptanceRequest(Request, frozen=True, kw_only=True):
    """Take an offered arrangement as it stands, as the other central bank."""

    arrangement: ArrangementNumber

    def command(self, origin: Origin) -> Command:
        return commands.AcceptArrangement(origin, self.arrangement)


class ArrangementEndRequest(Request, frozen=True, kw_only=True):
    """Take an offer back, decline it, or let an arrangement end with its next netting."""

    arrangement: ArrangementNumber

    def command(self, origin: Origin) -> Command:
        return commands.EndArrangement(origin, self.arrangement)


ARRANGEMENT_REQUESTS: Final[Mapping[str, type[Request]]] = {
    "/v1/arrangements": ArrangementOfferRequest,
    "/v1/arrangements/accept": ArrangementAcceptanceRequest,
    "/v1/arrangements/end": ArrangementEndRequest,
}
