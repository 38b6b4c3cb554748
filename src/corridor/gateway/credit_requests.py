"""Signed requests about credit: what lenders, borrowers and central banks say."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from corridor.domain.instants import parse
from corridor.domain.money import percent
from corridor.gateway.forms import Amount, Bic, IsoDate, MessageId, RateText, Request
from corridor.services.credit import commands
from corridor.services.messaging.commands import Command, Origin

FacilityNumber = Annotated[int, msgspec.Meta(ge=1, le=2**48, description="As the answer to the offer says.")]
IsoDateTime = Annotated[str, msgspec.Meta(max_length=40, description="With an offset: 2026-11-24T02:15:25Z.")]
BasisPoints = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class OfferRequest(Request, frozen=True, kw_only=True):
    """Offer a bank to lend it up to a limit; rates are in percent a year."""

    borrower: Bic
    limit: Amount
    rate: RateText
    fee_rate: RateText = "0"
    day_count: Literal["ACT/360", "ACT/365F", "30E/360"]
    starts_on: IsoDate
    ends_on: IsoDate
    automatic: bool = False
    secured: bool = False
    utilisation_max_bps: BasisPoints = 0
    average_max_bps: BasisPoints = 0

    def command(self, origin: Origin) -> Command:
        limit = self.limit.money("limit")
        return commands.OfferFacility(
            origin,
            borrower=self.borrower,
            currency=limit.currency,
            limit=limit.minor,
            rate=percent(self.rate, field="rate"),
            fee_rate=percent(self.fee_rate, field="fee_rate"),
            day_count=self.day_count,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            automatic=self.automatic,
            secured=self.secured,
            utilisation_max_bps=self.utilisation_max_bps,
            average_max_bps=self.average_max_bps,
        )


class AcceptanceRequest(Request, frozen=True, kw_only=True):
    """Take an offered facility as it stands, as its borrower."""

    facility: FacilityNumber

    def command(self, origin: Origin) -> Command:
        return commands.AcceptFacility(origin, self.facility)


class FacilityCancellationRequest(Request, frozen=True, kw_only=True):
    """Take an offer back, decline it, or give up a facility under which nothing is drawn."""

    facility: FacilityNumber

    def command(self, origin: Origin) -> Command:
        return commands.CancelFacility(origin, self.facility)


class DrawRequest(Request, frozen=True, kw_only=True):
    """Draw on a facility, as its borrower."""

    facility: FacilityNumber
    amount: Amount

    def command(self, origin: Origin) -> Command:
        money = self.amount.money("amount")
        return commands.DrawFacility(origin, self.facility, money.minor, money.currency)


class RepaymentRequest(Request, frozen=True, kw_only=True):
    """Pay what is owed under a facility: fees and interest that are due first."""

    facility: FacilityNumber
    amount: Amount

    def command(self, origin: Origin) -> Command:
        money = self.amount.money("amount")
        return commands.RepayFacility(origin, self.facility, money.minor, money.currency)


class CreditLineRequest(Request, frozen=True, kw_only=True):
    """Let a settlement account go so far below zero against collateral, as the currency's central bank."""

    participant: Bic
    line: Amount

    def command(self, origin: Origin) -> Command:
        money = self.line.money("line")
        return commands.SetCreditLine(origin, self.participant, money.currency, money.minor)


class PledgeRequest(Request, frozen=True, kw_only=True):
    """Count collateral that the signer holds: for a credit line (facility 0), or for what it lends."""

    pledge_id: MessageId
    pledger: Bic
    value: Amount
    haircut_bps: BasisPoints
    valid_until: IsoDateTime
    facility: Annotated[int, msgspec.Meta(ge=0, le=2**48)] = 0

    def command(self, origin: Origin) -> Command:
        value = self.value.money("value")
        return commands.TakePledge(
            origin,
            pledge_id=self.pledge_id,
            pledger=self.pledger,
            currency=value.currency,
            value=value.minor,
            haircut_bps=self.haircut_bps,
            valid_until=parse(self.valid_until, field="valid_until"),
            facility=self.facility,
        )


class PledgeReleaseRequest(Request, frozen=True, kw_only=True):
    """Give back collateral that nothing in use needs."""

    pledge_id: MessageId

    def command(self, origin: Origin) -> Command:
        return commands.ReleasePledge(origin, self.pledge_id)


CREDIT_REQUESTS: Final[Mapping[str, type[Request]]] = {
    "/v1/facilities": OfferRequest,
    "/v1/facilities/accept": AcceptanceRequest,
    "/v1/facilities/cancel": FacilityCancellationRequest,
    "/v1/facilities/draw": DrawRequest,
    "/v1/facilities/repay": RepaymentRequest,
    "/v1/credit-lines": CreditLineRequest,
    "/v1/pledges": PledgeRequest,
    "/v1/pledges/release": PledgeReleaseRequest,
}
