"""`corridor status`: the whole story of a payment."""

import asyncio
from collections.abc import Sequence
from typing import Any

import typer

from corridor.adapters.postgres.reads import PostgresReads
from corridor.cli.home import HUB, Home
from corridor.cli.output import (
    HERE,
    AsJson,
    Column,
    Directory,
    after,
    moment,
    money,
    show,
    show_facts,
    show_json,
)
from corridor.cli.reading import reading
from corridor.cli.story import MEANINGS, WAITS, Event, Leg, Line, in_words, tell
from corridor.domain.errors import CorridorError
from corridor.domain.identifiers import parse_uetr
from corridor.domain.money import Money
from corridor.services.messaging.records import Message
from corridor.services.settlement.payments import PAYMENT, Payment
from corridor.services.settlement.records import OBLIGATION, PRIORITIES, QUEUED, Obligation
from corridor.services.settlement.returns.records import RETURNED_PAYMENT, ReturnedPayment

app = typer.Typer()

_LINES = """
SELECT month, batch, position, direction, participant, number, definition, message_id, payment, outcome,
       reason, at, content, digest, start, size
  FROM message WHERE payment = ANY($1::bigint[]) ORDER BY batch, position
"""
_LEGS = """
SELECT d.participant AS debtor, c.participant AS creditor, amount, t.currency
  FROM transfer t JOIN account d ON d.id = debit_account_id JOIN account c ON c.id = credit_account_id
 WHERE t.id BETWEEN $1 AND $2 ORDER BY t.id
"""
_COLUMNS = (
    Column("after", "after", figures=True),
    Column("from", "from"),
    Column("to", "to"),
    Column("message", "message"),
    Column("batch", "batch", figures=True, spare=1),
    Column("what", "what", prose=True),
)


class UnknownPayment(CorridorError):
    """No payment has this UETR here."""

    reason = "NOOR"


@app.command()
def status(uetr: str, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """The whole story of a payment in time order, from the order's receipt to the creditor's money.

    Times are relative to the receipt of the order. All messages of a batch have the batch's time.
    """
    parsed = parse_uetr(uetr, field="UETR")
    payment, obligation, returned, lines, legs = asyncio.run(_read(Home(directory), parsed))
    events = list(tell(payment, HUB, lines, legs))
    facts = _facts(payment) | _queued(obligation) | _returned(returned)
    if as_json:
        show_json({"payment": facts, "events": [_row(event) for event in events]})
        return
    show_facts(facts)
    typer.echo()
    show([_row(event) for event in events], _COLUMNS, as_json=False)


async def _read(
    home: Home, uetr: str
) -> tuple[Payment, Obligation | None, ReturnedPayment | None, Sequence[Line], Sequence[Leg]]:
    async with reading(home) as reads:
        payment = await reads.one(PAYMENT, uetr)
        if payment is None:
            raise UnknownPayment(field=uetr)
        last = payment.first_transfer + payment.legs - 1
        legs = [
            Leg(row["debtor"], row["creditor"], Money(row["amount"], row["currency"]))
            for row in await reads.fetch(_LEGS, payment.first_transfer, last)
        ]
        obligation = await reads.one(OBLIGATION, payment.number)
        returned = await reads.one(RETURNED_PAYMENT, uetr)
        numbers = [payment.number] if returned is None else [payment.number, returned.number]
        return payment, obligation, returned, await _lines(reads, numbers), legs


async def _lines(reads: PostgresReads, numbers: Sequence[int]) -> list[Line]:
    messages = [Message(*row) for row in await reads.fetch(_LINES, numbers)]
    contents = await reads.contents({(m.month, m.batch) for m in messages})
    return [Line(m, contents[m.batch][m.start : m.start + m.size]) for m in messages]


def _facts(payment: Payment) -> dict[str, Any]:
    converted = payment.rate is not None
    return {
        "uetr": payment.uetr,
        "status": payment.status,
        "meaning": MEANINGS[payment.status],
        "reason": in_words(payment.reason) if payment.reason else None,
        "number": payment.number,
        "debtor_agent": payment.debtor_agent,
        "creditor_agent": payment.creditor_agent,
        "amount": money(payment.source_amount, payment.source_currency),
        "fee": money(payment.fee_amount, payment.source_currency),
        "destination": money(payment.destination_amount, payment.destination_currency) if converted else None,
        "rate": f"{payment.rate:f}" if converted else None,
        "unit_currency": payment.unit_currency or None,
        "provider": payment.provider or None,
        "quote_id": payment.quote_id or None,
        "end_to_end_id": payment.end_to_end_id,
        "received_at": moment(payment.received_at),
        "final_at": moment(payment.final_at),
        "final_after": after(payment.received_at, payment.final_at) if payment.final_at else None,
        "credited_at": moment(payment.credited_at),
    }


def _queued(obligation: Obligation | None) -> dict[str, Any]:
    """What there is to say of a payment that is settled gross."""
    if obligation is None:
        return {}
    facts = {
        "priority": {number: code for code, number in PRIORITIES.items()}[obligation.priority],
        "waits_from": moment(obligation.from_at),
        "waits_since": moment(obligation.entered_at),
        "waits_until": moment(obligation.reject_at),
        "settled_by": obligation.method or None,
    }
    return facts | ({"meaning": WAITS} if obligation.state == QUEUED else {})


def _returned(returned: ReturnedPayment | None) -> dict[str, Any]:
    """What there is to say of a payment that was given back."""
    if returned is None:
        return {}
    return {
        "meaning": "settled, final, and given back",
        "returned_at": moment(returned.final_at),
        "returned": money(returned.amount, returned.currency),
        "returned_for": in_words(returned.reason),
        "return_number": returned.number,
    }


def _row(event: Event) -> dict[str, Any]:
    return {
        "at": moment(event.at),
        "after": event.after,
        "from": event.sender or None,
        "to": event.receiver or None,
        "message": event.message or None,
        "number": event.number or None,
        "batch": event.batch,
        "what": event.what,
    }
