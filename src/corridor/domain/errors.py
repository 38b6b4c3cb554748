"""The root of every fault of a peer or of the world, and the two leaves that any input can raise.

Leaves live near their meaning (`InvalidAmount` in `money`, `InvalidBIC` in `identifiers`, ...). Outcomes of a
decision are values, and bugs are assertions: neither is a `CorridorError`.
"""

from typing import ClassVar


class CorridorError(Exception):
    """The request cannot be served."""

    # A leaf's docstring is its default message, so that the text and the type cannot drift apart.
    # A message never carries a card number, a PIN, an account or a name: it is logged and sent to others.

    reason: ClassVar[str]
    """Code of ISO's ExternalStatusReason1Code that the peer is told."""
    transient: ClassVar[bool] = False
    """True if the same request may succeed later."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        assert cls.__doc__, f"{cls.__name__} needs a docstring: it is the default message"
        assert hasattr(cls, "reason"), f"{cls.__name__} needs a reason code"

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        """`field` names what was wrong: the element (`CdtrAgt/BICFI`), the JSON member or the option."""
        self.message = message or _first_line(type(self).__doc__)
        self.field = field
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


def _first_line(docstring: str | None) -> str:
    assert docstring, "run without -OO: docstrings are messages"
    return docstring.strip().partition("\n")[0]


class InvalidValue(CorridorError):
    """The content of the element is incorrect."""

    reason = "CH16"


class MissingValue(CorridorError):
    """A mandatory element is missing."""

    reason = "CH21"
