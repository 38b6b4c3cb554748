"""How an order is settled that says how (`ClrChanl`); without a word of it, it is instant."""

from collections.abc import Callable, Mapping
from typing import Final

from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.decision import Accepted, Rejected, Step
from corridor.services.settlement.clearing import clear
from corridor.services.settlement.correspondents.booking import book, refuse_method
from corridor.services.settlement.payments import Payment
from corridor.services.settlement.queue import settle_gross

CHANNELS: Final[Mapping[str, Callable[[Step, CreditTransfer, Payment], Accepted | Rejected]]] = {
    "RTGS": settle_gross,
    "MPNS": clear,
    "BOOK": book,
}


def settle(step: Step, order: CreditTransfer, payment: Payment) -> Accepted | Rejected:
    """Settle an order by the channel that it names."""
    way = CHANNELS.get(order.clearing_channel or "")
    if way is None:
        return Rejected("CH16", f"settled here is by {', '.join(CHANNELS)}", "PmtTpInf/ClrChanl")
    return refuse_method(order) or way(step, order, payment)


def refuse_wishes(order: CreditTransfer) -> Rejected | None:
    """Refuse an instant payment that wishes to be settled at a time, or before others: it never waits."""
    if order.till_time or order.from_time or order.reject_time:
        return Rejected("CH17", "an instant payment settles at once", "SttlmTmReq")
    if order.settlement_priority:
        return Rejected("CH17", "an instant payment never waits", "SttlmPrty")
    return refuse_method(order)
