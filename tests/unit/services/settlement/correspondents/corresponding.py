"""The smallest corridor, in which Pamir keeps a rouble account for Severny, and what both say of it."""

from typing import Any

from corridor.decision import BALANCE
from corridor.domain.instants import iso_date
from corridor.domain.money import Money
from corridor.hub import events
from corridor.services.settlement.correspondents import commands
from corridor.services.settlement.correspondents.commands import MirrorEntry
from corridor.services.settlement.correspondents.records import (
    CORRESPONDENT,
    CORRESPONDENT_DAY,
    CORRESPONDENT_ENTRY,
    CORRESPONDENT_MIRROR,
    CORRESPONDENT_POSITION,
    Correspondent,
    CorrespondentDay,
    CorrespondentEntry,
    CorrespondentMirror,
    CorrespondentPosition,
)
from tests.rig import answer_of
from tests.unit.services.settlement.settling import Settling
from tests.world import PAMR, SEVR

OVERDRAFT = 500_00
TERMS = {"account_servicer": PAMR, "account_owner": SEVR, "currency": "RUB", "overdraft": OVERDRAFT}


class Corresponding(Settling):
    """Three banks without money, with words for what owners and servicers do. `number` is the latest account's."""

    number = 0

    def say(self, command: type, signer: str, **facts: Any) -> events.Answered:
        return self.submit(command(self.origin(signer, definition="json/correspondents"), **facts))

    def told(self, command: type, signer: str, **facts: Any) -> str:
        """Return "" if it is accepted, else the reason."""
        answer = self.say(command, signer, **facts)
        return "" if answer.status == "accepted" else answer_of(answer)["reason"]

    def offered(self, signer: str = PAMR, **facts: Any) -> int:
        answer = self.say(commands.OfferCorrespondent, signer, **(TERMS | facts))
        assert answer.status == "accepted", answer.body
        self.number = answer_of(answer)["account"]
        return self.number

    def opened(self, money: int = 0, **facts: Any) -> int:
        """Open the account, and bring money on it that the owner is given for it."""
        self.offered(**facts)
        assert self.accept() == ""
        if money:
            self.bring(SEVR, money)
            assert self.put(money) == ""
        return self.number

    def accept(self, signer: str = SEVR) -> str:
        return self.told(commands.AcceptCorrespondent, signer, account=self.number)

    def close(self, signer: str = SEVR) -> str:
        return self.told(commands.CloseCorrespondent, signer, account=self.number)

    def put(self, amount: int, signer: str = SEVR, currency: str = "RUB") -> str:
        facts = {"account": self.number, "amount": amount, "currency": currency}
        return self.told(commands.FundCorrespondent, signer, **facts)

    def take(self, amount: int, signer: str = SEVR, currency: str = "RUB") -> str:
        facts = {"account": self.number, "amount": amount, "currency": currency}
        return self.told(commands.WithdrawCorrespondent, signer, **facts)

    def book(self, n: int, amount: int, debtor: str = SEVR, creditor: str = PAMR, **facts: Any) -> str:
        """Order a payment on the account, and return what the debtor agent hears of it last."""
        method = "INDA" if debtor == SEVR else "INGA"
        money = Money(amount, "RUB")
        filled = {
            "clearing_channel": "BOOK",
            "settlement_method": method,
            "interbank_settlement_amount": money,
        }
        self.pay(self.order(n, debtor, creditor, **(filled | facts)))
        return self.heard(debtor)[-1]

    def reconcile(
        self, closing: int, *entries: tuple[int, int], signer: str = SEVR, **facts: Any
    ) -> dict[str, Any]:
        """Say what a bank's book has of today, and return what it hears."""
        stated = tuple(MirrorEntry(*entry) for entry in entries)
        filled = {
            "account": self.number,
            "day": self.today,
            "currency": "RUB",
            "closing": closing,
            "count": len(stated),
            "entries": stated,
        }
        return answer_of(self.say(commands.ReconcileCorrespondent, signer, **(filled | facts)))

    @property
    def account(self) -> Correspondent:
        return self.store.rows[CORRESPONDENT][self.number]

    @property
    def position(self) -> CorrespondentPosition:
        return self.store.rows[CORRESPONDENT_POSITION][self.number]

    @property
    def days(self) -> list[CorrespondentDay]:
        return list(self.store.rows.get(CORRESPONDENT_DAY, {}).values())

    @property
    def entries(self) -> list[CorrespondentEntry]:
        rows = self.store.rows.get(CORRESPONDENT_ENTRY, {}).values()
        return sorted((each for each in rows if each.account == self.number), key=lambda each: each.place)

    def mirror(self, bank: str) -> CorrespondentMirror:
        return self.store.rows[CORRESPONDENT_MIRROR][self.number, bank]

    @property
    def standing(self) -> int:
        """What the servicer owes, as its account says; the owner's says the same."""
        owed = -self.net(self.account.vostro_account_id)
        assert owed == self.net(self.account.nostro_account_id)
        return owed

    @property
    def today(self) -> str:
        return iso_date(self.now)

    def net(self, account_id: int) -> int:
        balance = self.store.rows[BALANCE].get(account_id)
        return 0 if balance is None else balance.credits_posted - balance.debits_posted
