"""What a route is: who answers it, and what there is to say about it."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import msgspec

from corridor.gateway.exchange import JSON, Request, Response, Stream

Answer = Callable[[Request], Awaitable[Response | Stream]]


class Route(NamedTuple):
    """A method of a path. A path may end in one part that varies, in braces."""

    method: str
    path: str
    answer: Answer
    summary: str
    signed: bool = True
    takes: type[msgspec.Struct] | None = None
    """The JSON body, or the query of a GET; None with a POST: an envelope."""
    gives: type[msgspec.Struct] | None = None
    """The JSON of the answer, or each of its lines."""
    status: int = 200
    media_type: bytes = JSON


class Table:
    """Finds routes by path and method."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._exact: dict[str, dict[str, Route]] = {}
        self._below: dict[str, dict[str, Route]] = {}
        for route in routes:
            parent, _, last = route.path.rpartition("/")
            if last.startswith("{"):
                self._below.setdefault(parent, {})[route.method] = route
            else:
                self._exact.setdefault(route.path, {})[route.method] = route

    def find(self, path: str) -> dict[str, Route] | None:
        """Return the routes of a path by their methods; None if there are none."""
        return self._exact.get(path) or self._below.get(path.rpartition("/")[0])
