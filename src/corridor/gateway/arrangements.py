"""The arrangements of a central bank, as they are durable: told without the hub."""

from collections.abc import AsyncIterator
from typing import Any

from corridor.decision import BALANCE
from corridor.gateway.listings import Listing
from corridor.services.fx.arrangements.answers import ArrangementAnswer, arrangement_answer
from corridor.services.fx.arrangements.records import ARRANGEMENT
from corridor.services.messaging.records import CENTRAL_BANK


class Arrangements(Listing):
    """Shows each central bank the live arrangements that it is a side of, and no other."""

    what = "arrangements"
    roles = (CENTRAL_BANK,)

    async def told(self, reader: str, query: Any) -> AsyncIterator[ArrangementAnswer]:  # noqa: ARG002  there is none
        for each in sorted(await self._reads.all(ARRANGEMENT), key=lambda each: each.number):
            if reader in each.sides:
                base = await self._stands(each.base_account_id)
                yield arrangement_answer(each, base, await self._stands(each.quote_account_id))

    async def _stands(self, account_id: int) -> int:
        balance = await self._reads.one(BALANCE, account_id)
        return 0 if balance is None else balance.credits_posted - balance.debits_posted
