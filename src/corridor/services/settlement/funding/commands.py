"""What moves money into settlement accounts and out of them: a participant's message, and a central bank's."""

from corridor.codecs.iso20022 import camt050, pacs009
from corridor.services.messaging.commands import Command


class TransferLiquidity(Command, frozen=True):
    """A participant wants its own money at the central bank, or from there (camt.050)."""

    message: camt050.LiquidityTransfer


class CreditParticipant(Command, frozen=True):
    """A central bank puts money of its currency into a participant's settlement account (pacs.009)."""

    message: pacs009.InstitutionTransfer
