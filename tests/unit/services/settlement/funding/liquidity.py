"""Banks, a provider and two central banks, and what they send each other about settlement money."""

from typing import Any
from uuid import UUID

from corridor.codecs.iso20022.camt050 import LiquidityTransfer as Wish
from corridor.codecs.iso20022.pacs009 import InstitutionTransfer as Credit
from corridor.domain.money import Money
from corridor.hub import events
from corridor.ledger.accounts import Balance
from corridor.services.messaging.records import BALANCE, CASE, SETTLEMENT_ACCOUNT, Case
from corridor.services.settlement.funding.commands import CreditParticipant, TransferLiquidity
from corridor.services.settlement.funding.records import LIQUIDITY_TRANSFER, LiquidityTransfer
from tests.rig import HUB
from tests.unit.services.settlement.settling import Settling
from tests.world import CBRR, SEVR

ELSEWHERE = "30101810400000000225"
"""The account at the central bank."""


def uetr(n: int) -> str:
    return str(UUID(int=10_000 + n, version=4))


class Liquidity(Settling):
    """Nobody has money at the beginning."""

    def wish(self, n: int, kopecks: int, signer: str = SEVR, *, inward: bool = False, **facts: Any) -> Wish:
        """Return a camt.050 of so many kopecks out of the settlement account, or into it."""
        here, there = f"{signer}-RUB", ELSEWHERE
        filled: dict[str, Any] = {
            "message_id": f"{signer}-l{n}",
            "created_at": self.now,
            "instruction_id": f"i{n}",
            "end_to_end_id": f"e{n}",
            "uetr": uetr(n),
            "creditor": signer,
            "creditor_account": here if inward else there,
            "amount": Money(kopecks, "RUB"),
            "debtor": signer,
            "debtor_account": there if inward else here,
        }
        return Wish(**(filled | facts))

    def defund(self, n: int, amount: int, signer: str = SEVR, **facts: Any) -> events.Answered:
        """Send money back to the central bank."""
        return self.transfer(self.wish(n, amount, signer, **facts), signer)

    def ask_for(self, n: int, amount: int, signer: str = SEVR, **facts: Any) -> events.Answered:
        """Ask the central bank for money."""
        return self.transfer(self.wish(n, amount, signer, inward=True, **facts), signer)

    def transfer(self, wish: Wish, signer: str = SEVR, **origin: Any) -> events.Answered:
        facts = {"content": repr(wish).encode(), "definition": "camt.050.001.07"} | origin
        return self.submit(TransferLiquidity(self.origin(signer, **facts), wish))

    def credit(
        self, n: int, kopecks: int, receiver: str = SEVR, by: str = CBRR, **facts: Any
    ) -> events.Answered:
        """Let a central bank put money into a settlement account."""
        return self.send_credit(self.crediting(n, kopecks, receiver, by, **facts), by)

    def crediting(self, n: int, kopecks: int, receiver: str = SEVR, by: str = CBRR, **facts: Any) -> Credit:
        """Return a pacs.009 of so many kopecks."""
        filled: dict[str, Any] = {
            "message_id": f"{by}-c{n}",
            "created_at": self.now,
            "settlement_method": "CLRG",
            "end_to_end_id": f"e{n}",
            "uetr": uetr(n),
            "interbank_settlement_amount": Money(kopecks, "RUB"),
            "instructing_agent": by,
            "instructed_agent": HUB,
            "debtor": receiver,
            "creditor": receiver,
        }
        return Credit(**(filled | facts))

    def send_credit(self, credit: Credit, by: str = CBRR, **origin: Any) -> events.Answered:
        facts = {"content": repr(credit).encode(), "definition": "pacs.009.001.08"} | origin
        return self.submit(CreditParticipant(self.origin(by, **facts), credit))

    def answer(self, n: int, status: str, by: str = CBRR, reason: str | None = None) -> events.Answered:
        """Let a central bank answer."""
        return self.report(uetr(n), status, by, reason)

    def stands(self, n: int) -> LiquidityTransfer:
        return self.store.rows[LIQUIDITY_TRANSFER][uetr(n)]

    def state(self, n: int) -> str:
        stands = self.stands(n)
        return f"{stands.direction} {stands.status} {stands.reason}".strip()

    def purse(self, bank: str = SEVR, currency: str = "RUB") -> tuple[int, int]:
        """What a bank has, and how much of that is reserved."""
        entry = self.store.rows[SETTLEMENT_ACCOUNT][bank, currency]
        balance = self.store.rows[BALANCE].get(entry.account_id) or Balance(entry.account_id)
        return balance.credits_posted - balance.debits_posted, balance.debits_pending

    def cases(self) -> list[Case]:
        return list(self.store.rows.get(CASE, {}).values())

    def issued(self, currency: str = "RUB", by: str = CBRR) -> int:
        """What a central bank owes here."""
        return -self.balance(by, currency)


__all__ = ["ELSEWHERE", "Liquidity", "uetr"]
