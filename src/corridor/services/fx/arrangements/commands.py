"""What makes and ends an arrangement: one of two central banks, and the other."""

from corridor.services.messaging.commands import Command


class OfferArrangement(Command, frozen=True):
    """The signer, a central bank, offers another that payers of both may pay in their own currency.

    Units: minor. `swing` is how far the other may come to owe the signer, in the signer's `currency`, before the two
    net; `other_swing` how far the signer may come to owe the other, in the other's.
    """

    central_bank: str
    currency: str
    other_currency: str
    swing: int
    other_swing: int


class AcceptArrangement(Command, frozen=True):
    """The other central bank takes the offer as it stands."""

    arrangement: int


class EndArrangement(Command, frozen=True):
    """The signer takes back or declines an offer, or lets an arrangement end with its next netting."""

    arrangement: int
