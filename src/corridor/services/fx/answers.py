"""What a bank is told about its quote, as JSON."""

import msgspec

from corridor.domain.instants import iso
from corridor.domain.money import currency
from corridor.services.fx.records import Quote

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


def quote_answer(quote: Quote) -> bytes:
    """Return the quote as JSON."""
    source = quote.source_currency
    return msgspec.json.encode(
        QuoteAnswer(
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
    )


def amount_of(minor: int, code: str) -> Amount:
    """Return an amount as JSON has it."""
    return Amount(str(minor), code, currency(code).exponent)
