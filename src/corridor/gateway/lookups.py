"""Whom a phone number reaches, and whether that is who the payer thinks: told without the hub."""

import logging
from typing import Annotated, Final

import msgspec

from corridor.domain.parties import InvalidName
from corridor.domain.phones import InvalidPhone, parse_phone
from corridor.gateway.authentication import Authenticator
from corridor.gateway.exchange import Request, Response
from corridor.gateway.limits import Limits
from corridor.gateway.problems import Kind, Problem
from corridor.gateway.queries import read_query
from corridor.gateway.quota import Quota
from corridor.ports import Clock, Reads
from corridor.services.directory.payee import compare_payee
from corridor.services.directory.records import ACTIVE, ALIAS, Alias
from corridor.services.messaging.records import BANK

PREFIX: Final = "/v1/aliases/"
BURST_S: Final = 4
_log = logging.getLogger(__name__)


class LookUpQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The name that the payer gives for the creditor, to have it confirmed."""

    name: Annotated[str, msgspec.Meta(max_length=140)] = ""


class Found(msgspec.Struct, frozen=True):
    """The bank and currency behind a phone number, and as much of the name as others may see."""

    phone: str
    participant: str
    currency: str
    masked_name: str
    match: str | None
    """MATCH, CLOSE_MATCH or NO_MATCH with the name that was given; null if none was."""


class LookUps:
    """Answers look-ups. Whoever tries numbers by the thousand runs out of tokens, for a miss costs much."""

    def __init__(self, reads: Reads, authenticator: Authenticator, clock: Clock, limits: Limits) -> None:
        self._reads = reads
        self._authenticator = authenticator
        self._clock = clock
        self._miss = limits.look_up_miss
        self._quota = Quota(limits.look_up_tokens_per_s, BURST_S * limits.look_up_tokens_per_s)

    async def get(self, request: Request) -> Response:
        """Return what is registered for a phone number.

        Raises: Problem; NOT_FOUND with reason BE23, if nothing is.
        """
        sender = await self._authenticator.prove_get(request)
        self._authenticator.judge(sender, active=True, roles=(BANK,))
        query = read_query(request.query, LookUpQuery)
        # Paid as a miss and given back for a hit, so that many at once cannot outrun the account.
        self._quota.take(sender.participant, self._miss, self._clock.now())
        alias = await self._find(request.path.removeprefix(PREFIX))
        self._quota.give_back(sender.participant, self._miss - 1)
        match = _compare(query.name, alias) if query.name else None
        found = Found(alias.phone, alias.participant, alias.currency, alias.masked_name, match)
        return Response(200, msgspec.json.encode(found))

    async def _find(self, text: str) -> Alias:
        try:
            phone = parse_phone(text, field="phone")
        except InvalidPhone as error:
            raise Problem(Kind.NOT_FOUND, error.message, reason=error.reason, field="phone") from None
        try:
            alias = await self._reads.one(ALIAS, phone)
        except Exception as error:
            _log.warning("the directory cannot be read: %r", error)
            raise Problem(Kind.AWAY, "the directory cannot be read", retry_after_s=1) from error
        if alias is None or alias.state != ACTIVE:
            raise Problem(
                Kind.NOT_FOUND, "nobody has registered this phone number", reason="BE23", field="phone"
            )
        return alias


def _compare(given: str, alias: Alias) -> str:
    try:
        return compare_payee(given, alias.name).name
    except InvalidName as error:
        raise Problem(Kind.BAD_QUERY, error.message, reason=error.reason, field="name") from None
