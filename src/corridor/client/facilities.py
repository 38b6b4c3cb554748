"""Credit between banks, as its parties speak of it: the terms of an offer, and a facility as the hub tells it."""

from decimal import Decimal
from typing import Any

import msgspec

from corridor.client.requests import amount_members
from corridor.domain.money import Money


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a lender offers. Rates are in percent a year, dates as 2026-11-24; what else they mean: docs/credit.md."""

    borrower: str
    limit: Money
    rate: Decimal
    fee_rate: Decimal = Decimal(0)
    day_count: str
    starts_on: str
    ends_on: str
    automatic: bool = False
    secured: bool = False
    utilisation_max_bps: int = 0
    average_max_bps: int = 0


class Owed(msgspec.Struct, frozen=True):
    """An amount in minor units."""

    amount: str
    currency: str

    @property
    def money(self) -> Money:
        """The amount."""
        return Money(int(self.amount), self.currency)


class Facility(msgspec.Struct, frozen=True):
    """A facility as it stands: what is drawn, and what of interest and fees is due."""

    facility: int
    state: str
    lender: str
    borrower: str
    limit: Owed
    drawn: Owed
    interest_due: Owed
    fee_due: Owed


def terms_members(terms: Terms) -> dict[str, Any]:
    """Rates and amounts become strings, so that no reader of JSON bends them."""
    members = msgspec.structs.asdict(terms)
    rates = {"rate": f"{terms.rate:f}", "fee_rate": f"{terms.fee_rate:f}"}
    return {**members, **rates, "limit": amount_members(terms.limit)}


read_facility = msgspec.json.Decoder(Facility).decode
