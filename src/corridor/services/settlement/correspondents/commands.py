"""What opens, funds, empties, compares and closes a correspondent account: its owner, and who services it."""

import msgspec

from corridor.services.messaging.commands import Command


class OfferCorrespondent(Command, frozen=True):
    """The signer, one of the two banks, offers the other that the servicer keeps an account for the owner.

    Units: minor units of `currency`. `overdraft`: how far the owner may owe the servicer. `ceiling`: how much the
    servicer may owe the owner, 0 for no limit.
    """

    account_servicer: str
    account_owner: str
    currency: str
    overdraft: int = 0
    ceiling: int = 0


class AcceptCorrespondent(Command, frozen=True):
    """The other bank takes the offer as it stands."""

    account: int


class CloseCorrespondent(Command, frozen=True):
    """The signer takes back or declines an offer, wants an open account closed, or agrees to what the other wants."""

    account: int


class FundCorrespondent(Command, frozen=True):
    """The owner moves so much of its settlement money to the servicer, and has it on the account."""

    account: int
    amount: int
    currency: str


class WithdrawCorrespondent(Command, frozen=True):
    """The owner takes so much of what it has on the account back as settlement money."""

    account: int
    amount: int
    currency: str


class MirrorEntry(msgspec.Struct, frozen=True, array_like=True):
    """An entry as a bank's own book has it, under the hub's number. Units: minor; negative: the owner has less."""

    number: int
    amount: int


class ReconcileCorrespondent(Command, frozen=True):
    """One of the two banks says what its own book, the mirror, has of a business day, to hear what differs.

    Units: minor units of `currency`; a `closing` balance is positive if the servicer owes the owner. Shape: at most
    500 entries; a book with more of a day, or none to show, states `count` alone.
    """

    account: int
    day: str
    currency: str
    closing: int
    count: int
    entries: tuple[MirrorEntry, ...] = ()
