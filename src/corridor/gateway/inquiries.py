"""Inquiries as they are durable: told without the hub, to the bank that asks and to the providers that are asked."""

import logging
from typing import Annotated, Final

import msgspec

from corridor.gateway.authentication import Authenticator
from corridor.gateway.exchange import NDJSON, Request, Response
from corridor.gateway.problems import Kind, Problem
from corridor.gateway.queries import read_query
from corridor.ports import Reads
from corridor.services.fx.answers import InquiryAnswer, inquiry_answer
from corridor.services.fx.records import INQUIRY, QUOTE, REPLY, Inquiry
from corridor.services.messaging.records import BANK, FX_PROVIDER

_log: Final = logging.getLogger(__name__)


class InquiryQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One inquiry by its number, also if it has ended; without it all that are open."""

    inquiry: Annotated[int, msgspec.Meta(ge=1, le=2**48)] | None = None


class Inquiries:
    """Shows each bank what it has asked, each provider what it is asked, and nobody else anything."""

    def __init__(self, reads: Reads, authenticator: Authenticator) -> None:
        self._reads = reads
        self._authenticator = authenticator

    async def get(self, request: Request) -> Response:
        """Return the signer's inquiries, one a line, by their numbers. Raises: Problem."""
        sender = await self._authenticator.prove_get(request)
        self._authenticator.judge(sender, active=True, roles=(BANK, FX_PROVIDER))
        query = read_query(request.query, InquiryQuery)
        try:
            lines = [
                msgspec.json.encode(await self._told(inquiry, sender.participant)) + b"\n"
                for inquiry in await self._found(query.inquiry)
                if sender.participant in (inquiry.debtor_agent, *inquiry.providers.split())
            ]
        except Exception as error:
            _log.warning("the inquiries cannot be read: %r", error)
            raise Problem(Kind.AWAY, "the inquiries cannot be read", retry_after_s=1) from error
        return Response(200, b"".join(lines), NDJSON)

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
