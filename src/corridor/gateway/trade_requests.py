"""What banks and providers sign of trades, in JSON: the names are those of fxtr.014."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from corridor.gateway.forms import Amount, Bic, Request
from corridor.services.messaging.commands import Command, Origin
from corridor.services.settlement.pvp.commands import CancelTrade, CaptureTrade

DateText = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?!\n)$")]
Reference = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[!-~]{1,35}(?!\n)$", description="The same for both sides, and new between them."
    ),
]


class TradeRequest(Request, frozen=True, kw_only=True):
    """State a trade with another: what you sell and buy; both move on the settlement date, or neither.

    The names are those of fxtr.014. The other side states the same, mirrored. `reject_time` is a time of the
    settlement date with its offset, as 18:00:00+05:00; the earlier of both sides' ends what has not settled.
    """

    counterparty_side: Bic
    common_reference: Reference
    trade_date: DateText
    settlement_date: DateText
    trading_side_sell_amount: Amount
    trading_side_buy_amount: Amount
    reject_time: Annotated[str, msgspec.Meta(max_length=14)] = ""

    def command(self, origin: Origin) -> Command:
        sold = self.trading_side_sell_amount.money("trading_side_sell_amount")
        bought = self.trading_side_buy_amount.money("trading_side_buy_amount")
        return CaptureTrade(
            origin,
            self.counterparty_side,
            self.common_reference,
            self.trade_date,
            self.settlement_date,
            sold.currency,
            sold.minor,
            bought.currency,
            bought.minor,
            self.reject_time,
        )


class TradeCancellationRequest(Request, frozen=True, kw_only=True):
    """Undo a trade that is not matched yet; ask for it, or agree, if it is matched."""

    counterparty_side: Bic
    common_reference: Reference

    def command(self, origin: Origin) -> Command:
        return CancelTrade(origin, self.counterparty_side, self.common_reference)


TRADE_REQUESTS: Final[Mapping[str, type[Request]]] = {
    "/v1/trades": TradeRequest,
    "/v1/trades/cancel": TradeCancellationRequest,
}
