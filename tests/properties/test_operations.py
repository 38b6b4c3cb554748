"""An operator's command reads as it was written, whatever it says; and no other bytes read as it."""

from typing import Literal, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.services.governance import operations
from corridor.services.messaging.commands import OPERATION, Found, Origin

COMMANDS = (*operations.OPERATIONS, Found)


def origin(body: bytes) -> Origin:
    return Origin("operator:anna", "m-1", OPERATION, b"d" * 32, 1, body=body)


def facts(kind):
    """Return a strategy for all that a command may say."""
    texts = st.text(max_size=20)
    numbers = st.integers(0, 2**62)
    of = {int: numbers, str: texts, bool: st.booleans(), bytes: st.binary(max_size=70)}

    def value(hint):
        if hint in of:
            return of[hint]
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            return st.builds(hint, **{f.name: value(f.type) for f in msgspec.structs.fields(hint)})
        arguments = hint.__args__
        if get_origin(hint) is Literal:
            return st.sampled_from(arguments)
        if type(None) in arguments:
            return st.none() | value(arguments[0])
        return st.lists(value(arguments[0]), max_size=3).map(tuple)

    fields = [field for field in msgspec.structs.fields(kind) if field.name != "origin"]
    return st.fixed_dictionaries({field.name: value(field.type) for field in fields})


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_what_is_written_is_read(kind, data):
    said = data.draw(facts(kind))
    body = operations.write("m-1", kind, **said)
    assert operations.read(origin(body)) == kind(origin(body), **said)


@given(body=st.binary(max_size=200))
def test_other_bytes_say_nothing(body):
    assert operations.said(origin(body)) is None


def test_another_message_id_is_not_what_was_signed():
    body = operations.write("m-2", operations.OPERATIONS[0])
    assert operations.said(origin(body)) is None
