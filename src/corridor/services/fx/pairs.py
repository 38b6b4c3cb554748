"""How pairs are traded and what the hub charges, as operators decide."""

from typing import Final

from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.domain.errors import CorridorError
from corridor.domain.money import MAX_MINOR, currency
from corridor.services.fx.commands import SetFxFee, SetFxPair
from corridor.services.fx.records import FX_FEE, FX_PAIR, FxFee, FxPair

_BASIS_POINTS = 10_000
_DAY_S = 86_400
_LARGEST: Final = {
    "max_age_s": _DAY_S,
    "band_bps": _BASIS_POINTS,
    "quote_life_s": _DAY_S,
    "open_quotes": 1_000_000,
}


def set_fx_pair(step: Step, command: SetFxPair) -> Answer:
    """Open a pair or change how it is traded; what is quoted already stays as it was quoted."""
    base, quote = command.base_currency, command.quote_currency
    try:
        currency(base), currency(quote)
    except CorridorError as error:
        return Rejected(error.reason, error.message, "base_currency")
    if base == quote or step.get(FX_PAIR, (quote, base)) is not None:
        return Rejected("CURR", "a pair is of two currencies, and is traded one way round", "base_currency")
    for name, largest in _LARGEST.items():
        if not 0 < getattr(command, name) <= largest:
            return Rejected("CH16", f"this is from 1 to {largest:,}", name)
    known = step.get(FX_PAIR, (base, quote))
    step.put(
        FX_PAIR,
        FxPair(
            base,
            quote,
            command.max_age_s,
            command.band_bps,
            command.quote_life_s,
            command.open_quotes,
            "" if known is None else known.providers,
        ),
    )
    return Accepted()


def set_fx_fee(step: Step, command: SetFxFee) -> Answer:
    """Set the fee for the quotes to come."""
    try:
        currency(command.currency)
    except CorridorError as error:
        return Rejected(error.reason, error.message, "currency")
    if not 0 <= command.rate_bps < _BASIS_POINTS:
        return Rejected("CH16", "a fee is at least 0 and less than 10,000 basis points", "rate_bps")
    if not 0 <= command.minimum_amount <= MAX_MINOR:
        return Rejected("AM12", "a minimum is an amount, or zero", "minimum_amount")
    step.put(FX_FEE, FxFee(command.currency, command.rate_bps, command.minimum_amount))
    return Accepted()
