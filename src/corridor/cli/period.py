"""A span of days as the command line names it."""

from corridor.domain.dates import InvalidDate
from corridor.domain.errors import CorridorError, InvalidValue
from corridor.domain.instants import parse


def check(since: str, until: str) -> None:
    """Accept two dates of which the first, `--from`, does not lie after the last, `--to`.

    Raises: InvalidDate (DT01), InvalidValue (CH16), naming the option.
    """
    for field, day in (("--from", since), ("--to", until)):
        try:
            parse(f"{day}T00:00:00Z")
        except CorridorError:
            raise InvalidDate(field=field) from None
    if since > until:
        raise InvalidValue(f"{since} lies after {until}, which --to names", field="--from")
