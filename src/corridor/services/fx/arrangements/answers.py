"""What a central bank is told of an arrangement, as JSON."""

import msgspec

from corridor.domain.instants import Instant, iso
from corridor.services.fx.answers import Amount, amount_of
from corridor.services.fx.arrangements.records import Arrangement


class ArrangementAnswer(msgspec.Struct, frozen=True):
    """An arrangement: between whom, how far each may owe, and how it stands.

    `base_stands` is what the quote bank has with the base bank in the base currency, `quote_stands` the reverse;
    `credit_debit` beside each is DBIT where it is owed instead. One unit of the base currency costs the day's
    official rate in the quote currency.
    """

    arrangement: int
    state: str
    base_bank: str
    quote_bank: str
    base_swing: Amount
    quote_swing: Amount
    base_stands: Amount
    base_credit_debit: str
    quote_stands: Amount
    quote_credit_debit: str
    offered_by: str
    offered_at: str
    accepted_at: str | None
    ended_at: str | None
    nets_on: str | None


def arrangement_answer(arrangement: Arrangement, base: int, quote: int) -> ArrangementAnswer:
    """Return the arrangement as its two central banks are told it; `base` and `quote` are the two balances."""
    base_currency, quote_currency = arrangement.base_currency, arrangement.quote_currency
    return ArrangementAnswer(
        arrangement=arrangement.number,
        state=arrangement.state,
        base_bank=arrangement.base_bank,
        quote_bank=arrangement.quote_bank,
        base_swing=amount_of(arrangement.base_swing_amount, base_currency),
        quote_swing=amount_of(arrangement.quote_swing_amount, quote_currency),
        base_stands=amount_of(abs(base), base_currency),
        base_credit_debit=_sign(base),
        quote_stands=amount_of(abs(quote), quote_currency),
        quote_credit_debit=_sign(quote),
        offered_by=arrangement.offered_by,
        offered_at=iso(arrangement.offered_at),
        accepted_at=_moment(arrangement.accepted_at),
        ended_at=_moment(arrangement.ended_at),
        nets_on=arrangement.nets_on or None,
    )


def _sign(balance: int) -> str:
    return "DBIT" if balance < 0 else "CRDT"


def _moment(instant: Instant | None) -> str | None:
    return None if instant is None else iso(instant)
