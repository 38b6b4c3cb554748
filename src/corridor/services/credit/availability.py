"""Availability: what automatic facilities lend a bank that lacks money, in the chain that needs it.

The cheapest lends first, and of equal ones the oldest; nothing is drawn if all together do not reach.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from corridor.decision import ACCOUNT, Step
from corridor.ledger.accounts import Account
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer
from corridor.services.credit.accruals import drawn, reckon
from corridor.services.credit.collateral import secured_amount
from corridor.services.credit.drawings import drawing, refusal_of_draw, settlement_accounts, spendable
from corridor.services.credit.records import CREDIT_SOURCE, DRAWDOWN, FACILITY, Facility
from corridor.services.credit.tellings import notify

_LACKS: Final = TransferResult.EXCEEDS_CREDITS  # looked up once: most payments need nothing else of this file


def post_covered(
    step: Step, chain: Sequence[Transfer]
) -> tuple[Sequence[Transfer], Sequence[TransferResult]]:
    """Post a chain, with what automatic facilities draw in front of it where an account lacks money.

    Guarantees: all of it or nothing; what would have been accepted without credit draws none. Returned are the
    transfers of the chain, numbered anew if something was drawn, and their results.
    """
    results = step.post(chain)
    if _LACKS not in results:
        return chain, results
    lenders: list[tuple[Facility, int]] = []
    for account_id in dict.fromkeys(transfer.debit_account_id for transfer in chain):
        account = step.get(ACCOUNT, account_id)
        assert account is not None, f"account {account_id} lacks money and is not there"
        needed = sum(transfer.amount for transfer in chain if transfer.debit_account_id == account_id)
        shortfall = needed - spendable(step, account)
        if shortfall > 0:
            lenders += _lenders(step, account, shortfall)
    if not lenders:
        return chain, results
    drawings = _drawings(step, lenders)
    behind = [msgspec.structs.replace(transfer, id=step.number()) for transfer in chain]
    covered = step.post([*drawings, *behind])
    if any(covered):
        return chain, results
    _tell(step, drawings)
    return behind, covered[len(drawings) :]


def _tell(step: Step, transfers: Sequence[Transfer]) -> None:
    """Tell lenders and borrower of what was drawn: of each pair of transfers the first moves money."""
    for transfer in transfers[::2]:
        facility = step.get(FACILITY, transfer.reference)
        assert facility is not None, f"transfer {transfer.id} draws on no facility"
        notify(step, facility, DRAWDOWN, transfer.amount)


def _lenders(step: Step, account: Account, shortfall: int) -> list[tuple[Facility, int]]:
    """Which facility lends an account how much of what it lacks, each reckoned up to today; none if not all of it."""
    if step.get(CREDIT_SOURCE, (account.participant, account.currency)) is None:
        return []
    drawable = plan(step, account.participant, account.currency, shortfall)
    if sum(amount for _, amount in drawable) < shortfall:
        return []
    return [(reckon(step, facility), amount) for facility, amount in drawable]


def _drawings(step: Step, lenders: Sequence[tuple[Facility, int]]) -> list[Transfer]:
    return [transfer for facility, amount in lenders for transfer in drawing(step, facility, amount)]


def plan(step: Step, borrower: str, currency: str, wanted: int) -> list[tuple[Facility, int]]:
    """Which facility lends how much, until there is enough. Several of one lender share its money."""
    source = step.get(CREDIT_SOURCE, (borrower, currency))
    numbers = source.facilities.split() if source is not None else ()
    facilities = [facility for number in numbers if (facility := step.get(FACILITY, int(number))) is not None]
    lent: dict[str, int] = {}
    found: list[tuple[Facility, int]] = []
    for facility in sorted(facilities, key=lambda each: (each.rate, each.number)):
        if not wanted:
            break
        lender, _ = settlement_accounts(step, facility)
        money = spendable(step, lender) - lent.get(facility.lender, 0)
        amount = min(wanted, money, _room(step, facility))
        if amount > 0:
            found.append((facility, amount))
            lent[facility.lender] = lent.get(facility.lender, 0) + amount
            wanted -= amount
    return found


def _room(step: Step, facility: Facility) -> int:
    """Return how much more may be drawn under a facility now, if the lender has it."""
    if refusal_of_draw(step, facility) is not None:
        return 0
    most = facility.limit_amount
    if facility.secured:
        most = min(most, secured_amount(step, facility))
    return most - drawn(step, facility)
