"""Query strings, as strictly read as everything else."""

from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from corridor.gateway.problems import Kind, Problem

S = TypeVar("S", bound=msgspec.Struct)
_FIELDS_MAX = 16


class NoQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameter is taken."""


def read_query(query: bytes, shape: type[S]) -> S:
    """Return the parameters of a query.

    Raises: Problem (BAD_QUERY) for one that is unknown, missing, twice, or not as it must be.
    """
    try:
        pairs = (
            parse_qsl(
                query.decode("ascii"),
                keep_blank_values=True,
                strict_parsing=True,
                errors="strict",
                max_num_fields=_FIELDS_MAX,
            )
            if query
            else []
        )
    except ValueError:
        raise Problem(Kind.BAD_QUERY) from None
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise Problem(Kind.BAD_QUERY, "a parameter stands twice")
    try:
        read = msgspec.convert(parameters, shape, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(Kind.BAD_QUERY, str(error)[:200]) from None
    for name, text in parameters.items():
        value = getattr(read, name)
        if isinstance(value, int) and str(value) != text:  # 1e5 and 007 would be numbers, too
            raise Problem(Kind.BAD_QUERY, f"{name} is a number in plain digits")
    return read
