"""Two central banks with an arrangement, and banks whose payers pay in their own currency."""

from decimal import Decimal
from typing import Any

from corridor.domain.instants import DAY, SECOND, iso_date
from corridor.domain.money import Money
from corridor.hub import events
from corridor.hub.batch import chain
from corridor.reports.watch import Watch
from corridor.services.fx.arrangements.commands import AcceptArrangement, EndArrangement, OfferArrangement
from corridor.services.fx.arrangements.records import (
    ARRANGEMENT,
    ARRANGEMENT_NETTING,
    Arrangement,
    ArrangementNetting,
)
from corridor.services.fx.commands import PostFixing, RequestQuote
from tests.rig import answer_of
from tests.world import CBRR, CBTJ, PAMR, SEVR, World, agreed

RATE = "8.5"
"""A somoni costs so many roubles; the pair is TJS/RUB."""
ISSUERS = {"RUB": CBRR, "TJS": CBTJ}
SWING = 1_000_00


class Arranged(World):
    """The somoni is the base currency; each central bank may owe the other up to its swing."""

    ordered = 0
    number = 0
    """The arrangement that was offered last."""

    def fix(self, rate: str = RATE, day: str = "") -> None:
        """Let the central bank of roubles post the official rate of a day, today's at first."""
        origin = self.origin(CBRR, definition="json/fixings")
        fixing = PostFixing(origin, day or iso_date(self.now), "TJS", "RUB", Decimal(rate))
        assert self.submit(fixing).status == "accepted"

    def offer(self, signer: str = CBRR, **facts: Any) -> events.Answered:
        usual = {
            "central_bank": CBTJ,
            "currency": "RUB",
            "other_currency": "TJS",
            "swing": SWING,
            "other_swing": SWING,
        }
        origin = self.origin(signer, definition="json/arrangements")
        answer = self.submit(OfferArrangement(origin, **(usual | facts)))
        self.number = answer_of(answer).get("arrangement", self.number)
        return answer

    def accept(self, signer: str = CBTJ) -> events.Answered:
        origin = self.origin(signer, definition="json/arrangements/accept")
        return self.submit(AcceptArrangement(origin, self.number))

    def stop(self, signer: str = CBTJ) -> events.Answered:
        origin = self.origin(signer, definition="json/arrangements/end")
        return self.submit(EndArrangement(origin, self.number))

    def arrange(self, **facts: Any) -> None:
        for answer in (self.offer(**facts), self.accept()):
            assert answer.status == "accepted", answer.body

    def ask_for(self, amount: Money, into: str, provider: str = "", fixed: str = "source") -> events.Answered:
        """Ask for a quote from the central bank of the currency that is paid in."""
        source = amount.currency if fixed == "source" else next(code for code in ISSUERS if code != into)
        debtor, creditor = (SEVR, PAMR) if source == "RUB" else (PAMR, SEVR)
        origin = self.origin(debtor, definition="json/quotes")
        return self.submit(
            RequestQuote(origin, creditor, source, into, fixed, amount.minor, provider or ISSUERS[source])
        )

    def send(self, amount: int, currency: str) -> str:
        """Pay so much in one's own currency into the other; return what became of it."""
        into = "TJS" if currency == "RUB" else "RUB"
        answer = self.ask_for(Money(amount, currency), into)
        if answer.status != "accepted":
            return str(answer_of(answer)["reason"])
        return self.pay_on(answer_of(answer))

    def pay_on(self, quote: dict[str, Any]) -> str:
        self.ordered += 1
        debtor, creditor = quote["debtor_agent"], quote["creditor_agent"]
        source = quote["source"]
        order = self.order(
            self.ordered,
            debtor,
            creditor,
            interbank_settlement_amount=Money(int(source["amount"]), source["currency"]),
            agreed_rate=agreed(quote),
        )
        self.pay(order)
        if self.heard(creditor)[-1:] == ["pacs.008"]:
            self.report(order.uetr, "ACCP", creditor)
        return self.heard(debtor)[-1]

    @property
    def arrangement(self) -> Arrangement:
        return self.store.rows[ARRANGEMENT][self.number]

    @property
    def nettings(self) -> list[ArrangementNetting]:
        return list(self.store.rows.get(ARRANGEMENT_NETTING, {}).values())

    @property
    def owed(self) -> tuple[int, int]:
        """What the central bank of roubles has in somoni, and that of somoni in roubles; below zero is owed."""
        return self.balance(CBRR, "TJS"), self.balance(CBTJ, "RUB")

    def midnight(self) -> None:
        """Let the day end."""
        self.advance((DAY - self.now % DAY) / SECOND + 1)

    def watch(self) -> None:
        """Every invariant holds of every batch."""
        watch = Watch(chain)
        for batch in self.batches:
            assert list(watch.commit(batch.writes)) == []
        assert list(watch.finish()) == []
