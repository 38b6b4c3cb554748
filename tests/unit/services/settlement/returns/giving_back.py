"""Banks that pay each other in every way there is, and give back what they got."""

from typing import Any

from corridor.codecs.iso20022.pacs004 import PaymentReturn
from corridor.domain.money import Money
from corridor.hub import events
from corridor.services.fx.commands import RequestQuote
from corridor.services.settlement.returns.commands import ReturnPayment
from corridor.services.settlement.returns.records import RETURNED_PAYMENT, ReturnedPayment
from tests.rig import HUB, answer_of
from tests.unit.services.settlement.correspondents.corresponding import Corresponding
from tests.unit.services.settlement.netting_world import Netting
from tests.world import ALFX, PAMR, SEVR, agreed, post_rates


class GivingBack(Netting, Corresponding):
    """Three banks without money; `close` is that of a cycle."""

    def close_account(self) -> None:
        """Both banks close their correspondent account."""
        for bank in (SEVR, PAMR):
            assert Corresponding.close(self, bank) == ""

    def instant(self, n: int, kopecks: int, debtor: str = SEVR, creditor: str = PAMR) -> None:
        """Pay instantly; the creditor agent promises."""
        order = self.order(n, debtor, creditor, interbank_settlement_amount=Money(kopecks, "RUB"))
        self.pay(order)
        self.report(order.uetr, "ACCP", creditor)

    def exchanged(self, n: int, debtor: str = SEVR, kopecks: int = 100_00) -> None:
        """Pay roubles that come as somoni."""
        self.submit(post_rates(self.origin(ALFX, definition="json/rates")))
        origin = self.origin(debtor, definition="json/quotes")
        facts = {"creditor_agent": PAMR, "source_currency": "RUB", "destination_currency": "TJS"}
        answer = self.submit(RequestQuote(origin, fixed="source", amount=kopecks, **facts))
        money = Money(kopecks, "RUB")
        rate = agreed(answer_of(answer))
        order = self.order(n, debtor, interbank_settlement_amount=money, agreed_rate=rate)
        self.pay(order)
        self.report(order.uetr, "ACCP")

    def returning(self, n: int, kopecks: int, signer: str = PAMR, **facts: Any) -> PaymentReturn:
        """Return a pacs.004 of a payment that its creditor agent received in roubles."""
        filled: dict[str, Any] = {
            "message_id": f"{signer}-r{n}",
            "created_at": self.now,
            "return_id": f"r{n}",
            "original_uetr": self.order(n).uetr,
            "returned_amount": Money(kopecks, "RUB"),
            "instructing_agent": signer,
            "instructed_agent": HUB,
            "reason": "AC04",
        }
        return PaymentReturn(**(filled | facts))

    def send_back(self, message: PaymentReturn, signer: str = PAMR, **origin: Any) -> events.Answered:
        """Send it."""
        facts = {"content": repr(message).encode(), "definition": "pacs.004.001.09"} | origin
        return self.submit(ReturnPayment(self.origin(signer, **facts), message))

    def give_back(self, n: int, kopecks: int, signer: str = PAMR, **facts: Any) -> str:
        """Give a payment back, and return what its sender hears of it last."""
        self.send_back(self.returning(n, kopecks, signer, **facts), signer)
        return self.heard(signer)[-1]

    def returned(self, n: int) -> ReturnedPayment | None:
        return self.store.rows.get(RETURNED_PAYMENT, {}).get(self.order(n).uetr)

    def purse(self, bank: str, currency: str = "RUB") -> int:
        """What a bank has."""
        return self.balance(bank, currency)


__all__ = ["GivingBack"]
