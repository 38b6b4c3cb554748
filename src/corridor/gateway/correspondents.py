"""The correspondent accounts of a bank, as they are durable: told without the hub."""

from collections.abc import AsyncIterator
from typing import Any

from corridor.decision import BALANCE
from corridor.gateway.listings import Listing
from corridor.services.messaging.records import BANK
from corridor.services.settlement.correspondents.answers import CorrespondentAnswer, correspondent_answer
from corridor.services.settlement.correspondents.records import CORRESPONDENT, Correspondent


class Correspondents(Listing):
    """Shows each bank the live accounts that it owns or services, and no other."""

    what = "correspondent accounts"
    roles = (BANK,)

    async def told(self, reader: str, query: Any) -> AsyncIterator[CorrespondentAnswer]:  # noqa: ARG002  there is none
        for account in sorted(await self._reads.all(CORRESPONDENT), key=lambda each: each.number):
            if reader in account.sides:
                yield correspondent_answer(account, await self._balance(account))

    async def _balance(self, account: Correspondent) -> int:
        balance = await self._reads.one(BALANCE, account.nostro_account_id)
        return 0 if balance is None else balance.credits_posted - balance.debits_posted
