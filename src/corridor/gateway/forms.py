"""What signed requests in JSON are made of. Amounts are strings of minor units, rates are strings."""

from typing import Annotated

import msgspec

from corridor.domain.money import Money, WrongDecimals, currency
from corridor.services.messaging.commands import Command, Origin

# `(?!\n)$` is the end of the text in Python's and in JSON Schema's regular expressions alike.
MessageId = Annotated[
    str,
    msgspec.Meta(pattern=r"^[!-~](?:[ -~]{0,33}[!-~])?(?!\n)$", description="Unique per signer, for ever."),
]
Bic = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?!\n)$")]
CurrencyCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}(?!\n)$")]
MinorUnits = Annotated[str, msgspec.Meta(pattern=r"^(?:0|[1-9][0-9]{0,17})(?!\n)$")]
Uetr = Annotated[
    str, msgspec.Meta(pattern=r"^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}(?!\n)$")
]
RateText = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,11}(?:\.[0-9]{1,10})?(?!\n)$")]
IsoDate = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?!\n)$")]
PhoneText = Annotated[str, msgspec.Meta(max_length=40, description="E.164, as +992917000001.")]
Max34Text = Annotated[str, msgspec.Meta(min_length=1, max_length=34)]
Max140Text = Annotated[str, msgspec.Meta(min_length=1, max_length=140)]


class Amount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Minor units, their currency, and how many decimals that currency has."""

    amount: MinorUnits
    currency: CurrencyCode
    scale: int

    def money(self, field: str) -> Money:
        """Return the amount. Raises: UnknownCurrency (AM03), WrongDecimals (CH20), InvalidAmount (AM12)."""
        if currency(self.currency).exponent != self.scale:
            raise WrongDecimals("the currency has another scale", field=f"{field}.scale")
        return Money(int(self.amount), self.currency)


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all signed requests."""

    message_id: MessageId

    def command(self, origin: Origin) -> Command:
        """Return what the hub is to decide. Raises: CorridorError."""
        raise NotImplementedError
