"""What banks and providers sign of inquiries, in JSON: one asks several providers, each replies with a rate."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final

import msgspec

from corridor.codecs.errors import DecodeError
from corridor.gateway.forms import Amount, Bic, CurrencyCode, RateText, Request
from corridor.services.fx.commands import Inquire, ReplyToInquiry
from corridor.services.fx.inquiries import WITHIN_MAX_S
from corridor.services.messaging.commands import Command, Origin

Seconds = Annotated[
    int, msgspec.Meta(ge=1, le=WITHIN_MAX_S, description="So long providers may reply, in seconds.")
]
InquiryNumber = Annotated[int, msgspec.Meta(ge=1, le=2**48, description="As the entry for information says.")]


class InquiryRequest(Request, frozen=True, kw_only=True):
    """Ask all providers of a pair for their best rate. The amount is fixed on the side whose currency it has."""

    creditor_agent: Bic
    source_currency: CurrencyCode
    destination_currency: CurrencyCode
    amount: Amount
    within_s: Seconds = 10

    def command(self, origin: Origin) -> Command:
        money = self.amount.money("amount")
        if money.currency not in (self.source_currency, self.destination_currency):
            raise DecodeError("The amount is of neither currency.", field="amount.currency", reason="CURR")
        return Inquire(
            origin,
            self.creditor_agent,
            self.source_currency,
            self.destination_currency,
            "source" if money.currency == self.source_currency else "destination",
            money.minor,
            self.within_s,
        )


class ReplyRequest(Request, frozen=True, kw_only=True):
    """Reply to an inquiry: what one unit of the pair's base currency costs. Taken, it binds you as a quote."""

    inquiry: InquiryNumber
    rate: RateText

    def command(self, origin: Origin) -> Command:
        return ReplyToInquiry(origin, self.inquiry, Decimal(self.rate))


INQUIRY_REQUESTS: Final[Mapping[str, type[Request]]] = {
    "/v1/inquiries": InquiryRequest,
    "/v1/inquiries/reply": ReplyRequest,
}
