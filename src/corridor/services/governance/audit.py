"""What an operator's command changed: who, what, before, after, read off the step, so that no rule can forget it."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import msgspec

from corridor.decision import BALANCE, PENDING, TRANSFER, Key, Step, Table
from corridor.services.governance.records import EXECUTED, PROPOSAL
from corridor.services.messaging.commands import Command
from corridor.services.messaging.records import IDENTITY, MAILBOX

WRITTEN_ELSEWHERE = frozenset({MAILBOX, IDENTITY, TRANSFER, BALANCE, PENDING})
"""Counters, and what the chain covers by itself."""
LONGEST_BYTES = 65
"""A public key is written out; longer bytes stand as their SHA-256."""

Values = Mapping[str, Any]


class Change(msgspec.Struct, frozen=True):
    """A record as it was, None if it was not there, and as it is."""

    table: str
    key: tuple[Any, ...]
    before: Values | None
    after: Values


class Trail(msgspec.Struct, frozen=True):
    """Who changed what by which kind of command; of two persons the maker stands before the checker."""

    by: tuple[str, ...]
    what: str
    proposal: int
    changes: tuple[Change, ...]


_encode = msgspec.json.Encoder().encode


def trail(step: Step, command: Command, before: Callable[[Table[Any], Key], Any]) -> bytes:
    """Return what the command changed as JSON, nothing if it changed nothing."""
    by: tuple[str, ...] = (command.origin.signer,)
    what, number = type(command).__name__, 0
    changes = []
    for table, records in step.changed():
        if table in WRITTEN_ELSEWHERE:
            continue
        for key, record in records.items():
            if table is PROPOSAL:
                number = record.number
                if record.state == EXECUTED:
                    by, what = (record.maker, record.checker), record.kind
            parts = key if isinstance(key, tuple) else (key,)
            was = before(table, key)
            changes.append(Change(table.name, parts, None if was is None else plain(was), plain(record)))
    return _encode(Trail(by, what, number, tuple(changes))) if changes else b""


def plain(record: msgspec.Struct) -> Values:
    """Return a record's fields as JSON can hold them."""
    return {name: _plain(getattr(record, name)) for name in record.__struct_fields__}


def _plain(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    return value.hex() if len(value) <= LONGEST_BYTES else sha256(value).hexdigest()
