"""The statement of a facility, and how it was used: read from its dates and transfers, nothing is reckoned anew."""

from collections.abc import Iterator, Sequence

import msgspec

from corridor.ledger.transfers import Transfer
from corridor.services.credit.records import CREDIT_FEE, DRAWDOWN, INTEREST, REPAYMENT, Facility, FacilityDay
from corridor.services.credit.terms import bps

KINDS = {DRAWDOWN: "drawn", REPAYMENT: "repaid", INTEREST: "interest", CREDIT_FEE: "fee"}


class Entry(msgspec.Struct, frozen=True):
    """A line of a statement, and what is drawn and due after it.

    `day` is the date on which it counts; `kind` says what: drawn, repaid, interest or fee due, interest or fee paid.
    """

    day: str
    transfer: int
    kind: str
    amount: int
    drawn: int
    due: int


class Use(msgspec.Struct, frozen=True):
    """How much of a facility was drawn when a date had ended, then and on average so far, in basis points."""

    day: str
    drawn: int
    utilisation_bps: int
    average_bps: int


def statement(
    facility: Facility, days: Sequence[FacilityDay], transfers: Sequence[Transfer], today: str
) -> Iterator[Entry]:
    """Yield the entries on the facility's CREDIT accounts, in their order.

    What fell due for a date was posted when it had ended, and stands at its end.
    """
    drawn = due = 0
    rest = iter(days)
    row = next(rest, None)
    for transfer in transfers:
        accounts = (transfer.debit_account_id, transfer.credit_account_id)
        if facility.debt_account_id in accounts:
            grows = transfer.debit_account_id == facility.debt_account_id
            drawn += transfer.amount if grows else -transfer.amount
        elif facility.charges_account_id in accounts:
            grows = transfer.debit_account_id == facility.charges_account_id
            due += transfer.amount if grows else -transfer.amount
        else:
            continue
        while row is not None and transfer.id > row.last_transfer + _accruals(row):
            row = next(rest, None)
        kind = KINDS[transfer.code]
        if transfer.code in (INTEREST, CREDIT_FEE):
            kind += " due" if grows else " paid"
        yield Entry(today if row is None else row.day, transfer.id, kind, transfer.amount, drawn, due)


def utilisation(facility: Facility, days: Sequence[FacilityDay]) -> Iterator[Use]:
    """Yield how each date ended."""
    drawn_sum = 0
    for count, row in enumerate(days, start=1):
        drawn_sum += row.drawn_amount
        limit = facility.limit_amount
        yield Use(row.day, row.drawn_amount, bps(row.drawn_amount, limit), bps(drawn_sum, count * limit))


def _accruals(row: FacilityDay) -> int:
    """Return how many transfers posted what fell due for a date: they are the first after it."""
    return (row.interest_amount > 0) + (row.fee_amount > 0)
