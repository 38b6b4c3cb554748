"""What this service adds to the hub, and to the services above it: `spend_quote`."""

from collections.abc import Callable
from typing import Any

from corridor.decision import Handler, Step, Table
from corridor.services.fx.commands import (
    Inquire,
    PostFixing,
    PostRates,
    ReplyToInquiry,
    RequestQuote,
    SetFxFee,
    SetFxLimit,
    SetFxPair,
)
from corridor.services.fx.fixings import post_fixing
from corridor.services.fx.inquiries import end_inquiry, inquire, keys, reply_to_inquiry
from corridor.services.fx.pairs import set_fx_fee, set_fx_pair
from corridor.services.fx.positions import set_fx_limit
from corridor.services.fx.quotes import expire_quote, request_quote, spend_quote
from corridor.services.fx.rates import post_rates
from corridor.services.fx.records import INQUIRY, QUOTE, TABLES
from corridor.services.messaging.commands import Command
from corridor.services.messaging.rules import refuse_silently

__all__ = ["HANDLERS", "TABLES", "TIMERS", "spend_quote"]

HANDLERS: dict[type[Command], Handler] = {
    PostRates: Handler(post_rates, refuse_silently),
    RequestQuote: Handler(request_quote, refuse_silently),
    Inquire: Handler(inquire, refuse_silently),
    ReplyToInquiry: Handler(reply_to_inquiry, refuse_silently, keys),
    PostFixing: Handler(post_fixing, refuse_silently),
    SetFxPair: Handler(set_fx_pair, refuse_silently),
    SetFxFee: Handler(set_fx_fee, refuse_silently),
    SetFxLimit: Handler(set_fx_limit, refuse_silently),
}
TIMERS: dict[Table[Any], Callable[[Step, Any], None]] = {QUOTE: expire_quote, INQUIRY: end_inquiry}
