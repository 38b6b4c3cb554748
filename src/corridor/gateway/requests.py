"""Signed requests in JSON: what participants and operators ask, and how it becomes a command.

Amounts are strings of minor units with currency and scale, rates are strings: no reader of JSON bends them.
"""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

import msgspec

from corridor.codecs.errors import DecodeError
from corridor.codecs.jws import HEADER_CHARACTERS_MAX
from corridor.domain.errors import CorridorError
from corridor.domain.phones import parse_phone
from corridor.gateway import vouchers
from corridor.gateway.arrangement_requests import ARRANGEMENT_REQUESTS
from corridor.gateway.authentication import Sender
from corridor.gateway.correspondent_requests import CORRESPONDENT_REQUESTS
from corridor.gateway.credit_requests import CREDIT_REQUESTS
from corridor.gateway.forms import (
    Amount,
    Bic,
    CurrencyCode,
    IsoDate,
    Max34Text,
    Max140Text,
    MessageId,
    MinorUnits,
    PhoneText,
    RateText,
    Request,
    Uetr,
)
from corridor.gateway.inquiry_requests import INQUIRY_REQUESTS
from corridor.gateway.metrics import Metrics
from corridor.gateway.trade_requests import TRADE_REQUESTS
from corridor.gateway.vouchers import Evidence, Prover, read_evidence
from corridor.ports import Clock
from corridor.services.directory.commands import RegisterAlias, RemoveAlias
from corridor.services.fx.commands import PostFixing, PostRates, RequestQuote, Tier
from corridor.services.governance import operations
from corridor.services.messaging.commands import (
    REQUEST,
    Command,
    FundAccount,
    Origin,
    Refused,
    ReportVoucher,
)
from corridor.services.settlement.commands import (
    CancelObligation,
    MoveObligation,
    SetObligationPriority,
)


class QuoteRequest(Request, frozen=True, kw_only=True):
    """Ask what it costs to pay `creditor_agent`. The amount is fixed on the side whose currency it has."""

    creditor_agent: Bic
    source_currency: CurrencyCode
    destination_currency: CurrencyCode
    amount: Amount
    provider: Bic | Literal[""] = ""

    def command(self, origin: Origin) -> Command:
        money = self.amount.money("amount")
        if money.currency not in (self.source_currency, self.destination_currency):
            raise DecodeError("The amount is of neither currency.", field="amount.currency", reason="CURR")
        return RequestQuote(
            origin,
            self.creditor_agent,
            self.source_currency,
            self.destination_currency,
            "source" if money.currency == self.source_currency else "destination",
            money.minor,
            self.provider,
        )


class RateTier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bid and ask for one unit of the base currency, from so many of its minor units on."""

    from_amount: MinorUnits
    bid: RateText
    ask: RateText


class RatesRequest(Request, frozen=True, kw_only=True):
    """Replace a provider's rates of a pair."""

    base_currency: CurrencyCode
    quote_currency: CurrencyCode
    tiers: Annotated[tuple[RateTier, ...], msgspec.Meta(min_length=1, max_length=8)]

    def command(self, origin: Origin) -> Command:
        tiers = tuple(Tier(int(t.from_amount), Decimal(t.bid), Decimal(t.ask)) for t in self.tiers)
        return PostRates(origin, self.base_currency, self.quote_currency, tiers)


class FixingRequest(Request, frozen=True, kw_only=True):
    """Set the official rate of a day, as the central bank of the quote currency."""

    day: IsoDate
    base_currency: CurrencyCode
    quote_currency: CurrencyCode
    rate: RateText

    def command(self, origin: Origin) -> Command:
        return PostFixing(origin, self.day, self.base_currency, self.quote_currency, Decimal(self.rate))


class AliasRequest(Request, frozen=True, kw_only=True):
    """Let a phone number stand for an account of the signer's customer."""

    phone: PhoneText
    currency: CurrencyCode
    account: Max34Text
    name: Max140Text

    def command(self, origin: Origin) -> Command:
        return RegisterAlias(
            origin, parse_phone(self.phone, field="phone"), self.currency, self.account, self.name
        )


class AliasRemovalRequest(Request, frozen=True, kw_only=True):
    """Let a phone number no longer stand for the account of the signer's customer."""

    phone: PhoneText

    def command(self, origin: Origin) -> Command:
        return RemoveAlias(origin, parse_phone(self.phone, field="phone"))


class FundingRequest(Request, frozen=True, kw_only=True):
    """Issue money into a participant's settlement account, as the currency's central bank."""

    participant: Bic
    amount: Amount

    def command(self, origin: Origin) -> Command:
        money = self.amount.money("amount")
        return FundAccount(origin, self.participant, money.currency, money.minor)


class MoveRequest(Request, frozen=True, kw_only=True):
    """Put a payment of your own that waits before or behind the others of its priority."""

    uetr: Uetr
    to: Literal["first", "last"]

    def command(self, origin: Origin) -> Command:
        return MoveObligation(origin, self.uetr, self.to)


class PriorityRequest(Request, frozen=True, kw_only=True):
    """Give a payment of your own that waits another priority; it goes behind the others of that."""

    uetr: Uetr
    priority: Literal["URGT", "HIGH", "NORM"]

    def command(self, origin: Origin) -> Command:
        return SetObligationPriority(origin, self.uetr, self.priority)


class CancellationRequest(Request, frozen=True, kw_only=True):
    """Take back a payment of your own that waits; it is rejected (DS02), and nothing has moved."""

    uetr: Uetr

    def command(self, origin: Origin) -> Command:
        return CancelObligation(origin, self.uetr)


class OperationRequest(Request, frozen=True, kw_only=True):
    """Give an operator's command. If it takes two persons, the answer names the proposal that it has become."""

    operation: operations.OPERATION

    def command(self, origin: Origin) -> Command:
        return operations.command_of(self.operation, origin)


class VoucherRequest(Request, frozen=True, kw_only=True):
    """Report the latest that the hub has signed for you: an answer or a message of the mailbox, as it came.

    `signature` is the detached JWS, `payload` the bytes that it signs. Both empty: you hold nothing of the hub.
    """

    signature: Annotated[str, msgspec.Meta(max_length=HEADER_CHARACTERS_MAX)]
    payload: str

    def command(self, origin: Origin) -> Command:
        evidence = self.evidence
        return ReportVoucher(origin) if evidence is None else evidence.command(origin)

    @property
    def evidence(self) -> Evidence | None:
        """What is to be proven, None if nothing is claimed. Raises: InvalidJWS, DecodeError."""
        if not self.signature and not self.payload:
            return None
        return read_evidence(self.signature, self.payload.encode())


OPERATIONS_PATH: Final = "/v1/operations"
REQUESTS: Final[Mapping[str, type[Request]]] = {
    "/v1/rates": RatesRequest,
    "/v1/fixings": FixingRequest,
    "/v1/quotes": QuoteRequest,
    "/v1/aliases": AliasRequest,
    "/v1/aliases/remove": AliasRemovalRequest,
    "/v1/funding": FundingRequest,
    "/v1/queue/move": MoveRequest,
    "/v1/queue/priority": PriorityRequest,
    "/v1/queue/cancel": CancellationRequest,
    **INQUIRY_REQUESTS,
    **CREDIT_REQUESTS,
    **TRADE_REQUESTS,
    **CORRESPONDENT_REQUESTS,
    **ARRANGEMENT_REQUESTS,
    OPERATIONS_PATH: OperationRequest,
    vouchers.PATH: VoucherRequest,
}


def definition(path: str) -> str:
    """Return the message definition of what is sent there: "json/aliases/remove"."""
    return REQUEST + path.removeprefix("/v1/")


class _Named(msgspec.Struct):
    message_id: MessageId


class Requests:
    """Makes commands of signed requests; nothing that an authenticated sender sends is dropped."""

    def __init__(self, clock: Clock, metrics: Metrics, prover: Prover) -> None:
        self._clock = clock
        self._metrics = metrics
        self._prover = prover

    def maker(self, path: str) -> Callable[[Sender, bytes], Command]:
        """Return what makes commands of the bodies sent to a path."""
        decoder: msgspec.json.Decoder[Request] = msgspec.json.Decoder(REQUESTS[path])
        defined = definition(path)

        def command(sender: Sender, body: bytes) -> Command:
            digest, now = sha256(body).digest(), self._clock.now()
            message_id = ""
            try:
                request: Request = decode(decoder, body)
                message_id = request.message_id
                if isinstance(request, VoucherRequest) and (evidence := request.evidence) is not None:
                    self._prover.prove(evidence, sender.participant)
                return request.command(sender.origin(message_id, defined, digest, now, body))
            except CorridorError as error:
                self._metrics.refusals[error.reason,] += 1
                origin = sender.origin(message_id or _message_id(body, digest), defined, digest, now, body)
                return Refused(origin, error.reason, error.message, error.field or "")

        return command


def decode(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    """Return the request.

    Raises: DecodeError: FF01 if it is no JSON in UTF-8 or a member stands twice, CH21 if one is missing, CH17
    if one is not allowed, CH16 if a content is incorrect; the text never quotes the content.
    """
    try:
        request = decoder.decode(body)
        json.loads(body, object_pairs_hook=_unique)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise DecodeError("The body is not JSON in UTF-8.") from None
    return request


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DecodeError("A member stands twice in one object.")
    return members


def _invalid(text: str) -> DecodeError:
    """Say what is wrong with JSON of the wrong shape, in the words of ISO's reasons."""
    at = _AT.search(text)
    field = at[1] if at else ""
    named = _MEMBER.match(text)
    if named is None:
        return DecodeError("The content is not as it must be.", field=field, reason="CH16")
    kind, member = named.groups()
    field = f"{field}.{member[:35]}".removeprefix(".")
    if kind == "missing required":
        return DecodeError("A mandatory member is missing.", field=field, reason="CH21")
    return DecodeError("There is no such member.", field=field, reason="CH17")


_AT: Final = re.compile(r" - at `\$\.?([^`]*)`$")
_MEMBER: Final = re.compile(r"Object (missing required|contains unknown) field `([^`]*)`")


def _message_id(body: bytes, digest: bytes) -> str:
    """Return the id of a request that is otherwise wrong, if it has one; else one made of its digest."""
    try:
        named: _Named = decode(_NAMED, body)
    except DecodeError:
        return digest.hex()[:35]
    return named.message_id


_NAMED: Final = msgspec.json.Decoder(_Named)
