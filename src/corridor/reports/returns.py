"""What must hold of payments that were returned: pure, as in `checks`."""

from collections.abc import Iterator, Sequence
from typing import Final

from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.ledger.transfers import Transfer
from corridor.reports.books import ENDS, RESERVES, Books
from corridor.services.settlement.correspondents.records import GIVEN_BACK
from corridor.services.settlement.payments import CREDITED, SETTLED, Payment
from corridor.services.settlement.returns.records import PACS_004, RETURN, ReturnedPayment

CODES: Final = (RETURN, GIVEN_BACK)
"""Transfer codes of what goes back: settlement money, or what was on a correspondent account."""


def is_return(transfer: Transfer) -> bool:
    """Say whether it gives a payment back."""
    return transfer.code in CODES


def record(r: ReturnedPayment) -> Iterator[str]:
    """It is final with the commit that moved it, under a number of its own behind the payment's."""
    if not (0 < r.payment < r.number < r.transfer_id and r.amount > 0 and r.reason and r.forwarded_id):
        yield f"the return of payment {r.uetr} is not one that could be: {r}"


def moves(
    number: int,
    r: ReturnedPayment | None,
    payment: Payment | None,
    transfers: Sequence[Transfer],
    books: Books,
) -> Iterator[str]:
    """What moved in its name is what the creditor agent had received of a final payment, once, and nothing else."""
    if r is None:
        yield f"{transfers} give a payment back, and return number {number} is not there"
        return
    name = f"the return of payment {r.uetr}"
    if payment is None:
        yield f"{name} is of no payment"
        return
    if payment.status not in (SETTLED, CREDITED) or not (payment.final_at or r.final_at + 1) <= r.final_at:
        yield f"{name} is final, but the payment is {payment.status}, and final at {payment.final_at}"
    stated = (r.payment, r.debtor_agent, r.creditor_agent, r.currency, r.amount)
    received = (
        payment.number,
        payment.debtor_agent,
        payment.creditor_agent,
        payment.destination_currency,
        payment.destination_amount,
    )
    if stated != received:
        yield f"{name} is of {stated}, but what was received is {received}"
    due = [(r.transfer_id, 0, r.creditor_agent, r.debtor_agent, r.amount, r.currency)]
    moved = [
        (
            each.id,
            int(each.flags) & (RESERVES | ENDS),
            books.owner(each.debit_account_id),
            books.owner(each.credit_account_id),
            each.amount,
            each.currency,
        )
        for each in transfers
    ]
    if moved != due:
        yield f"{name} moved {moved}, not {due}"


def is_told(report: StatusReport) -> bool:
    """Say whether a status is that of a return, not of the payment."""
    return report.original_message_definition_id == PACS_004


def told(
    r: ReturnedPayment, said: Sequence[tuple[str, StatusReport]], *, all_of_it: bool = True
) -> Iterator[str]:
    """Yield what both agents were told that is not so and, of `all_of_it`, what they were never told."""
    name = f"the return of payment {r.uetr}"
    knows = {r.debtor_agent: r.forwarded_id, r.creditor_agent: r.message_id}
    for agent, report in said:
        stated = (
            report.original_message_definition_id,
            report.original_message_id,
            report.original_uetr,
            report.clearing_system_reference,
            report.transaction_status,
            report.acceptance_at,
            report.effective_settlement_at,
        )
        due = (PACS_004, knows.get(agent), r.uetr, str(r.number), SETTLED, r.received_at, r.final_at)
        if stated != due:
            yield f"{name}: {agent} was told {stated}, not {due}"
    if all_of_it:
        for agent in sorted(knows.keys() - {agent for agent, _ in said}):
            yield f"{name} is final, but {agent} was never told"
