"""Every way in which the door itself says no: one total map to problem details (RFC 9457).

What an authenticated sender did wrong is none of these: the hub stores that and answers it.
"""

from enum import Enum
from typing import Final

import msgspec

from corridor.gateway.exchange import Response

CONTENT_TYPE: Final = b"application/problem+json"


class Kind(Enum):
    """Status and title of each problem; its type is the name, as `urn:corridor:problem:too-large`."""

    BAD_QUERY = (400, "The query is not as it must be")
    UNAUTHENTICATED = (401, "The signature does not prove who sent this")
    NOT_ACTIVE = (403, "The participant is not active")
    NOT_ALLOWED = (403, "This is not for the signer's role")
    NOT_FOUND = (404, "There is no such thing")
    METHOD_NOT_ALLOWED = (405, "This is not done here")
    TOO_LARGE = (413, "The body is too large")
    WRONG_MEDIA_TYPE = (415, "The body is of another media type")
    INVALID = (422, "The content is not as it must be")
    TOO_MANY = (429, "Too much at once")
    FAULT = (500, "The gateway failed; an operator can see why")
    BUSY = (503, "The hub is busy; send the same again")
    CLOSED = (503, "The hub does not serve before its log is known to be whole")
    AWAY = (503, "The hub cannot be reached, so the outcome is unknown; send the same again")

    @property
    def status(self) -> int:
        return self.value[0]

    @property
    def title(self) -> str:
        return self.value[1]


class Problem(Exception):
    """Ends a request. `reason` is an ISO status reason where one fits, `field` names what was wrong."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        reason: str = "",
        field: str = "",
        retry_after_s: int = 0,
        allow: str = "",
    ) -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail
        self.reason = reason
        self.field = field
        self.retry_after_s = retry_after_s
        self.allow = allow


class Details(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of a problem."""

    type: str
    title: str
    status: int
    detail: str = ""
    reason: str = ""
    field: str = ""


def respond(problem: Problem) -> Response:
    """Return the answer that tells a problem."""
    kind = problem.kind
    name = kind.name.lower().replace("_", "-")
    details = Details(
        f"urn:corridor:problem:{name}", kind.title, kind.status, problem.detail, problem.reason, problem.field
    )
    headers: list[tuple[bytes, bytes]] = []
    if problem.retry_after_s:
        headers.append((b"retry-after", str(problem.retry_after_s).encode()))
    if kind is Kind.UNAUTHENTICATED:
        headers.append((b"www-authenticate", b"Corridor-Signature"))
    if problem.allow:
        headers.append((b"allow", problem.allow.encode()))
    return Response(kind.status, msgspec.json.encode(details), CONTENT_TYPE, tuple(headers))
