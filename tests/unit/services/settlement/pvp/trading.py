"""Three banks that trade roubles against somoni, and what they say of it."""

from typing import Any

from corridor.codecs.iso20022.camt054 import Notification
from corridor.domain.instants import iso_date
from corridor.hub import events
from corridor.services.messaging.admission import WORKER
from corridor.services.settlement.pvp.commands import CancelTrade, CaptureTrade, SettleTrades
from corridor.services.settlement.pvp.records import TRADE, Trade
from tests.unit.services.settlement.settling import BANKS, ZARA, Settling
from tests.world import CBRR, CBTJ, PAMR, SEVR

ISSUERS = {"RUB": CBRR, "TJS": CBTJ}
LETTERS = {bic: letter for letter, bic in BANKS.items()}


class Trading(Settling):
    """Banks without money in either currency."""

    def bring_money(self, bank: str, amount: int, currency: str) -> None:
        self.fund(ISSUERS[currency], bank, currency, amount)

    def capture(
        self, n: int, signer: str, other: str, sold: tuple[int, str], bought: tuple[int, str], **facts: Any
    ) -> events.Answered:
        """State a trade as one side."""
        return self.submit(self.capturing(n, signer, other, sold, bought, **facts))

    def capturing(
        self, n: int, signer: str, other: str, sold: tuple[int, str], bought: tuple[int, str], **facts: Any
    ) -> CaptureTrade:
        today = iso_date(self.now)
        filled = {
            "counterparty": other,
            "common_reference": f"T{n}",
            "trade_date": today,
            "settlement_date": today,
            "sell_amount": sold[0],
            "sell_currency": sold[1],
            "buy_amount": bought[0],
            "buy_currency": bought[1],
        }
        return CaptureTrade(self.origin(signer, definition="json/trades"), **(filled | facts))

    def trade(
        self, n: int, seller: str = SEVR, buyer: str = PAMR, roubles: int = 850, somoni: int = 100
    ) -> None:
        """Both sides state that the seller sells roubles for somoni."""
        for answer in (
            self.capture(n, seller, buyer, (roubles, "RUB"), (somoni, "TJS")),
            self.capture(n, buyer, seller, (somoni, "TJS"), (roubles, "RUB")),
        ):
            assert answer.status == "accepted", answer.body

    def undo(self, n: int, signer: str, other: str) -> events.Answered:
        """Let one side want a trade undone."""
        origin = self.origin(signer, definition="json/trades/cancel")
        return self.submit(CancelTrade(origin, other, f"T{n}"))

    def settle_together(self, *ns: int, method: str = "test") -> events.Answered:
        """Propose, as the worker does, to settle these together."""
        return self.settle_numbers(*(self.traded(n).number for n in ns), method=method)

    def settle_numbers(self, *numbers: int, method: str = "test") -> events.Answered:
        """Propose to settle these by the hub's numbers."""
        origin = self.origin(WORKER, definition="json/settlements")
        return self.submit(SettleTrades(origin, numbers, len(self.batches), method, "why"))

    def traded(self, n: int) -> Trade:
        (found,) = [each for each in self.store.rows[TRADE].values() if each.reference == f"T{n}"]
        return found

    def states(self) -> str:
        """How the trades stand, in their order."""
        rows = sorted(self.store.rows.get(TRADE, {}).values(), key=lambda each: each.number)
        return " ".join(f"{each.state} {each.reason}".strip() for each in rows)

    def told(self, bank: str) -> list[str]:
        """What a bank was told of trades: the words in capitals, the entry's status and its amount."""
        said = []
        for opened in self.mailboxes[bank]:
            if isinstance(opened.message, Notification):
                (entry,) = opened.message.entries
                sign = "-" if entry.credit_debit == "DBIT" else "+"
                words = (entry.additional_information or "").partition(",")[0]
                said.append(f"{words} {entry.status} {sign}{entry.amount.minor} {entry.amount.currency}")
        return said

    def purse(self, bank: str) -> tuple[int, int]:
        return self.balance(bank, "RUB"), self.balance(bank, "TJS")


__all__ = ["BANKS", "LETTERS", "PAMR", "SEVR", "ZARA", "Trading"]
