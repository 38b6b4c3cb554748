"""What must hold of a trade: pure, each answer a sentence on what is wrong."""

from collections.abc import Iterator, Sequence

from corridor.ledger.transfers import Transfer
from corridor.reports.books import ENDS, RESERVES
from corridor.services.settlement.pvp.records import MATCHED, SETTLED, UNMATCHED, Trade
from corridor.services.settlement.pvp.settling import PVP


def trade(t: Trade) -> Iterator[str]:
    """It is open with a timer or has ended, both sides have stated what is matched, and it settled in its time only."""
    name = f"trade {t.number} is {t.state}"
    waits = t.state in (UNMATCHED, MATCHED)
    if (t.open, t.due_at is not None, t.ended_at is None) != (waits,) * 3:
        yield f"{name}, but open: {t.open}, with the timer {t.due_at} and the end {t.ended_at}"
    both = t.first_captured_at is not None and t.second_captured_at is not None
    if both != (t.matched_at is not None) or (t.state in (MATCHED, SETTLED)) > both:
        yield f"{name}, but not both of its sides have stated it"
    if (t.state == SETTLED) != bool(t.first_transfer):
        yield f"{name} with the transfer {t.first_transfer}"
    if t.state == SETTLED and not t.from_at <= (t.ended_at or 0) < t.until_at:
        yield f"{name} out of its time"


def legs(number: int, t: Trade | None, transfers: Sequence[Transfer]) -> Iterator[str]:
    """Both legs of a settled trade moved, each by its amount and at once, and nothing for any other."""
    due = []
    if t is not None and t.state == SETTLED:
        due = [(t.first_transfer + place, *leg, PVP) for place, leg in enumerate(t.legs)]
    moved = [
        (each.id, each.debit_account_id, each.credit_account_id, each.currency, each.amount, each.code)
        for each in transfers
    ]
    at_once = not any(each.flags & (RESERVES | ENDS) for each in transfers)
    if moved != due or not at_once:
        state = "not there" if t is None else t.state
        yield f"trade {number} is {state}, but moved {moved}, not {due}"
