"""Once a day two central banks net what they owe each other: by the rule, and then in the ledger.

>>> from decimal import Decimal
>>> rate = Rate(Decimal("8.5"), "TJS", "RUB")  # a somoni costs 8.50 roubles
>>> net(Money(100_00, "TJS"), Money(1_275_00, "RUB"), rate)  # in roubles 850 are owed one way, 1,275 the other
Netted(base_paid=15000, quote_paid=127500, base_owes_more=True, remainder=Decimal('0'))
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from corridor.decision import Rejected, Step
from corridor.domain.errors import CorridorError
from corridor.domain.instants import iso_date
from corridor.domain.money import Money, Rate, convert_source_fixed
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer
from corridor.services.fx.arrangements import tellings
from corridor.services.fx.arrangements.agreements import close, end_of, stands
from corridor.services.fx.arrangements.records import (
    ARRANGEMENT,
    ARRANGEMENT_NETTING,
    CANCELLED,
    ENDED,
    ENDING,
    NETTED,
    OFFERED,
    Arrangement,
    ArrangementNetting,
)
from corridor.services.fx.records import FIXING, FX_EXPOSURE
from corridor.services.messaging.rules import open_case, settlement_account


class Netted(NamedTuple):
    """What each bank puts into the other's account in its own currency, in minor units.

    Who owes more pays for what the other is owed, at the rate and rounded down; `remainder` is what that leaves, in
    minor units of the rate's quote currency.
    """

    base_paid: int
    quote_paid: int
    base_owes_more: bool
    remainder: Decimal


def net(base_owed: Money, quote_owed: Money, rate: Rate) -> Netted:
    """Net what the quote bank owes in the base currency against what the base bank owes in the quote currency.

    Afterwards neither owes anything, and who was owed more has the difference in the other's currency.
    Raises: InvalidAmount (AM12) if what is owed is worth more than an amount can be.
    """
    worth = convert_source_fixed(quote_owed, rate)
    if worth.destination.minor >= base_owed.minor:
        base_paid, quote_paid, base_owes_more = worth.destination.minor, quote_owed.minor, True
    else:
        worth = convert_source_fixed(base_owed, rate)
        base_paid, quote_paid, base_owes_more = base_owed.minor, worth.destination.minor, False
    return Netted(base_paid, quote_paid, base_owes_more, worth.remainder)


def wake_arrangement(step: Step, arrangement: Arrangement) -> None:
    """Do what the time asks for: let an offer lapse, or net the day that has ended, and begin the next."""
    if arrangement.state == OFFERED:
        close(step, arrangement, CANCELLED)
        return
    refused = _net_day(step, arrangement)
    if refused is not None:
        text = f"arrangement {arrangement.number} is not netted for {arrangement.nets_on}: {refused.text}"
        open_case(step, "unnetted", arrangement.base_bank, text)
    if arrangement.state == ENDING and _is_idle(step, arrangement):
        close(step, arrangement, ENDED)
        return
    today = iso_date(step.now)
    step.put(ARRANGEMENT, msgspec.structs.replace(arrangement, nets_on=today, due_at=end_of(today)))


def _net_day(step: Step, arrangement: Arrangement) -> Rejected | None:
    """Net what is owed, if anything is; say why that cannot be."""
    base_owed, quote_owed = (
        max(0, -stands(step, account_id))
        for account_id in (arrangement.base_account_id, arrangement.quote_account_id)
    )
    if not base_owed and not quote_owed:
        return None
    base, quote = arrangement.base_currency, arrangement.quote_currency
    fixing = step.get(FIXING, (arrangement.nets_on, base, quote))
    if fixing is None:
        return Rejected("AB07", f"that day has no official rate of {base} in {quote}")
    try:
        netted = net(Money(base_owed, base), Money(quote_owed, quote), Rate(fixing.rate, base, quote))
    except CorridorError as error:
        return Rejected(error.reason, error.message)
    number = step.number()
    chain = [
        Transfer(
            step.number(), _issue(step, bank, code), account_id, paid, code, code=NETTED, reference=number
        )
        for bank, code, account_id, paid in (
            (arrangement.base_bank, base, arrangement.base_account_id, netted.base_paid),
            (arrangement.quote_bank, quote, arrangement.quote_account_id, netted.quote_paid),
        )
        if paid
    ]
    refused = _post(step, chain)
    if refused is not None:
        return refused
    done = ArrangementNetting(
        number=number,
        arrangement=arrangement.number,
        day=arrangement.nets_on,
        base_bank=arrangement.base_bank,
        quote_bank=arrangement.quote_bank,
        base_currency=base,
        quote_currency=quote,
        rate=fixing.rate,
        base_owed=base_owed,
        quote_owed=quote_owed,
        base_paid=netted.base_paid,
        quote_paid=netted.quote_paid,
        net_debtor=arrangement.base_bank if netted.base_owes_more else arrangement.quote_bank,
        remainder=netted.remainder,
        first_transfer=chain[0].id,
        transfers=len(chain),
        netted_at=step.now,
    )
    step.put(ARRANGEMENT_NETTING, done)
    tellings.tell_netted(step, done)
    return None


def _post(step: Step, chain: Sequence[Transfer]) -> Rejected | None:
    """Move all or nothing."""
    for transfer, result in zip(chain, step.post(chain), strict=True):
        if result is not TransferResult.OK and result is not TransferResult.LINKED_EVENT_FAILED:
            return Rejected("AC06", f"{result.name.lower().replace('_', ' ')} in {transfer.currency}")
    return None


def _issue(step: Step, bank: str, currency: str) -> int:
    account = settlement_account(step, bank, currency)
    assert account is not None, f"{bank} no longer issues {currency}"
    return account.id


def _is_idle(step: Step, arrangement: Arrangement) -> bool:
    """Say whether nothing is owed, reserved or promised any more, so that nothing can come to be owed."""
    accounts = (
        (arrangement.quote_bank, arrangement.base_currency, arrangement.base_account_id),
        (arrangement.base_bank, arrangement.quote_currency, arrangement.quote_account_id),
    )
    for owner, currency, account_id in accounts:
        exposure = step.get(FX_EXPOSURE, (owner, currency))
        promised = 0 if exposure is None else exposure.amount
        if promised or step.balance(account_id).debits_pending or stands(step, account_id) < 0:
            return False
    return True
