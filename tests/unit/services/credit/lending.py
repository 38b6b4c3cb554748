"""The smallest corridor, in which Severny lends to Pamir: roubles, from the day of the tests' world on."""

from decimal import Decimal
from typing import Any

from corridor.decision import BALANCE
from corridor.domain.instants import DAY, iso_date
from corridor.hub import events
from corridor.services.credit import commands
from corridor.services.credit.records import FACILITY, FACILITY_DAY, Facility, FacilityDay
from tests.rig import answer_of
from tests.world import CBRR, PAMR, SEVR, World

LIMIT = 500_000_00
FIRST, SECOND_DAY, LAST = "2026-11-18", "2026-11-19", "2027-02-18"
TERMS = {
    "borrower": PAMR,
    "currency": "RUB",
    "limit": LIMIT,
    "rate": Decimal("16.5"),
    "fee_rate": Decimal("0.5"),
    "day_count": "ACT/365F",
    "starts_on": FIRST,
    "ends_on": LAST,
}


class Lending(World):
    """With words for what lenders, borrowers and central banks do."""

    number = 0

    def say(self, command: type, signer: str, **facts: Any) -> events.Answered:
        return self.submit(command(self.origin(signer, definition="json/facilities"), **facts))

    def told(self, command: type, signer: str, **facts: Any) -> str:
        """Return "" if it is accepted, else the reason."""
        answer = self.say(command, signer, **facts)
        return "" if answer.status == "accepted" else answer_of(answer)["reason"]

    def offered(self, **facts: Any) -> int:
        answer = self.say(commands.OfferFacility, SEVR, **(TERMS | facts))
        assert answer.status == "accepted", answer.body
        self.number = answer_of(answer)["facility"]
        return self.number

    def lent(self, **facts: Any) -> int:
        """Offer a facility and have it accepted."""
        self.offered(**facts)
        assert self.told(commands.AcceptFacility, PAMR, facility=self.number) == ""
        return self.number

    def draw(self, amount: int, currency: str = "RUB", signer: str = PAMR) -> str:
        facts = {"facility": self.number, "amount": amount, "currency": currency}
        return self.told(commands.DrawFacility, signer, **facts)

    def repay(self, amount: int, currency: str = "RUB", signer: str = PAMR) -> str:
        facts = {"facility": self.number, "amount": amount, "currency": currency}
        return self.told(commands.RepayFacility, signer, **facts)

    def line(self, amount: int, signer: str = CBRR, currency: str = "RUB") -> str:
        facts = {"participant": SEVR, "currency": currency, "line": amount}
        return self.told(commands.SetCreditLine, signer, **facts)

    def pledge(self, pledge_id: str, value: int, signer: str = CBRR, **facts: Any) -> str:
        filled = {
            "pledger": SEVR,
            "currency": "RUB",
            "haircut_bps": 1_000,
            "valid_until": self.now + 30 * DAY,
        }
        return self.told(commands.TakePledge, signer, pledge_id=pledge_id, value=value, **(filled | facts))

    def release(self, pledge_id: str, signer: str = CBRR) -> str:
        return self.told(commands.ReleasePledge, signer, pledge_id=pledge_id)

    @property
    def facility(self) -> Facility:
        return self.store.rows[FACILITY][self.number]

    @property
    def drawn(self) -> int:
        return self.owed(self.facility.debt_account_id)

    def owed(self, account_id: int) -> int:
        """Return how far an account is in debit."""
        balance = self.store.rows[BALANCE].get(account_id)
        return 0 if balance is None else balance.debits_posted - balance.credits_posted

    @property
    def days(self) -> list[FacilityDay]:
        rows = self.store.rows[FACILITY_DAY].values()
        return sorted((r for r in rows if r.facility == self.number), key=lambda r: r.day)

    @property
    def today(self) -> str:
        return iso_date(self.now)
