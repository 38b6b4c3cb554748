"""The facilities of a bank, as they are durable: told without the hub."""

from collections.abc import AsyncIterator
from typing import Any

from corridor.decision import BALANCE
from corridor.gateway.listings import Listing
from corridor.services.credit.answers import FacilityAnswer, facility_answer
from corridor.services.credit.records import FACILITY, Facility
from corridor.services.messaging.records import BANK


class Facilities(Listing):
    """Shows each bank the open facilities that it is a party of, and no other."""

    what = "facilities"
    roles = (BANK,)

    async def told(self, reader: str, query: Any) -> AsyncIterator[FacilityAnswer]:  # noqa: ARG002  there is none
        for facility in sorted(await self._reads.all(FACILITY), key=lambda each: each.number):
            if reader in (facility.lender, facility.borrower):
                yield facility_answer(facility, await self._drawn(facility))

    async def _drawn(self, facility: Facility) -> int:
        balance = await self._reads.one(BALANCE, facility.debt_account_id)
        return 0 if balance is None else balance.debits_posted - balance.credits_posted
