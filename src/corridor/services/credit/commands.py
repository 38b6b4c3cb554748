"""What lenders, borrowers and central banks say about credit."""

from decimal import Decimal

from corridor.domain.instants import Instant
from corridor.services.messaging.commands import Command


class OfferFacility(Command, frozen=True):
    """The signer, a bank, offers another bank to lend it up to a limit from one date until another.

    Units: `rate` and `fee_rate` in percent a year, reckoned by `day_count`: the one on what is drawn when a day
    ends, the other on what is not. `utilisation_max_bps` and `average_max_bps` (0: none) open a case once what is
    drawn, or its average, passes that share of the limit. `automatic`: the hub draws by itself what a payment of
    the borrower lacks. `secured`: no more may be drawn than the lender holds collateral for.
    """

    borrower: str
    currency: str
    limit: int
    rate: Decimal
    fee_rate: Decimal
    day_count: str
    starts_on: str
    ends_on: str
    automatic: bool = False
    secured: bool = False
    utilisation_max_bps: int = 0
    average_max_bps: int = 0


class AcceptFacility(Command, frozen=True):
    """The borrower takes the offer as it stands."""

    facility: int


class CancelFacility(Command, frozen=True):
    """The lender takes its offer back, the borrower declines it, or gives up a facility of which it owes nothing."""

    facility: int


class DrawFacility(Command, frozen=True):
    """The borrower wants so much of the lender's settlement money on its own account."""

    facility: int
    amount: int
    currency: str


class RepayFacility(Command, frozen=True):
    """The borrower pays back: first fees that are due, then interest, then what was drawn."""

    facility: int
    amount: int
    currency: str


class SetCreditLine(Command, frozen=True):
    """The signer, a central bank, lets an account in its currency go so far below zero, against collateral."""

    participant: str
    currency: str
    line: int


class TakePledge(Command, frozen=True):
    """The signer holds collateral: a central bank for a line (`facility` 0), a lender for a secured facility.

    `pledge_id` is the signer's own name for it. Units: `value` in minor units of the currency of what it secures;
    `haircut_bps` of it do not count.
    """

    pledge_id: str
    pledger: str
    currency: str
    value: int
    haircut_bps: int
    valid_until: Instant
    facility: int = 0


class ReleasePledge(Command, frozen=True):
    """The signer gives back collateral that nothing drawn needs."""

    pledge_id: str
