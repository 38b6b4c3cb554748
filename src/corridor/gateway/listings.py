"""What is told line by line from what is durable, without the hub."""

import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import Any, ClassVar, Final

import msgspec

from corridor.gateway.authentication import Authenticator
from corridor.gateway.exchange import NDJSON, Request, Response
from corridor.gateway.problems import Kind, Problem
from corridor.gateway.queries import NoQuery, read_query
from corridor.ports import Reads

_log: Final = logging.getLogger(__name__)


class Listing(ABC):
    """Shows active participants of its `roles` what each may see of `what`, one a line, and nobody else anything."""

    what: ClassVar[str]
    roles: ClassVar[tuple[str, ...]]
    query: ClassVar[type[msgspec.Struct]] = NoQuery

    def __init__(self, reads: Reads, authenticator: Authenticator) -> None:
        self._reads = reads
        self._authenticator = authenticator

    async def get(self, request: Request) -> Response:
        """Return what the signer may see, one a line. Raises: Problem."""
        sender = await self._authenticator.prove_get(request)
        self._authenticator.judge(sender, active=True, roles=self.roles)
        query = read_query(request.query, self.query)
        try:
            lines = [msgspec.json.encode(each) + b"\n" async for each in self.told(sender.participant, query)]
        except Exception as error:
            _log.warning("the %s cannot be read: %r", self.what, error)
            raise Problem(Kind.AWAY, f"the {self.what} cannot be read", retry_after_s=1) from error
        return Response(200, b"".join(lines), NDJSON)

    @abstractmethod
    def told(self, reader: str, query: Any) -> AsyncIterator[msgspec.Struct]:
        """Yield what this participant may see, by numbers."""
