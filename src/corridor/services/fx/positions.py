"""Positions: what a provider has sold and bought in each currency, what it has promised, and how far that may go.

All of it is integers that a decision adds to what they were. A limit is on either side of zero, so what brings a
position nearer to zero never passes it.
"""

from typing import NamedTuple

from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.domain.errors import CorridorError
from corridor.domain.instants import at, iso_date
from corridor.domain.money import MAX_MINOR
from corridor.services.fx.commands import SetFxLimit
from corridor.services.fx.records import FX_EXPOSURE, FX_LIMIT, POSITION, SINGLE, FxExposure, FxLimit
from corridor.services.messaging.records import FX_PROVIDER, PARTICIPANT, SETTLEMENT_ACCOUNT


class Exchange(NamedTuple):
    """What a provider sells and buys at once, in minor units."""

    provider: str
    sold_currency: str
    sold: int
    bought_currency: str
    bought: int


def passes_single(step: Step, exchange: Exchange) -> bool:
    """Say whether it is more than the provider may quote at once, in either currency."""
    sold = _limit(step, exchange.provider, exchange.sold_currency, SINGLE)
    bought = _limit(step, exchange.provider, exchange.bought_currency, SINGLE)
    return (sold is not None and exchange.sold > sold) or (bought is not None and exchange.bought > bought)


def passes_position(step: Step, exchange: Exchange, *, quoted: bool) -> bool:
    """Say whether the provider's position could pass its limit in either currency.

    What is reserved counts on the side that it adds to and never on the other, for it may come to nothing; if the
    exchange is to be `quoted`, so do open quotes.
    """
    most = _limit(step, exchange.provider, exchange.sold_currency, POSITION)
    if most is not None:
        held = _held(step, exchange.provider, exchange.sold_currency)
        if held.position + held.selling + (held.amount if quoted else 0) + exchange.sold > most:
            return True
    most = _limit(step, exchange.provider, exchange.bought_currency, POSITION)
    if most is None:
        return False
    held = _held(step, exchange.provider, exchange.bought_currency)
    return held.buying - held.position + (held.receives if quoted else 0) + exchange.bought > most


def promise(step: Step, exchange: Exchange, by: int) -> None:
    """Add an open quote, or take it away."""
    _add(step, exchange.provider, exchange.sold_currency, amount=by * exchange.sold)
    _add(step, exchange.provider, exchange.bought_currency, receives=by * exchange.bought)


def reserve(step: Step, exchange: Exchange, by: int) -> None:
    """Add a payment that is reserved, or take it away."""
    _add(step, exchange.provider, exchange.sold_currency, selling=by * exchange.sold)
    _add(step, exchange.provider, exchange.bought_currency, buying=by * exchange.bought)


def settle(step: Step, exchange: Exchange) -> None:
    """Let what was reserved be sold and bought."""
    _add(step, exchange.provider, exchange.sold_currency, selling=-exchange.sold, sold=exchange.sold)
    _add(step, exchange.provider, exchange.bought_currency, buying=-exchange.bought, bought=exchange.bought)


def trade(step: Step, exchange: Exchange) -> None:
    """Let be sold and bought what nothing was reserved for. No limit is asked: it is how a position is closed."""
    _add(step, exchange.provider, exchange.sold_currency, sold=exchange.sold)
    _add(step, exchange.provider, exchange.bought_currency, bought=exchange.bought)


def set_fx_limit(step: Step, command: SetFxLimit) -> Answer:
    """Limit a provider, now or from a day on. What it has promised, and its position, stay as they are."""
    provider, currency = command.provider, command.currency
    participant = step.get(PARTICIPANT, provider)
    if participant is None or participant.role != FX_PROVIDER:
        return Rejected("AGNT", "no such FX provider", "provider")
    if step.get(SETTLEMENT_ACCOUNT, (provider, currency)) is None:
        return Rejected("AM03", "the provider does not settle in this currency", "currency")
    if command.amount is not None and not 0 <= command.amount <= MAX_MINOR:
        return Rejected("AM12", "a limit is zero or an amount", "amount")
    today = iso_date(step.now)
    day = command.on or today
    try:
        at(day, "00:00:00Z")
    except CorridorError as error:
        return Rejected(error.reason, "a day reads like 2026-11-24", "on")
    if day < today:
        return Rejected("DT01", f"the earliest day for this is {today}", "on")
    limit = FxLimit(provider, currency, command.kind, command.amount)
    if day > today:
        holds = _limit(step, provider, currency, command.kind)
        limit = FxLimit(provider, currency, command.kind, holds, command.amount, day)
    step.put(FX_LIMIT, limit)
    return Accepted()


def _limit(step: Step, provider: str, currency: str, kind: str) -> int | None:
    limit = step.get(FX_LIMIT, (provider, currency, kind))
    return None if limit is None else limit.at(step.now)


def _held(step: Step, provider: str, currency: str) -> FxExposure:
    return step.get(FX_EXPOSURE, (provider, currency)) or FxExposure(provider, currency)


def _add(
    step: Step,
    provider: str,
    currency: str,
    *,
    amount: int = 0,
    receives: int = 0,
    selling: int = 0,
    buying: int = 0,
    sold: int = 0,
    bought: int = 0,
) -> None:
    held = _held(step, provider, currency)
    changed = FxExposure(
        provider,
        currency,
        held.amount + amount,
        held.receives + receives,
        held.selling + selling,
        held.buying + buying,
        held.sold + sold,
        held.bought + bought,
    )
    open_ = min(changed.amount, changed.receives, changed.selling, changed.buying)
    assert open_ >= 0, f"exposure of {provider} below zero"
    step.put(FX_EXPOSURE, changed)
