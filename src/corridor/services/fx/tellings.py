"""What is told of inquiries: to the providers that are asked, and to the bank that has asked.

ISO 20022 has no message for a request for a quote, nor for its answer. A camt.054 says the same honestly: an entry for
information (INFO) moves nothing. What programs need of it besides is told by `GET /v1/inquiries`.
"""

from typing import Final

from corridor.codecs.iso20022.camt054 import CurrencyExchange, Entry, Notification
from corridor.decision import Step
from corridor.domain.instants import iso
from corridor.domain.money import Money
from corridor.services.fx.records import SOURCE, Inquiry, Quote, Reply

ASKED: Final = "QUOTE ASKED"
QUOTED: Final = "QUOTED"
NO_QUOTE: Final = "NO QUOTE"
TAKEN: Final = "REPLY TAKEN"
PASSED: Final = "REPLY PASSED OVER"
"""The words with which the text of an entry begins."""


def ask(step: Step, inquiry: Inquiry, provider: str) -> None:
    """Tell a provider for what a rate is wanted: the amount that it would receive (CRDT) or pay (DBIT)."""
    wanted = f"{inquiry.source_currency} TO {inquiry.destination_currency}"
    words = f"{ASKED}, inquiry {inquiry.number}, {wanted}, until {iso(inquiry.answers_until)}"
    sign = "CRDT" if inquiry.fixed == SOURCE else "DBIT"
    _send(step, provider, inquiry, inquiry.wanted, sign, words)


def tell_quoted(step: Step, inquiry: Inquiry, quote: Quote) -> None:
    """Tell the bank its quote: what it pays, what is got for it, at which rate, under which id."""
    words = f"{QUOTED}, inquiry {inquiry.number}, fee {quote.fee}, until {iso(quote.expires_at)}"
    exchange = CurrencyExchange(
        source_currency=quote.source_currency,
        target_currency=quote.destination_currency,
        unit_currency=quote.base_currency,
        rate=quote.rate,
        contract_id=quote.quote_id.replace("-", ""),
        quoted_at=quote.created_at,
    )
    _send(step, inquiry.debtor_agent, inquiry, quote.source, "DBIT", words, quote.destination, exchange)


def tell_unquoted(step: Step, inquiry: Inquiry) -> None:
    """Tell the bank that it gets no quote, and why."""
    sign = "DBIT" if inquiry.fixed == SOURCE else "CRDT"
    words = f"{NO_QUOTE} {inquiry.reason}, inquiry {inquiry.number}"
    _send(step, inquiry.debtor_agent, inquiry, inquiry.wanted, sign, words)


def tell_provider(step: Step, inquiry: Inquiry, reply: Reply, *, taken: bool) -> None:
    """Tell a provider whether its reply has become a quote, which binds it."""
    bought = Money(reply.source_amount, inquiry.source_currency)
    sold = Money(reply.destination_amount, inquiry.destination_currency)
    words = f"{TAKEN if taken else PASSED}, inquiry {inquiry.number}"
    _send(step, reply.provider, inquiry, sold, "DBIT", words, bought)


def _send(
    step: Step,
    receiver: str,
    inquiry: Inquiry,
    amount: Money,
    sign: str,
    words: str,
    counter_value: Money | None = None,
    exchange: CurrencyExchange | None = None,
) -> None:
    message_id = step.message_id(receiver)
    entry = Entry(
        reference=str(inquiry.number),
        amount=amount,
        credit_debit=sign,
        status="INFO",
        booked_at=step.now,
        domain="FORX",
        family="SPOT",
        sub_family="OTHR",
        clearing_system_reference=str(inquiry.number),
        counter_value=counter_value,
        exchange=exchange,
        additional_information=words,
    )
    step.send(
        receiver,
        Notification(
            message_id=message_id,
            created_at=step.now,
            notification_id=message_id,
            account=f"{receiver}-{amount.currency}",
            account_currency=amount.currency,
            entries=(entry,),
        ),
    )
