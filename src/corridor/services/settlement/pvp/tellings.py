"""What the two sides of a trade are told: one truth, as entries of their accounts.

ISO 20022 has messages of its own for the status of a trade (fxtr), which nobody here speaks yet. A camt.054 says
the same honestly: an entry for information (INFO) moves nothing, one that is matched is pending (PDNG), and what has
settled is booked (BOOK), once on each of the side's two accounts.
"""

from typing import Final

from corridor.codecs.iso20022.camt054 import Entry, Notification
from corridor.decision import Step
from corridor.domain.money import Money
from corridor.services.settlement.pvp.records import MATCHED, SETTLED, Trade

MISMATCHED: Final = "MISMATCHED"
CANCELLATION_ASKED: Final = "CANCELLATION ASKED"
_STATUS: Final = {SETTLED: "BOOK", MATCHED: "PDNG"}


def tell_both(step: Step, trade: Trade) -> None:
    """Tell each side how the trade stands."""
    for side in trade.sides:
        tell(step, trade, side)


def tell(step: Step, trade: Trade, side: str, words: str = "") -> None:
    """Tell one side how the trade stands, or something about it, in words that begin with capital letters."""
    other = trade.other(side)
    sold, bought = trade.paid_by(side), trade.paid_by(other)
    said = words or f"{trade.state.upper()} {trade.reason}".strip()
    said += f", trade {trade.reference} with {other}"
    _send(step, trade, side, sold, bought, "DBIT", said)
    if trade.state == SETTLED:
        _send(step, trade, side, bought, sold, "CRDT", said)


def _send(
    step: Step, trade: Trade, side: str, amount: Money, counter_value: Money, sign: str, said: str
) -> None:
    message_id = step.message_id(side)
    entry = Entry(
        reference=trade.reference,
        amount=amount,
        credit_debit=sign,
        status=_STATUS.get(trade.state, "INFO"),
        booked_at=step.now,
        value_date=trade.settlement_date,
        domain="FORX",
        family="SPOT",
        sub_family="OTHR",
        clearing_system_reference=str(trade.number),
        counter_value=counter_value,
        additional_information=said,
    )
    step.send(
        side,
        Notification(
            message_id=message_id,
            created_at=step.now,
            notification_id=message_id,
            account=f"{side}-{amount.currency}",
            account_currency=amount.currency,
            entries=(entry,),
        ),
    )
