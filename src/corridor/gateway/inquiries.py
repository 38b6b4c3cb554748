"""Inquiries as they are durable: told without the hub, to the bank that asks and to the providers that are asked."""

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec

from corridor.gateway.listings import Listing
from corridor.services.fx.answers import InquiryAnswer, inquiry_answer
from corridor.services.fx.records import INQUIRY, QUOTE, REPLY, Inquiry
from corridor.services.messaging.records import BANK, FX_PROVIDER


class InquiryQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One inquiry by its number, also if it has ended; without it all that are open."""

    inquiry: Annotated[int, msgspec.Meta(ge=1, le=2**48)] | None = None


class Inquiries(Listing):
    """Shows each bank what it has asked, each provider what it is asked, and nobody else anything."""

    what = "inquiries"
    roles = (BANK, FX_PROVIDER)
    query = InquiryQuery

    async def told(self, reader: str, query: InquiryQuery) -> AsyncIterator[InquiryAnswer]:
        for inquiry in await self._found(query.inquiry):
            if reader in (inquiry.debtor_agent, *inquiry.providers.split()):
                yield await self._told(inquiry, reader)

    async def _found(self, number: int | None) -> list[Inquiry]:
        if number is None:
            return sorted(await self._reads.all(INQUIRY), key=lambda each: each.number)
        inquiry = await self._reads.one(INQUIRY, number)
        return [] if inquiry is None else [inquiry]

    async def _told(self, inquiry: Inquiry, reader: str) -> InquiryAnswer:
        asks = reader == inquiry.debtor_agent
        quote = await self._reads.one(QUOTE, inquiry.quote_id) if asks and inquiry.quote_id else None
        reply = None if asks else await self._reads.one(REPLY, (inquiry.number, reader))
        return inquiry_answer(inquiry, quote, reply, reader)
