"""What a decoder raises, whatever bytes it is given."""

from corridor.domain.errors import CorridorError


class DecodeError(CorridorError):
    """The message cannot be read."""

    # A decoder refuses for many reasons of ISO's set, so here the reason belongs to the error, not to its
    # class. The text never quotes the message: contents are other people's names and accounts.

    reason = "FF01"

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = None,
        reason: str = "FF01",
        line: int | None = None,
    ) -> None:
        """`field` is the path under the message's root (`CdtTrfTxInf/Dbtr/Nm`), `line` counts from 1."""
        super().__init__(message, field=field)
        self.reason = reason  # type: ignore[misc]  # see above
        self.line = line
