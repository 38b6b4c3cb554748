"""What must hold of money that comes from central banks and goes back to them: pure, as in `checks`."""

from collections.abc import Iterator, Sequence
from typing import Final

from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.ledger.chart import AccountCode
from corridor.ledger.transfers import Transfer, TransferFlag
from corridor.reports.books import ENDS, RESERVES, Books
from corridor.services.fx.arrangements.records import NETTED
from corridor.services.messaging.rules import FUNDING as IN
from corridor.services.settlement.funding.orders import OUT
from corridor.services.settlement.funding.records import (
    ASKED,
    FUNDING,
    REJECTED,
    RESERVED,
    SETTLED,
    LiquidityTransfer,
)
from corridor.services.settlement.legs import PRINCIPAL

_POSTS: Final = int(TransferFlag.POST_PENDING)
_VOIDS: Final = int(TransferFlag.VOID_PENDING)
_MAY_BE_TOLD: Final = {
    ASKED: {ASKED},
    RESERVED: {RESERVED},
    SETTLED: {ASKED, RESERVED, SETTLED},
    REJECTED: {ASKED, RESERVED, REJECTED},
}
"""What the sides may have heard of it by the time it stands where it stands."""


def is_liquidity(transfer: Transfer) -> bool:
    """Say whether it moves money in the name of a liquidity transfer."""
    return bool(transfer.reference) and transfer.code in (IN, OUT)


def record(t: LiquidityTransfer) -> Iterator[str]:
    """It waits with nothing moved or with a reservation, or has ended with a time, and a reason if it was refused."""
    funding, moved = t.direction == FUNDING, t.first_transfer > 0
    match t.status:
        case "PDNG":
            fits = funding and not moved
        case "ACSP":
            fits = not funding and moved
        case "ACSC":
            fits = moved and bool(t.credit) == funding
        case "RJCT":
            fits = not (funding and moved) and moved <= (t.forwarded_at is not None)
        case _:
            fits = False
    waits = t.status in (ASKED, RESERVED)
    if (
        not fits
        or (t.open, t.final_at is None) != (waits, waits)
        or (t.due_at is not None and not waits)
        or bool(t.reason) != (t.status == REJECTED)
        or not (t.order or t.credit)
        or (t.final_at is not None and t.final_at < (t.forwarded_at or 0))
    ):
        yield f"{t.direction} {t.uetr} is {t.status}, but its record is not: {t}"


def moves(
    number: int, t: LiquidityTransfer | None, transfers: Sequence[Transfer], books: Books
) -> Iterator[str]:
    """What was moved in its name is its amount, between its two sides, as far as it has come; and nothing else."""
    due: list[tuple[int, str, str, int, str, int]] = []
    if t is not None and t.first_transfer:
        if t.direction == FUNDING:
            due = [(0, t.central_bank, t.participant, t.amount, t.currency, IN)]
        else:
            phases = {RESERVED: (RESERVES,), SETTLED: (RESERVES, _POSTS), REJECTED: (RESERVES, _VOIDS)}
            sides = (t.participant, t.central_bank, t.amount, t.currency, OUT)
            due = [(phase, *sides) for phase in phases.get(t.status, ())]
    moved = [
        (
            int(each.flags) & (RESERVES | ENDS),
            books.owner(each.debit_account_id),
            books.owner(each.credit_account_id),
            each.amount,
            each.currency,
            each.code,
        )
        for each in transfers
    ]
    first = t.first_transfer if t is not None else 0
    if moved != due or (transfers and transfers[0].id != first):
        stands = "not there" if t is None else f"{t.direction}, {t.status}"
        yield f"liquidity transfer number {number} is {stands}, but moved {moved}, not {due}"


def issue(transfer: Transfer, books: Books) -> Iterator[str]:
    """What central banks have issued changes by funding, defunding and arrangements only; the rest only moves.

    A central bank takes its own money in where a payer pays in its own currency: a payment's leg, or its end (0).
    """
    debit, credit = (
        books.accounts.get(transfer.debit_account_id),
        books.accounts.get(transfer.credit_account_id),
    )
    issues = (
        debit is not None and debit.code == AccountCode.ISSUE,
        credit is not None and credit.code == AccountCode.ISSUE,
    )
    code = transfer.code
    may_come = code in (OUT, PRINCIPAL) or bool(transfer.flags & ENDS)
    if issues[0] != (code in (IN, NETTED)) or issues[1] > may_come or issues[1] < (code == OUT):
        yield f"transfer {transfer.id}, code {transfer.code}, moves money between {debit} and {credit}"


def told(
    t: LiquidityTransfer, said: Sequence[tuple[str, StatusReport]], *, all_of_it: bool = True
) -> Iterator[str]:
    """Yield what its sides were told that is not so and, of `all_of_it`, what they were never told."""
    name = f"{t.direction} {t.uetr}"
    heard: dict[str, set[str]] = {}
    for side, report in said:
        word = report.transaction_status
        heard.setdefault(side, set()).add(word)
        if side not in (t.participant, t.central_bank):
            yield f"{name}: {side} was told {word}, but is neither of its sides"
        stated = (report.original_uetr, report.clearing_system_reference, report.acceptance_at)
        if stated != (t.uetr, str(t.number), t.received_at):
            yield f"{name}: {side} was told {word} of {stated}"
        if word not in _MAY_BE_TOLD[t.status]:
            yield f"{name}: {side} was told {word}, but it is {t.status}"
        elif word == REJECTED and report.reason != t.reason:
            yield f"{name}: {side} was told RJCT {report.reason}, the record says {t.reason}"
        elif word == SETTLED and report.effective_settlement_at != t.final_at:
            yield f"{name}: {side} was told another time of settlement than the record's"
    if all_of_it and not t.open:
        sides = ((t.participant, t.participant_message_id), (t.central_bank, t.central_bank_message_id))
        for side in [side for side, knows in sides if knows]:
            if t.status not in heard.get(side, ()):
                yield f"{name} is {t.status}, but {side} was never told"
