"""Requests in JSON: what a participant asks for at once, and what it is told."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode

import msgspec

from corridor.client.events import Draft
from corridor.domain.instants import Instant, parse
from corridor.domain.money import Money, Rate, currency

Match = Literal["MATCH", "CLOSE_MATCH", "NO_MATCH"]


class Quote(msgspec.Struct, frozen=True):
    """A firm price for one payment, until it expires: what the debtor agent pays and the creditor agent gets.

    `fixed` is the side that was asked for, source or destination. `debit` is source and fee. `total_cost`
    is the fee and what the middle of the market would have saved, in minor units of the source currency; it
    is negative for a rate that beats the middle by more than the fee. `total_cost_bps` is its share of the
    source.
    """

    quote_id: str
    creditor_agent: str
    provider: str
    fixed: str
    source: Money
    destination: Money
    fee: Money
    debit: Money
    rate: Rate
    mid_rate: Rate
    total_cost: int
    total_cost_bps: int
    expires_at: Instant


class Inquiry(msgspec.Struct, frozen=True):
    """A question to several providers, as the bank that asks, or a provider that is asked, is told it.

    One `unit_currency` costs a rate of `quoted_currency`. `amount` is fixed on the side whose currency it has. `quote`
    is the bank's once the state is "quoted"; `reply` is the provider's own rate, and taken or passed its end.
    """

    number: int
    state: str
    source_currency: str
    destination_currency: str
    amount: Money
    unit_currency: str
    quoted_currency: str
    answers_until: Instant
    reason: str
    quote: Quote | None
    reply: Decimal | None


class Payee(msgspec.Struct, frozen=True):
    """Whom a phone number reaches, and if that is the name given; `match` is None if none was."""

    phone: str
    participant: str
    currency: str
    masked_name: str
    match: Match | None


class Tier(msgspec.Struct, frozen=True):
    """What a provider pays (bid) and asks for one unit of the base currency, from this amount of it on."""

    from_amount: int
    bid: Decimal
    ask: Decimal


def request(path: str, message_id: str, members: Mapping[str, Any], *, kept: bool) -> Draft:
    """A signed request: all of its body is what identifies it."""
    body = msgspec.json.encode({"message_id": message_id, **members})
    return Draft(f"/v1/{path}", message_id, body, sha256(body).hexdigest(), kept)


def quote_members(
    creditor_agent: str, source_currency: str, destination_currency: str, amount: Money, provider: str
) -> dict[str, Any]:
    """The amount is fixed on the side whose currency it has."""
    members = {
        "creditor_agent": creditor_agent,
        "source_currency": source_currency,
        "destination_currency": destination_currency,
        "amount": amount_members(amount),
    }
    return {**members, "provider": provider} if provider else members


def rates_members(base_currency: str, quote_currency: str, tiers: Sequence[Tier]) -> dict[str, Any]:
    rows = [
        {"from_amount": str(tier.from_amount), "bid": f"{tier.bid:f}", "ask": f"{tier.ask:f}"}
        for tier in tiers
    ]
    return {"base_currency": base_currency, "quote_currency": quote_currency, "tiers": rows}


def fixing_members(day: str, rate: Rate) -> dict[str, Any]:
    return {"day": day, "base_currency": rate.base, "quote_currency": rate.quote, "rate": rate.text()}


class Trade(msgspec.Struct, frozen=True):
    """One side's word on a trade. Shape: dates as 2026-11-24; `reference` is the same for both, 1 to 35 characters."""

    counterparty: str
    reference: str
    trade_date: str
    settlement_date: str
    sold: Money
    bought: Money
    reject_time: str = ""


def trade_members(trade: Trade) -> dict[str, Any]:
    """The names are those of fxtr.014."""
    members = {
        "counterparty_side": trade.counterparty,
        "common_reference": trade.reference,
        "trade_date": trade.trade_date,
        "settlement_date": trade.settlement_date,
        "trading_side_sell_amount": amount_members(trade.sold),
        "trading_side_buy_amount": amount_members(trade.bought),
    }
    return {**members, "reject_time": trade.reject_time} if trade.reject_time else members


def amount_members(amount: Money) -> dict[str, Any]:
    """Minor units as a string, so that no reader of JSON makes a float of them."""
    return {
        "amount": str(amount.minor),
        "currency": amount.currency,
        "scale": currency(amount.currency).exponent,
    }


def look_up_target(phone: str, name: str) -> str:
    query = f"?{urlencode({'name': name}, quote_via=percent_encode)}" if name else ""
    return f"/v1/aliases/{percent_encode(phone, safe='')}{query}"


class _Amount(msgspec.Struct, frozen=True):
    amount: str
    currency: str

    def money(self) -> Money:
        return Money(int(self.amount), self.currency)


class _Quote(msgspec.Struct, frozen=True):
    quote_id: str
    creditor_agent: str
    provider: str
    fixed: str
    source: _Amount
    destination: _Amount
    fee: _Amount
    debit: _Amount
    unit_currency: str
    quoted_currency: str
    rate: str
    mid_rate: str
    total_cost: _Amount
    total_cost_bps: int
    expires_at: str


class _Inquiry(msgspec.Struct, frozen=True):
    inquiry: int
    state: str
    source_currency: str
    destination_currency: str
    amount: _Amount
    unit_currency: str
    quoted_currency: str
    answers_until: str
    reason: str | None = None
    quote: msgspec.Raw = msgspec.Raw(b"null")
    reply: str | None = None


_decode_inquiry = msgspec.json.Decoder(_Inquiry).decode
_decode_quote = msgspec.json.Decoder(_Quote).decode
_decode_payee = msgspec.json.Decoder(Payee).decode


def read_quote(answer: bytes) -> Quote:
    """The quote of an answer that the hub signed. Raises: msgspec.DecodeError, CorridorError."""
    told = _decode_quote(answer)
    pair = told.unit_currency, told.quoted_currency
    return Quote(
        quote_id=told.quote_id,
        creditor_agent=told.creditor_agent,
        provider=told.provider,
        fixed=told.fixed,
        source=told.source.money(),
        destination=told.destination.money(),
        fee=told.fee.money(),
        debit=told.debit.money(),
        rate=Rate.parse(told.rate, *pair),
        mid_rate=Rate.parse(told.mid_rate, *pair),
        total_cost=int(told.total_cost.amount),
        total_cost_bps=told.total_cost_bps,
        expires_at=parse(told.expires_at),
    )


class _Inquired(msgspec.Struct, frozen=True):
    inquiry: int


_decode_inquired = msgspec.json.Decoder(_Inquired).decode


def read_number(answer: bytes) -> int:
    """The number of an inquiry, of an answer that the hub signed. Raises: msgspec.DecodeError."""
    return _decode_inquired(answer).inquiry


def read_inquiry(line: bytes) -> Inquiry:
    """Raises: msgspec.DecodeError, CorridorError."""
    told = _decode_inquiry(line)
    return Inquiry(
        number=told.inquiry,
        state=told.state,
        source_currency=told.source_currency,
        destination_currency=told.destination_currency,
        amount=told.amount.money(),
        unit_currency=told.unit_currency,
        quoted_currency=told.quoted_currency,
        answers_until=parse(told.answers_until),
        reason=told.reason or "",
        quote=None if bytes(told.quote) == b"null" else read_quote(bytes(told.quote)),
        reply=None if told.reply is None else Decimal(told.reply),
    )


def read_payee(body: bytes) -> Payee:
    """Raises: msgspec.DecodeError."""
    return _decode_payee(body)
