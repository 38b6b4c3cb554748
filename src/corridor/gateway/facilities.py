"""The facilities of a bank, as they are durable: told without the hub."""

import logging
from typing import Final

import msgspec

from corridor.decision import BALANCE
from corridor.gateway.authentication import Authenticator
from corridor.gateway.exchange import NDJSON, Request, Response
from corridor.gateway.problems import Kind, Problem
from corridor.gateway.queries import NoQuery, read_query
from corridor.ports import Reads
from corridor.services.credit.answers import facility_answer
from corridor.services.credit.records import FACILITY, Facility
from corridor.services.messaging.records import BANK

_log: Final = logging.getLogger(__name__)


class Facilities:
    """Shows each bank the open facilities that it is a party of, and no other."""

    def __init__(self, reads: Reads, authenticator: Authenticator) -> None:
        self._reads = reads
        self._authenticator = authenticator

    async def get(self, request: Request) -> Response:
        """Return the signer's open facilities, one a line, by their numbers. Raises: Problem."""
        sender = await self._authenticator.prove_get(request)
        self._authenticator.judge(sender, active=True, roles=(BANK,))
        read_query(request.query, NoQuery)
        try:
            lines = [
                msgspec.json.encode(facility_answer(facility, await self._drawn(facility))) + b"\n"
                for facility in sorted(await self._reads.all(FACILITY), key=lambda each: each.number)
                if sender.participant in (facility.lender, facility.borrower)
            ]
        except Exception as error:
            _log.warning("the facilities cannot be read: %r", error)
            raise Problem(Kind.AWAY, "the facilities cannot be read", retry_after_s=1) from error
        return Response(200, b"".join(lines), NDJSON)

    async def _drawn(self, facility: Facility) -> int:
        balance = await self._reads.one(BALANCE, facility.debt_account_id)
        return 0 if balance is None else balance.debits_posted - balance.credits_posted
