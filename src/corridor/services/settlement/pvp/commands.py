"""What captures, cancels and settles trades: the two sides, and the worker that finds what settles together."""

from corridor.services.messaging.commands import Command


class CaptureTrade(Command, frozen=True):
    """The signer states a trade with another: what it sells and buys, and on which day both move.

    Units: minor units. Shape: dates as 2026-11-24; `reject_time` is a time of the settlement date with its offset, ""
    for the end of the day.
    """

    counterparty: str
    common_reference: str
    trade_date: str
    settlement_date: str
    sell_currency: str
    sell_amount: int
    buy_currency: str
    buy_amount: int
    reject_time: str = ""


class CancelTrade(Command, frozen=True):
    """The signer wants a trade undone: one that nobody has matched is, a matched one once both want it."""

    counterparty: str
    common_reference: str


class SettleTrades(Command, frozen=True):
    """The worker proposes to settle these together, by what it read at a batch: all legs or none.

    Shape: 1 to 250 different numbers of trades.
    """

    numbers: tuple[int, ...]
    read_at: int
    method: str
    explanation: str
