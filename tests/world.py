"""Two banks, a provider and two central banks on a rig, and the messages they send."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from corridor.codecs.iso20022.pacs002 import StatusReport as Report
from corridor.codecs.iso20022.pacs008 import AgreedRate
from corridor.codecs.iso20022.pacs008 import CreditTransfer as Order
from corridor.codecs.iso20022.pacs028 import StatusRequest as Request
from corridor.domain.money import Money
from corridor.domain.parties import Party
from corridor.hub import events
from corridor.services.compliance.commands import ActivateList
from corridor.services.compliance.screening import Screening
from corridor.services.fx.commands import PostRates, RequestQuote, SetFxFee, SetFxPair, Tier
from corridor.services.instant.commands import CreditTransfer, StatusReport, StatusRequest
from corridor.services.messaging import commands
from tests.rig import HUB, Rig, answer_of

SEVR, PAMR, ALFX = "SEVRRUM0", "PAMRTJ20", "ALFXRUM0"
CBRR, CBTJ = "CBRRRUM0", "CBTJTJ20"
ROLES = {
    HUB: "hub",
    SEVR: "bank",
    PAMR: "bank",
    ALFX: "fx_provider",
    CBRR: "central_bank",
    CBTJ: "central_bank",
}
CURRENCIES = {CBRR: ("RUB",), CBTJ: ("TJS",)}
LIST = "list-1"
FUNDS = 1_000_000_00


class World(Rig):
    """The smallest corridor."""

    funds = FUNDS
    """What every bank and provider begins with in each currency, in minor units."""

    def found(self) -> "World":
        """Register everyone, give everyone money, put a list in force."""
        for bic, role in ROLES.items():
            currencies = CURRENCIES.get(bic, ("RUB", "TJS"))
            facts = {"bic": bic, "name": bic, "role": role, "currencies": currencies}
            self.operate(commands.AddParticipant, **facts, key=self.new_key(bic))
            for state in ("certified", "active"):
                self.operate(commands.SetParticipantState, bic=bic, state=state)
        for bic in (SEVR, PAMR, ALFX):
            for central_bank, currency in ((CBRR, "RUB"), (CBTJ, "TJS")) if self.funds else ():
                self.fund(central_bank, bic, currency, self.funds)
        self.operate(ActivateList, version=LIST, entries=20_000)
        self.operate(SetFxPair, base_currency="TJS", quote_currency="RUB")
        self.operate(SetFxFee, currency="RUB", rate_bps=20, minimum_amount=10_00)
        return self

    def fund(self, central_bank: str, bic: str, currency: str, amount: int) -> None:
        """Let a central bank issue money."""
        origin = self.origin(central_bank, definition="json/funding")
        answer = self.submit(commands.FundAccount(origin, participant=bic, currency=currency, amount=amount))
        assert answer.status == "accepted", answer.body

    def order(self, n: int, debtor: str = SEVR, creditor: str = PAMR, **facts: Any) -> Order:
        """Return a payment of 100.00 roubles."""
        filled: dict[str, Any] = {
            "message_id": f"{debtor}-m{n}",
            "created_at": self.now,
            "settlement_method": "CLRG",
            "instruction_id": f"i{n}",
            "end_to_end_id": f"e{n}",
            "uetr": str(UUID(int=n, version=4)),
            "interbank_settlement_amount": Money(100_00, "RUB"),
            "charge_bearer": "DEBT",
            "instructing_agent": debtor,
            "instructed_agent": HUB,
            "debtor": Party(name="Иван Петров", account="40817810000000000001"),
            "debtor_agent": debtor,
            "creditor_agent": creditor,
            "creditor": Party(name="Рустам Каримов", account="20206972000000000001"),
        }
        return Order(**(filled | facts))

    def pay(self, order: Order, screening: Screening | None = None, **origin: Any) -> events.Answered:
        """Send a payment as its debtor agent."""
        return self.submit(self.credit_transfer(order, screening, **origin))

    def credit_transfer(
        self, order: Order, screening: Screening | None = None, **origin: Any
    ) -> CreditTransfer:
        """Return the command of a payment."""
        facts = {"content": repr(order).encode(), "definition": "pacs.008.001.13"} | origin
        signer = facts.pop("signer", order.debtor_agent)
        return CreditTransfer(
            self.origin(signer, **facts), message=order, screening=screening or Screening(LIST)
        )

    def report(
        self, uetr: str, status: str, signer: str = PAMR, reason: str | None = None
    ) -> events.Answered:
        """Answer for a payment."""
        return self.submit(self.status_report(uetr, status, signer, reason))

    def status_report(
        self, uetr: str, status: str, signer: str = PAMR, reason: str | None = None
    ) -> StatusReport:
        """Return the command of an answer."""
        origin = self.origin(signer, definition="pacs.002.001.10")
        message = Report(
            message_id=origin.message_id,
            created_at=self.now,
            original_uetr=uetr,
            transaction_status=status,
            reason=reason,
        )
        return StatusReport(origin, message=message)

    def ask(self, uetr: str, signer: str = SEVR) -> events.Answered:
        """Ask where a payment stands."""
        origin = self.origin(signer, definition="pacs.028.001.03")
        message = Request(message_id=origin.message_id, created_at=self.now, original_uetr=uetr)
        return self.submit(StatusRequest(origin, message=message))

    def quote(self, amount: int = 100_00, fixed: str = "source", **facts: Any) -> dict[str, Any]:
        """Post fresh rates and ask for a quote from roubles to somoni."""
        rates = self.origin(ALFX, definition="json/rates")
        posted = self.submit(post_rates(rates))
        assert posted.status == "accepted", posted.body
        filled: dict[str, Any] = {
            "creditor_agent": PAMR,
            "source_currency": "RUB",
            "destination_currency": "TJS",
            "fixed": fixed,
            "amount": amount,
        }
        origin = self.origin(SEVR, definition="json/quotes")
        answer = self.submit(RequestQuote(origin, **(filled | facts)))
        assert answer.status == "accepted", answer.body
        return answer_of(answer)

    def heard(self, participant: str) -> list[str]:
        """Return what stands in a mailbox, one word a message."""
        return [word(opened.message) for opened in self.mailboxes[participant]]


def agreed(quote: dict[str, Any]) -> AgreedRate:
    """Return the agreed rate of a quote as an order states it."""
    return AgreedRate(
        unit_currency=quote["unit_currency"],
        quoted_currency=quote["quoted_currency"],
        rate=Decimal(quote["rate"]),
        quote_id=quote["quote_id"],
    )


def word(message: Any) -> str:
    match type(message).__name__:
        case "CreditTransfer":
            return "pacs.008"
        case "StatusReport":
            return (
                f"{message.transaction_status} {message.reason}"
                if message.reason
                else message.transaction_status
            )
        case "MessageReject":
            return f"admi.002 {message.reason}"
        case name:
            return name


def post_rates(origin: Any) -> PostRates:
    """Return the command of a provider's two-way rate: 8.50 to 8.60 roubles for a somoni."""
    return PostRates(
        origin, base_currency="TJS", quote_currency="RUB", tiers=(Tier(0, Decimal("8.50"), Decimal("8.60")),)
    )
