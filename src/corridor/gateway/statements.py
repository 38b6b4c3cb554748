"""Statements of a participant's settlement accounts, signed by the hub: the only reading that is evidence."""

from typing import Annotated, Final

import msgspec

from corridor.domain.dates import InvalidDate, parse_date
from corridor.gateway.authentication import Authenticator
from corridor.gateway.exchange import XML, Request, Response
from corridor.gateway.forms import CurrencyCode, IsoDate
from corridor.gateway.problems import Kind, Problem
from corridor.gateway.queries import read_query
from corridor.ports import HubAway, Statements, Unstated

PATH: Final = "/v1/statements"


class StatementQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose account it is the signature says. Without a day: the one that runs, as far as it has come."""

    currency: CurrencyCode
    day: IsoDate | None = None
    page: Annotated[int, msgspec.Meta(ge=1, le=99_999)] = 1


class AccountStatements:
    """Shows each participant its own accounts, and no other. A suspended one may read, too.

    One page at a time for each: whoever has many entries keeps nobody waiting for long.
    """

    def __init__(self, statements: Statements, authenticator: Authenticator) -> None:
        self._statements = statements
        self._authenticator = authenticator
        self._readers: set[str] = set()

    async def get(self, request: Request) -> Response:
        """Return a page: camt.053 of a day that has ended, camt.052 of the one that runs. Raises: Problem."""
        sender = await self._authenticator.prove_get(request)
        self._authenticator.judge(sender, active=False)
        query = read_query(request.query, StatementQuery)
        if sender.participant in self._readers:
            raise Problem(Kind.TOO_MANY, "a page is being read already", retry_after_s=1)
        self._readers.add(sender.participant)
        try:
            return await self._answer(sender.participant, query)
        finally:
            self._readers.discard(sender.participant)

    async def _answer(self, participant: str, query: StatementQuery) -> Response:
        day = query.day or ""
        try:
            if day:
                parse_date(day, field="day")
            stated = await self._statements.read(participant, query.currency, day, query.page)
        except InvalidDate as error:
            raise Problem(Kind.BAD_QUERY, error.message, reason=error.reason, field="day") from None
        except Unstated as error:
            raise Problem(Kind.NOT_FOUND, error.detail, reason=error.reason, field=error.field) from None
        except HubAway:
            raise Problem(Kind.AWAY, "statements cannot be read", retry_after_s=1) from None
        signature = stated.signature.encode()
        return Response(200, stated.payload, XML[0], headers=((b"corridor-signature", signature),))
