"""An operator's command as signed JSON, made from the commands themselves: no kind of command is a special case.

    {"message_id": "a-1", "operation": {"type": "SetFxFee", "currency": "RUB", "rate_bps": "20", ...}}

Whole numbers are strings of digits, so that no reader of JSON bends them; bytes are base64; nothing unknown is taken.
"""

from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

import msgspec

from corridor.services.governance.rights import RIGHTS
from corridor.services.messaging.commands import Command, Found, Origin

# `(?!\n)$` is the end of the text in Python's and in JSON Schema's regular expressions alike.
_Digits = Annotated[str, msgspec.Meta(pattern=r"^(?:0|[1-9][0-9]{0,17}|[1-8][0-9]{18})(?!\n)$")]
"""What the journal can hold: less than 9 * 10^18, in one spelling."""
OPERATIONS: Final[tuple[type[Command], ...]] = tuple(
    command for command, right in RIGHTS.items() if right.operators and not right.participants
)
"""The commands of operators; `OPERATION` is the type of all of them as JSON."""


def _written(hint: Any) -> Any:
    """Return the type of JSON in which a field of this type is written."""
    if hint is int:
        return _Digits
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _form(hint)
    if isinstance(hint, UnionType):
        return reduce(or_, map(_written, get_args(hint)))
    if get_origin(hint) is tuple:
        return tuple[_written(get_args(hint)[0]), ...]  # type: ignore[misc]  # a type made at run time
    return hint


@cache
def _form(of: type[msgspec.Struct]) -> type[msgspec.Struct]:
    hints = get_type_hints(of)
    fields: list[Any] = []
    for field in msgspec.structs.fields(of):
        if field.name == "origin":
            continue
        written = (field.name, _written(hints[field.name]))
        if field.required:
            fields.append(written)
        else:
            default = field.default
            fields.append((*written, str(default) if type(default) is int else default))
    return msgspec.defstruct(
        of.__name__,
        fields,
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        tag=of.__name__ if issubclass(of, Command) else None,
        module=__name__,
        namespace={"__doc__": of.__doc__},
    )


_SIGNED: Final[tuple[type[Command], ...]] = (*OPERATIONS, Found)
_BY_NAME: Final = {command.__name__: command for command in _SIGNED}
_FORMS: Final = {name: _form(command) for name, command in _BY_NAME.items()}
OPERATION: Final[Any] = reduce(or_, [_FORMS[command.__name__] for command in OPERATIONS])


class _Signed(msgspec.Struct, frozen=True):
    message_id: str
    operation: reduce(or_, _FORMS.values())  # type: ignore[valid-type]  # made of the table


_signed = msgspec.json.Decoder(_Signed)


def command_of(operation: msgspec.Struct, origin: Origin) -> Command:
    """Return what the hub is to decide."""
    facts = msgspec.to_builtins(operation, builtin_types=(bytes,))
    facts["origin"] = msgspec.to_builtins(origin, builtin_types=(bytes,))
    command = _BY_NAME[type(operation).__name__]
    return msgspec.convert(facts, command, strict=False, builtin_types=(bytes,))


def read(origin: Origin) -> Command:
    """Return the command that stands in the signed bytes of an origin.

    Raises: msgspec.DecodeError, also if they are of another message id.
    """
    signed = _signed.decode(origin.body)
    if signed.message_id != origin.message_id:
        raise msgspec.ValidationError("another message id was signed")
    return command_of(signed.operation, origin)


def said(origin: Origin) -> Command | None:
    """Return the command that stands in the signed bytes of an origin, None if there is none."""
    try:
        return read(origin)
    except msgspec.DecodeError:
        return None


def write(message_id: str, command: type[Command], **facts: Any) -> bytes:
    """Return the bytes that an operator signs to give this command."""
    operation = {"type": command.__name__, **{name: _plain(fact) for name, fact in facts.items()}}
    return msgspec.json.encode({"message_id": message_id, "operation": operation})


def _plain(fact: Any) -> Any:
    if type(fact) is int:
        return str(fact)
    if isinstance(fact, tuple | list):
        return [_plain(each) for each in fact]
    if isinstance(fact, msgspec.Struct):
        return {name: _plain(getattr(fact, name)) for name in fact.__struct_fields__}
    return fact
