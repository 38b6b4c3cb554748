"""What a bank is told about its quote, as JSON."""

import msgspec

from corridor.domain.instants import iso
from corridor.domain.money import currency
from corridor.services.fx.records import OPEN, Inquiry, Quote, Reply

_BASIS_POINTS = 10_000


class Amount(msgspec.Struct, frozen=True):
    """An amount as a string of minor units, its currency, and how many decimals that currency has."""

    amount: str
    currency: str
    scale: int


class QuoteAnswer(msgspec.Struct, frozen=True):
    """All that the sender is to see before paying.

    `debit` is what leaves the debtor agent: source and fee. One `unit_currency` costs `rate` of
    `quoted_currency`. `total_cost` is the fee and what the mid rate would have saved, `total_cost_bps` its
    share of the source amount, rounded up; a rate that beats the mid rate by more than the fee makes both
    negative.
    """

    quote_id: str
    debtor_agent: str
    creditor_agent: str
    provider: str
    fixed: str
    source: Amount
    destination: Amount
    fee: Amount
    debit: Amount
    unit_currency: str
    quoted_currency: str
    rate: str
    mid_rate: str
    total_cost: Amount
    total_cost_bps: int
    created_at: str
    expires_at: str


class InquiryAnswer(msgspec.Struct, frozen=True):
    """An inquiry as who has asked, or was asked, is told it: `creditor_agent` and `quote` are the bank's alone.

    A rate is what one `unit_currency` costs of `quoted_currency`. `reply` is the provider's own, in that.
    """

    inquiry: int
    state: str
    source_currency: str
    destination_currency: str
    fixed: str
    amount: Amount
    unit_currency: str
    quoted_currency: str
    asked_at: str
    answers_until: str
    replies: int | None = None
    creditor_agent: str | None = None
    reason: str | None = None
    quote: QuoteAnswer | None = None
    reply: str | None = None


def inquiry_answer(inquiry: Inquiry, quote: Quote | None, reply: Reply | None, reader: str) -> InquiryAnswer:
    """Return what a reader is told: no provider hears of other replies, or for whom it is."""
    asks = reader == inquiry.debtor_agent
    return InquiryAnswer(
        inquiry=inquiry.number,
        state=inquiry.state if reply is None or reply.state == OPEN else reply.state,
        source_currency=inquiry.source_currency,
        destination_currency=inquiry.destination_currency,
        fixed=inquiry.fixed,
        amount=amount_of(inquiry.wanted.minor, inquiry.wanted.currency),
        unit_currency=inquiry.base_currency,
        quoted_currency=inquiry.quote_currency,
        asked_at=iso(inquiry.asked_at),
        answers_until=iso(inquiry.answers_until),
        replies=inquiry.replies if asks else None,
        creditor_agent=inquiry.creditor_agent if asks else None,
        reason=(inquiry.reason or None) if asks else None,
        quote=told(quote) if asks and quote is not None else None,
        reply=None if reply is None else f"{reply.rate:f}",
    )


def quote_answer(quote: Quote) -> bytes:
    """Return the quote as JSON."""
    return msgspec.json.encode(told(quote))


def told(quote: Quote) -> QuoteAnswer:
    """Return what the bank is told of its quote."""
    source = quote.source_currency
    return QuoteAnswer(
        quote_id=quote.quote_id,
        debtor_agent=quote.debtor_agent,
        creditor_agent=quote.creditor_agent,
        provider=quote.provider,
        fixed=quote.fixed,
        source=amount_of(quote.source_amount, source),
        destination=amount_of(quote.destination_amount, quote.destination_currency),
        fee=amount_of(quote.fee_amount, source),
        debit=amount_of(quote.source_amount + quote.fee_amount, source),
        unit_currency=quote.base_currency,
        quoted_currency=quote.quote_currency,
        rate=f"{quote.rate:f}",
        mid_rate=f"{quote.mid_rate:f}",
        total_cost=amount_of(quote.cost_amount, source),
        # A ratio for people, not an amount: nothing is ever computed from it.
        total_cost_bps=-(-quote.cost_amount * _BASIS_POINTS // quote.source_amount),
        created_at=iso(quote.created_at),
        expires_at=iso(quote.expires_at),
    )


def amount_of(minor: int, code: str) -> Amount:
    """Return an amount as JSON has it."""
    return Amount(str(minor), code, currency(code).exponent)
