"""The correspondent accounts of a bank, as they are durable: told without the hub."""

import logging
from typing import Final

import msgspec

from corridor.decision import BALANCE
from corridor.gateway.authentication import Authenticator
from corridor.gateway.exchange import NDJSON, Request, Response
from corridor.gateway.problems import Kind, Problem
from corridor.gateway.queries import NoQuery, read_query
from corridor.ports import Reads
from corridor.services.messaging.records import BANK
from corridor.services.settlement.correspondents.answers import correspondent_answer
from corridor.services.settlement.correspondents.records import CORRESPONDENT, Correspondent

_log: Final = logging.getLogger(__name__)


class Correspondents:
    """Shows each bank the live accounts that it owns or services, and no other."""

    def __init__(self, reads: Reads, authenticator: Authenticator) -> None:
        self._reads = reads
        self._authenticator = authenticator

    async def get(self, request: Request) -> Response:
        """Return the signer's live accounts, one a line, by their numbers. Raises: Problem."""
        sender = await self._authenticator.prove_get(request)
        self._authenticator.judge(sender, active=True, roles=(BANK,))
        read_query(request.query, NoQuery)
        try:
            lines = [
                msgspec.json.encode(correspondent_answer(account, await self._balance(account))) + b"\n"
                for account in sorted(await self._reads.all(CORRESPONDENT), key=lambda each: each.number)
                if sender.participant in account.sides
            ]
        except Exception as error:
            _log.warning("the correspondent accounts cannot be read: %r", error)
            raise Problem(Kind.AWAY, "the correspondent accounts cannot be read", retry_after_s=1) from error
        return Response(200, b"".join(lines), NDJSON)

    async def _balance(self, account: Correspondent) -> int:
        balance = await self._reads.one(BALANCE, account.nostro_account_id)
        return 0 if balance is None else balance.credits_posted - balance.debits_posted
